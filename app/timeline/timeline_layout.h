#pragma once

#include "app/timeline/draw_list.h"
#include "app/timeline/time_words.h"
#include "app/timeline/view_window.h"

#include <QPointF>

#include <optional>

namespace tidemark::app::timeline {

enum class Form { Normal, Small };

/// Heights and margins in logical pixels, from above.
struct Geometry {
    double gutter = 128;
    double rightMargin = 24;
    double axis = 24;
    double events = 28;
    double pages = 208;
    double underPages = 12;
    double restores = 28;  ///< 0 without a restore to show.
    double ruler = 28;
    double cursor = 36;
    double inset = 24;  ///< Of the words in the gutter.

    [[nodiscard]] double base() const { return axis + events + pages; }
    [[nodiscard]] double restoresTop() const { return base() + underPages; }
    [[nodiscard]] double rulerTop() const { return restoresTop() + restores; }
    [[nodiscard]] double cursorTop() const { return rulerTop() + ruler; }
    [[nodiscard]] double height() const { return cursorTop() + cursor; }
};

[[nodiscard]] Geometry geometryOf(Form form, const TimelineData& data);

/// The moment that is held, and the time that was asked for.
struct HeldMoment {
    std::size_t index = 0;
    Millis askedMs = 0;

    bool operator==(const HeldMoment&) const = default;
};

/// All that the picture depends on besides the data.
struct Scene {
    ViewWindow window = {};
    double widthPx = 0;
    double devicePixelRatio = 1;
    Form form = Form::Normal;
    Millis nowMs = 0;
    Speech speech = {};
    std::optional<HeldMoment> held = {};
    std::optional<QPointF> pointer = {};
};

/// The picture of `scene`. Pure; O(pixels * log moments).
[[nodiscard]] DrawList layoutTimeline(const TimelineData& data, const Scene& scene,
                                      const MeasureText& measure);

/// What a click at `position` asks for: the snapshot or drill whose shape is there, else the moment
/// nearest to that time. Empty without moments and outside the picture's middle.
[[nodiscard]] std::optional<HeldMoment> hitTest(const TimelineData& data, const Scene& scene,
                                                QPointF position);

/// The strip of all history over which the window is dragged.
struct OverviewScene {
    ViewWindow span = {};    ///< What the strip shows.
    ViewWindow window = {};  ///< What the timeline shows.
    double widthPx = 0;
    double devicePixelRatio = 1;
    Form form = Form::Normal;
    Speech speech = {};
};

/// Where the strip's parts are.
struct OverviewGeometry {
    double left = 128;
    double rightMargin = 24;
    double strip = 40;
    double up = 28;
    double labels = 20;

    [[nodiscard]] double height() const { return strip + labels; }
};
[[nodiscard]] OverviewGeometry overviewGeometryOf(Form form);

/// The window's left and right edge on the strip; never closer than it takes to grip them.
struct OverviewHandles {
    double fromPx = 0;
    double toPx = 0;
};
[[nodiscard]] OverviewHandles overviewHandles(const OverviewScene& scene);

[[nodiscard]] DrawList layoutOverview(const TimelineData& data, const OverviewScene& scene,
                                      const MeasureText& measure);

}  // namespace tidemark::app::timeline
