#include "core/engine/snapshot_work.h"

#include "core/engine/refusals.h"
#include "core/ltx/encoding_source.h"
#include "core/ltx/page_stream.h"
#include "core/ltx/state_digest.h"

#include <algorithm>
#include <utility>

namespace tidemark::engine {
namespace {

Error misread()
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("engine", "The database did not read the same twice.")},
            .next = {TIDEMARK_TEXT("engine", "It is read again; check the disk if this stays.")}};
}

/// One pass over the pages, adding up their digest; the last batch is given only if it is the known
/// one.
class SnapshotReader final : public ltx::PageReader {
public:
    SnapshotReader(HeldPages& pages, std::uint64_t digest, const SnapshotWork::OnProgress& progress,
                   std::stop_token stop)
        : m_pages(pages), m_digest(digest), m_progress(progress), m_stop(std::move(stop))
    {
    }

    [[nodiscard]] Result<bool> next(ltx::PageBatch& batch) override
    {
        if (m_stop.stop_requested()) {
            return cancelled();
        }
        const std::uint32_t pageSize = m_pages.pageSizeBytes();
        const std::uint32_t lockPage = ltx::lockPage(pageSize);
        batch.reset(pageSize);
        m_next += m_next == lockPage ? 1 : 0;
        if (m_next > m_pages.pageCount()) {
            return false;
        }
        const auto wanted = std::max<std::size_t>(1, batch.limitBytes / pageSize);
        std::uint32_t end = m_pages.pageCount() + 1;
        end = static_cast<std::uint32_t>(std::min<std::uint64_t>(end, m_next + wanted));
        end = m_next < lockPage ? std::min(end, lockPage) : end;
        batch.bytes.resize(std::size_t{end - m_next} * pageSize);
        TIDEMARK_TRY_STATUS(m_pages.read(m_next, end - m_next, batch.bytes));
        for (; m_next < end; ++m_next) {
            batch.numbers.push_back(m_next);
            m_sum += ltx::pageHash(m_next, batch.page(batch.numbers.size() - 1));
        }
        const std::uint32_t following = m_next + (m_next == lockPage ? 1 : 0);
        if (following > m_pages.pageCount() && m_sum != m_digest) {
            return misread();
        }
        m_progress(std::uint64_t{m_next - 1} * pageSize);
        return true;
    }

private:
    HeldPages& m_pages;
    std::uint64_t m_digest = 0;
    const SnapshotWork::OnProgress& m_progress;
    std::stop_token m_stop;
    std::uint32_t m_next = 1;
    std::uint64_t m_sum = 0;
};

class SnapshotPages final : public ltx::PageSource {
public:
    SnapshotPages(HeldPages& pages, std::uint64_t digest, const SnapshotWork::OnProgress& progress,
                  std::stop_token stop)
        : m_pages(pages), m_digest(digest), m_progress(progress), m_stop(std::move(stop))
    {
    }

    [[nodiscard]] Result<std::unique_ptr<ltx::PageReader>> open() const override
    {
        return std::unique_ptr<ltx::PageReader>(
            std::make_unique<SnapshotReader>(m_pages, m_digest, m_progress, m_stop));
    }

private:
    HeldPages& m_pages;
    std::uint64_t m_digest = 0;
    const SnapshotWork::OnProgress& m_progress;
    std::stop_token m_stop;
};

}  // namespace

SnapshotWork::SnapshotWork(std::unique_ptr<sqlite::PageSnapshot> pages, const ltx::Header& header)
    : m_pages(std::make_shared<HeldPages>(std::move(pages))), m_header(header)
{
}

std::uint64_t SnapshotWork::databaseBytes() const
{
    return std::uint64_t{m_pages->pageCount()} * m_pages->pageSizeBytes();
}

Result<std::uint64_t> SnapshotWork::writeTo(replica::LtxReplica& replica, unsigned threads,
                                            const OnProgress& progress,
                                            const std::stop_token& stop) const
{
    std::stop_source either;
    const auto end = [&either] { either.request_stop(); };
    const std::stop_callback onStop(stop, end);
    const std::stop_callback onGivenUp(m_givenUp.get_token(), end);
    const auto digests = ltx::digestsOf(m_header);
    const SnapshotPages pages(*m_pages, digests ? digests->after : 0, progress, either.get_token());
    std::uint64_t sizeBytes = 0;
    const ltx::EncodingSource file(
        m_header, pages, threads,
        [&sizeBytes](const ltx::EncodedFacts& facts) { sizeBytes = facts.sizeBytes; });
    TIDEMARK_TRY(const auto outcome,
                 replica.put(replica::kSnapshotLevel, {m_header.minTxId, m_header.maxTxId}, file,
                             m_header.createdAt, either.get_token()));
    if (outcome == replica::PutOutcome::AlreadyThereDifferent) {
        return otherWriter({TIDEMARK_TEXT("engine",
                                          "Another process replicates into this replica: it holds "
                                          "another snapshot of transaction %1."),
                            {std::to_string(txId().value)}});
    }
    return sizeBytes;
}

}  // namespace tidemark::engine
