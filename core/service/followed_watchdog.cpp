// Whether the source of FollowedDatabase is still looked at: what runs on the watchdog's thread.

#include "core/service/followed_database.h"
#include "core/sqlite/source_identity.h"

#include <chrono>
#include <mutex>
#include <utility>

namespace tidemark::service {
namespace {

Error stuck(const std::string& path, std::chrono::minutes waited)
{
    return {.code = ErrorCode::Bug,
            .what = {TIDEMARK_TEXT("service",
                                   "Tidemark itself seems to be stuck: it has not looked at %1 for "
                                   "%2 min."),
                     {path, std::to_string(waited.count())}},
            .next = {TIDEMARK_TEXT("service",
                                   "What is written now may not be saved. Look whether the disks "
                                   "of the database and of your home answer; if they do, start "
                                   "Tidemark anew.")}};
}

}  // namespace

void FollowedDatabase::watchOver()
{
    const auto sight = lookFromOutside();
    if (!sight) {
        return;
    }
    // Behind the look, so that a step that began later has seen what was seen.
    const auto waited = m_watchdog.look(m_context.clock.monotonic(), *sight);
    if (!waited) {
        if (const auto stuckFor = std::exchange(m_stuckFor, std::nullopt)) {
            m_board.happened(Stuck{.waited = *stuckFor, .isOver = true});
            m_board.setTrouble(Trouble::Stuck, std::nullopt);
        }
        return;
    }
    // Perhaps only the time of its next step was lost.
    m_context.capture.hurry(m_outside.source);
    const auto minutes = std::chrono::floor<std::chrono::minutes>(*waited);
    const bool isNews = !std::exchange(m_stuckFor, minutes);
    if (isNews) {
        m_board.happened(Stuck{.waited = minutes});
        m_board.setTrouble(Trouble::Stuck, stuck(m_outside.path, minutes));
    }
}

/// Nothing when its steps are over. Waits for nothing that a step may hold.
std::optional<Watchdog::Sight> FollowedDatabase::lookFromOutside()
{
    if (const std::unique_lock lock(m_mutex, std::try_to_lock); lock.owns_lock()) {
        m_outside = {.source = m_sourceKey,
                     .path = m_realPath.empty() ? m_path : m_realPath,
                     .watch = m_watch,
                     .isExcused = m_wants.leaving || m_wants.paused || m_openFailure.has_value() ||
                                  m_sourceFailure.has_value()};
    }
    const auto activity = m_context.capture.activity(m_outside.source);
    if (!activity) {
        return std::nullopt;
    }
    m_sight.step = *activity;
    m_sight.isExcused = m_outside.isExcused;
    // The disk on which a step hangs would keep the watchdog, too, and what changes there counts
    // no more than the step does.
    if (!activity->runsSince || activity->runsSince > m_lookedFromOutsideAt) {
        lookAtFiles();
    }
    m_lookedFromOutsideAt = m_context.clock.monotonic();
    return m_sight;
}

/// By stat alone: to open the database would drop SQLite's locks.
void FollowedDatabase::lookAtFiles()
{
    const std::string& path = m_outside.path;
    const auto& watch = m_outside.watch;
    m_sight.pause = watch ? watch->every : std::chrono::microseconds(0);
    const auto database = m_context.files.stat(path);
    const auto log = m_context.files.stat(sqlite::walPath(path));
    if (!database.ok() || !log.ok()) {
        // Whoever looks at it himself will be told.
        return;
    }
    const auto& written = watch ? database.value() : log.value();
    m_sight.stamp = written ? std::optional(sqlite::FileStamp{.sizeBytes = written->sizeBytes,
                                                              .modifiedNs = written->modifiedNs,
                                                              .changedNs = written->changedNs})
                            : std::nullopt;
    m_sight.bytes = (database.value() ? database.value()->sizeBytes : 0) +
                    (log.value() ? log.value()->sizeBytes : 0);
}

}  // namespace tidemark::service
