#include "core/storage/zip_output.h"

#include <algorithm>
#include <cstring>

namespace tidemark::storage {
namespace {

/// Large enough that QuaZip's writes of single bytes cost nothing.
constexpr std::size_t kCollectedBytes = 256 << 10;

}  // namespace

ZipOutput::ZipOutput(File& file) : m_file(file), m_sync(file)
{
    m_collected.reserve(kCollectedBytes);
    open(WriteOnly | Unbuffered);
}

Status ZipOutput::finish()
{
    flush();
    Status synced = m_sync.finish();
    if (m_failure) {
        return *m_failure;
    }
    TIDEMARK_TRY_STATUS(std::move(synced));
    return m_file.sync();
}

qint64 ZipOutput::writeData(const char* bytes, qint64 count)
{
    const auto length = static_cast<std::size_t>(count);
    const auto position = static_cast<std::uint64_t>(pos());
    const bool isBeside = position >= m_start && position <= m_start + m_collected.size() &&
                          position - m_start + length <= kCollectedBytes;
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

void ZipOutput::flush()
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

}  // namespace tidemark::storage
