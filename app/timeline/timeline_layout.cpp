#include "app/timeline/layout_frame.h"
#include "app/timeline/time_axis.h"
#include "app/timeline/timeline_text.h"

#include <algorithm>

namespace tidemark::app::timeline {
namespace {

constexpr double kAxisBaselinePx = 15;
constexpr double kMajorTickPx = 6;
constexpr double kMinorTickPx = 3;
/// A label this close to the cursor's cap would be half hidden by it.
constexpr double kCapHalfPx = 9;
/// How far from a rare kind's shape a click still means it: targets of 24.
constexpr double kReachPx = 12;

void addHead(const Frame& frame, const QString& text, double baseline, Tone tone = Tone::Ink2,
             bool semibold = false)
{
    frame.addWords(LayerName::Lane, {.text = text,
                                     .x = frame.geometry.inset,
                                     .baseline = baseline,
                                     .tone = tone,
                                     .semibold = semibold});
}

void layoutHeads(const Frame& frame)
{
    const Geometry& g = frame.geometry;
    const auto head = [&](const QString& text, double baseline) {
        addHead(frame, text, baseline, Tone::Ink, true);
    };
    head(axisContext(frame.scene.window, frame.scene.speech), kAxisBaselinePx);
    head(Text::tr("Events"), g.axis + g.events / 2 + 4);
    for (const ColumnsHead& line : columnsHeads(frame)) {
        addHead(frame, line.text, line.baseline, line.tone, line.semibold);
    }
    if (g.restores > 0) {
        head(Text::tr("Restores"), g.restoresTop() + g.restores / 2 + 4);
    }
    head(Text::tr("Finest step"), g.rulerTop() + g.ruler / 2 + 4);
}

/// Where "now" begins: behind its line, or before it where there is no room.
double nowWordsPx(const Frame& frame, double nowPx, double width)
{
    return nowPx + 6 + width <= frame.scene.widthPx - 2 ? nowPx + 6 : nowPx - 4 - width;
}

/// Whether a label from `x` on would collide with what stands above it on the axis.
bool isCovered(const Frame& frame, double x, double width)
{
    const auto held = frame.heldPx();
    const bool underCap = held && x < *held + kCapHalfPx && x + width > *held - kCapHalfPx;
    const double now = frame.pxAt(frame.scene.nowMs);
    const double nowWidth = frame.widthOf(Text::tr("now"), true);
    const double nowWords = nowWordsPx(frame, now, nowWidth);
    const bool underNow = frame.inView(now) && x < std::max(now, nowWords + nowWidth) + 6 &&
                          x + width > std::min(now, nowWords) - 6;
    return underCap || underNow;
}

void addTick(const Frame& frame, const Tick& tick)
{
    const double x = frame.pxAt(tick.atMs);
    if (!frame.inView(x)) {
        return;
    }
    const double length = tick.major ? kMajorTickPx : kMinorTickPx;
    frame.addBox(LayerName::Lane, x, frame.geometry.axis - length, 1, length, Tone::Control);
    if (tick.major) {
        frame.addBox(LayerName::Lane, x, frame.geometry.axis, 1,
                     frame.geometry.rulerTop() - frame.geometry.axis, Tone::LineSoft);
    }
    const double width = frame.widthOf(tick.label, tick.newDay);
    if (!tick.label.isEmpty() && x + 4 + width <= frame.scene.widthPx - 4 &&
        !isCovered(frame, x + 4, width)) {
        frame.addWords(LayerName::Lane, {.text = tick.label,
                                         .x = x + 4,
                                         .baseline = kAxisBaselinePx,
                                         .tone = Tone::Ink,
                                         .semibold = tick.newDay});
    }
}

void layoutNow(const Frame& frame)
{
    const double x = frame.pxAt(frame.scene.nowMs);
    if (!frame.inView(x)) {
        return;
    }
    const QString now = Text::tr("now");
    const double width = frame.widthOf(now, true);
    frame.addBox(LayerName::Cursor, x, frame.geometry.axis - kMajorTickPx, 1,
                 frame.geometry.rulerTop() - frame.geometry.axis + kMajorTickPx, Tone::Ink2);
    frame.addWords(LayerName::Cursor, {.text = now,
                                       .x = nowWordsPx(frame, x, width),
                                       .baseline = kAxisBaselinePx,
                                       .tone = Tone::Ink,
                                       .semibold = true});
}

double spanPx(const Scene& scene, const Geometry& geometry)
{
    return std::max(1.0, scene.widthPx - geometry.gutter - geometry.rightMargin);
}

std::optional<std::size_t> rareKindAt(const TimelineData& data, const TimeScale& scale, double x)
{
    std::optional<std::size_t> found;
    double nearest = kReachPx;
    const auto look = [&](const auto& marks, auto time, auto number) {
        auto mark = std::ranges::lower_bound(marks, scale.msAt(x - kReachPx), {}, time);
        for (; mark != marks.end() && scale.pxAt(std::invoke(time, *mark)) <= x + kReachPx;
             ++mark) {
            const double distance = std::abs(scale.pxAt(std::invoke(time, *mark)) - x);
            if (distance <= nearest) {
                nearest = distance;
                found = data.indexOfNumber(std::invoke(number, *mark));
            }
        }
    };
    look(data.snapshots(), &SnapshotMark::atMs, &SnapshotMark::number);
    look(data.drills(), &DrillRun::momentMs, &DrillRun::number);
    return found;
}

}  // namespace

std::vector<ColumnsHead> columnsHeads(const Frame& frame)
{
    const bool pages = frame.data.pagesKnown();
    const double top = frame.geometry.axis + frame.geometry.events;
    const double base = frame.geometry.base();
    std::vector<ColumnsHead> heads = {
        {pages ? Text::tr("Pages") : Text::tr("Size"), top + 24, Tone::Ink, true},
        {Text::tr("per segment"), top + 40, Tone::Ink2, false},
    };
    if (frame.scene.form == Form::Normal) {
        heads.push_back({pages ? Text::tr("Rows are not") : Text::tr("Pages are not"), base - 18,
                         Tone::Ink3, false});
        heads.push_back({Text::tr("known yet"), base - 4, Tone::Ink3, false});
    }
    return heads;
}

Geometry geometryOf(Form form, const TimelineData& data)
{
    Geometry geometry;
    if (form == Form::Small) {
        geometry = {.gutter = 88,
                    .rightMargin = 12,
                    .events = 24,
                    .pages = 132,
                    .underPages = 8,
                    .ruler = 24,
                    .cursor = 32,
                    .inset = 12};
    }
    // The small form has no room for a lane of their own; restores are listed elsewhere.
    if (data.restores().empty() || form == Form::Small) {
        geometry.restores = 0;
    }
    return geometry;
}

Frame::Frame(const TimelineData& timelineData, const Scene& pictureScene,
             const MeasureText& measureText, DrawList& drawList)
    : data(timelineData),
      scene(pictureScene),
      measure(measureText),
      list(drawList),
      geometry(geometryOf(pictureScene.form, timelineData)),
      scale(pictureScene.window, geometry.gutter, spanPx(pictureScene, geometry)),
      left(geometry.gutter),
      right(geometry.gutter + spanPx(pictureScene, geometry))
{
}

std::optional<double> Frame::heldPx() const
{
    if (!scene.held || scene.held->index >= data.count()) {
        return {};
    }
    const double x = pxAt(data.shownMs(scene.held->index));
    return inView(x) ? std::optional(x) : std::nullopt;
}

void Frame::addBox(LayerName layer, double x, double y, double width, double height, Tone tone,
                   double opacity) const
{
    const double from = std::max(x, left);
    const double to = std::min(x + width, right);
    if (to > from && height > 0) {
        list.at(layer).boxes.push_back({.x = static_cast<float>(from),
                                        .y = static_cast<float>(y),
                                        .width = static_cast<float>(to - from),
                                        .height = static_cast<float>(height),
                                        .tone = tone,
                                        .opacity = static_cast<float>(opacity)});
    }
}

void Frame::addWideBox(LayerName layer, double x, double y, double width, double height,
                       Tone tone) const
{
    list.at(layer).boxes.push_back({.x = static_cast<float>(x),
                                    .y = static_cast<float>(y),
                                    .width = static_cast<float>(width),
                                    .height = static_cast<float>(height),
                                    .tone = tone});
}

void Frame::addDottedDown(LayerName layer, double x, double fromY, double toY) const
{
    constexpr double kDashPx = 2;
    for (double y = fromY; y < toY; y += 2 * kDashPx) {
        addBox(layer, x, y, 1, std::min(kDashPx, toY - y), Tone::Control);
    }
}

void Frame::addWords(LayerName layer, Words words) const
{
    list.at(layer).words.push_back(std::move(words));
}

void layoutLanes(const Frame& frame)
{
    const Geometry& g = frame.geometry;
    const double width = frame.scene.widthPx;
    frame.addWideBox(LayerName::Lane, 0, 0, width, g.height(), Tone::Lane);
    layoutAxis(frame);
    for (const double y :
         {g.axis, g.axis + g.events, g.restoresTop(), g.rulerTop(), g.cursorTop()}) {
        frame.addWideBox(LayerName::Lane, 0, y, width, 1, Tone::Line);
    }
    layoutHeads(frame);
}

void layoutAxis(const Frame& frame)
{
    for (const Tick& tick : axisTicks(frame.scene.window, frame.right - frame.left,
                                      frame.scene.speech, frame.measure)) {
        addTick(frame, tick);
    }
}

DrawList layoutTimeline(const TimelineData& data, const Scene& scene, const MeasureText& measure)
{
    DrawList list;
    const Frame frame(data, scene, measure, list);
    list.widthPx = scene.widthPx;
    list.heightPx = frame.geometry.height();

    layoutLanes(frame);
    layoutGaps(frame);
    layoutColumns(frame);
    layoutRestores(frame);
    layoutRuler(frame);
    layoutEvents(frame);
    layoutNow(frame);
    layoutCursor(frame);
    layoutHover(frame);
    return list;
}

std::optional<HeldMoment> hitTest(const TimelineData& data, const Scene& scene, QPointF position)
{
    const Geometry geometry = geometryOf(scene.form, data);
    const double right = geometry.gutter + spanPx(scene, geometry);
    if (data.empty() || position.x() < geometry.gutter - kReachPx ||
        position.x() > right + kReachPx) {
        return {};
    }
    const TimeScale scale(scene.window, geometry.gutter, right - geometry.gutter);
    const bool onEvents =
        position.y() >= geometry.axis && position.y() < geometry.axis + geometry.events;
    if (onEvents) {
        if (const auto index = rareKindAt(data, scale, position.x())) {
            return HeldMoment{.index = *index, .askedMs = data.shownMs(*index)};
        }
    }
    const Millis asked = scale.msAt(std::clamp(position.x(), geometry.gutter, right));
    const std::size_t index = *data.nearest(asked);
    // On a moment's own pixels it is the moment that is asked for.
    const bool exact = std::abs(scale.pxAt(data.shownMs(index)) - position.x()) <= 3;
    return HeldMoment{.index = index, .askedMs = exact ? data.shownMs(index) : asked};
}

}  // namespace tidemark::app::timeline
