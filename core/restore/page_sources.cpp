#include "core/restore/page_sources.h"

#include "core/ltx/page_frame.h"
#include "core/ltx/state_digest.h"
#include "core/replica/damage.h"

#include <algorithm>
#include <utility>

namespace tidemark::restore {
namespace {

// Large enough that a request costs nothing beside its bytes, small enough that all threads have
// work until the end.
constexpr std::uint64_t kRunBytes = 2 << 20;

// Reading on over this much is cheaper than another request.
constexpr std::uint64_t kSkipBytes = 64 << 10;

// Small objects stay in memory from their index to their pages, up to this.
constexpr std::uint64_t kMaxKeptBytes = 48 << 20;

// Head, one byte of data, and three bytes in the index.
constexpr std::uint64_t kLeastBytesPerPage = ltx::kSizedFrameHeadSize + 1 + 3;

Error damaged(Message what)
{
    return {.code = ErrorCode::Damaged,
            .what = std::move(what),
            .next = {TIDEMARK_TEXT("restore", "Restore another moment.")}};
}

/// Groups the frames of one object into runs.
class RunBuilder {
public:
    RunBuilder(PageSources& sources, std::uint32_t object, bool whole)
        : m_sources(sources), m_object(object), m_whole(whole)
    {
    }

    void add(const ltx::FrameAt& frame, bool wins)
    {
        if (!wins && !m_whole) {
            return;
        }
        const std::uint64_t gap = m_run.sizeBytes == 0 ? 0 : frame.offset - endOfRun();
        if (m_run.sizeBytes >= kRunBytes || gap > kSkipBytes) {
            close();
        }
        if (m_run.sizeBytes == 0) {
            m_run = {.object = m_object, .firstPage = frame.pageNumber, .offset = frame.offset};
        }
        m_run.lastPage = frame.pageNumber;
        m_run.sizeBytes = frame.offset + frame.sizeBytes - m_run.offset;
        m_run.winners += wins ? 1 : 0;
        m_winners += wins ? 1 : 0;
    }

    void close()
    {
        if (m_run.sizeBytes > 0) {
            m_coveredBytes += m_run.sizeBytes;
            m_sources.runs.push_back(std::exchange(m_run, FrameRun()));
        }
    }

    [[nodiscard]] std::uint32_t winners() const { return m_winners; }
    [[nodiscard]] std::uint64_t coveredBytes() const { return m_coveredBytes; }

private:
    [[nodiscard]] std::uint64_t endOfRun() const { return m_run.offset + m_run.sizeBytes; }

    PageSources& m_sources;
    std::uint32_t m_object = 0;
    bool m_whole = false;
    FrameRun m_run;
    std::uint32_t m_winners = 0;
    std::uint64_t m_coveredBytes = 0;
};

class Finder {
public:
    Finder(const storage::Storage& storage, const replica::RestorePlan& plan,
           const std::stop_token& stop)
        : m_storage(storage), m_plan(plan), m_stop(stop)
    {
    }

    Result<PageSources> find()
    {
        for (auto each = m_plan.objects.rbegin(); each != m_plan.objects.rend(); ++each) {
            TIDEMARK_TRY(auto object, replica::readLtxObject(m_storage, *each, m_stop));
            if (each == m_plan.objects.rbegin()) {
                TIDEMARK_TRY_STATUS(start(object));
            }
            if (m_missing == 0) {
                break;
            }
            TIDEMARK_TRY_STATUS(add(std::move(object)));
        }
        if (m_missing > 0) {
            return noSource();
        }
        TIDEMARK_TRY_STATUS(checkSize());
        return std::move(m_sources);
    }

private:
    /// What the newest object says of the size counts, though no page may come from it. Without a
    /// digest of the whole its checksum alone tells whether that is true, and nobody else reads it.
    Status checkSize() const
    {
        const replica::ObjectInfo& newest = m_plan.objects.back();
        const bool isRead =
            !m_sources.objects.empty() && m_sources.objects.front().info.name == newest.name;
        return m_sources.digest || isRead ? Status()
                                          : replica::checkObject(m_storage, newest, m_stop);
    }

    /// The newest object says what the state is like.
    Status start(const replica::LtxObject& newest)
    {
        m_sources.pageSizeBytes = newest.header.pageSizeBytes;
        m_sources.pageCount = newest.header.pageCountAfter;
        m_sources.time = newest.header.createdAt;
        if (const auto digests = ltx::digestsOf(newest.header)) {
            m_sources.digest = digests->after;
        }
        const std::uint64_t most = m_plan.bytes / kLeastBytesPerPage + 1;
        if (m_sources.pageCount > most) {
            return damaged(
                {TIDEMARK_TEXT("restore", "%1 claims more pages than its replica holds."),
                 {newest.info.name}});
        }
        m_lockPage = ltx::lockPage(m_sources.pageSizeBytes);
        m_missing = m_sources.pageCount - (m_sources.pageCount >= m_lockPage ? 1 : 0);
        m_sources.owners.resize(m_sources.pageCount);
        return {};
    }

    Status add(replica::LtxObject object)
    {
        if (object.header.pageSizeBytes != m_sources.pageSizeBytes) {
            return damaged(
                {TIDEMARK_TEXT("restore", "%1 has another page size than what follows it."),
                 {object.info.name}});
        }
        const auto number = static_cast<std::uint32_t>(m_sources.objects.size());
        RunBuilder runs(m_sources, number, !m_sources.digest);
        const auto take = [&](const ltx::FrameAt& frame) -> Status {
            const bool wins = frame.pageNumber <= m_sources.pageCount &&
                              m_sources.owners[frame.pageNumber - 1] == 0;
            if (wins) {
                m_sources.owners[frame.pageNumber - 1] = number + 1;
                --m_missing;
            }
            runs.add(frame, wins);
            return {};
        };
        const std::size_t runsBefore = m_sources.runs.size();
        TIDEMARK_TRY_STATUS(replica::readPageIndex(m_storage, object, take, m_stop));
        runs.close();
        if (runs.winners() == 0) {
            m_sources.runs.resize(runsBefore);
            return {};
        }
        const std::uint64_t frameBytes =
            object.index.offset - ltx::kFrameHeadSize - ltx::kHeaderSize;
        m_sources.readWhole.push_back(runs.coveredBytes() == frameBytes);
        keep(std::move(object));
        return {};
    }

    void keep(replica::LtxObject object)
    {
        m_keptBytes += object.bytes.size();
        if (m_keptBytes > kMaxKeptBytes) {
            m_keptBytes -= object.bytes.size();
            object.bytes = {};
        }
        m_sources.objects.push_back(std::move(object));
    }

    [[nodiscard]] Error noSource() const
    {
        std::uint32_t page = 1;
        while (m_sources.owners[page - 1] != 0 || page == m_lockPage) {
            ++page;
        }
        return damaged(
            {TIDEMARK_TEXT("restore", "Transaction %1: no file of the replica holds page %2."),
             {std::to_string(m_plan.moment.txId.value), std::to_string(page)}});
    }

    const storage::Storage& m_storage;
    const replica::RestorePlan& m_plan;
    const std::stop_token& m_stop;
    PageSources m_sources;
    std::uint32_t m_lockPage = 0;
    std::uint32_t m_missing = 0;
    std::uint64_t m_keptBytes = 0;
};

}  // namespace

Result<PageSources> findPageSources(const storage::Storage& storage,
                                    const replica::RestorePlan& plan, const std::stop_token& stop)
{
    return Finder(storage, plan, stop).find();
}

}  // namespace tidemark::restore
