#include "core/storage/block_reader.h"

#include "core/base/counted_stream.h"

#include <algorithm>
#include <span>

namespace tidemark::storage {
namespace {

/// Small enough to stop soon while a source is slow.
constexpr std::size_t kReadBytes = 1 << 20;

}  // namespace

Result<BlockReader> BlockReader::open(const ByteSource& source)
{
    TIDEMARK_TRY(auto reader, openCounted(source));
    return BlockReader(std::move(reader), source.sizeBytes());
}

Result<std::vector<std::byte>> BlockReader::next(std::size_t bytes, const std::stop_token& stop)
{
    std::vector<std::byte> block(std::min<std::uint64_t>(m_leftBytes.value_or(bytes), bytes));
    std::size_t filled = 0;
    while (filled < block.size()) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        const auto room = std::span(block).subspan(filled);
        TIDEMARK_TRY(const std::size_t got,
                     m_reader->read(room.first(std::min(room.size(), kReadBytes))));
        if (got == 0) {
            break;
        }
        filled += got;
    }
    block.resize(filled);
    if (m_leftBytes) {
        *m_leftBytes -= filled;
    }
    return block;
}

}  // namespace tidemark::storage
