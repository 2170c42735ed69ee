#include "app/drawn/path_item.h"

#include "app/drawn/svg_path.h"

#include <QPainter>

namespace tidemark::app {

PathItem::PathItem(QQuickItem* parent) : QQuickPaintedItem(parent)
{
    setAntialiasing(true);
}

void PathItem::setPath(const QString& data)
{
    if (m_data == data) {
        return;
    }
    m_data = data;
    m_path = pathFromSvg(data);
    emit pathChanged();
    update();
}

void PathItem::setColor(QColor color)
{
    if (m_color == color) {
        return;
    }
    m_color = color;
    emit colorChanged();
    update();
}

void PathItem::setLineWidth(qreal width)
{
    if (m_lineWidth == width) {
        return;
    }
    m_lineWidth = width;
    emit lineWidthChanged();
    update();
}

void PathItem::setGrid(qreal units)
{
    if (m_grid == units) {
        return;
    }
    m_grid = units;
    emit gridChanged();
    update();
}

void PathItem::setFilled(bool filled)
{
    if (m_filled == filled) {
        return;
    }
    m_filled = filled;
    emit filledChanged();
    update();
}

void PathItem::paint(QPainter* painter)
{
    painter->setRenderHint(QPainter::Antialiasing);
    painter->scale(width() / m_grid, height() / m_grid);
    if (m_filled) {
        painter->fillPath(m_path, m_color);
        return;
    }
    const QPen pen(m_color, m_lineWidth, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
    painter->strokePath(m_path, pen);
}

}  // namespace tidemark::app
