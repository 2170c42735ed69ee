#include "app/timeline/view_window.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace tidemark::app::timeline {
namespace {

/// The part of a window that stays free behind now, so that new moments are seen to come.
constexpr double kAirBehindNow = 0.02;
/// The part of a window that a revealed moment keeps to its edge.
constexpr double kAirAroundRevealed = 0.08;

Millis share(Millis spanMs, double part)
{
    return static_cast<Millis>(std::llround(static_cast<double>(spanMs) * part));
}

}  // namespace

ViewLimits limitsOf(const TimelineData& data, Millis nowMs)
{
    const Millis first = data.empty() ? nowMs : std::min(data.firstMs(), nowMs);
    const Millis last = data.empty() ? nowMs : std::max(data.endMs(), nowMs);
    const Millis span = std::max(last - first, kSmallestFitMs);
    const Millis air = share(span, kAirBehindNow);
    return {.fromMs = last - span - air, .toMs = last + air};
}

ViewWindow clamped(ViewWindow window, const ViewLimits& limits)
{
    const Millis longest = limits.toMs - limits.fromMs;
    const Millis span = std::clamp(window.spanMs(), std::min(kSmallestSpanMs, longest), longest);
    const Millis from = std::clamp(window.fromMs, limits.fromMs, limits.toMs - span);
    return {.fromMs = from, .toMs = from + span};
}

ViewWindow zoomed(const ViewWindow& window, double factor, Millis anchorMs,
                  const ViewLimits& limits)
{
    assert(factor > 0);
    const Millis longest = limits.toMs - limits.fromMs;
    const double wished = static_cast<double>(window.spanMs()) * factor;
    const Millis span = std::clamp(
        static_cast<Millis>(std::llround(std::min(wished, static_cast<double>(longest)))),
        std::min(kSmallestSpanMs, longest), longest);
    const double part = static_cast<double>(anchorMs - window.fromMs) /
                        static_cast<double>(std::max<Millis>(1, window.spanMs()));
    const Millis from = anchorMs - share(span, std::clamp(part, 0.0, 1.0));
    return clamped({.fromMs = from, .toMs = from + span}, limits);
}

ViewWindow panned(const ViewWindow& window, Millis byMs, const ViewLimits& limits)
{
    return clamped({.fromMs = window.fromMs + byMs, .toMs = window.toMs + byMs}, limits);
}

ViewWindow fitted(const ViewLimits& limits)
{
    return {.fromMs = limits.fromMs, .toMs = limits.toMs};
}

ViewWindow endingAtNow(const ViewWindow& window, Millis nowMs, const ViewLimits& limits)
{
    const Millis to = nowMs + share(window.spanMs(), kAirBehindNow);
    // Air behind now may reach past the limits: zoomed in, theirs is wider than ours and never
    // less.
    return clamped({.fromMs = to - window.spanMs(), .toMs = to}, limits);
}

ViewWindow revealing(const ViewWindow& window, Millis ms, const ViewLimits& limits)
{
    const Millis air = share(window.spanMs(), kAirAroundRevealed);
    if (ms < window.fromMs + air) {
        return panned(window, ms - air - window.fromMs, limits);
    }
    if (ms > window.toMs - air) {
        return panned(window, ms + air - window.toMs, limits);
    }
    return window;
}

TimeScale::TimeScale(const ViewWindow& window, double leftPx, double widthPx)
    : m_fromMs(window.fromMs),
      m_leftPx(leftPx),
      m_msPerPx(static_cast<double>(std::max<Millis>(1, window.spanMs())) / std::max(1.0, widthPx))
{
}

double TimeScale::pxAt(Millis ms) const
{
    return m_leftPx + static_cast<double>(ms - m_fromMs) / m_msPerPx;
}

Millis TimeScale::msAt(double px) const
{
    return m_fromMs + static_cast<Millis>(std::llround((px - m_leftPx) * m_msPerPx));
}

}  // namespace tidemark::app::timeline
