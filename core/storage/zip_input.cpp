#include "core/storage/zip_input.h"

#include <algorithm>
#include <cstring>

namespace tidemark::storage {
namespace {

/// Large enough that QuaZip's reads of single bytes cost nothing.
constexpr std::size_t kWindowBytes = 256 << 10;

}  // namespace

ZipInput::ZipInput(const File& file, std::uint64_t sizeBytes) : m_file(file), m_sizeBytes(sizeBytes)
{
    open(ReadOnly | Unbuffered);
}

bool ZipInput::seek(qint64 position)
{
    return position >= 0 && position <= size() && QIODevice::seek(position);
}

/// QuaZip takes less than it wants for the end.
qint64 ZipInput::readData(char* into, qint64 wanted)
{
    const auto start = static_cast<std::uint64_t>(pos());
    const std::uint64_t most = std::min(static_cast<std::uint64_t>(wanted), m_sizeBytes - start);
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

bool ZipInput::fill(std::uint64_t position)
{
    m_start = position;
    m_window.resize(std::min<std::uint64_t>(kWindowBytes, m_sizeBytes - position));
    auto got = m_file.readAt(m_window, position);
    m_window.resize(got.ok() ? got.value() : 0);
    if (!got.ok() && !m_failure) {
        m_failure = std::move(got).error();
    }
    return !m_window.empty();  // Nothing: it became shorter meanwhile.
}

}  // namespace tidemark::storage
