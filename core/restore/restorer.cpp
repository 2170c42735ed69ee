#include "core/restore/restorer.h"

#include "core/replica/ltx_replica.h"
#include "core/replica/open_replica.h"
#include "core/replica/v03_replica.h"
#include "core/restore/file_check.h"
#include "core/restore/legacy_writer.h"
#include "core/restore/page_sources.h"
#include "core/restore/page_writer.h"
#include "core/restore/progress_meter.h"
#include "core/restore/target_file.h"

#include <utility>

namespace tidemark::restore {
namespace {

// Compaction and retention may take away what was planned; each time the replica is listed anew.
// More often than this in one restore something else is wrong.
constexpr int kPlanTries = 3;

/// One call of Restorer::restore().
class Run {
public:
    Run(const storage::Storage& storage, FileSystem& files, Random& random, const Request& request,
        ProgressMeter& progress, const std::stop_token& stop)
        : m_storage(storage),
          m_files(files),
          m_random(random),
          m_request(request),
          m_progress(progress),
          m_stop(stop)
    {
    }

    Result<Restored> restore()
    {
        m_progress.enter(Phase::Planning);
        TIDEMARK_TRY_STATUS(checkTarget(m_files, m_request.target));
        for (int tries = 1;; ++tries) {
            TIDEMARK_TRY(replica::Catalog catalog, replica::openCatalog(m_storage, m_stop));
            TIDEMARK_TRY(const replica::RestorePlan plan,
                         replica::planExactly(m_storage, catalog, m_request.wish, m_stop));
            auto restored = plan.moment.legacy ? restoreLegacy(plan) : restoreLtx(plan);
            const bool vanished = !restored.ok() && restored.error().code == ErrorCode::NotFound;
            if (!vanished || tries == kPlanTries) {
                return restored;
            }
            m_progress.enter(Phase::Planning);
        }
    }

private:
    Result<Restored> restoreLtx(const replica::RestorePlan& plan)
    {
        TIDEMARK_TRY(const PageSources sources, findPageSources(m_storage, plan, m_stop));
        TIDEMARK_TRY(TargetFile target,
                     TargetFile::create(m_files, m_random, m_request.target, sources.sizeBytes()));
        m_progress.expect(bytesToRead(sources) + sources.sizeBytes());
        m_progress.enter(Phase::Reading);
        TIDEMARK_TRY_STATUS(target.file().resize(sources.sizeBytes()));
        TIDEMARK_TRY_STATUS(writePages(m_storage, sources, target.file(), m_progress, m_stop));

        replica::Moment moment = plan.moment;
        moment.time = sources.time;
        moment.precision = replica::TimePrecision::Exact;
        return finish(std::move(target), std::move(moment),
                      {.pageSizeBytes = sources.pageSizeBytes,
                       .pageCount = sources.pageCount,
                       .digest = sources.digest});
    }

    Result<Restored> restoreLegacy(const replica::RestorePlan& plan)
    {
        TIDEMARK_TRY(const replica::LegacyPlan legacy,
                     replica::planLegacy(m_storage, *plan.moment.legacy, m_stop));
        // How large it is inside, no name tells; but not smaller.
        TIDEMARK_TRY(TargetFile target, TargetFile::create(m_files, m_random, m_request.target,
                                                           legacy.snapshotSizeBytes));
        m_progress.expect(bytesToRead(legacy));
        m_progress.enter(Phase::Reading);
        TIDEMARK_TRY_STATUS(writeLegacy(m_storage, legacy, target.file(), m_progress, m_stop));
        return finish(std::move(target), plan.moment, {});
    }

    /// Checks, makes durable and names what is written.
    Result<Restored> finish(TargetFile target, replica::Moment moment, const Expected& expected)
    {
        m_progress.enter(Phase::Checking);
        Restored restored{.moment = std::move(moment), .path = m_request.target};
        TIDEMARK_TRY(restored.verdict, checkFile(target.file(), m_request.target, expected,
                                                 m_request.check, m_progress, m_stop));
        TIDEMARK_TRY(restored.bytes, target.file().sizeBytes());
        if (m_stop.stop_requested()) {
            return cancelled();
        }
        TIDEMARK_TRY_STATUS(target.publish());
        m_progress.finish();
        return restored;
    }

    const storage::Storage& m_storage;
    FileSystem& m_files;
    Random& m_random;
    const Request& m_request;
    ProgressMeter& m_progress;
    const std::stop_token& m_stop;
};

}  // namespace

Restorer::Restorer(const storage::Storage& storage, FileSystem& files, Clock& clock, Random& random)
    : m_storage(storage), m_files(files), m_clock(clock), m_random(random)
{
}

Result<Restored> Restorer::restore(const Request& request, const OnProgress& progress,
                                   std::stop_token stop)
{
    const Clock::Instant start = m_clock.monotonic();
    ProgressMeter meter(m_clock, progress);
    TIDEMARK_TRY(Restored restored,
                 Run(m_storage, m_files, m_random, request, meter, stop).restore());
    restored.duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(m_clock.monotonic() - start);
    return restored;
}

}  // namespace tidemark::restore
