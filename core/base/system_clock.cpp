#include "core/base/system_clock.h"

#include <utility>

namespace tidemark {

Timestamp SystemClock::now() const
{
    return std::chrono::floor<Timestamp::duration>(std::chrono::system_clock::now());
}

Clock::Instant SystemClock::monotonic() const
{
    return std::chrono::steady_clock::now();
}

WaitEnd SystemClock::waitUntil(Instant deadline, std::stop_token stop, Wakeup& wakeup)
{
    std::unique_lock lock(wakeup.m_mutex);
    const bool rung =
        wakeup.m_changed.wait_until(lock, stop, deadline, [&wakeup] { return wakeup.m_rung; });
    if (stop.stop_requested()) {
        return WaitEnd::Stopped;
    }
    if (rung) {
        wakeup.m_rung = false;
    }
    return rung ? WaitEnd::Rung : WaitEnd::Deadline;
}

}  // namespace tidemark
