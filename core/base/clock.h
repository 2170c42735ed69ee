#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace tidemark {

/// Milliseconds since the Unix epoch, UTC.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// A bell that ends somebody's wait. A ring while nobody waits is kept for the next wait; many
/// rings count as one. Any thread may ring; one thread waits.
class Wakeup {
public:
    void ring()
    {
        {
            const std::scoped_lock lock(m_mutex);
            m_rung = true;
        }
        m_changed.notify_all();
    }

private:
    friend class SystemClock;
    friend class SimulatedClock;

    std::mutex m_mutex;  // Guards m_rung.
    std::condition_variable_any m_changed;
    bool m_rung = false;
};

enum class WaitEnd { Deadline, Rung, Stopped };

/// The only source of time, and the only way to wait for it; tests move it by hand.
/// Any thread may use it.
class Clock {
public:
    using Instant = std::chrono::steady_clock::time_point;

    virtual ~Clock() = default;

    /// Wall time: for people and files. It may jump; never subtract two of them.
    [[nodiscard]] virtual Timestamp now() const = 0;

    /// Time that only runs forwards: for limits and pauses.
    [[nodiscard]] virtual Instant monotonic() const = 0;

    /// Blocks until `deadline`, a ring of `wakeup` or a request of `stop`, and says which. A ring
    /// is used up by the wait that it ends; a stop request wins over a ring.
    [[nodiscard]] virtual WaitEnd waitUntil(Instant deadline, std::stop_token stop,
                                            Wakeup& wakeup) = 0;

    /// The same without a bell: true at the deadline, false when stopped.
    [[nodiscard]] bool waitUntil(Instant deadline, std::stop_token stop)
    {
        Wakeup nobody;
        return waitUntil(deadline, std::move(stop), nobody) == WaitEnd::Deadline;
    }
};

}  // namespace tidemark
