#pragma once

#include "core/base/system_clock.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace tidemark {

/// Time that runs as outside, and that a test moves forwards besides, by weeks: whoever waits
/// notices within some milliseconds. Any thread.
class MovedClock final : public Clock {
public:
    using Clock::waitUntil;

    [[nodiscard]] Timestamp now() const override
    {
        return m_start +
               std::chrono::floor<Timestamp::duration>(monotonic() - m_zero + m_slept.load());
    }
    [[nodiscard]] Instant monotonic() const override
    {
        return m_system.monotonic() + m_moved.load();
    }
    [[nodiscard]] WaitEnd waitUntil(Instant deadline, std::stop_token stop, Wakeup& wakeup) override
    {
        for (;;) {
            const auto left = std::min<Instant::duration>(deadline - monotonic(), kLook);
            const WaitEnd end = m_system.waitUntil(m_system.monotonic() + left, stop, wakeup);
            if (end != WaitEnd::Deadline || monotonic() >= deadline) {
                return end;
            }
        }
    }

    void advance(Instant::duration by) { m_moved = m_moved.load() + by; }

    /// As a computer does: only the time of day goes on.
    void sleep(Instant::duration by) { m_slept = m_slept.load() + by; }

private:
    static constexpr std::chrono::milliseconds kLook{20};

    SystemClock m_system;
    const Instant m_zero = m_system.monotonic();
    const Timestamp m_start = m_system.now();
    std::atomic<Instant::duration> m_moved{Instant::duration::zero()};
    std::atomic<Instant::duration> m_slept{Instant::duration::zero()};
};

}  // namespace tidemark
