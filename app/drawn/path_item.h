#pragma once

#include <QtQml/qqmlregistration.h>
#include <QColor>
#include <QPainterPath>
#include <QQuickPaintedItem>

namespace tidemark::app {

/// One stroked path on a square grid, scaled to the item: an icon. A painted item, since Qt Quick's
/// own shapes have jagged edges on most graphics drivers and this draws alike on all.
class PathItem : public QQuickPaintedItem {
    Q_OBJECT
    QML_ELEMENT
    /// SVG path data in units of the grid.
    Q_PROPERTY(QString path READ path WRITE setPath NOTIFY pathChanged FINAL)
    Q_PROPERTY(QColor color READ color WRITE setColor NOTIFY colorChanged FINAL)
    Q_PROPERTY(qreal lineWidth READ lineWidth WRITE setLineWidth NOTIFY lineWidthChanged FINAL)
    Q_PROPERTY(qreal grid READ grid WRITE setGrid NOTIFY gridChanged FINAL)
    Q_PROPERTY(bool filled READ filled WRITE setFilled NOTIFY filledChanged FINAL)

public:
    explicit PathItem(QQuickItem* parent = nullptr);

    [[nodiscard]] QString path() const { return m_data; }
    [[nodiscard]] QColor color() const { return m_color; }
    [[nodiscard]] qreal lineWidth() const { return m_lineWidth; }
    [[nodiscard]] qreal grid() const { return m_grid; }
    [[nodiscard]] bool filled() const { return m_filled; }

    void setPath(const QString& data);
    void setColor(QColor color);
    void setLineWidth(qreal width);
    void setGrid(qreal units);
    void setFilled(bool filled);

    void paint(QPainter* painter) override;

signals:
    void pathChanged();
    void colorChanged();
    void lineWidthChanged();
    void gridChanged();
    void filledChanged();

private:
    QString m_data;
    QPainterPath m_path;
    QColor m_color = Qt::black;
    qreal m_lineWidth = 1.5;
    qreal m_grid = 16;
    bool m_filled = false;
};

}  // namespace tidemark::app
