#include "core/ltx/encoding_source.h"

#include "core/ltx/batch_compressor.h"
#include "core/ltx/damaged.h"
#include "core/ltx/file_tail.h"
#include "core/ltx/page_order.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::ltx {
namespace {

class EncodingReader final : public ByteReader {
public:
    EncodingReader(const Header& header, std::unique_ptr<PageReader> pages, unsigned threads,
                   const EncodingSource::Finished& finished)
        : m_header(header),
          m_pages(std::move(pages)),
          m_finished(finished),
          m_order(header),
          m_tail(header),
          m_compressor(threads)
    {
        const HeaderBytes bytes = encodeHeader(header);
        m_piece.assign(bytes.begin(), bytes.end());
    }

    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
    {
        while (m_at == m_piece.size() && !m_isOver) {
            m_at = 0;
            TIDEMARK_TRY_STATUS(nextPiece());
        }
        const auto piece =
            std::span(m_piece).subspan(m_at, std::min(into.size(), m_piece.size() - m_at));
        std::ranges::copy(piece, into.begin());
        m_at += piece.size();
        return piece.size();
    }

private:
    [[nodiscard]] Status nextPiece()
    {
        TIDEMARK_TRY_STATUS(readAhead());
        if (auto batch = m_compressor.takeOldest()) {
            take(*batch);
            m_compressor.recycle(std::move(batch));
            return {};
        }
        m_isOver = !m_tail.next(m_piece);
        if (!m_isOver && m_tail.facts() && m_finished) {
            m_finished(*m_tail.facts());
        }
        return {};
    }

    /// Keeps the compressor busy. The pages are read here, on the thread that reads us.
    [[nodiscard]] Status readAhead()
    {
        while (!m_isBehindPages && m_compressor.hasRoom()) {
            auto batch = m_compressor.emptyBatch();
            TIDEMARK_TRY(const bool any, m_pages->next(batch->pages));
            if (!any) {
                m_isBehindPages = true;
                return m_order.end();
            }
            TIDEMARK_TRY_STATUS(check(batch->pages));
            m_compressor.submit(std::move(batch));
        }
        return {};
    }

    [[nodiscard]] Status check(const PageBatch& pages)
    {
        if (pages.pageSizeBytes != m_header.pageSizeBytes) {
            return damaged(
                {TIDEMARK_TEXT("ltx", "Pages of %1 bytes in a file of %2-byte pages."),
                 {std::to_string(pages.pageSizeBytes), std::to_string(m_header.pageSizeBytes)}});
        }
        for (const std::uint32_t number : pages.numbers) {
            TIDEMARK_TRY_STATUS(m_order.next(number));
        }
        return {};
    }

    void take(CompressedBatch& batch)
    {
        for (std::size_t i = 0; i < batch.frameSizes.size(); ++i) {
            m_tail.addFrame(batch.pages.numbers[i], batch.frameSizes[i]);
        }
        m_tail.cover(batch.sum, batch.coveredBytes);
        m_piece.swap(batch.frames);
    }

    Header m_header;
    std::unique_ptr<PageReader> m_pages;
    EncodingSource::Finished m_finished;
    PageOrder m_order;
    FileTail m_tail;
    BatchCompressor m_compressor;
    std::vector<std::byte> m_piece;  // On its way out, from m_at on.
    std::size_t m_at = 0;
    bool m_isBehindPages = false;
    bool m_isOver = false;
};

}  // namespace

EncodingSource::EncodingSource(const Header& header, const PageSource& pages, unsigned threads,
                               Finished finished)
    : m_header(header),
      m_pages(pages),
      m_threads(std::clamp(threads, 1u, kMaxThreads)),
      m_finished(std::move(finished))
{
    assert(!header.hasDatabaseChecksums);
}

Result<std::unique_ptr<ByteReader>> EncodingSource::open() const
{
    TIDEMARK_TRY(auto pages, m_pages.open());
    return std::unique_ptr<ByteReader>(
        std::make_unique<EncodingReader>(m_header, std::move(pages), m_threads, m_finished));
}

}  // namespace tidemark::ltx
