#pragma once

#include "core/base/clock.h"

#include <algorithm>
#include <chrono>
#include <optional>

namespace tidemark::engine {

/// When the next segment may be captured: the first change after a rest at once, a burst one each
/// burst interval, and a writer that never rests one a second, once it has used up its quick ones.
class Cadence {
public:
    explicit Cadence(std::chrono::milliseconds burstInterval) : m_burstInterval(burstInterval) {}

    /// Not before this instant.
    [[nodiscard]] Clock::Instant next(Clock::Instant now) const
    {
        const auto pause = quickOnes(now) > 0 ? m_burstInterval : kSlowInterval;
        return m_last ? std::max(now, *m_last + pause) : now;
    }

    void captured(Clock::Instant now)
    {
        m_quick = quickOnes(now) - 1;
        m_last = now;
    }

private:
    static constexpr std::chrono::milliseconds kSlowInterval{1000};
    static constexpr long kMaxQuick = 600;  // A minute of bursts; comes back at one a second.

    [[nodiscard]] long quickOnes(Clock::Instant now) const
    {
        const long back =
            m_last ? static_cast<long>(
                         std::chrono::duration_cast<std::chrono::seconds>(now - *m_last).count())
                   : 0;
        return std::clamp(m_quick + back, 0L, kMaxQuick);
    }

    std::chrono::milliseconds m_burstInterval;
    std::optional<Clock::Instant> m_last = {};
    long m_quick = kMaxQuick;
};

}  // namespace tidemark::engine
