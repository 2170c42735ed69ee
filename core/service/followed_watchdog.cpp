// Whether the source of FollowedDatabase is still looked at: what runs on the watchdog's thread.

#include "core/service/followed_database.h"

#include <chrono>
#include <mutex>
#include <utility>

namespace tidemark::service {
namespace {

/// Without the time, which goes on while this stands there.
Error stuck(const std::string& path, bool isQueued)
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
    auto sight = lookFromOutside();
    if (!sight) {
        return;
    }
    sight->isLate = isLate;
    const auto waited = m_watchdog.look(m_context.clock.monotonic(), *sight);
    if (!waited) {
        if (const auto stuckFor = std::exchange(m_stuckFor, std::nullopt)) {
            m_board.happened(Stuck{.waited = *stuckFor, .isOver = true});
            m_board.setTrouble(Trouble::Stuck, std::nullopt);
        }
        return;
    }
    // Perhaps only the time of its next step was lost.
    m_context.capture.hurry(m_sourceKey);
    const auto minutes = std::chrono::floor<std::chrono::minutes>(*waited);
    const bool isNews = !std::exchange(m_stuckFor, minutes);
    if (isNews) {
        m_board.happened(Stuck{.waited = minutes});
        m_board.setTrouble(Trouble::Stuck, stuck(m_path, sight->step.queuedSince.has_value()));
    }
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
