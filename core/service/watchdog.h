#pragma once

#include "core/base/clock.h"
#include "core/service/step_pool.h"
#include "core/sqlite/source_identity.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace tidemark::service {

/// Whether anybody still looks at one database: the rule of a watchdog that does not trust those
/// who follow it. It knows only when the file that each commit writes was seen to change, and when
/// steps of the source began and ended. What a step finds is not its business: a transaction that
/// is rolled back, or not committed yet, changes the file and gives no segment. Times are of the
/// monotonic clock. A value without a clock of its own, for one thread.
class Watchdog {
public:
    /// From one look to the next. One that comes much later is of a program that was stopped or did
    /// not get on: then everybody gets his whole time anew.
    static constexpr std::chrono::seconds kRound{30};
    static constexpr std::chrono::seconds kLateness{10};

    /// Within it a step has begun after each change, and has ended. Most take milliseconds, and the
    /// rarest of them begin each five seconds.
    static constexpr std::chrono::seconds kPatience{120};

    /// A step may have to read the whole database, and write what it found: slower than this is no
    /// disk.
    static constexpr std::uint64_t kSlowestBytesASecond = std::uint64_t{2} << 20;

    /// What is seen in one look.
    struct Sight {
        std::optional<sqlite::FileStamp> stamp = {};  ///< Empty: there is no such file.
        std::uint64_t bytes = 0;                      ///< Of the database and its log.
        std::chrono::microseconds pause{0};  ///< So long a step rests before it looks again.
        /// It is not to be looked at, or somebody was told why it is not.
        bool isExcused = false;
        StepPool::Activity step = {};
    };

    /// For how long nobody has looked, when that is too long; empty when all is well.
    [[nodiscard]] std::optional<Clock::Instant::duration> look(Clock::Instant now,
                                                               const Sight& sight);

private:
    void takeIn(Clock::Instant now, const Sight& sight);

    std::optional<Clock::Instant> m_lookedAt = {};
    std::optional<sqlite::FileStamp> m_stamp = {};
    std::optional<Clock::Instant> m_since = {};  // The first change that no step has looked at.
    Clock::Instant m_countFrom = {};             // What was before counts for nothing.
    bool m_isStuck = false;
};

}  // namespace tidemark::service
