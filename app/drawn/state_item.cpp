#include "app/drawn/state_item.h"

#include "app/drawn/state_shape.h"

namespace tidemark::app {

StateItem::StateItem(QQuickItem* parent) : QQuickPaintedItem(parent)
{
    setAntialiasing(true);
}

void StateItem::setProtection(Protection::State protection)
{
    if (m_protection == protection) {
        return;
    }
    m_protection = protection;
    emit protectionChanged();
    update();
}

void StateItem::setColor(QColor color)
{
    if (m_color == color) {
        return;
    }
    m_color = color;
    emit colorChanged();
    update();
}

void StateItem::setInside(QColor color)
{
    if (m_inside == color) {
        return;
    }
    m_inside = color;
    emit insideChanged();
    update();
}

void StateItem::paint(QPainter* painter)
{
    paintState(*painter, boundingRect(), m_protection, m_color, m_inside);
}

}  // namespace tidemark::app
