#include "core/ltx/decoder.h"

#include "core/base/byte_order.h"
#include "core/ltx/damaged.h"
#include "core/ltx/expected_index.h"
#include "core/ltx/page_frame.h"
#include "core/ltx/page_order.h"

#include <algorithm>
#include <cassert>

namespace tidemark::ltx {
namespace {

/// Beside one frame, so that a read from the medium brings several.
constexpr std::size_t kReadAheadBytes = std::size_t{32} << 10;

}  // namespace

Decoder::Decoder(ByteReader& bytes)
    : m_bytes(bytes), m_buffer(kHeaderSize), m_index(std::make_unique<ExpectedIndex>())
{
}

Decoder::~Decoder() = default;

Result<Header> Decoder::readHeader()
{
    assert(m_order == nullptr);
    TIDEMARK_TRY_STATUS(fill(kHeaderSize));
    TIDEMARK_TRY(m_header, decodeHeader(buffered()));
    m_sum.update(buffered());
    consume(kHeaderSize);
    m_buffer.resize(maxFrameSize(m_header.pageSizeBytes) + kReadAheadBytes);
    m_order = std::make_unique<PageOrder>(m_header);
    return m_header;
}

Result<std::optional<std::uint32_t>> Decoder::nextPage(std::span<std::byte> page)
{
    assert(m_order != nullptr && page.size() == m_header.pageSizeBytes);
    if (m_isBehindPages) {
        return std::optional<std::uint32_t>();
    }
    TIDEMARK_TRY_STATUS(fill(maxFrameSize(m_header.pageSizeBytes)));
    TIDEMARK_TRY(const FrameHead head, decodeFrameHead(buffered(), m_header.pageSizeBytes));
    if (head.isEnd()) {
        TIDEMARK_TRY_STATUS(readEndMark());
        return std::optional<std::uint32_t>();
    }
    TIDEMARK_TRY_STATUS(m_order->next(head.pageNumber));

    const auto frame =
        buffered().first(std::min(buffered().size(), maxFrameSize(m_header.pageSizeBytes)));
    TIDEMARK_TRY(const std::size_t bodyBytes,
                 decodeFrameBody(head, frame.subspan(head.sizeBytes()), page));
    const std::size_t frameBytes = head.sizeBytes() + bodyBytes;
    coverFrame(m_sum, frame.first(frameBytes), page);
    m_index->add(head.pageNumber, m_position, frameBytes);
    consume(frameBytes);
    return std::optional(head.pageNumber);
}

Result<DecodedFacts> Decoder::finish()
{
    assert(m_isBehindPages);
    TIDEMARK_TRY_STATUS(readIndex());
    TIDEMARK_TRY(const Trailer trailer, readTrailer());
    TIDEMARK_TRY_STATUS(requireEnd());
    return DecodedFacts{.sizeBytes = m_position, .pageCount = m_order->count(), .trailer = trailer};
}

Status Decoder::readEndMark()
{
    TIDEMARK_TRY_STATUS(m_order->end());
    m_sum.update(buffered().first(kFrameHeadSize));
    consume(kFrameHeadSize);
    m_index->end();
    m_isBehindPages = true;
    return {};
}

Status Decoder::readIndex()
{
    for (std::uint64_t left = m_index->sizeBytes(); left > 0;) {
        TIDEMARK_TRY_STATUS(require(1));
        const auto bytes = buffered().first(std::min<std::uint64_t>(left, buffered().size()));
        m_index->compare(bytes);
        m_sum.update(bytes);
        left -= bytes.size();
        consume(bytes.size());
    }
    TIDEMARK_TRY_STATUS(require(8));
    const auto size = buffered().first<8>();
    if (!m_index->matches() || loadBigEndian<std::uint64_t>(size) != m_index->sizeBytes()) {
        return damaged({TIDEMARK_TEXT("ltx", "LTX file: its page index does not fit its pages.")});
    }
    m_sum.update(size);
    consume(size.size());
    return {};
}

Result<Trailer> Decoder::readTrailer()
{
    TIDEMARK_TRY_STATUS(require(kTrailerSize));
    const auto bytes = buffered().first(kTrailerSize);
    TIDEMARK_TRY(const Trailer trailer, decodeTrailer(bytes, m_header.hasDatabaseChecksums));
    m_sum.update(bytes.first(kTrailerCoveredBytes));
    consume(kTrailerSize);
    if (trailer.fileChecksum != fileChecksumOf(m_sum.value())) {
        return damaged({TIDEMARK_TEXT("ltx", "LTX file: its checksum is wrong.")});
    }
    return trailer;
}

Status Decoder::requireEnd()
{
    TIDEMARK_TRY_STATUS(fill(1));
    if (!buffered().empty()) {
        return damaged({TIDEMARK_TEXT("ltx", "LTX file: there are bytes after its end.")});
    }
    return {};
}

std::span<const std::byte> Decoder::buffered() const
{
    return std::span(m_buffer).subspan(m_begin, m_end - m_begin);
}

/// Buffers `wantedBytes` or, at the end of the file, what there is.
Status Decoder::fill(std::size_t wantedBytes)
{
    assert(wantedBytes <= m_buffer.size());
    if (m_end - m_begin >= wantedBytes) {
        return {};
    }
    std::ranges::copy(buffered(), m_buffer.begin());
    m_end -= m_begin;
    m_begin = 0;
    while (m_end < wantedBytes) {
        TIDEMARK_TRY(const std::size_t read, m_bytes.read(std::span(m_buffer).subspan(m_end)));
        if (read == 0) {
            break;
        }
        m_end += read;
    }
    return {};
}

Status Decoder::require(std::size_t wantedBytes)
{
    TIDEMARK_TRY_STATUS(fill(wantedBytes));
    if (buffered().size() < wantedBytes) {
        return damaged({TIDEMARK_TEXT("ltx", "The LTX file is cut short.")});
    }
    return {};
}

void Decoder::consume(std::size_t sizeBytes)
{
    m_begin += sizeBytes;
    m_position += sizeBytes;
}

}  // namespace tidemark::ltx
