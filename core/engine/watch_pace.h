#pragma once

#include "core/base/clock.h"
#include "core/sqlite/source_identity.h"

#include <algorithm>
#include <chrono>
#include <optional>

namespace tidemark::engine {

/// When a database that is not in WAL mode may be looked at. Nobody can commit during a look, so it
/// comes when writers rest for a moment, or a while after the first change if they do not, and
/// never takes more than a twentieth of the time.
class WatchPace {
public:
    /// Something was written.
    void noticed(Clock::Instant now)
    {
        m_first = m_first.value_or(now);
        m_last = now;
    }

    [[nodiscard]] bool isPending() const { return m_first.has_value(); }

    /// The next look at a change; empty when there is none.
    [[nodiscard]] std::optional<Clock::Instant> due() const
    {
        if (!m_first) {
            return std::nullopt;
        }
        return std::max(std::min(m_last + kQuiet, *m_first + kLongestWait), m_notBefore);
    }

    /// Whether nothing was written for a while.
    [[nodiscard]] bool isAtRest(Clock::Instant now) const
    {
        return !m_first || now >= m_last + kQuiet;
    }

    /// A file that nothing is known of was written to so short a time ago that it may be written to
    /// still.
    [[nodiscard]] static bool isFresh(const sqlite::FileStamp& stamp, Timestamp now)
    {
        const auto age = now.time_since_epoch() - std::chrono::nanoseconds(stamp.modifiedNs);
        return age > -kQuiet && age < kQuiet;  // Both clocks are not read alike.
    }

    /// The database was as `mark` says in a glimpse at `now`, at a writer that does not rest. True
    /// once whatever was written between the last glimpses counted the change counter up: then
    /// those are commits, and what they leave is whole. A program that copies a file over the
    /// database counts up once at most, and goes on writing. Glimpses between two commits say
    /// nothing.
    [[nodiscard]] bool areCommits(const sqlite::FileMark& mark, Clock::Instant now)
    {
        if (m_glimpsed && m_glimpsed->changeCounter != mark.changeCounter) {
            ++m_moves;
        } else if (m_glimpsed != mark) {
            m_moves = 0;
        }
        m_glimpsed = mark;
        m_notBefore = std::max(m_notBefore, now + kGlimpsePause);
        return m_moves >= kProvingMoves;
    }

    /// Whatever the reason for a look.
    [[nodiscard]] Clock::Instant notBefore() const { return m_notBefore; }

    /// The lock was held from `begun` to `ended`, whatever came of it.
    void charge(Clock::Instant begun, Clock::Instant ended)
    {
        m_notBefore = std::max(m_notBefore, ended + kRestShare * (ended - begun));
    }

    /// All was looked at, and what was found is kept.
    void looked()
    {
        m_first.reset();
        m_pause = kFirstPause;
        m_givenWay = 0;
        m_glimpsed.reset();
        m_moves = 0;
    }

    /// The database was locked by a writer, or written to without a lock: it is tried again soon,
    /// then less often.
    void hindered(Clock::Instant now)
    {
        m_notBefore = std::max(m_notBefore, now + m_pause);
        m_pause = std::min(2 * m_pause, kLastPause);
    }

    /// A look was broken off at `now`, for a writer that wanted to commit.
    void gaveWay(Clock::Instant now)
    {
        m_notBefore = std::max(m_notBefore, now + kFirstPause);
        ++m_givenWay;
    }

    /// A writer that never rests would never be looked at.
    [[nodiscard]] bool mayGiveWay() const { return m_givenWay < kMostGivenWay; }

    /// From the start of one look that takes so long to that of the next, at least.
    [[nodiscard]] static std::chrono::microseconds period(std::chrono::microseconds took)
    {
        return std::max<std::chrono::microseconds>((1 + kRestShare) * took, kQuiet);
    }

private:
    static constexpr std::chrono::milliseconds kQuiet{250};
    static constexpr std::chrono::milliseconds kLongestWait{1000};
    static constexpr int kRestShare = 19;
    static constexpr std::chrono::milliseconds kFirstPause{20};
    static constexpr std::chrono::milliseconds kLastPause{500};
    static constexpr int kMostGivenWay = 10;
    static constexpr std::chrono::milliseconds kGlimpsePause{50};
    static constexpr int kProvingMoves = 2;

    std::optional<Clock::Instant> m_first = {};  // The first change since the last look.
    Clock::Instant m_last = {};
    Clock::Instant m_notBefore = {};
    std::chrono::milliseconds m_pause = kFirstPause;
    int m_givenWay = 0;
    std::optional<sqlite::FileMark> m_glimpsed = {};  // Last, since the last look.
    int m_moves = 0;                                  // Of its change counter, in a row.
};

}  // namespace tidemark::engine
