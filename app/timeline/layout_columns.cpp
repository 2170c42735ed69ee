#include "app/timeline/layout_frame.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tidemark::app::timeline {
namespace {

/// So that a lane without big segments still looks like one: three decades and a bit.
constexpr double kLeastDecades = 3.3;
/// Below a hundred bytes no segment exists.
constexpr double kBytesFloorLog = 2;
constexpr double kLeastColumnPx = 4;
constexpr double kStemPx = 2;
constexpr double kDotAboveBasePx = 5;
/// Values with a line across the lane.
constexpr std::array kPageLines = {10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7};
constexpr std::array kByteLines = {1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11};
constexpr double kLeastLineDistancePx = 24;
constexpr double kLabelGapPx = 8;
constexpr double kLabelHeightPx = 12;

/// Whether words that end before the lane, `width` wide, would touch the gutter's heads.
bool touchesHead(const Frame& frame, double width, double baseline)
{
    const double from = frame.left - kLabelGapPx - width;
    return std::ranges::any_of(columnsHeads(frame), [&](const ColumnsHead& head) {
        const double end = frame.geometry.inset + frame.widthOf(head.text, head.semibold);
        return std::abs(head.baseline - baseline) < kLabelHeightPx && end + kLabelGapPx > from;
    });
}

void addLine(const Frame& frame, double value, double y)
{
    const auto whole = static_cast<std::uint64_t>(value);
    const QString label = frame.data.pagesKnown() ? number(whole, frame.scene.speech)
                                                  : dataSize(whole, frame.scene.speech);
    frame.addBox(LayerName::Lane, frame.left, y, frame.right - frame.left, 1, Tone::LineSoft);
    const double baseline = y + 4;
    if (touchesHead(frame, frame.widthOf(label), baseline)) {
        return;
    }
    frame.addWords(LayerName::Lane, {.text = label,
                                     .x = frame.left - kLabelGapPx,
                                     .baseline = baseline,
                                     .tone = Tone::Ink3,
                                     .align = Align::Right});
}

void addHeightLines(const Frame& frame, const HeightScale& heights)
{
    const auto add = [&](auto values) {
        double previous = frame.geometry.base();
        for (const double value : values) {
            const double y =
                frame.snapped(frame.geometry.base() - heights.share(value) * frame.geometry.pages);
            if (y < frame.geometry.axis + frame.geometry.events + 8) {
                return;
            }
            if (previous - y >= kLeastLineDistancePx) {
                addLine(frame, value, y);
                previous = y;
            }
        }
    };
    frame.data.pagesKnown() ? add(kPageLines) : add(kByteLines);
}

bool holdsHeld(const Frame& frame, const Column& column)
{
    return frame.scene.held && frame.scene.held->index >= column.first &&
           frame.scene.held->index < column.last;
}

void addDot(const Frame& frame, double centre, double heightPx, Tone tone)
{
    const double base = frame.geometry.base();
    const double y = base - std::max(kDotAboveBasePx, heightPx);
    if (!frame.inView(centre)) {
        return;
    }
    frame.addBox(LayerName::Columns, frame.snapped(centre - kStemPx / 2), y, kStemPx, base - y,
                 tone);
    frame.list.at(LayerName::Columns)
        .glyphs.push_back({.kind = Glyph::Kind::Dot,
                           .centre = {frame.snapped(centre - kStemPx / 2) + kStemPx / 2, y},
                           .tone = tone});
}

}  // namespace

double HeightScale::share(double value) const
{
    if (value <= 0) {
        return 0;
    }
    return std::clamp((std::log10(value) - floorLog) / (topLog - floorLog), 0.0, 1.0);
}

HeightScale heightScaleOf(const TimelineData& data)
{
    const double floorLog = data.pagesKnown() ? 0 : kBytesFloorLog;
    const double most = columnValue(data, data.totals());
    const double topLog = most > 0 ? std::log10(most) + 0.1 : 0;
    return {.floorLog = floorLog, .topLog = std::max(topLog, floorLog + kLeastDecades)};
}

double columnValue(const TimelineData& data, const MomentSums& sums)
{
    return data.pagesKnown() ? static_cast<double>(sums.maxPages)
                             : static_cast<double>(sums.maxBytes);
}

std::vector<Column> columnsOf(const TimelineData& data, const TimeScale& scale, double left,
                              double right, double devicePixelRatio)
{
    std::vector<Column> columns;
    if (data.empty()) {
        return columns;
    }
    const double bucketMs = kColumnStridePx * scale.msPerPx();
    const double firstBucket = std::floor(static_cast<double>(scale.msAt(left)) / bucketMs);
    const auto startOf = [&](double bucket) {
        return static_cast<Millis>(std::ceil(bucket * bucketMs));
    };
    const double originPx =
        std::round(scale.pxAt(startOf(firstBucket)) * devicePixelRatio) / devicePixelRatio;

    std::size_t index = data.firstNotBefore(startOf(firstBucket));
    while (index < data.count()) {
        // Straight to the next bucket with a moment: empty ones cost nothing.
        const double bucket = std::floor(static_cast<double>(data.shownMs(index)) / bucketMs);
        const double x = originPx + (bucket - firstBucket) * kColumnStridePx;
        if (x >= right) {
            break;
        }
        const std::size_t behind = std::max(index + 1, data.firstNotBefore(startOf(bucket + 1)));
        columns.push_back(
            {.x = x, .first = index, .last = behind, .sums = data.sums(index, behind)});
        index = behind;
    }
    return columns;
}

void layoutColumns(const Frame& frame)
{
    const HeightScale heights = heightScaleOf(frame.data);
    const double base = frame.geometry.base();
    addHeightLines(frame, heights);
    const auto columns =
        columnsOf(frame.data, frame.scale, frame.left, frame.right, frame.scene.devicePixelRatio);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const Column& column = columns[i];
        const Tone tone = holdsHeld(frame, column) ? Tone::Accent : Tone::Flow;
        const double high = frame.snapped(heights.share(columnValue(frame.data, column.sums)) *
                                          (frame.geometry.pages - 4));
        const bool alone =
            column.sums.count == 1 &&
            (i == 0 || column.x - columns[i - 1].x > 1.5 * kColumnStridePx) &&
            (i + 1 == columns.size() || columns[i + 1].x - column.x > 1.5 * kColumnStridePx);
        if (alone) {
            addDot(frame, frame.scale.pxAt(frame.data.shownMs(column.first)), high, tone);
        } else {
            const double height = std::max(kLeastColumnPx, high);
            frame.addBox(LayerName::Columns, column.x, base - height, kColumnWidthPx, height, tone);
        }
    }
    frame.addBox(LayerName::Columns, frame.left, base, frame.right - frame.left, 1, Tone::Control);
}

}  // namespace tidemark::app::timeline
