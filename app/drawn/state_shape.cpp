#include "app/drawn/state_shape.h"

#include "app/drawn/svg_path.h"

namespace tidemark::app {
namespace {

using Protection::State;

constexpr qreal kGrid = 16;
constexpr qreal kLine = 1.5;
constexpr qreal kBoldLine = 1.75;  // A glyph cut into a full shape needs a little more.
const QPointF kCentre(8, 8);
constexpr qreal kRing = 6.25;

QPen pen(QColor colour, qreal width)
{
    return {colour, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin};
}

void stroke(QPainter& painter, QStringView data, QColor colour, qreal width)
{
    painter.strokePath(pathFromSvg(data), pen(colour, width));
}

void ring(QPainter& painter, QColor colour)
{
    painter.setPen(pen(colour, kLine));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(kCentre, kRing, kRing);
}

/// A ring that is open at the top right: 9/12 of it are drawn.
void openRing(QPainter& painter, QColor colour)
{
    constexpr int kSixteenths = 16;  // Qt counts arcs in sixteenths of a degree.
    painter.setPen(pen(colour, kLine));
    painter.drawArc(QRectF(kCentre - QPointF(kRing, kRing), QSizeF(2 * kRing, 2 * kRing)),
                    60 * kSixteenths, -270 * kSixteenths);
}

void dashedRing(QPainter& painter, QColor colour)
{
    QPen dashes(colour, kLine, Qt::CustomDashLine, Qt::FlatCap);
    dashes.setDashPattern({2.5 / kLine, 2.4 / kLine});
    painter.setPen(dashes);
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(kCentre, kRing, kRing);
}

void fullDisc(QPainter& painter, QColor colour)
{
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawEllipse(kCentre, 7, 7);
}

void fullTriangle(QPainter& painter, QColor colour)
{
    const QPainterPath path = pathFromSvg(u"M8 1.5 15.25 14H.75z");
    painter.fillPath(path, colour);
    painter.strokePath(path, pen(colour, 1));
}

void fullOctagon(QPainter& painter, QColor colour)
{
    painter.fillPath(pathFromSvg(u"M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z"), colour);
}

void paintOnGrid(QPainter& painter, State state, QColor shape, QColor inside)
{
    switch (state) {
    case State::Protected:
        fullDisc(painter, shape);
        stroke(painter, u"M4.75 8.25 7 10.5l4.25-4.75", inside, kBoldLine);
        return;
    case State::CatchingUp:
        openRing(painter, shape);
        stroke(painter, u"M8 11V5.25M5.5 7.5 8 5l2.5 2.5", shape, kLine);
        return;
    case State::Waiting:
        ring(painter, shape);
        stroke(painter, u"M8 4.75V8l2.25 1.5", shape, kLine);
        return;
    case State::Paused:
        ring(painter, shape);
        stroke(painter, u"M6.25 5.5v5M9.75 5.5v5", shape, kBoldLine);
        return;
    case State::AtRisk:
        fullTriangle(painter, shape);
        stroke(painter, u"M8 6v3.75M8 11.9v.1", inside, kBoldLine);
        return;
    case State::Broken:
        fullOctagon(painter, shape);
        stroke(painter, u"M5.5 5.5l5 5M10.5 5.5l-5 5", inside, kBoldLine);
        return;
    case State::NotSetUp: dashedRing(painter, shape); return;
    }
}

}  // namespace

void paintState(QPainter& painter, const QRectF& place, State state, QColor shape, QColor inside)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(place.topLeft());
    painter.scale(place.width() / kGrid, place.height() / kGrid);
    paintOnGrid(painter, state, shape, inside);
    painter.restore();
}

}  // namespace tidemark::app
