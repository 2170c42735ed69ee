#include "app/timeline/window_choice.h"

#include <array>
#include <cmath>

namespace tidemark::app::timeline {
namespace {

/// Closer than this part of the window to now counts as following it.
constexpr double kFollowTolerance = 0.03;
/// The first window is the shortest of these with so many moments in it.
constexpr std::array kFirstSpans = {90 * kMinuteMs, kDayMs, 7 * kDayMs, 30 * kDayMs};
constexpr std::size_t kFirstMoments = 20;
constexpr std::array kOverviewSpans = {kDayMs, 7 * kDayMs, 30 * kDayMs};
/// An overview of this many windows still shows the window 24 px wide.
constexpr int kMostWindowsInOverview = 38;

}  // namespace

Extent extentOf(const TimelineData& data, Millis endMs)
{
    return {.endMs = endMs, .limits = limitsOf(data, endMs)};
}

ViewWindow firstWindow(const TimelineData& data, const Extent& extent)
{
    for (const Millis span : kFirstSpans) {
        const ViewWindow window = lastStretch(span, extent);
        const std::size_t from = data.firstNotBefore(window.fromMs);
        if (data.count() - from >= kFirstMoments || from == 0) {
            return window;
        }
    }
    return fitted(extent.limits);
}

ViewWindow lastStretch(Millis spanMs, const Extent& extent)
{
    return endingAtNow({.fromMs = extent.endMs - spanMs, .toMs = extent.endMs}, extent.endMs,
                       extent.limits);
}

ViewWindow overviewAround(const ViewWindow& window, const Extent& extent)
{
    for (const Millis span : kOverviewSpans) {
        const ViewWindow overview = lastStretch(span, extent);
        if (overview.fromMs <= window.fromMs && window.spanMs() * 2 <= span &&
            window.spanMs() * kMostWindowsInOverview >= span) {
            return overview;
        }
    }
    const ViewWindow day = lastStretch(kDayMs, extent);
    const bool isTiny = window.spanMs() * kMostWindowsInOverview < kDayMs;
    return isTiny && day.fromMs <= window.fromMs ? day : fitted(extent.limits);
}

bool endsAtEnd(const ViewWindow& window, const Extent& extent)
{
    const ViewWindow following = endingAtNow(window, extent.endMs, extent.limits);
    const auto tolerance =
        static_cast<Millis>(kFollowTolerance * static_cast<double>(window.spanMs()));
    return std::abs(following.toMs - window.toMs) <= tolerance;
}

ViewWindow zoomedFollowing(const ViewWindow& window, double factor, Millis anchorMs,
                           const Extent& extent)
{
    if (anchorMs < window.toMs - window.spanMs() / 10) {
        return zoomed(window, factor, anchorMs, extent.limits);
    }
    return endingAtNow(zoomed(window, factor, window.toMs, extent.limits), extent.endMs,
                       extent.limits);
}

}  // namespace tidemark::app::timeline
