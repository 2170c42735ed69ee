#pragma once

#include "core/base/clock.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
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

    /// The change counter was `counter` in a glimpse at `now`, at a writer that does not rest.
    /// True once each of the last glimpses found another one: then those are commits, and what they
    /// leave is whole. A program that copies a file over the database counts up once at most.
    [[nodiscard]] bool areCommits(std::uint32_t counter, Clock::Instant now)
    {
        m_moves = m_counter && *m_counter != counter ? m_moves + 1 : 0;
        m_counter = counter;
        m_notBefore = now + kGlimpsePause;
        return m_moves >= kProvingMoves;
    }

    /// Whatever the reason for a look.
    [[nodiscard]] Clock::Instant notBefore() const { return m_notBefore; }

    /// All was looked at, from `begun` to `ended`.
    void looked(Clock::Instant begun, Clock::Instant ended)
    {
        m_first.reset();
        m_notBefore = ended + kRestShare * (ended - begun);
        m_pause = kFirstPause;
        m_givenWay = 0;
        m_counter.reset();
        m_moves = 0;
    }

    /// The database was locked by a writer: it is tried again soon, then less often.
    void hindered(Clock::Instant now)
    {
        m_notBefore = now + m_pause;
        m_pause = std::min(2 * m_pause, kLastPause);
    }

    /// A look was broken off at `now`, for a writer that wanted to commit.
    void gaveWay(Clock::Instant now)
    {
        m_notBefore = now + kFirstPause;
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
    std::optional<std::uint32_t> m_counter = {};  // At the last glimpse since the last look.
    int m_moves = 0;                              // Of it, in a row.
};

}  // namespace tidemark::engine
