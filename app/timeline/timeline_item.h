#pragma once

#include "app/timeline/draw_list_item.h"

namespace tidemark::app::timeline {

/// The timeline: drag or wheel pans, Ctrl and wheel zooms about the pointer, a click holds the
/// moment there, keys step. To a screen reader it is a slider over all moments.
class TimelineItem : public tidemark::app::timeline::DrawListItem {  // So that qmllint finds it.
    Q_OBJECT
    QML_ELEMENT
    // Named as the accessibility bridge reads them.
    Q_PROPERTY(double value READ value WRITE setValue NOTIFY valueChanged FINAL)
    Q_PROPERTY(double minimumValue READ minimumValue CONSTANT FINAL)
    Q_PROPERTY(double maximumValue READ maximumValue NOTIFY valueChanged FINAL)
    Q_PROPERTY(double stepSize READ stepSize CONSTANT FINAL)
    /// Whether the focus came by the keyboard, which then wants to see it.
    Q_PROPERTY(bool shownByKey READ shownByKey NOTIFY shownByKeyChanged FINAL)

public:
    explicit TimelineItem(QQuickItem* parent = nullptr);

    [[nodiscard]] double value() const;
    void setValue(double value);
    [[nodiscard]] double minimumValue() const { return 1; }
    [[nodiscard]] double maximumValue() const;
    [[nodiscard]] double stepSize() const { return 1; }

    [[nodiscard]] bool shownByKey() const { return m_shownByKey; }

    /// Zooms about a point of the item: a pinch.
    Q_INVOKABLE void zoomAt(double x, double factor);

signals:
    void valueChanged();
    void shownByKeyChanged();

protected:
    [[nodiscard]] DrawList layOut(const MeasureText& measure) const override;
    [[nodiscard]] double neededHeight() const override;
    void refresh() override;

    void focusInEvent(QFocusEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseUngrabEvent() override;
    void hoverMoveEvent(QHoverEvent* event) override;
    void hoverLeaveEvent(QHoverEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    [[nodiscard]] Scene scene() const;
    [[nodiscard]] TimeScale scale() const;
    bool pressedKey(int key, Qt::KeyboardModifiers modifiers);

    std::optional<QPointF> m_pointer;
    std::optional<QPointF> m_pressedAt;
    ViewWindow m_pressedWindow;
    bool m_panning = false;
    bool m_shownByKey = false;
};

}  // namespace tidemark::app::timeline
