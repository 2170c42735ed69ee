#pragma once

#include "app/timeline/draw_list.h"

#include <QColor>
#include <QFont>
#include <QPainter>

namespace tidemark::app::timeline {

/// How a picture's tones and words look.
struct Ink {
    std::array<QColor, kToneCount> colors = {};
    QFont font = {};

    [[nodiscard]] QColor color(Tone tone, double opacity = 1) const;
    [[nodiscard]] QFont fontFor(bool semibold) const;

    bool operator==(const Ink&) const = default;
};

/// Measures with `font`. GUI thread, or one that holds the painter of an image.
[[nodiscard]] MeasureText measureWith(const QFont& font);

/// Fills the boxes of `layer`.
void paintBoxes(QPainter& painter, const Layer& layer, const Ink& ink);

/// Draws all of `layer` but its boxes.
void paintMarks(QPainter& painter, const Layer& layer, const Ink& ink);

/// The whole picture, layer by layer.
void paintDrawList(QPainter& painter, const DrawList& list, const Ink& ink);

/// What paintMarks touches, in logical pixels.
[[nodiscard]] QRectF markBounds(const Layer& layer, const Ink& ink);

}  // namespace tidemark::app::timeline
