#pragma once

#include "app/timeline/timeline_data.h"

namespace tidemark::app::timeline {

/// The stretch of time that is shown, and how a person moves it. Pure values.
struct ViewWindow {
    Millis fromMs = 0;
    Millis toMs = 1;  ///< Always behind fromMs.

    [[nodiscard]] Millis spanMs() const { return toMs - fromMs; }
    [[nodiscard]] bool contains(Millis ms) const { return ms >= fromMs && ms <= toMs; }

    bool operator==(const ViewWindow&) const = default;
};

/// Times of moments are whole milliseconds: closer than this there is nothing more to see.
inline constexpr Millis kSmallestSpanMs = 1'000;
/// So that a history of one moment has air around it.
inline constexpr Millis kSmallestFitMs = 60'000;

/// How far a window may go: all that there is, to now, with air on both sides.
struct ViewLimits {
    Millis fromMs = 0;
    Millis toMs = 1;

    bool operator==(const ViewLimits&) const = default;
};

/// `nowMs` closes the history unless that ends behind it (a clock that was set back).
[[nodiscard]] ViewLimits limitsOf(const TimelineData& data, Millis nowMs);

/// `window` as long as it is, but for the limits of its length, moved until it lies within
/// `limits`.
[[nodiscard]] ViewWindow clamped(ViewWindow window, const ViewLimits& limits);

/// Lengthens (`factor` > 1) or shortens the window; what is at `anchorMs` stays where it is.
[[nodiscard]] ViewWindow zoomed(const ViewWindow& window, double factor, Millis anchorMs,
                                const ViewLimits& limits);

[[nodiscard]] ViewWindow panned(const ViewWindow& window, Millis byMs, const ViewLimits& limits);

/// All of `limits`.
[[nodiscard]] ViewWindow fitted(const ViewLimits& limits);

/// The window as long as it is, ending at now with the usual air behind it.
[[nodiscard]] ViewWindow endingAtNow(const ViewWindow& window, Millis nowMs,
                                     const ViewLimits& limits);

/// Moved, as little as it takes, until `ms` is shown and not at its very edge.
[[nodiscard]] ViewWindow revealing(const ViewWindow& window, Millis ms, const ViewLimits& limits);

/// Times to pixels, in double: at a span of years a float would tremble.
class TimeScale {
public:
    TimeScale(const ViewWindow& window, double leftPx, double widthPx);

    [[nodiscard]] double pxAt(Millis ms) const;
    [[nodiscard]] Millis msAt(double px) const;
    [[nodiscard]] double msPerPx() const { return m_msPerPx; }

private:
    Millis m_fromMs;
    double m_leftPx;
    double m_msPerPx;
};

}  // namespace tidemark::app::timeline
