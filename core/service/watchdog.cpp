#include "core/service/watchdog.h"

#include <algorithm>

namespace tidemark::service {
namespace {

/// Since when a step should end or begin; perhaps that is still to come.
Clock::Instant expectedSince(const StepPool::Activity& step)
{
    if (step.runsSince) {
        return *step.runsSince;
    }
    // In the queue its turn comes as long as those before it come on.
    return step.queuedSince ? std::max(*step.queuedSince, step.queueMoved) : step.due;
}

std::chrono::seconds limitFor(const Watchdog::Sight& sight)
{
    const std::chrono::seconds reading(sight.bytes / sight.slowestBytesASecond);
    return Watchdog::kPatience + (sight.step.runsSince ? reading : std::chrono::seconds(0));
}

}  // namespace

std::optional<Clock::Instant::duration> Watchdog::look(Clock::Instant now, const Sight& sight)
{
    const bool isExcused = sight.isExcused && !sight.step.runsSince;
    if (sight.isLate || isExcused) {
        m_countFrom = now;
    }
    // The end of the one that stalled says nothing of the next one.
    if (m_stalledSince && sight.step.endedOneOf > m_stalledSince) {
        m_stalledSince.reset();
    }
    const Clock::Instant counted = std::max(expectedSince(sight.step), m_countFrom);
    if (!m_stalledSince && now - counted > limitFor(sight)) {
        m_stalledSince = counted;
    }
    return m_stalledSince ? std::optional(now - *m_stalledSince) : std::nullopt;
}

}  // namespace tidemark::service
