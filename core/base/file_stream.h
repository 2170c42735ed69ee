#pragma once

#include "core/base/byte_stream.h"
#include "core/base/file_system.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace tidemark {

/// Writes a file from its start on. The file outlives it. For one thread.
class FileSink final : public ByteSink {
public:
    explicit FileSink(File& file) : m_file(file) {}

    [[nodiscard]] Status write(std::span<const std::byte> bytes) override;

private:
    File& m_file;
    std::uint64_t m_offset = 0;
};

/// The bytes of a file that nobody writes to any more. The file outlives this and its readers.
class FileSource final : public ByteSource {
public:
    explicit FileSource(const File& file) : m_file(file) {}

    [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override;
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override;

private:
    const File& m_file;
};

}  // namespace tidemark
