#include "app/timeline/window_counts.h"

#include <algorithm>

namespace tidemark::app::timeline {
namespace {

/// Of marks in the order of their ends: those that begin before the window's end and end behind
/// its start.
template <typename Marks, typename From, typename To>
int countWithin(const Marks& marks, const ViewWindow& window, From from, To to)
{
    return static_cast<int>(std::ranges::upper_bound(marks, window.toMs, {}, from) -
                            std::ranges::lower_bound(marks, window.fromMs, {}, to));
}

template <typename Marks, typename Time>
int countWithin(const Marks& marks, const ViewWindow& window, Time time)
{
    return countWithin(marks, window, time, time);
}

}  // namespace

WindowCounts countsIn(const TimelineData& data, const ViewWindow& window)
{
    return {.moments = static_cast<int>(data.firstNotBefore(window.toMs + 1) -
                                        data.firstNotBefore(window.fromMs)),
            .snapshots = countWithin(data.snapshots(), window, &SnapshotMark::atMs),
            .restores = countWithin(data.restores(), window, &RestoreRun::atMs),
            .drills = countWithin(data.drills(), window, &DrillRun::momentMs),
            .gaps = countWithin(data.gaps(), window, &GapSpan::fromMs, &GapSpan::toMs)};
}

}  // namespace tidemark::app::timeline
