#include "core/service/watchdog.h"

#include <algorithm>

namespace tidemark::service {
namespace {

std::optional<Clock::Instant> earlier(const std::optional<Clock::Instant>& left,
                                      const std::optional<Clock::Instant>& right)
{
    return left && right ? std::min(*left, *right) : (left ? left : right);
}

std::chrono::microseconds limitFor(const Watchdog::Sight& sight)
{
    const std::chrono::seconds reading(sight.bytes / Watchdog::kSlowestBytesASecond);
    return Watchdog::kPatience + reading + sight.pause;
}

}  // namespace

std::optional<Clock::Instant::duration> Watchdog::look(Clock::Instant now, const Sight& sight)
{
    const bool isLate = m_lookedAt && now - *m_lookedAt > kRound + kLateness;
    takeIn(now, sight);
    if (isLate || sight.isExcused) {
        m_countFrom = now;
    }
    // A step that runs counts without a change: what comes now would not be looked at either.
    const auto since = earlier(m_since, sight.step.runsSince);
    if (!since || sight.isExcused) {
        m_isStuck = false;
        return std::nullopt;
    }
    Clock::Instant counted = std::max(*since, m_countFrom);
    if (sight.step.isQueued) {
        // Its turn comes as long as those before it come on.
        counted = std::max(counted, sight.step.queueMoved);
    }
    if (!m_isStuck && now - counted > limitFor(sight)) {
        m_isStuck = true;
        // It is over when a step that begins from now on has ended, not the one that hangs.
        m_since = since;
    }
    return m_isStuck ? std::optional(now - *since) : std::nullopt;
}

void Watchdog::takeIn(Clock::Instant now, const Sight& sight)
{
    if (m_since && sight.step.endedOneOf > m_since) {
        m_since.reset();
        m_isStuck = false;
    }
    // A stamp of which nothing was known before tells of no change.
    if (m_lookedAt && sight.stamp != m_stamp && !m_since) {
        m_since = now;
    }
    m_stamp = sight.stamp;
    m_lookedAt = now;
}

}  // namespace tidemark::service
