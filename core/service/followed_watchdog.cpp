// Whether the source of FollowedDatabase is still looked at, and its replicas are written to: what
// runs on the watchdog's thread.

#include "core/service/followed_database.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

namespace tidemark::service {
namespace {

/// Half a megabit a second, less than any line that is of use for backups: what is slower is told
/// of as stalled, though only until its step ends.
constexpr std::uint64_t kSlowestUploadBytesASecond = std::uint64_t{64} << 10;

/// Without the time, which goes on while this stands there.
Error sourceStalled(const std::string& path, bool isQueued)
{
    const Message itsDisks{
        TIDEMARK_TEXT("service",
                      "What is written now may not be saved. Look whether the disks of the "
                      "database and of your home answer; if they do, start Tidemark anew.")};
    const Message otherDisks{
        TIDEMARK_TEXT("service",
                      "What is written now may not be saved. Look whether the disks of other "
                      "databases that it follows answer; if they do, start Tidemark anew.")};
    return {.code = ErrorCode::Bug,
            .what = {TIDEMARK_TEXT("service",
                                   "Tidemark itself seems to be stuck: it does not look at %1 any "
                                   "more."),
                     {path}},
            .next = isQueued ? otherDisks : itsDisks};
}

}  // namespace

void FollowedDatabase::watchOver(bool isLate)
{
    watchOverSource(isLate);
    watchOverReplicas(isLate);
}

void FollowedDatabase::watchOverSource(bool isLate)
{
    auto sight = lookFromOutside();
    if (!sight) {
        return;
    }
    sight->isLate = isLate;
    const auto waited = m_watchdog.look(m_context.clock.monotonic(), *sight);
    if (!waited) {
        if (const auto stalledFor = std::exchange(m_stalledFor, std::nullopt)) {
            m_board.happened(Stuck{.waited = *stalledFor, .isOver = true});
            m_board.setTrouble(Trouble::Stuck, std::nullopt);
        }
        return;
    }
    // Perhaps only the time of its next step was lost.
    m_context.capture.hurry(m_sourceKey);
    const auto minutes = std::chrono::floor<std::chrono::minutes>(*waited);
    const bool isNews = !std::exchange(m_stalledFor, minutes);
    if (isNews) {
        m_board.happened(Stuck{.waited = minutes});
        m_board.setTrouble(Trouble::Stuck,
                           sourceStalled(m_path, sight->step.queuedSince.has_value()));
    }
}

void FollowedDatabase::watchOverReplicas(bool isLate)
{
    {
        const std::unique_lock lock(m_mutex, std::try_to_lock);
        // The next round comes soon.
        if (!lock.owns_lock()) {
            return;
        }
        bool isNews = false;
        for (Upload& upload : m_uploads) {
            isNews = watchOver(upload, isLate) || isNews;
        }
        if (!isNews) {
            return;
        }
        // It may have waited to learn what that one holds.
        m_wants.replicaNews = true;
        m_context.capture.wake(m_sourceKey);
    }
    showReplicas();
}

/// Whether there is something new to show of it.
bool FollowedDatabase::watchOver(Upload& upload, bool isLate)
{
    auto activity = m_context.uploads.activity(upload.key);
    if (!activity) {
        return false;
    }
    ReplicaProgress& progress = upload.follower->progress();
    const auto [since, bytes] = progress.step();
    if (activity->runsSince) {
        activity->runsSince = std::max(*activity->runsSince, since);
    }
    const bool isQueued = activity->queuedSince.has_value();
    const bool isStalled =
        upload.watchdog
            .look(m_context.clock.monotonic(), {.step = *activity,
                                                .bytes = bytes,
                                                .slowestBytesASecond = kSlowestUploadBytesASecond,
                                                .isLate = isLate})
            .has_value();
    if (isStalled) {
        // That it is over is known when another one has ended.
        m_context.uploads.hurry(upload.key);
    }
    const bool isSnapshotNews = progress.setSnapshotStalled(lookAtSnapshot(upload, isLate));
    const bool isNews = progress.setStalled(!isStalled ? Stalled::No
                                            : isQueued ? Stalled::InQueue
                                                       : Stalled::AtWork);
    return isNews || isSnapshotNews;
}

/// Whether it has stalled; each piece of it counts as a step.
bool FollowedDatabase::lookAtSnapshot(Upload& upload, bool isLate) const
{
    const auto progress = upload.follower->progress().snapshot();
    if (!progress) {
        upload.snapshotWatchdog = {};
        return false;
    }
    return upload.snapshotWatchdog
        .look(m_context.clock.monotonic(),
              {.step = {.runsSince = progress->since, .endedOneOf = progress->since},
               .bytes = progress->bytes,
               .slowestBytesASecond = kSlowestUploadBytesASecond,
               .isLate = isLate})
        .has_value();
}

/// Nothing when its steps are over. Asks no disk, and waits for nothing that a step may hold.
std::optional<Watchdog::Sight> FollowedDatabase::lookFromOutside()
{
    if (const std::unique_lock lock(m_mutex, std::try_to_lock); lock.owns_lock()) {
        m_isExcused = m_wants.leaving || m_wants.paused;
    }
    // Before the activity: what is of a step that has ended since is too much for one that has only
    // begun, and so does no harm.
    const std::uint64_t bytes = m_readingBytes;
    const auto activity = m_context.capture.activity(m_sourceKey);
    if (!activity) {
        return std::nullopt;
    }
    return Watchdog::Sight{.step = *activity, .bytes = bytes, .isExcused = m_isExcused};
}

}  // namespace tidemark::service
