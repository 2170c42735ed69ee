#include "app/timeline/layout_frame.h"

#include "app/timeline/timeline_text.h"

#include <algorithm>

namespace tidemark::app::timeline {
namespace {

constexpr double kLabelAfterPx = 12;
constexpr double kHalfShapePx = 8;
/// From here on shapes are drawn smaller, without words and lines.
constexpr std::size_t kCrowd = 16;
constexpr double kLeastShapeDistancePx = 5;
/// A restore shorter than this shows its end alone.
constexpr double kLeastRunPx = 18;

struct EventShape {
    double x = 0;
    Glyph::Kind kind = Glyph::Kind::Snapshot;
    Tone tone = Tone::Ink2;
    QString label = {};
};

/// The marks of one kind that are in view, one a kLeastShapeDistancePx: of those on the same pixels
/// the first stands for all.
template <typename Mark, typename Time, typename Make>
void collect(const Frame& frame, const std::vector<Mark>& marks, Time time, Make make,
             std::vector<EventShape>& shapes)
{
    auto mark = std::ranges::lower_bound(marks, frame.scale.msAt(frame.left), {}, time);
    while (mark != marks.end()) {
        const double x = frame.pxAt(std::invoke(time, *mark));
        if (!frame.inView(x)) {
            return;
        }
        shapes.push_back(make(*mark, x));
        const Millis next = frame.scale.msAt(x + kLeastShapeDistancePx);
        mark = std::ranges::lower_bound(std::next(mark), marks.end(), next, {}, time);
    }
}

/// Whether words from `from` to `to` would lie on another shape or beyond the lane.
bool isFree(const Frame& frame, const std::vector<EventShape>& shapes, std::size_t self,
            double from, double to)
{
    if (from < frame.left || to > frame.right) {
        return false;
    }
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        if (i != self && shapes[i].x + kHalfShapePx > from && shapes[i].x - kHalfShapePx < to) {
            return false;
        }
    }
    return true;
}

void addLabel(const Frame& frame, const std::vector<EventShape>& shapes, std::size_t self,
              double& labelledTo)
{
    const EventShape& shape = shapes[self];
    const double width = frame.widthOf(shape.label);
    const double from = shape.x + kLabelAfterPx;
    if (shape.label.isEmpty() || from < labelledTo ||
        !isFree(frame, shapes, self, from, from + width)) {
        return;
    }
    labelledTo = from + width + kLabelAfterPx;
    frame.addWords(LayerName::Events,
                   {.text = shape.label,
                    .x = from,
                    .baseline = frame.geometry.axis + frame.geometry.events / 2 + 4});
}

std::vector<EventShape> eventsInView(const Frame& frame)
{
    std::vector<EventShape> shapes;
    collect(
        frame, frame.data.snapshots(), &SnapshotMark::atMs,
        [&](const SnapshotMark& snapshot, double x) {
            return EventShape{
                .x = x,
                .kind = Glyph::Kind::Snapshot,
                .label = Text::tr("Snapshot %1").arg(dataSize(snapshot.bytes, frame.scene.speech))};
        },
        shapes);
    collect(
        frame, frame.data.drills(), &DrillRun::momentMs,
        [](const DrillRun& drill, double x) {
            return EventShape{
                .x = x, .kind = Glyph::Kind::Drill, .tone = drill.compared ? Tone::Ok : Tone::Ink2};
        },
        shapes);
    std::ranges::stable_sort(shapes, {}, &EventShape::x);
    return shapes;
}

void addRun(const Frame& frame, const RestoreRun& run, double& labelledTo)
{
    const double y = frame.geometry.restoresTop() + frame.geometry.restores / 2;
    const double from = frame.pxAt(run.momentMs);
    const double to = frame.pxAt(run.atMs);
    auto& glyphs = frame.list.at(LayerName::Events).glyphs;
    const bool showsFrom = to - from >= kLeastRunPx;
    for (double x = from + 6; showsFrom && x < to - 7; x += 7) {
        frame.addBox(LayerName::Events, x, y, std::min(4.0, to - 7 - x), 1, Tone::Ink2);
    }
    if (showsFrom && frame.inView(from)) {
        glyphs.push_back({.kind = Glyph::Kind::RestoreFrom, .centre = {from, y}});
    }
    if (frame.inView(to)) {
        glyphs.push_back({.kind = Glyph::Kind::Restore, .centre = {to, y}});
    }
    const QString name = QString::fromStdString(run.fileName);
    const double width = frame.widthOf(name);
    const double start = showsFrom ? from : to;
    const double before = start - 10 - width;
    const double x = before >= std::max(frame.left, labelledTo) ? before : to + kLabelAfterPx;
    if (x >= labelledTo && x >= frame.left && x + width <= frame.right) {
        frame.addWords(LayerName::Events, {.text = name, .x = x, .baseline = y + 4});
    }
    labelledTo = std::max({labelledTo, to + kLabelAfterPx, x + width + kLabelAfterPx});
}

}  // namespace

void layoutEvents(const Frame& frame)
{
    const auto shapes = eventsInView(frame);
    const bool crowded = shapes.size() > kCrowd;
    const double y = frame.geometry.axis + frame.geometry.events / 2;
    double labelledTo = 0;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        const EventShape& shape = shapes[i];
        const bool small = crowded && shape.kind == Glyph::Kind::Snapshot;
        if (!crowded) {
            frame.addDottedDown(LayerName::Events, shape.x, y + 8, frame.geometry.base());
            addLabel(frame, shapes, i, labelledTo);
        }
        frame.list.at(LayerName::Events)
            .glyphs.push_back({.kind = small ? Glyph::Kind::SmallSnapshot : shape.kind,
                               .centre = {shape.x + 0.5, y},
                               .tone = shape.tone});
    }
    // Rarer kinds last, so that none of them is hidden by a more frequent one.
    std::ranges::stable_sort(frame.list.at(LayerName::Events).glyphs, {}, &Glyph::kind);
}

void layoutRestores(const Frame& frame)
{
    if (frame.geometry.restores <= 0) {
        return;
    }
    const auto& runs = frame.data.restores();
    double labelledTo = 0;
    auto run = std::ranges::lower_bound(runs, frame.scene.window.fromMs, {}, &RestoreRun::atMs);
    while (run != runs.end()) {
        if (run->momentMs > frame.scene.window.toMs) {
            ++run;  // Behind the window; a later restore may be of an earlier moment.
            continue;
        }
        addRun(frame, *run, labelledTo);
        const Millis next = frame.scale.msAt(frame.scale.pxAt(run->atMs) + kLeastShapeDistancePx);
        run = std::ranges::lower_bound(std::next(run), runs.end(), next, {}, &RestoreRun::atMs);
    }
}

}  // namespace tidemark::app::timeline
