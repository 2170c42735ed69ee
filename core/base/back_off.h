#pragma once

#include <algorithm>

namespace tidemark {

/// The pause before the next try of what has failed before: `first`, doubled so many `times`, and
/// never longer than `longest`. Durations of one unit.
template <typename Duration>
[[nodiscard]] constexpr Duration doubled(Duration first, int times, Duration longest)
{
    Duration pause = std::min(first, longest);
    for (int i = 0; i < times && pause < longest; ++i) {
        pause = std::min(pause + pause, longest);
    }
    return pause;
}

}  // namespace tidemark
