#pragma once

#include "core/base/clock.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace tidemark::cli {

/// Tells systemd that this process goes on, where the unit asks for that (WatchdogSec=): one that
/// stands still as a whole keeps the log of a database from being cut. Without systemd it does
/// nothing. Variables and message are those of sd_watchdog_enabled(3) and sd_notify(3). For one
/// thread.
class SystemdWatchdog {
public:
    /// `variable` gives the value of a variable of the environment.
    explicit SystemdWatchdog(
        const std::function<std::optional<std::string>(const std::string& name)>& variable);

    /// One datagram when it is due, never waited for. That nobody takes it is no failure of ours.
    void beat(Clock::Instant now);

    /// `otherwise`, or before it the time when the next beat is due.
    [[nodiscard]] Clock::Instant next(Clock::Instant otherwise) const;

private:
    std::string m_socket;                               // One that begins with @ has no file.
    std::optional<std::chrono::microseconds> m_period;  // Empty: nobody asks.
    Clock::Instant m_next = {};
};

}  // namespace tidemark::cli
