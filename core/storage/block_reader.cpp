#include "core/storage/block_reader.h"

#include <algorithm>
#include <span>

namespace tidemark::storage {
namespace {

/// Small enough to stop soon while a source is slow.
constexpr std::size_t kReadBytes = 1 << 20;

Error changedItsSize(const std::string& name)
{
    return {
        .code = ErrorCode::Io,
        .what = {TIDEMARK_TEXT("storage", "What was to become %1 has not the size that it had."),
                 {name}},
        .next = {TIDEMARK_TEXT("storage", "Check the disk that it is read from.")}};
}

}  // namespace

Result<std::vector<std::byte>> BlockReader::next(std::size_t bytes, const std::stop_token& stop)
{
    // One byte more than is left, so that the end is seen without another buffer.
    const std::uint64_t most = m_sizeBytes ? *m_sizeBytes - m_readBytes + 1 : std::uint64_t{bytes};
    std::vector<std::byte> block(std::min<std::uint64_t>(most, bytes));
    std::size_t filled = 0;
    bool isAtEnd = false;
    while (filled < block.size()) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        const auto room = std::span(block).subspan(filled);
        TIDEMARK_TRY(const std::size_t got,
                     m_reader->read(room.first(std::min(room.size(), kReadBytes))));
        if (got == 0) {
            isAtEnd = true;
            break;
        }
        filled += got;
    }
    block.resize(filled);
    m_readBytes += filled;
    if (m_sizeBytes && (m_readBytes > *m_sizeBytes || (isAtEnd && m_readBytes < *m_sizeBytes))) {
        return changedItsSize(m_name);
    }
    return block;
}

}  // namespace tidemark::storage
