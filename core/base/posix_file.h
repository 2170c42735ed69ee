#pragma once

#include "core/base/descriptor.h"
#include "core/base/file_system.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace tidemark {

/// A file that is open.
class PosixFile final : public File {
public:
    PosixFile(Descriptor descriptor, std::string path)
        : m_descriptor(std::move(descriptor)), m_path(std::move(path))
    {
    }

    [[nodiscard]] int descriptor() const { return m_descriptor.number(); }

    [[nodiscard]] Result<std::size_t> readAt(std::span<std::byte> into,
                                             std::uint64_t offset) const override;
    [[nodiscard]] Status writeAt(std::span<const std::byte> bytes, std::uint64_t offset) override;
    [[nodiscard]] Status sync() override;
    [[nodiscard]] Result<std::uint64_t> sizeBytes() const override;
    [[nodiscard]] Status resize(std::uint64_t sizeBytes) override;

private:
    Descriptor m_descriptor;
    std::string m_path;
};

}  // namespace tidemark
