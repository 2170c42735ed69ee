#pragma once

#include "app/timeline/timeline_layout.h"

#include <cmath>
#include <vector>

namespace tidemark::app::timeline {

/// Columns stand this far apart: three pixels and one of air.
inline constexpr double kColumnStridePx = 4;
inline constexpr double kColumnWidthPx = 3;

/// What the parts of layoutTimeline share while one picture is made.
struct Frame {
    const TimelineData& data;
    const Scene& scene;
    const MeasureText& measure;
    DrawList& list;
    Geometry geometry;
    TimeScale scale;
    double left = 0;
    double right = 0;

    Frame(const TimelineData& timelineData, const Scene& pictureScene,
          const MeasureText& measureText, DrawList& drawList);

    /// On a whole device pixel.
    [[nodiscard]] double snapped(double px) const
    {
        return std::round(px * scene.devicePixelRatio) / scene.devicePixelRatio;
    }
    [[nodiscard]] double pxAt(Millis ms) const { return snapped(scale.pxAt(ms)); }
    [[nodiscard]] bool inView(double px) const { return px >= left && px <= right; }

    /// Where the held moment stands, if it is in view.
    [[nodiscard]] std::optional<double> heldPx() const;

    /// A box cut at both ends of the lane; none if nothing is left.
    void addBox(LayerName layer, double x, double y, double width, double height, Tone tone,
                double opacity = 1) const;
    /// The same, over the gutter too.
    void addWideBox(LayerName layer, double x, double y, double width, double height,
                    Tone tone) const;
    void addDottedDown(LayerName layer, double x, double fromY, double toY) const;
    void addWords(LayerName layer, Words words) const;
    [[nodiscard]] double widthOf(const QString& text, bool semibold = false) const
    {
        return measure(text, semibold);
    }
};

/// A line of the gutter beside the columns.
struct ColumnsHead {
    QString text = {};
    double baseline = 0;
    Tone tone = Tone::Ink2;
    bool semibold = false;
};
[[nodiscard]] std::vector<ColumnsHead> columnsHeads(const Frame& frame);

void layoutLanes(const Frame& frame);
void layoutAxis(const Frame& frame);
void layoutGaps(const Frame& frame);
void layoutColumns(const Frame& frame);
void layoutEvents(const Frame& frame);
void layoutRestores(const Frame& frame);
void layoutRuler(const Frame& frame);
void layoutCursor(const Frame& frame);
void layoutHover(const Frame& frame);

/// How values become heights: logarithmic, from `floor` (no height) to the top of the lane.
struct HeightScale {
    double floorLog = 0;
    double topLog = 3.3;

    [[nodiscard]] double share(double value) const;
};
[[nodiscard]] HeightScale heightScaleOf(const TimelineData& data);
/// What a column of `sums` is high by: its largest segment.
[[nodiscard]] double columnValue(const TimelineData& data, const MomentSums& sums);

/// One bucket of columns that has a moment in it.
struct Column {
    double x = 0;  ///< Its left edge, on a whole device pixel.
    std::size_t first = 0;
    std::size_t last = 0;  ///< Behind it.
    MomentSums sums = {};
};

/// Buckets of kColumnStridePx between two pixels. They stand at fixed times, not at fixed pixels,
/// so that panning moves columns and never reshapes them.
[[nodiscard]] std::vector<Column> columnsOf(const TimelineData& data, const TimeScale& scale,
                                            double left, double right, double devicePixelRatio);

}  // namespace tidemark::app::timeline
