#include "app/timeline/layout_frame.h"
#include "app/timeline/time_axis.h"

#include <algorithm>

namespace tidemark::app::timeline {
namespace {

constexpr double kLeastWindowPx = 16;
constexpr double kOutsideOpacity = 0.5;
constexpr double kWindowFill = 0.10;

double rightOf(const OverviewScene& scene)
{
    const OverviewGeometry geometry = overviewGeometryOf(scene.form);
    return std::max(geometry.left + 1, scene.widthPx - geometry.rightMargin);
}

TimeScale scaleOf(const OverviewScene& scene)
{
    const double left = overviewGeometryOf(scene.form).left;
    return {scene.span, left, rightOf(scene) - left};
}

/// What the parts of the strip share.
struct Strip {
    const TimelineData& data;
    const OverviewScene& scene;
    DrawList& list;
    OverviewGeometry geometry;
    TimeScale scale;
    double right;

    Strip(const TimelineData& timelineData, const OverviewScene& overviewScene, DrawList& drawList)
        : data(timelineData),
          scene(overviewScene),
          list(drawList),
          geometry(overviewGeometryOf(overviewScene.form)),
          scale(scaleOf(overviewScene)),
          right(rightOf(overviewScene))
    {
    }

    [[nodiscard]] double snapped(double px) const
    {
        return std::round(px * scene.devicePixelRatio) / scene.devicePixelRatio;
    }

    void addBox(LayerName layer, double x, double y, double width, double height, Tone tone,
                double opacity = 1) const
    {
        const double from = std::max(x, geometry.left);
        const double to = std::min(x + width, right);
        if (to > from) {
            list.at(layer).boxes.push_back({.x = static_cast<float>(from),
                                            .y = static_cast<float>(y),
                                            .width = static_cast<float>(to - from),
                                            .height = static_cast<float>(height),
                                            .tone = tone,
                                            .opacity = static_cast<float>(opacity)});
        }
    }
};

void addColumns(const Strip& strip)
{
    const HeightScale heights = heightScaleOf(strip.data);
    const double up = strip.geometry.up;
    for (const Column& column : columnsOf(strip.data, strip.scale, strip.geometry.left, strip.right,
                                          strip.scene.devicePixelRatio)) {
        const double height = std::max(
            1.0, strip.snapped(heights.share(columnValue(strip.data, column.sums)) * (up - 1)));
        strip.addBox(LayerName::Columns, column.x, up - height, kColumnWidthPx, height, Tone::Flow);
    }
    strip.addBox(LayerName::Columns, strip.geometry.left, up, strip.right - strip.geometry.left, 1,
                 Tone::Control);
}

void addGaps(const Strip& strip)
{
    const auto& gaps = strip.data.gaps();
    auto gap = std::ranges::lower_bound(gaps, strip.scene.span.fromMs, {}, &GapSpan::toMs);
    while (gap != gaps.end() && gap->fromMs <= strip.scene.span.toMs) {
        const double fromPx = strip.snapped(strip.scale.pxAt(gap->fromMs));
        const double from = std::max(strip.geometry.left, fromPx);
        const double to =
            std::min(strip.right, std::max(fromPx + 2, strip.snapped(strip.scale.pxAt(gap->toMs))));
        strip.list.at(LayerName::Hatch)
            .hatchings.push_back(
                {.rect = {from, 1, to - from, strip.geometry.strip - 1}, .originX = fromPx});
        const Millis drawnTo = std::max(gap->toMs, strip.scale.msAt(fromPx + 2));
        gap = std::ranges::upper_bound(std::next(gap), gaps.end(), drawnTo, {}, &GapSpan::toMs);
    }
}

void addSnapshots(const Strip& strip)
{
    constexpr double kDistancePx = 9;
    const auto& snapshots = strip.data.snapshots();
    auto mark =
        std::ranges::lower_bound(snapshots, strip.scene.span.fromMs, {}, &SnapshotMark::atMs);
    while (mark != snapshots.end() && mark->atMs <= strip.scene.span.toMs) {
        const double x = strip.scale.pxAt(mark->atMs);
        strip.list.at(LayerName::Events)
            .glyphs.push_back({.kind = Glyph::Kind::SmallSnapshot,
                               .centre = {strip.snapped(x) + 0.5, strip.geometry.strip - 5}});
        mark = std::ranges::lower_bound(std::next(mark), snapshots.end(),
                                        strip.scale.msAt(x + kDistancePx), {}, &SnapshotMark::atMs);
    }
}

void addLabels(const Strip& strip, const MeasureText& measure)
{
    const double top = strip.geometry.strip;
    if (strip.geometry.labels <= 0) {
        return;
    }
    for (const Tick& tick : axisTicks(strip.scene.span, strip.right - strip.geometry.left,
                                      strip.scene.speech, measure)) {
        const double x = strip.snapped(strip.scale.pxAt(tick.atMs));
        if (tick.label.isEmpty() || x < strip.geometry.left ||
            x + 4 + measure(tick.label, tick.newDay) > strip.scene.widthPx - 4) {
            continue;
        }
        strip.addBox(LayerName::Lane, x, top, 1, 5, Tone::Control);
        strip.list.at(LayerName::Lane)
            .words.push_back({.text = tick.label,
                              .x = x + 4,
                              .baseline = top + 14,
                              .tone = tick.newDay ? Tone::Ink : Tone::Ink3,
                              .semibold = tick.newDay});
    }
}

void addWindow(const Strip& strip)
{
    const OverviewHandles handles = overviewHandles(strip.scene);
    const double from = strip.snapped(handles.fromPx);
    const double to = strip.snapped(handles.toPx);
    const double height = strip.geometry.strip;
    const double left = strip.geometry.left;
    const auto veil = [&](double x, double width) {
        strip.addBox(LayerName::Events, x, 1, width, height - 1, Tone::Window, kOutsideOpacity);
    };
    veil(left, from - left);
    veil(to, strip.right - to);
    strip.addBox(LayerName::Cursor, from, 0, to - from, height, Tone::Accent, kWindowFill);
    for (const double x : {from - 1, to - 1}) {
        strip.list.at(LayerName::Cursor)
            .boxes.push_back(
                {static_cast<float>(x), 0, 2, static_cast<float>(height), Tone::Accent, 1});
    }
    for (const double y : {0.0, height - 2}) {
        strip.addBox(LayerName::Cursor, from, y, to - from, 2, Tone::Accent);
    }
    for (const double x : {from, to}) {
        strip.list.at(LayerName::Cursor)
            .glyphs.push_back(
                {.kind = Glyph::Kind::Grip, .centre = {x, height / 2}, .tone = Tone::Accent});
    }
}

}  // namespace

OverviewGeometry overviewGeometryOf(Form form)
{
    if (form == Form::Small) {
        return {.left = 88, .rightMargin = 12, .strip = 28, .up = 20, .labels = 2};
    }
    return {};
}

OverviewHandles overviewHandles(const OverviewScene& scene)
{
    const double left = overviewGeometryOf(scene.form).left;
    const double right = rightOf(scene);
    const TimeScale scale = scaleOf(scene);
    double from = std::clamp(scale.pxAt(scene.window.fromMs), left, right);
    double to = std::clamp(scale.pxAt(scene.window.toMs), left, right);
    if (to - from < kLeastWindowPx) {
        const double centre =
            std::clamp((from + to) / 2, left + kLeastWindowPx / 2,
                       std::max(left + kLeastWindowPx / 2, right - kLeastWindowPx / 2));
        from = centre - kLeastWindowPx / 2;
        to = centre + kLeastWindowPx / 2;
    }
    return {from, to};
}

DrawList layoutOverview(const TimelineData& data, const OverviewScene& scene,
                        const MeasureText& measure)
{
    DrawList list;
    const Strip strip(data, scene, list);
    const OverviewGeometry& g = strip.geometry;
    list.widthPx = scene.widthPx;
    list.heightPx = g.height();
    const double width = strip.right - g.left;
    strip.addBox(LayerName::Lane, g.left, 0, width, g.strip + 1, Tone::Line);
    strip.addBox(LayerName::Lane, g.left + 1, 1, width - 2, g.strip - 1, Tone::Lane);
    addGaps(strip);
    addColumns(strip);
    addSnapshots(strip);
    addLabels(strip, measure);
    addWindow(strip);
    return list;
}

}  // namespace tidemark::app::timeline
