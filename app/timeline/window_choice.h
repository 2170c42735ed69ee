#pragma once

#include "app/timeline/view_window.h"

namespace tidemark::app::timeline {

/// Which windows are shown where nobody chose any. Pure values.

/// What there is of a history: where it ends (now, while it goes on), and how far a window may go.
struct Extent {
    Millis endMs = 0;
    ViewLimits limits = {};

    bool operator==(const Extent&) const = default;
};

[[nodiscard]] Extent extentOf(const TimelineData& data, Millis endMs);

/// The shortest of a few usual stretches that has enough moments in it, at the end of the history.
[[nodiscard]] ViewWindow firstWindow(const TimelineData& data, const Extent& extent);

/// The last `spanMs` of the history.
[[nodiscard]] ViewWindow lastStretch(Millis spanMs, const Extent& extent);

/// The overview for `window`: the shortest usual stretch of which that is a part, but not so small
/// a part that it could not be seen; else all of the history.
[[nodiscard]] ViewWindow overviewAround(const ViewWindow& window, const Extent& extent);

/// Whether `window` ends where one that follows the clock does, but for a little.
[[nodiscard]] bool endsAtEnd(const ViewWindow& window, const Extent& extent);

/// A window that follows the clock, lengthened or shortened: near its right edge it is that edge
/// that stays, and goes on following; elsewhere what is at `anchorMs`.
[[nodiscard]] ViewWindow zoomedFollowing(const ViewWindow& window, double factor, Millis anchorMs,
                                         const Extent& extent);

}  // namespace tidemark::app::timeline
