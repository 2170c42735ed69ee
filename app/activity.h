#pragma once

#include "app/timeline/timeline_data.h"

#include <QTimeZone>

#include <vector>

namespace tidemark::app {

/// One column of the drawing of the last 24 hours: how much was written, from 0 to 1 (logarithmic,
/// against the busiest column), 0 for nothing.
[[nodiscard]] std::vector<double> flowColumns(const timeline::TimelineData& data,
                                              timeline::Millis nowMs, int columns);

/// Of the last 24 hours.
[[nodiscard]] timeline::MomentSums lastDay(const timeline::TimelineData& data,
                                           timeline::Millis nowMs);

enum class DayCell {
    Before,  ///< The history had not begun.
    Idle,    ///< Nothing was to be saved.
    Kept,
    Today,
};

/// One cell a day, the last one today, by the calendar of `zone`.
[[nodiscard]] std::vector<DayCell> dayCells(const timeline::TimelineData& data,
                                            timeline::Millis nowMs, const QTimeZone& zone,
                                            int days);

}  // namespace tidemark::app
