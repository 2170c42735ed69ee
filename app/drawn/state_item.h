#pragma once

#include "app/text/protection.h"

#include <QtQml/qqmlregistration.h>
#include <QColor>
#include <QQuickPaintedItem>

namespace tidemark::app {

/// The mark of a state, as large as the item.
class StateItem : public QQuickPaintedItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(tidemark::app::Protection::State protection READ protection WRITE setProtection
                   NOTIFY protectionChanged FINAL)
    Q_PROPERTY(QColor color READ color WRITE setColor NOTIFY colorChanged FINAL)
    /// Of the glyph that is cut into a full shape.
    Q_PROPERTY(QColor inside READ inside WRITE setInside NOTIFY insideChanged FINAL)

public:
    explicit StateItem(QQuickItem* parent = nullptr);

    [[nodiscard]] Protection::State protection() const { return m_protection; }
    [[nodiscard]] QColor color() const { return m_color; }
    [[nodiscard]] QColor inside() const { return m_inside; }

    void setProtection(Protection::State protection);
    void setColor(QColor color);
    void setInside(QColor color);

    void paint(QPainter* painter) override;

signals:
    void protectionChanged();
    void colorChanged();
    void insideChanged();

private:
    Protection::State m_protection = Protection::State::NotSetUp;
    QColor m_color = Qt::black;
    QColor m_inside = Qt::white;
};

}  // namespace tidemark::app
