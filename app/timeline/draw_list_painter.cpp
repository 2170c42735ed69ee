#include "app/timeline/draw_list_painter.h"

#include "app/drawn/svg_path.h"

#include <QFontMetricsF>
#include <QPainterPath>

#include <cmath>

using namespace Qt::StringLiterals;

namespace tidemark::app::timeline {
namespace {

/// The largest shape reaches this far from its centre.
constexpr double kGlyphReachPx = 14;
constexpr double kHatchDistancePx = 6;

QPen penOf(const QColor& color, double width)
{
    return {color, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin};
}

void paintDrill(QPainter& painter, const QColor& color)
{
    static const QPainterPath shield =
        pathFromSvg(u"M0 -7l5.5 2v4.5c0 3-2.4 5-5.5 6.5c-3.1-1.5-5.5-3.5-5.5-6.5v-4.5z");
    static const QPainterPath check = pathFromSvg(u"M-2.5 0l2 2l3-3.5");
    painter.strokePath(shield, penOf(color, 1.5));
    painter.strokePath(check, penOf(color, 1.5));
}

void paintRestore(QPainter& painter, const QColor& color, const QColor& inside)
{
    static const QPainterPath arrow =
        pathFromSvg(u"M2.5 -1.5a2.75 2.75 0 1 0 0.3 2.2M3 -3.4v2.4h-2.4");
    painter.setPen(penOf(color, 1.5));
    painter.setBrush(inside);
    painter.drawEllipse(QPointF(), 6, 6);
    painter.strokePath(arrow, penOf(color, 1.2));
}

void paintGrip(QPainter& painter, const QColor& color, const QColor& notch)
{
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawRoundedRect(QRectF(-4, -9, 8, 18), 3, 3);
    painter.fillRect(QRectF(-0.5, -4, 1, 8), notch);
}

void paintGlyph(QPainter& painter, const Glyph& glyph, const Ink& ink)
{
    static const QPainterPath triangle = pathFromSvg(u"M0 -6l6 11h-12z");
    static const QPainterPath smallTriangle = pathFromSvg(u"M0 -4l4.5 8h-9z");
    static const QPainterPath cap = pathFromSvg(u"M-6 -12h12v6l-6 6l-6-6z");
    const QColor color = ink.color(glyph.tone);
    painter.save();
    painter.translate(glyph.centre);
    switch (glyph.kind) {
    case Glyph::Kind::Dot:
        painter.setPen(Qt::NoPen);
        painter.setBrush(color);
        painter.drawEllipse(QPointF(), 3, 3);
        break;
    case Glyph::Kind::Snapshot: painter.fillPath(triangle, color); break;
    case Glyph::Kind::SmallSnapshot: painter.fillPath(smallTriangle, color); break;
    case Glyph::Kind::Drill: paintDrill(painter, color); break;
    case Glyph::Kind::Restore: paintRestore(painter, color, ink.color(Tone::Lane)); break;
    case Glyph::Kind::RestoreFrom:
        painter.setPen(penOf(color, 1.5));
        painter.setBrush(ink.color(Tone::Lane));
        painter.drawEllipse(QPointF(), 3.25, 3.25);
        break;
    case Glyph::Kind::CursorCap: painter.fillPath(cap, color); break;
    case Glyph::Kind::AskedCap:
        painter.fillPath(cap, ink.color(Tone::Lane));
        painter.strokePath(cap, penOf(color, 1.5));
        break;
    case Glyph::Kind::Grip: paintGrip(painter, color, ink.color(Tone::OnAccent)); break;
    }
    painter.restore();
}

void paintHatching(QPainter& painter, const Hatching& hatching, const Ink& ink)
{
    const QRectF& rect = hatching.rect;
    painter.save();
    painter.fillRect(rect, ink.color(Tone::Well));
    painter.setClipRect(rect);
    painter.setPen(QPen(ink.color(Tone::Hatch), 1));
    // Counted from the gap's own start, which may lie far outside of what is shown.
    const double first =
        rect.left() - std::fmod(rect.left() - hatching.originX, kHatchDistancePx) - rect.height();
    for (double x = first; x < rect.right(); x += kHatchDistancePx) {
        painter.drawLine(QPointF(x, rect.bottom()), QPointF(x + rect.height(), rect.top()));
    }
    painter.restore();
}

void paintPill(QPainter& painter, const Pill& pill, const Ink& ink)
{
    painter.setBrush(ink.color(pill.fill));
    if (pill.edge == pill.fill) {
        painter.setPen(Qt::NoPen);
        painter.drawRoundedRect(pill.rect, pill.radius, pill.radius);
        return;
    }
    painter.setPen(QPen(ink.color(pill.edge), 1));
    painter.drawRoundedRect(pill.rect.adjusted(0.5, 0.5, -0.5, -0.5), pill.radius, pill.radius);
}

double leftOf(const Words& words, double width)
{
    switch (words.align) {
    case Align::Left: return words.x;
    case Align::Centre: return words.x - width / 2;
    case Align::Right: return words.x - width;
    }
    Q_UNREACHABLE();
}

}  // namespace

QColor Ink::color(Tone tone, double opacity) const
{
    QColor color = colors[static_cast<std::size_t>(tone)];
    color.setAlphaF(static_cast<float>(color.alphaF() * opacity));
    return color;
}

QFont Ink::fontFor(bool semibold) const
{
    QFont heavier = font;
    if (semibold) {
        heavier.setWeight(QFont::DemiBold);
    }
    return heavier;
}

MeasureText measureWith(const QFont& font)
{
    const Ink ink{.font = font};
    return [plain = QFontMetricsF(ink.fontFor(false)), semibold = QFontMetricsF(ink.fontFor(true))](
               const QString& text, bool heavy) {
        return (heavy ? semibold : plain).horizontalAdvance(text);
    };
}

void paintBoxes(QPainter& painter, const Layer& layer, const Ink& ink)
{
    for (const Box& box : layer.boxes) {
        painter.fillRect(QRectF(box.x, box.y, box.width, box.height),
                         ink.color(box.tone, box.opacity));
    }
}

void paintMarks(QPainter& painter, const Layer& layer, const Ink& ink)
{
    painter.setRenderHint(QPainter::Antialiasing, true);
    for (const Hatching& hatching : layer.hatchings) {
        paintHatching(painter, hatching, ink);
    }
    for (const Pill& pill : layer.pills) {
        paintPill(painter, pill, ink);
    }
    for (const Glyph& glyph : layer.glyphs) {
        paintGlyph(painter, glyph, ink);
    }
    const MeasureText measure = measureWith(ink.font);
    for (const Words& words : layer.words) {
        painter.setFont(ink.fontFor(words.semibold));
        painter.setPen(ink.color(words.tone));
        const double width = words.align == Align::Left ? 0 : measure(words.text, words.semibold);
        painter.drawText(QPointF(leftOf(words, width), words.baseline), words.text);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void paintDrawList(QPainter& painter, const DrawList& list, const Ink& ink)
{
    for (const Layer& layer : list.layers) {
        paintBoxes(painter, layer, ink);
        paintMarks(painter, layer, ink);
    }
}

QRectF markBounds(const Layer& layer, const Ink& ink)
{
    QRectF bounds;
    for (const Hatching& hatching : layer.hatchings) {
        bounds |= hatching.rect;
    }
    for (const Pill& pill : layer.pills) {
        bounds |= pill.rect;
    }
    for (const Glyph& glyph : layer.glyphs) {
        bounds |= QRectF(glyph.centre.x() - kGlyphReachPx, glyph.centre.y() - kGlyphReachPx,
                         2 * kGlyphReachPx, 2 * kGlyphReachPx);
    }
    const MeasureText measure = measureWith(ink.font);
    const double size = ink.font.pixelSize() > 0 ? ink.font.pixelSize() : 16;
    for (const Words& words : layer.words) {
        const double width = measure(words.text, words.semibold);
        bounds |=
            QRectF(leftOf(words, width) - 2, words.baseline - 1.5 * size, width + 4, 2 * size + 4);
    }
    return bounds;
}

}  // namespace tidemark::app::timeline
