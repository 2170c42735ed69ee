#include "core/service/watch_rounds.h"

#include <utility>

namespace tidemark::service {

WatchRounds::WatchRounds(Clock& clock, std::function<void(bool isLate)> round)
    : m_clock(clock),
      m_round(std::move(round)),
      m_thread([this](const std::stop_token& stop) { walk(stop); })
{
}

void WatchRounds::stop()
{
    m_thread.request_stop();
    if (m_thread.joinable()) {
        m_thread.join();
    }
}

void WatchRounds::walk(const std::stop_token& stop)
{
    Clock::Instant next = m_clock.monotonic() + kRound;
    while (m_clock.waitUntil(next, stop)) {
        const Clock::Instant now = m_clock.monotonic();
        const bool isLate = now > next + kLateness;
        next = now + kRound;
        m_round(isLate);
    }
}

}  // namespace tidemark::service
