#pragma once

#include "core/base/file_system.h"

#include <QIODevice>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tidemark::storage {

/// A file, `sizeBytes` of it, as QuaZip reads one. QuaZip cannot say why a device failed, so this
/// keeps the first error. The file outlives it. For one thread.
class ZipInput final : public QIODevice {
public:
    ZipInput(const File& file, std::uint64_t sizeBytes);

    [[nodiscard]] const std::optional<Error>& failure() const { return m_failure; }

    [[nodiscard]] qint64 size() const override { return static_cast<qint64>(m_sizeBytes); }
    bool seek(qint64 position) override;

protected:
    qint64 readData(char* into, qint64 wanted) override;
    qint64 writeData(const char* /*bytes*/, qint64 /*count*/) override { return -1; }

private:
    bool fill(std::uint64_t position);

    const File& m_file;
    std::uint64_t m_sizeBytes = 0;
    std::uint64_t m_start = 0;
    std::vector<std::byte> m_window;  // From m_start on.
    std::optional<Error> m_failure;
};

}  // namespace tidemark::storage
