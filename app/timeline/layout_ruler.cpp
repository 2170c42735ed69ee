#include "app/timeline/layout_frame.h"

#include "app/timeline/timeline_text.h"

#include <algorithm>

namespace tidemark::app::timeline {
namespace {

constexpr double kBarOpacity = 0.85;
constexpr double kTickPx = 7;
/// Ticks that are closer than this run into one bar.
constexpr double kLeastTickDistancePx = 3;
constexpr double kLabelPaddingPx = 9;
constexpr double kCursorRoomPx = 6;

/// How high the bar of a level is: every moment 8, thinned ones 4 and 2.
double barHeight(int level)
{
    return level == replica::kSegmentLevel ? 8 : level <= 2 ? 4 : 2;
}

QString stepName(int level)
{
    switch (level) {
    case replica::kSegmentLevel: return Text::tr("every moment");
    case 1: return Text::tr("every 30 s");
    case 2: return Text::tr("every 5 min");
    case replica::kSnapshotLevel: return Text::tr("snapshots");
    default: return Text::tr("every hour");
    }
}

double rulerBottom(const Frame& frame)
{
    return frame.geometry.rulerTop() + frame.geometry.ruler / 2 + 5;
}

/// A level's stretch without a gap in it, in pixels within the lane.
struct Piece {
    double from = 0;
    double to = 0;
    int level = 0;
};

/// The moments themselves, where they are far enough apart to be seen; else a full bar.
void addTicks(const Frame& frame, const Piece& piece)
{
    const double low = rulerBottom(frame);
    frame.addBox(LayerName::Events, piece.from, low - barHeight(piece.level), piece.to - piece.from,
                 barHeight(piece.level), Tone::Accent, kBarOpacity);
    if (barHeight(piece.level) > 2) {
        return;
    }
    double previous = -kLeastTickDistancePx;
    std::size_t index = frame.data.firstNotBefore(frame.scale.msAt(piece.from));
    while (index < frame.data.count()) {
        const double x = frame.pxAt(frame.data.shownMs(index));
        if (x > piece.to) {
            return;
        }
        if (x - previous >= kLeastTickDistancePx) {
            frame.addBox(LayerName::Events, x, low - kTickPx, 1, kTickPx, Tone::Accent);
        }
        previous = x;
        index = std::max(index + 1, frame.data.firstNotBefore(frame.scale.msAt(x + 1)));
    }
}

/// The longer side of the cursor, so that the name does not lie under it.
std::pair<double, double> sideForLabel(const Frame& frame, const Piece& piece)
{
    const auto held = frame.heldPx();
    if (!held || *held <= piece.from || *held >= piece.to) {
        return {piece.from, piece.to};
    }
    return *held - piece.from >= piece.to - *held ? std::pair{piece.from, *held - kCursorRoomPx}
                                                  : std::pair{*held + kCursorRoomPx, piece.to};
}

void addLabel(const Frame& frame, const Piece& piece)
{
    const QString name = stepName(piece.level);
    const double width = frame.widthOf(name) + 2 * kLabelPaddingPx;
    const auto [from, to] = sideForLabel(frame, piece);
    if (to - from < width + 24) {
        return;
    }
    const double centre = frame.snapped((from + to) / 2);
    const double low = rulerBottom(frame);
    frame.addBox(LayerName::Events, frame.snapped(centre - width / 2), low - 12,
                 frame.snapped(width), 17, Tone::Lane);
    frame.addWords(
        LayerName::Events,
        {.text = name, .x = centre, .baseline = low, .tone = Tone::Ink, .align = Align::Centre});
}

/// Cuts [from, to) of one level at the gaps.
void addPieces(const Frame& frame, Millis fromMs, Millis toMs, int level)
{
    const auto& gaps = frame.data.gaps();
    auto gap = std::ranges::upper_bound(gaps, fromMs, {}, &GapSpan::toMs);
    Millis start = std::max(fromMs, frame.scene.window.fromMs);
    const Millis end = std::min(toMs, frame.scene.window.toMs);
    while (start < end) {
        const bool cut = gap != gaps.end() && gap->fromMs < end;
        const Millis stop = cut ? std::max(start, gap->fromMs) : end;
        const Piece piece{frame.pxAt(start), std::min(frame.right, frame.pxAt(stop)), level};
        if (piece.to > piece.from) {
            addTicks(frame, piece);
            addLabel(frame, piece);
        }
        if (!cut) {
            return;
        }
        // At least a pixel on: gaps that lie on one pixel are one.
        start = std::max(gap->toMs, frame.scale.msAt(frame.scale.pxAt(stop) + 1));
        gap = std::ranges::upper_bound(gap, gaps.end(), start, {}, &GapSpan::toMs);
    }
}

Millis stepsEndMs(const Frame& frame)
{
    // Else nothing newer is missing: what is captured now can be had.
    return frame.data.endsInGap() ? frame.data.lastMs()
                                  : std::max(frame.scene.nowMs, frame.data.lastMs());
}

}  // namespace

void layoutRuler(const Frame& frame)
{
    const auto& steps = frame.data.steps();
    if (steps.empty()) {
        return;
    }
    const std::size_t shown = frame.data.firstNotBefore(frame.scene.window.fromMs);
    auto step = std::ranges::upper_bound(steps, shown, {}, &StepRun::first);
    step = step == steps.begin() ? step : std::prev(step);
    for (; step != steps.end(); ++step) {
        const auto next = std::next(step);
        const Millis from = frame.data.shownMs(step->first);
        const bool last = next == steps.end();
        const Millis to = last ? stepsEndMs(frame) : frame.data.shownMs(next->first);
        if (from > frame.scene.window.toMs) {
            return;
        }
        if (step != steps.begin() && frame.inView(frame.pxAt(from))) {
            frame.addBox(LayerName::Events, frame.pxAt(from), rulerBottom(frame) - 11, 1, 15,
                         Tone::Accent);
        }
        addPieces(frame, from, to, step->level);
    }
}

}  // namespace tidemark::app::timeline
