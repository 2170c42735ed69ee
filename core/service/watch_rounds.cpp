#include "core/service/watch_rounds.h"

#include "core/service/watchdog.h"

#include <utility>

namespace tidemark::service {

WatchRounds::WatchRounds(Clock& clock, std::function<void()> round)
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
    Clock::Instant next = m_clock.monotonic() + Watchdog::kRound;
    while (m_clock.waitUntil(next, stop)) {
        next = m_clock.monotonic() + Watchdog::kRound;
        m_round();
    }
}

}  // namespace tidemark::service
