#pragma once

#include "core/base/clock.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace tidemark {

/// What a wait on a simulated clock does.
enum class SimulatedWait {
    EndsAtOnce,  ///< It is over at once, and it is its deadline: for code on the test's own thread.
    LastsUntilMoved  ///< It blocks until advance(), a ring or a stop: for code with its own
                     ///< threads.
};

/// Time that stands still until a test moves it, from Sunday 2026-11-22 12:00 UTC on. Any thread
/// may use it; onWait() is set before others do.
class SimulatedClock final : public Clock {
public:
    using Clock::waitUntil;

    explicit SimulatedClock(SimulatedWait wait = SimulatedWait::EndsAtOnce) : m_wait(wait) {}

    [[nodiscard]] Timestamp now() const override
    {
        return kStart + m_wallOffset.load() +
               std::chrono::floor<Timestamp::duration>(m_elapsed.load());
    }

    [[nodiscard]] Instant monotonic() const override { return Instant(m_elapsed.load()); }

    [[nodiscard]] WaitEnd waitUntil(Instant deadline, std::stop_token stop, Wakeup& wakeup) override
    {
        {
            const std::scoped_lock lock(m_mutex);
            m_pauses.push_back(
                std::chrono::ceil<std::chrono::milliseconds>(deadline - monotonic()));
        }
        m_onWait();
        return m_wait == SimulatedWait::EndsAtOnce ? endAtOnce(deadline, stop, wakeup)
                                                   : block(deadline, stop, wakeup);
    }

    /// Moves both times forwards and ends the waits whose deadline has come.
    void advance(std::chrono::nanoseconds by)
    {
        const std::scoped_lock lock(m_mutex);
        m_elapsed = m_elapsed.load() + by;
        for (Wakeup* const waiting : m_waiting) {
            // Taken once, so that no waiter stands between its look at the time and its sleep.
            {
                const std::scoped_lock between(waiting->m_mutex);
            }
            waiting->m_changed.notify_all();
        }
    }

    /// Lets the wall time jump, as when a person or NTP sets it.
    void jumpWallTime(std::chrono::milliseconds by) { m_wallOffset = m_wallOffset.load() + by; }

    /// Blocks until `count` threads wait for this clock.
    void untilWaiting(std::size_t count)
    {
        std::unique_lock lock(m_mutex);
        m_waitingChanged.wait(lock, [&] { return m_waiting.size() >= count; });
    }

    /// Runs at the start of each wait: the moment in which a test pulls a plug.
    void onWait(std::function<void()> then) { m_onWait = std::move(then); }

    /// How long each wait so far was to last.
    [[nodiscard]] std::vector<std::chrono::milliseconds> pauses() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_pauses;
    }

private:
    static constexpr Timestamp kStart{std::chrono::milliseconds(1'795'348'800'000)};

    WaitEnd endAtOnce(Instant deadline, const std::stop_token& stop, Wakeup& wakeup)
    {
        const std::scoped_lock lock(wakeup.m_mutex);
        if (stop.stop_requested()) {
            return WaitEnd::Stopped;
        }
        if (std::exchange(wakeup.m_rung, false)) {
            return WaitEnd::Rung;
        }
        m_elapsed = std::max(m_elapsed.load(), deadline.time_since_epoch());
        return WaitEnd::Deadline;
    }

    WaitEnd block(Instant deadline, const std::stop_token& stop, Wakeup& wakeup)
    {
        join(wakeup);
        WaitEnd end = WaitEnd::Deadline;
        {
            std::unique_lock lock(wakeup.m_mutex);
            wakeup.m_changed.wait(lock, stop,
                                  [&] { return wakeup.m_rung || monotonic() >= deadline; });
            if (stop.stop_requested()) {
                end = WaitEnd::Stopped;
            } else if (std::exchange(wakeup.m_rung, false)) {
                end = WaitEnd::Rung;
            }
        }
        leave(wakeup);
        return end;
    }

    void join(Wakeup& wakeup)
    {
        const std::scoped_lock lock(m_mutex);
        m_waiting.push_back(&wakeup);
        m_waitingChanged.notify_all();
    }

    void leave(Wakeup& wakeup)
    {
        const std::scoped_lock lock(m_mutex);
        m_waiting.erase(std::ranges::find(m_waiting, &wakeup));
    }

    const SimulatedWait m_wait;
    std::atomic<Clock::Instant::duration> m_elapsed{std::chrono::hours(1)};
    std::atomic<std::chrono::milliseconds> m_wallOffset{std::chrono::milliseconds(0)};
    std::function<void()> m_onWait = [] {};

    mutable std::mutex m_mutex;  // Guards what follows; taken before a Wakeup's.
    std::condition_variable m_waitingChanged;
    std::vector<std::chrono::milliseconds> m_pauses;
    std::vector<Wakeup*> m_waiting;
};

}  // namespace tidemark
