#include "core/ltx/page_index.h"

#include "core/base/byte_order.h"
#include "core/ltx/damaged.h"
#include "core/ltx/page_frame.h"
#include "core/ltx/uvarint.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <string>

namespace tidemark::ltx {
namespace {

/// What surrounds the index in a file without pages: header and end mark before, size and trailer
/// behind.
constexpr std::uint64_t kAroundIndex = kHeaderSize + kFrameHeadSize + kIndexTailSize;

Error badIndex()
{
    return damaged({TIDEMARK_TEXT("ltx", "LTX file: its page index is damaged.")});
}

class SpanReader final : public ByteReader {
public:
    explicit SpanReader(std::span<const std::byte> rest) : m_rest(rest) {}

    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
    {
        const auto piece = m_rest.first(std::min(into.size(), m_rest.size()));
        std::ranges::copy(piece, into.begin());
        m_rest = m_rest.subspan(piece.size());
        return piece.size();
    }

private:
    std::span<const std::byte> m_rest;
};

}  // namespace

Result<IndexPlace> findIndex(std::span<const std::byte> lastBytes, std::uint64_t fileSizeBytes)
{
    if (lastBytes.size() < kIndexTailSize || fileSizeBytes < kAroundIndex) {
        return damaged({TIDEMARK_TEXT("ltx", "The LTX file is cut short.")});
    }
    const auto size = loadBigEndian<std::uint64_t>(lastBytes.last<kIndexTailSize>().first<8>());
    if (size == 0 || size > fileSizeBytes - kAroundIndex) {
        return badIndex();
    }
    return IndexPlace{.offset = fileSizeBytes - kIndexTailSize - size,
                      .sizeBytes = size,
                      .fileSizeBytes = fileSizeBytes};
}

PageIndexReader::PageIndexReader(ByteReader& bytes, const IndexPlace& place, const Header& header)
    : m_bytes(bytes),
      m_place(place),
      m_order(header),
      m_maxFrameBytes(maxFrameSize(header.pageSizeBytes)),
      m_unread(place.sizeBytes)
{
}

Result<std::optional<FrameAt>> PageIndexReader::next()
{
    if (m_isOver) {
        return std::optional<FrameAt>();
    }
    TIDEMARK_TRY(const std::uint64_t number, readNumber());
    if (number == 0) {
        m_isOver = true;
        TIDEMARK_TRY_STATUS(checkEnd());
        return std::optional<FrameAt>();
    }
    if (number > std::numeric_limits<std::uint32_t>::max()) {
        return badIndex();
    }
    FrameAt frame{.pageNumber = static_cast<std::uint32_t>(number)};
    TIDEMARK_TRY(frame.offset, readNumber());
    TIDEMARK_TRY(frame.sizeBytes, readNumber());
    TIDEMARK_TRY_STATUS(checkFrame(frame));
    return std::optional(frame);
}

Status PageIndexReader::checkFrame(const FrameAt& frame)
{
    TIDEMARK_TRY_STATUS(m_order.next(frame.pageNumber));
    const std::uint64_t pagesEnd = m_place.offset - kFrameHeadSize;
    const bool fits = frame.offset == m_nextOffset && frame.sizeBytes > kFrameHeadSize &&
                      frame.sizeBytes <= m_maxFrameBytes &&
                      frame.sizeBytes <= pagesEnd - m_nextOffset;
    if (!fits) {
        return damaged({TIDEMARK_TEXT("ltx", "LTX page index: page %1 cannot lie where it says."),
                        {std::to_string(frame.pageNumber)}});
    }
    m_nextOffset += frame.sizeBytes;
    return {};
}

Status PageIndexReader::checkEnd()
{
    if (m_unread != 0 || m_at != m_piece.size() ||
        m_nextOffset != m_place.offset - kFrameHeadSize) {
        return badIndex();
    }
    return m_order.end();
}

Result<std::uint64_t> PageIndexReader::readNumber()
{
    UvarintParser number;
    while (true) {
        TIDEMARK_TRY(const std::byte byte, readByte());
        switch (number.add(byte)) {
        case UvarintParser::State::More: break;
        case UvarintParser::State::Done: return number.value();
        case UvarintParser::State::Wrong: return badIndex();
        }
    }
}

Result<std::byte> PageIndexReader::readByte()
{
    if (m_at == m_piece.size()) {
        if (m_unread == 0) {
            return badIndex();
        }
        m_piece.resize(std::min<std::uint64_t>(m_unread, kPieceBytes));
        TIDEMARK_TRY(const std::size_t read, m_bytes.read(m_piece));
        if (read == 0) {
            return damaged({TIDEMARK_TEXT("ltx", "The LTX file is cut short.")});
        }
        m_piece.resize(read);
        m_unread -= read;
        m_at = 0;
    }
    return m_piece[m_at++];
}

Result<std::vector<FrameAt>> decodePageIndex(std::span<const std::byte> bytes,
                                             const IndexPlace& place, const Header& header)
{
    assert(bytes.size() >= place.sizeBytes);
    SpanReader reader(bytes.first(place.sizeBytes));
    PageIndexReader index(reader, place, header);
    std::vector<FrameAt> frames;
    while (true) {
        TIDEMARK_TRY(const auto frame, index.next());
        if (!frame) {
            return frames;
        }
        frames.push_back(*frame);
    }
}

}  // namespace tidemark::ltx
