#include "core/restore/run_decoder.h"

#include "core/base/crc64.h"
#include "core/ltx/damaged.h"
#include "core/ltx/page_frame.h"

#include <algorithm>

namespace tidemark::restore {
namespace {

// One write call; fits into the processor's cache beside the frames that it comes from.
constexpr std::uint32_t kWriteBytes = 512 << 10;

Error notAsIndexed()
{
    return ltx::damaged(
        {TIDEMARK_TEXT("restore", "LTX file: its page index does not fit its pages.")});
}

}  // namespace

RunDecoder::RunDecoder(const PageSources& sources, File& file)
    : m_sources(sources),
      m_file(file),
      m_pages(std::max(kWriteBytes, sources.pageSizeBytes)),
      m_scratch(sources.pageSizeBytes)
{
}

Result<std::span<std::byte>> RunDecoder::placeFor(std::uint32_t page, bool wins)
{
    if (!wins) {
        return std::span(m_scratch);
    }
    const std::uint32_t pageSize = m_sources.pageSizeBytes;
    const bool isNext = m_pageCount > 0 && page == m_firstPage + m_pageCount;
    if (!isNext || (m_pageCount + std::size_t{1}) * pageSize > m_pages.size()) {
        TIDEMARK_TRY_STATUS(flush());
        m_firstPage = page;
    }
    return std::span(m_pages).subspan(std::size_t{m_pageCount++} * pageSize, pageSize);
}

Status RunDecoder::flush()
{
    const std::uint64_t pageSize = m_sources.pageSizeBytes;
    const auto bytes = std::span(m_pages).first(static_cast<std::size_t>(m_pageCount * pageSize));
    m_pageCount = 0;
    return bytes.empty() ? Status() : m_file.writeAt(bytes, (m_firstPage - 1) * pageSize);
}

Result<RunSum> RunDecoder::decode(const FrameRun& run, std::span<const std::byte> frames)
{
    const bool whole = m_sources.readWhole[run.object];
    m_pageCount = 0;
    Crc64 sum;
    RunSum result;
    std::uint32_t winners = 0;
    std::uint32_t lastPage = run.firstPage - 1;
    while (!frames.empty()) {
        TIDEMARK_TRY(const ltx::FrameHead head,
                     ltx::decodeFrameHead(frames, m_sources.pageSizeBytes));
        if (head.pageNumber <= lastPage || head.pageNumber > run.lastPage) {
            return notAsIndexed();
        }
        lastPage = head.pageNumber;
        const bool wins = m_sources.gives(run.object, head.pageNumber);
        winners += wins ? 1 : 0;
        const auto body = frames.subspan(head.sizeBytes());
        std::size_t bodyBytes = head.compressedBytes;
        if (wins || whole || !head.hasSize) {
            TIDEMARK_TRY(const auto page, placeFor(head.pageNumber, wins));
            TIDEMARK_TRY(bodyBytes, ltx::decodeFrameBody(head, body, page));
            result.coveredBytes += whole ? ltx::coverFrame(sum, frames, page) : 0;
        } else if (bodyBytes > body.size()) {
            return notAsIndexed();
        }
        frames = body.subspan(bodyBytes);
    }
    if (winners != run.winners || lastPage != run.lastPage) {
        return notAsIndexed();
    }
    TIDEMARK_TRY_STATUS(flush());
    result.crc = sum.value();
    return result;
}

}  // namespace tidemark::restore
