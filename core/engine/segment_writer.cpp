#include "core/engine/segment_writer.h"

#include "core/ltx/encoder.h"
#include "core/ltx/state_digest.h"

#include <cassert>

namespace tidemark::engine {
namespace {

/// The pages of one segment, read once into memory or again and again.
class Pages {
public:
    explicit Pages(const SegmentContents& contents)
        : m_contents(contents), m_pageSize(contents.header.pageSizeBytes)
    {
        m_held = contents.pages.size() * m_pageSize <= kHeldPagesBytes;
        m_bytes.resize(m_held ? contents.pages.size() * m_pageSize : m_pageSize);
    }

    /// The hash of each page, in order.
    [[nodiscard]] Result<std::vector<std::uint64_t>> hashes()
    {
        std::vector<std::uint64_t> hashes;
        hashes.reserve(m_contents.pages.size());
        for (std::size_t index = 0; index < m_contents.pages.size(); ++index) {
            TIDEMARK_TRY_STATUS(m_contents.read(m_contents.pages[index], place(index)));
            hashes.push_back(ltx::pageHash(m_contents.pages[index], place(index)));
        }
        return hashes;
    }

    /// Puts them into the file that `sink` takes.
    [[nodiscard]] Status encode(ByteSink& sink, const ltx::Header& header)
    {
        ltx::Encoder encoder(sink, header);
        for (std::size_t index = 0; index < m_contents.pages.size(); ++index) {
            if (!m_held) {
                TIDEMARK_TRY_STATUS(m_contents.read(m_contents.pages[index], place(index)));
            }
            TIDEMARK_TRY_STATUS(encoder.add(m_contents.pages[index], place(index)));
        }
        const auto facts = encoder.finish();
        return facts.ok() ? Status() : Status(facts.error());
    }

private:
    [[nodiscard]] std::span<std::byte> place(std::size_t index)
    {
        return std::span(m_bytes).subspan(m_held ? index * m_pageSize : 0, m_pageSize);
    }

    const SegmentContents& m_contents;
    std::size_t m_pageSize;
    bool m_held = false;
    std::vector<std::byte> m_bytes;
};

}  // namespace

Result<std::uint64_t> writeSegment(Spool& spool, state::PageChecksums& checksums,
                                   const SegmentContents& contents)
{
    assert(checksums.pageSizeBytes() == contents.header.pageSizeBytes);
    Pages pages(contents);
    TIDEMARK_TRY(const auto hashes, pages.hashes());

    // The digest is in the header, at the front of the file: the sums come first, on the side.
    const std::uint32_t pageCount = contents.header.pageCountAfter;
    std::uint64_t after = checksums.digest();
    for (std::uint32_t gone = pageCount + 1; gone <= checksums.pageCount(); ++gone) {
        after -= checksums.of(gone);
    }
    for (std::size_t index = 0; index < hashes.size(); ++index) {
        const std::uint32_t page = contents.pages[index];
        after += hashes[index] - (page <= checksums.pageCount() ? checksums.of(page) : 0);
    }
    ltx::Header header = contents.header;
    ltx::setDigests(header, {.before = checksums.digest(), .after = after});

    TIDEMARK_TRY(const SpooledSegment segment,
                 spool.add(header.maxTxId, [&pages, &header](ByteSink& sink) {
                     return pages.encode(sink, header);
                 }));
    checksums.resize(pageCount);
    for (std::size_t index = 0; index < hashes.size(); ++index) {
        checksums.set(contents.pages[index], hashes[index]);
    }
    assert(checksums.digest() == after);
    return segment.sizeBytes;
}

}  // namespace tidemark::engine
