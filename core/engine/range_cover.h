#pragma once

#include "core/ltx/file_name.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace tidemark::engine {

/// Answers whether one of many ranges holds another one whole. Made once; an answer takes the
/// logarithm of their number.
class RangeCover {
public:
    explicit RangeCover(std::vector<ltx::TxRange> ranges) : m_ranges(std::move(ranges))
    {
        std::ranges::sort(m_ranges);
        // From here on each says how far any range reaches that starts where it does, or before.
        for (std::size_t i = 1; i < m_ranges.size(); ++i) {
            m_ranges[i].maxTxId = std::max(m_ranges[i].maxTxId, m_ranges[i - 1].maxTxId);
        }
    }

    [[nodiscard]] bool covers(ltx::TxRange range) const
    {
        const auto above =
            std::ranges::upper_bound(m_ranges, range.minTxId, {}, &ltx::TxRange::minTxId);
        return above != m_ranges.begin() && std::prev(above)->maxTxId >= range.maxTxId;
    }

private:
    std::vector<ltx::TxRange> m_ranges;
};

}  // namespace tidemark::engine
