#include "app/text/translated.h"
#include "app/timeline/layout_frame.h"
#include "app/timeline/timeline_text.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace tidemark::app::timeline {
namespace {

constexpr double kPillHeightPx = 24;
constexpr double kPillPaddingPx = 30;
constexpr double kCapTopPx = 16;
/// Nearer than this, what was asked for and what was found are the same to the eye.
constexpr double kAskedApartPx = 3;

/// The time in bold, then what goes with it.
struct PillText {
    QString time;
    QString rest;
};

PillText pillText(const Frame& frame)
{
    const Millis asked = frame.scene.held->askedMs;
    const Speech& speech = frame.scene.speech;
    const bool days = frame.scene.window.spanMs() > 2 * kDayMs;
    const QString zone = zoneName(asked, speech);
    const QString time = days ? Text::tr("%1, %2 %3", "day, time, zone")
                                    .arg(shortDay(asked, speech), shortTime(asked, speech), zone)
                              : Text::tr("%1 %2", "time, zone").arg(clockTime(asked, speech), zone);
    QString rest = u"  ·  "_s + age(asked, frame.scene.nowMs, speech);
    if (speech.zone != QTimeZone::utc()) {
        rest += u"  ·  "_s + shortUtc(asked);
    }
    return {time, rest};
}

void addPill(const Frame& frame, double atPx)
{
    const auto [time, rest] = pillText(frame);
    const double timeWidth = frame.widthOf(time, true);
    const double width = std::ceil(timeWidth + frame.widthOf(rest) + 2 * kPillPaddingPx);
    const double x = std::clamp(frame.snapped(atPx - width / 2), frame.left,
                                std::max(frame.left, frame.right - width));
    const double y = frame.geometry.cursorTop() + (frame.geometry.cursor - kPillHeightPx) / 2;
    Layer& layer = frame.list.at(LayerName::Cursor);
    layer.pills.push_back({.rect = {x, y, width, kPillHeightPx},
                           .radius = kPillHeightPx / 2,
                           .fill = Tone::Accent,
                           .edge = Tone::Accent});
    const double start = x + kPillPaddingPx;
    layer.words.push_back(
        {.text = time, .x = start, .baseline = y + 16, .tone = Tone::OnAccent, .semibold = true});
    layer.words.push_back(
        {.text = rest, .x = start + timeWidth, .baseline = y + 16, .tone = Tone::OnAccent});
}

void addAsked(const Frame& frame, double heldPx)
{
    const double asked = frame.pxAt(frame.scene.held->askedMs);
    if (std::abs(asked - heldPx) < kAskedApartPx || !frame.inView(asked)) {
        return;
    }
    for (double y = kCapTopPx + 8; y < frame.geometry.cursorTop(); y += 7) {
        frame.addBox(LayerName::Cursor, asked, y, 1, 4, Tone::Accent);
    }
    frame.list.at(LayerName::Cursor)
        .glyphs.push_back({.kind = Glyph::Kind::AskedCap,
                           .centre = {asked, frame.geometry.axis - 2},
                           .tone = Tone::Accent});
}

/// What the label under the pointer says: the time, what is there, how much.
struct HoverText {
    QString time;
    QString what;
    QString amount;
    QString hint;
};

QString amountOf(const Frame& frame, const MomentSums& sums)
{
    const Speech& speech = frame.scene.speech;
    // A snapshot's own are looked up only when it is held.
    if (!frame.data.pagesKnown() || sums.pages == 0) {
        return Text::tr("%1 stored").arg(dataSize(sums.bytes, speech));
    }
    return sums.count == 1
               ? Text::tr("%Ln page(s) · %1 stored", "", static_cast<int>(sums.pages))
                     .arg(dataSize(sums.bytes, speech))
               : Text::tr("up to %Ln page(s) each · %1 stored", "", static_cast<int>(sums.maxPages))
                     .arg(dataSize(sums.bytes, speech));
}

const SnapshotMark* snapshotOf(const Frame& frame, std::size_t index)
{
    const auto& snapshots = frame.data.snapshots();
    const Millis ms = frame.data.shownMs(index);
    for (auto mark = std::ranges::lower_bound(snapshots, ms, {}, &SnapshotMark::atMs);
         mark != snapshots.end() && mark->atMs == ms; ++mark) {
        if (mark->number == frame.data.number(index)) {
            return &*mark;
        }
    }
    return nullptr;
}

HoverText momentText(const Frame& frame, const HeldMoment& under)
{
    const Speech& speech = frame.scene.speech;
    const Millis ms = frame.data.shownMs(under.index);
    const double bucketMs = kColumnStridePx * frame.scale.msPerPx();
    const std::size_t first = frame.data.firstNotBefore(ms - static_cast<Millis>(bucketMs / 2));
    const std::size_t behind = std::max(
        under.index + 1, frame.data.firstNotBefore(ms + static_cast<Millis>(bucketMs / 2) + 1));
    const SnapshotMark* snapshot = snapshotOf(frame, under.index);
    HoverText text{.time = Text::tr("%1 %2 · %3", "time, zone, age")
                               .arg(preciseTime(ms, speech), zoneName(ms, speech),
                                    age(ms, frame.scene.nowMs, speech)),
                   .hint = Text::tr("Click: take this moment")};
    if (snapshot != nullptr) {
        text.what = Text::tr("Snapshot %1").arg(dataSize(snapshot->bytes, speech));
    } else if (behind - first > 1) {
        text.what = Text::tr("%Ln moment(s)", "", static_cast<int>(behind - first));
    } else {
        text.what = Text::tr("Moment %1").arg(number(frame.data.number(under.index), speech));
    }
    text.amount = amountOf(frame, frame.data.sums(snapshot != nullptr ? under.index : first,
                                                  snapshot != nullptr ? under.index + 1 : behind));
    return text;
}

std::optional<HoverText> gapText(const Frame& frame, Millis ms)
{
    const auto& gaps = frame.data.gaps();
    const auto gap = std::ranges::lower_bound(gaps, ms, {}, &GapSpan::toMs);
    if (gap == gaps.end() || gap->fromMs >= ms || gap->toMs <= ms) {
        return {};
    }
    const Speech& speech = frame.scene.speech;
    return HoverText{
        .time = stretch(gap->fromMs, gap->toMs, speech),
        .what = translated(gap->reason),
        .amount =
            Text::tr("%1 · nothing to restore here").arg(length(gap->toMs - gap->fromMs, speech)),
        .hint = Text::tr("Click: take the nearest moment")};
}

void addLabel(const Frame& frame, double atPx, const HoverText& text)
{
    struct Line {
        QString text;
        Tone tone;
        bool semibold;
    };
    std::vector<Line> lines;
    for (const Line& line :
         {Line{text.time, Tone::Ink2, false}, Line{text.what, Tone::Ink, true},
          Line{text.amount, Tone::Ink, false}, Line{text.hint, Tone::Ink3, false}}) {
        if (!line.text.isEmpty()) {
            lines.push_back(line);
        }
    }
    double width = 0;
    for (const Line& line : lines) {
        width = std::max(width, frame.widthOf(line.text, line.semibold));
    }
    width = std::ceil(width) + 24;
    const double height = 10 + 16 * static_cast<double>(lines.size());
    const bool leftSide = atPx + 14 + width > frame.scene.widthPx - 4;
    const double x = leftSide ? atPx - 14 - width : atPx + 14;
    const double y = frame.geometry.axis + frame.geometry.events + 4;
    Layer& layer = frame.list.at(LayerName::Hover);
    layer.pills.push_back(
        {.rect = {x, y, width, height}, .radius = 6, .fill = Tone::Raised, .edge = Tone::Control});
    double baseline = y + 17;
    for (const Line& line : lines) {
        layer.words.push_back({.text = line.text,
                               .x = x + 12,
                               .baseline = baseline,
                               .tone = line.tone,
                               .semibold = line.semibold});
        baseline += 16;
    }
}

}  // namespace

void layoutCursor(const Frame& frame)
{
    if (!frame.scene.held || frame.scene.held->index >= frame.data.count()) {
        return;
    }
    const auto held = frame.heldPx();
    if (held) {
        const double top = kCapTopPx;
        frame.addBox(LayerName::Cursor, *held - 1, top, 2, frame.geometry.cursorTop() + 8 - top,
                     Tone::Accent);
        frame.list.at(LayerName::Cursor)
            .glyphs.push_back({.kind = Glyph::Kind::CursorCap,
                               .centre = {*held, frame.geometry.axis - 2},
                               .tone = Tone::Accent});
        addAsked(frame, *held);
    }
    // Out of view, the pill stays at the side on which the moment is.
    addPill(frame, held.value_or(frame.scale.pxAt(frame.data.shownMs(frame.scene.held->index))));
}

void layoutHover(const Frame& frame)
{
    const auto& pointer = frame.scene.pointer;
    if (!pointer || !frame.inView(pointer->x()) || pointer->y() > frame.geometry.cursorTop()) {
        return;
    }
    const auto gap = gapText(frame, frame.scale.msAt(pointer->x()));
    const auto under = hitTest(frame.data, frame.scene, *pointer);
    if (!under) {
        return;
    }
    const double x =
        gap ? frame.snapped(pointer->x()) : frame.pxAt(frame.data.shownMs(under->index));
    if (!frame.inView(x)) {
        return;
    }
    frame.addBox(LayerName::Hover, x, frame.geometry.axis, 1,
                 frame.geometry.cursorTop() - frame.geometry.axis, Tone::Ink2);
    addLabel(frame, x, gap ? *gap : momentText(frame, *under));
}

}  // namespace tidemark::app::timeline
