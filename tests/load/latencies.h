#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace load {

/// How long things took: exact to 1 us up to 100 ms; longer ones count as 100 ms, the longest
/// exactly.
class Latencies {
public:
    void add(std::int64_t us)
    {
        ++m_counts[static_cast<std::size_t>(std::clamp<std::int64_t>(us, 0, kLastUs))];
        ++m_total;
        m_longestUs = std::max(m_longestUs, us);
    }
    void add(const Latencies& other)
    {
        for (std::size_t i = 0; i < m_counts.size(); ++i)
            m_counts[i] += other.m_counts[i];
        m_total += other.m_total;
        m_longestUs = std::max(m_longestUs, other.m_longestUs);
    }

    std::int64_t count() const { return m_total; }
    std::int64_t longestUs() const { return m_longestUs; }
    /// The time that `perMille` of 1000 did not exceed; 0 of nothing.
    std::int64_t quantileUs(std::int64_t perMille) const
    {
        std::int64_t below = 0;
        for (std::size_t us = 0; us < m_counts.size(); ++us) {
            below += m_counts[us];
            if (below > 0 && below * 1000 >= m_total * perMille)
                return static_cast<std::int64_t>(us);
        }
        return 0;
    }

private:
    static constexpr std::int64_t kLastUs = 100'000;
    std::vector<std::int64_t> m_counts = std::vector<std::int64_t>(kLastUs + 1);
    std::int64_t m_total = 0;
    std::int64_t m_longestUs = 0;
};

}  // namespace load
