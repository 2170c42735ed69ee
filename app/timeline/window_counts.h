#pragma once

#include "app/timeline/view_window.h"

namespace tidemark::app::timeline {

/// How many of each kind stand in a window. Pure.
struct WindowCounts {
    int moments = 0;
    int snapshots = 0;
    int restores = 0;
    int drills = 0;
    int gaps = 0;  ///< Those that lie in it in part, too.

    bool operator==(const WindowCounts&) const = default;
};

[[nodiscard]] WindowCounts countsIn(const TimelineData& data, const ViewWindow& window);

}  // namespace tidemark::app::timeline
