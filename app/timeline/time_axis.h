#pragma once

#include "app/timeline/draw_list.h"
#include "app/timeline/time_words.h"
#include "app/timeline/view_window.h"

#include <vector>

namespace tidemark::app::timeline {

struct Tick {
    Millis atMs = 0;
    bool major = false;
    bool newDay = false;  ///< The label names a day (or a month, a year) and not a time.
    QString label = {};   ///< Empty on minor ticks.

    bool operator==(const Tick&) const = default;
};

/// Where the ticks of `window` stand, in the zone of `speech`: on round local times, also around a
/// change of the offset (days of 23 and 25 hours have as many hourly ticks). Labels leave room for
/// one another on `widthPx`. At most a few hundred ticks, whatever the window.
[[nodiscard]] std::vector<Tick> axisTicks(const ViewWindow& window, double widthPx,
                                          const Speech& speech, const MeasureText& measure);

/// What the ticks do not say by themselves: the day, or the year where ticks are days.
[[nodiscard]] QString axisContext(const ViewWindow& window, const Speech& speech);

}  // namespace tidemark::app::timeline
