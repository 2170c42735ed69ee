#pragma once

#include "core/base/background_sync.h"
#include "core/base/file_system.h"

#include <QIODevice>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

/// QuaZip reads and writes through a QIODevice, and cannot say why one failed: so each of these
/// keeps the first error. Files themselves are opened by FileSystem alone. For one thread.
namespace tidemark::storage {

/// Large enough that QuaZip's reads and writes of single bytes cost nothing.
inline constexpr std::size_t kZipBufferBytes = 256 << 10;

/// Reads a file, `sizeBytes` of it. The file outlives it.
class ZipInput final : public QIODevice {
public:
    ZipInput(const File& file, std::uint64_t sizeBytes) : m_file(file), m_sizeBytes(sizeBytes)
    {
        open(ReadOnly | Unbuffered);
    }

    [[nodiscard]] const std::optional<Error>& failure() const { return m_failure; }

    [[nodiscard]] qint64 size() const override { return static_cast<qint64>(m_sizeBytes); }
    bool seek(qint64 position) override
    {
        return position >= 0 && position <= size() && QIODevice::seek(position);
    }

protected:
    /// QuaZip takes less than it wants for the end.
    qint64 readData(char* into, qint64 wanted) override
    {
        const auto start = static_cast<std::uint64_t>(pos());
        const std::uint64_t most =
            std::min(static_cast<std::uint64_t>(wanted), m_sizeBytes - start);
        std::uint64_t done = 0;
        while (done < most) {
            const std::uint64_t position = start + done;
            const bool isHere = position >= m_start && position < m_start + m_window.size();
            if (!isHere && !fill(position)) {
                return -1;
            }
            const std::size_t from = position - m_start;
            const std::size_t count = std::min<std::uint64_t>(m_window.size() - from, most - done);
            std::memcpy(into + done, m_window.data() + from, count);
            done += count;
        }
        return static_cast<qint64>(done);
    }
    qint64 writeData(const char* /*bytes*/, qint64 /*count*/) override { return -1; }

private:
    bool fill(std::uint64_t position)
    {
        m_start = position;
        m_window.resize(std::min<std::uint64_t>(kZipBufferBytes, m_sizeBytes - position));
        auto got = m_file.readAt(m_window, position);
        m_window.resize(got.ok() ? got.value() : 0);
        if (!got.ok() && !m_failure) {
            m_failure = std::move(got).error();
        }
        return !m_window.empty();  // Nothing: it became shorter meanwhile.
    }

    const File& m_file;
    std::uint64_t m_sizeBytes = 0;
    std::uint64_t m_start = 0;
    std::vector<std::byte> m_window;  // From m_start on.
    std::optional<Error> m_failure;
};

/// Writes a new file, collecting what lies side by side. The file outlives it.
class ZipOutput final : public QIODevice {
public:
    explicit ZipOutput(File& file) : m_file(file), m_sync(file)
    {
        m_collected.reserve(kZipBufferBytes);
        open(WriteOnly | Unbuffered);
    }

    [[nodiscard]] const std::optional<Error>& failure() const { return m_failure; }

    /// From now on nothing is written.
    void giveUp() { m_failure = m_failure ? m_failure : std::optional(cancelled()); }

    /// All that was written is on the medium.
    [[nodiscard]] Status finish()
    {
        flush();
        Status synced = m_sync.finish();
        if (m_failure) {
            return *m_failure;
        }
        TIDEMARK_TRY_STATUS(std::move(synced));
        return m_file.sync();
    }

    [[nodiscard]] qint64 size() const override { return static_cast<qint64>(m_sizeBytes); }

protected:
    qint64 readData(char* /*into*/, qint64 /*wanted*/) override { return -1; }
    qint64 writeData(const char* bytes, qint64 count) override
    {
        const auto length = static_cast<std::size_t>(count);
        const auto position = static_cast<std::uint64_t>(pos());
        const bool isBeside = position >= m_start && position <= m_start + m_collected.size() &&
                              position - m_start + length <= kZipBufferBytes;
        if (!isBeside) {
            flush();
            m_start = position;
        }
        const std::size_t from = position - m_start;
        m_collected.resize(std::max(m_collected.size(), from + length));
        std::memcpy(m_collected.data() + from, bytes, length);
        m_sizeBytes = std::max(m_sizeBytes, position + length);
        return m_failure ? -1 : count;
    }

private:
    void flush()
    {
        if (m_collected.empty() || m_failure) {
            return;
        }
        if (Status written = m_file.writeAt(m_collected, m_start); !written.ok()) {
            m_failure = std::move(written).error();
            return;
        }
        m_sync.wrote(m_collected.size());
        m_start += m_collected.size();
        m_collected.clear();
    }

    File& m_file;
    BackgroundSync m_sync;
    std::uint64_t m_sizeBytes = 0;
    std::uint64_t m_start = 0;
    std::vector<std::byte> m_collected;  // What belongs at m_start and behind.
    std::optional<Error> m_failure;
};

}  // namespace tidemark::storage
