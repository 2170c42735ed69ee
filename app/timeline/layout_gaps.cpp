#include "app/text/translated.h"
#include "app/timeline/layout_frame.h"
#include "app/timeline/timeline_text.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace tidemark::app::timeline {
namespace {

constexpr double kLeastGapPx = 3;
/// Narrower gaps have no edges and no words.
constexpr double kEdgedGapPx = 20;
constexpr double kTagPaddingPx = 12;

double top(const Frame& frame)
{
    return frame.geometry.axis + 1;
}

double bottom(const Frame& frame)
{
    return frame.geometry.restoresTop();
}

void addEdge(const Frame& frame, double x)
{
    frame.addBox(LayerName::Gaps, x, top(frame), 1, bottom(frame) - top(frame), Tone::Control);
}

/// A label of one or two lines, if the stretch is wide enough to cover no column with it.
void addTag(const Frame& frame, double from, double to, const QString& first, const QString& second)
{
    const double width =
        std::ceil(std::max(frame.widthOf(first), frame.widthOf(second))) + 2 * kTagPaddingPx;
    if (width > to - from - 4) {
        return;
    }
    const bool two = !second.isEmpty();
    const double centre = std::round((from + to) / 2);
    const double y = std::round(frame.geometry.base() - frame.geometry.pages / 2 - 4);
    Layer& layer = frame.list.at(LayerName::Gaps);
    layer.pills.push_back({.rect = {centre - width / 2, y, width, two ? 40.0 : 24.0},
                           .radius = 6,
                           .fill = Tone::Lane,
                           .edge = Tone::Line});
    frame.addWords(LayerName::Gaps, {.text = first,
                                     .x = centre,
                                     .baseline = y + 17,
                                     .tone = Tone::Ink,
                                     .align = Align::Centre});
    if (two) {
        frame.addWords(LayerName::Gaps, {.text = second,
                                         .x = centre,
                                         .baseline = y + 32,
                                         .tone = Tone::Ink3,
                                         .align = Align::Centre});
    }
}

void addGap(const Frame& frame, const GapSpan& gap)
{
    const double from = std::max(frame.left, frame.pxAt(gap.fromMs));
    const double to =
        std::min(frame.right, std::max(frame.pxAt(gap.fromMs) + kLeastGapPx, frame.pxAt(gap.toMs)));
    if (to <= from) {
        return;
    }
    frame.list.at(LayerName::Hatch)
        .hatchings.push_back({.rect = {from, top(frame), to - from, bottom(frame) - top(frame)},
                              .originX = frame.pxAt(gap.fromMs)});
    if (to - from < kEdgedGapPx) {
        return;
    }
    if (frame.pxAt(gap.fromMs) >= frame.left) {
        addEdge(frame, from);
    }
    if (frame.pxAt(gap.toMs) <= frame.right) {
        addEdge(frame, to - 1);
    }
    const QString reason = translated(gap.reason);
    const QString lasted = length(gap.toMs - gap.fromMs, frame.scene.speech);
    const bool fits = frame.widthOf(reason) + 2 * kTagPaddingPx < to - from - 4;
    addTag(frame, from, to, fits && !reason.isEmpty() ? reason : lasted,
           fits && !reason.isEmpty() ? lasted : QString());
}

/// What lies before the first moment was never kept: no hatch, since nothing is missing.
void addBeginning(const Frame& frame)
{
    if (frame.data.empty()) {
        return;
    }
    const double to = std::min(frame.right, frame.pxAt(frame.data.firstMs()) - 4);
    if (to - frame.left < kEdgedGapPx) {
        return;
    }
    frame.addBox(LayerName::Gaps, frame.left, top(frame), to - frame.left,
                 bottom(frame) - top(frame), Tone::Well);
    addEdge(frame, to - 1);
    const Millis began = frame.data.firstMs();
    addTag(frame, frame.left, to, Text::tr("Nothing before this"),
           Text::tr("began %1, %2", "day, time")
               .arg(shortDay(began, frame.scene.speech), shortTime(began, frame.scene.speech)));
}

}  // namespace

void layoutGaps(const Frame& frame)
{
    addBeginning(frame);
    const auto& gaps = frame.data.gaps();
    auto gap = std::ranges::lower_bound(gaps, frame.scene.window.fromMs, {}, &GapSpan::toMs);
    while (gap != gaps.end() && gap->fromMs <= frame.scene.window.toMs) {
        addGap(frame, *gap);
        // Those that end on pixels already hatched add nothing: never more gaps than pixels.
        const Millis drawnTo =
            std::max(gap->toMs, frame.scale.msAt(frame.scale.pxAt(gap->fromMs) + kLeastGapPx));
        gap = std::ranges::upper_bound(std::next(gap), gaps.end(), drawnTo, {}, &GapSpan::toMs);
    }
}

}  // namespace tidemark::app::timeline
