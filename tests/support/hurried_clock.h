#pragma once

#include "core/base/system_clock.h"

#include <utility>

namespace tidemark {

/// Time that runs `times` as fast as it does outside, from the moment it is made: half a minute is
/// over in a second or two. Any thread.
class HurriedClock final : public Clock {
public:
    using Clock::waitUntil;

    explicit HurriedClock(int times) : m_times(times) {}

    [[nodiscard]] Timestamp now() const override
    {
        return m_start +
               std::chrono::floor<Timestamp::duration>(m_times * (m_system.monotonic() - m_zero));
    }
    [[nodiscard]] Instant monotonic() const override
    {
        return m_zero + m_times * (m_system.monotonic() - m_zero);
    }
    [[nodiscard]] WaitEnd waitUntil(Instant deadline, std::stop_token stop, Wakeup& wakeup) override
    {
        return m_system.waitUntil(m_zero + (deadline - m_zero) / m_times, std::move(stop), wakeup);
    }

private:
    SystemClock m_system;
    const int m_times;
    const Instant m_zero = m_system.monotonic();
    const Timestamp m_start = m_system.now();
};

}  // namespace tidemark
