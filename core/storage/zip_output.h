#pragma once

#include "core/base/background_sync.h"
#include "core/base/file_system.h"

#include <QIODevice>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tidemark::storage {

/// A new file, as QuaZip writes one; what lies side by side is collected. QuaZip cannot say why a
/// device failed, so this keeps the first error. The file outlives it. For one thread.
class ZipOutput final : public QIODevice {
public:
    explicit ZipOutput(File& file);

    [[nodiscard]] const std::optional<Error>& failure() const { return m_failure; }

    /// From now on nothing is written.
    void giveUp() { m_failure = m_failure ? m_failure : std::optional(cancelled()); }

    /// All that was written is on the medium.
    [[nodiscard]] Status finish();

    [[nodiscard]] qint64 size() const override { return static_cast<qint64>(m_sizeBytes); }

protected:
    qint64 readData(char* /*into*/, qint64 /*wanted*/) override { return -1; }
    qint64 writeData(const char* bytes, qint64 count) override;

private:
    void flush();

    File& m_file;
    BackgroundSync m_sync;
    std::uint64_t m_sizeBytes = 0;
    std::uint64_t m_start = 0;
    std::vector<std::byte> m_collected;  // What belongs at m_start and behind.
    std::optional<Error> m_failure;
};

}  // namespace tidemark::storage
