#pragma once

#include "core/base/clock.h"

#include <chrono>
#include <functional>
#include <stop_token>
#include <thread>

namespace tidemark::service {

/// A thread of its own that makes a round each kRound. It uses nothing of what the others do their
/// work with, so that it goes on when they do not.
class WatchRounds {
public:
    static constexpr std::chrono::seconds kRound{30};

    /// A round that comes later than this is of a program that was stopped, or did not get on:
    /// nobody else had that time either.
    static constexpr std::chrono::seconds kLateness{10};

    /// `round` learns whether it is late. It may block; none is made up for. The first one comes
    /// after a pause.
    WatchRounds(Clock& clock, std::function<void(bool isLate)> round);

    /// Waits for the round that runs, and makes no other. Not from within one.
    void stop();

private:
    void walk(const std::stop_token& stop);

    Clock& m_clock;
    std::function<void(bool isLate)> m_round;
    std::jthread m_thread;
};

}  // namespace tidemark::service
