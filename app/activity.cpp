#include "app/activity.h"

#include <QDateTime>

#include <algorithm>
#include <cmath>

namespace tidemark::app {
namespace {

using timeline::Millis;
using timeline::TimelineData;

constexpr Millis kDayMs = 24LL * 60 * 60 * 1000;

/// Moments not before `fromMs` and before `toMs`.
timeline::MomentSums between(const TimelineData& data, Millis fromMs, Millis toMs)
{
    return data.sums(data.firstNotBefore(fromMs), data.firstNotBefore(toMs));
}

Millis startOfDay(QDate day, const QTimeZone& zone)
{
    return day.startOfDay(zone).toMSecsSinceEpoch();
}

}  // namespace

std::vector<double> flowColumns(const TimelineData& data, Millis nowMs, int columns)
{
    std::vector<double> heights;
    double highest = 0;
    for (int column = 0; column < columns; ++column) {
        const Millis from = nowMs - kDayMs + kDayMs * column / columns;
        const Millis to =
            nowMs - kDayMs + kDayMs * (column + 1) / columns + (column + 1 == columns);
        const auto sums = between(data, from, to);
        const double height =
            std::log1p(static_cast<double>(data.pagesKnown() ? sums.pages : sums.bytes / 1024));
        // A moment is never invisible, however small it was.
        heights.push_back(sums.count > 0 ? std::max(height, 0.1) : 0);
        highest = std::max(highest, heights.back());
    }
    for (double& height : heights) {
        height = highest > 0 ? height / highest : 0;
    }
    return heights;
}

timeline::MomentSums lastDay(const TimelineData& data, Millis nowMs)
{
    return between(data, nowMs - kDayMs, nowMs + 1);
}

std::vector<DayCell> dayCells(const TimelineData& data, Millis nowMs, const QTimeZone& zone,
                              int days)
{
    const QDate today = QDateTime::fromMSecsSinceEpoch(nowMs, zone).date();
    std::vector<DayCell> cells;
    for (int ago = days - 1; ago > 0; --ago) {
        const Millis from = startOfDay(today.addDays(-ago), zone);
        const Millis to = startOfDay(today.addDays(1 - ago), zone);
        const bool before = data.empty() || data.firstMs() >= to;
        cells.push_back(before                               ? DayCell::Before
                        : between(data, from, to).count == 0 ? DayCell::Idle
                                                             : DayCell::Kept);
    }
    cells.push_back(DayCell::Today);
    return cells;
}

}  // namespace tidemark::app
