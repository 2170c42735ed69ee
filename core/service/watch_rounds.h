#pragma once

#include "core/base/clock.h"

#include <functional>
#include <stop_token>
#include <thread>

namespace tidemark::service {

/// A thread of its own that makes a round each Watchdog::kRound. It uses nothing of what the others
/// do their work with, so that it goes on when they do not.
class WatchRounds {
public:
    /// `round` may block; none is made up for. The first one comes after a pause.
    WatchRounds(Clock& clock, std::function<void()> round);

    /// Waits for the round that runs, and makes no other. Not from within one.
    void stop();

private:
    void walk(const std::stop_token& stop);

    Clock& m_clock;
    std::function<void()> m_round;
    std::jthread m_thread;
};

}  // namespace tidemark::service
