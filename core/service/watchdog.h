#pragma once

#include "core/base/clock.h"
#include "core/service/step_pool.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace tidemark::service {

/// Whether the steps of one source, or one replica, still come and go: the rule of a watchdog that
/// does not trust those who follow it. Changes it needs to know nothing of: a step comes by itself,
/// too, and then it finds them. What it finds is not its business: a transaction that is rolled
/// back, or not committed yet, gives no segment. Times are of the monotonic clock. A value without
/// a clock of its own, for one thread.
class Watchdog {
public:
    /// Within it a step that is due begins, and one that runs ends. Most take milliseconds.
    static constexpr std::chrono::seconds kPatience{120};

    /// A step may have to read the whole database, and write what it found: slower than this is no
    /// disk.
    static constexpr std::uint64_t kSlowestBytesASecond = std::uint64_t{2} << 20;

    /// What is seen in one look.
    struct Sight {
        StepPool::Activity step = {};
        std::uint64_t bytes = 0;  ///< So many the step that runs may have to read, or write.
        std::uint64_t slowestBytesASecond = kSlowestBytesASecond;
        bool isExcused = false;  ///< Nobody needs the next step, as long as none runs.
        bool isLate = false;     ///< The look: WatchRounds.
    };

    /// For how long no step has begun or ended, when that is too long; empty when all is well, or
    /// is again: when a step has ended that began later.
    [[nodiscard]] std::optional<Clock::Instant::duration> look(Clock::Instant now,
                                                               const Sight& sight);

private:
    Clock::Instant m_countFrom = {};  // What was before counts for nothing.
    std::optional<Clock::Instant> m_stalledSince = {};
};

}  // namespace tidemark::service
