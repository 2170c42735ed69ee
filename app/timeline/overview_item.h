#pragma once

#include "app/timeline/draw_list_item.h"

namespace tidemark::app::timeline {

/// The strip of all history with the window over it. Dragging the window moves it, dragging a
/// handle moves that side, a press elsewhere brings the window there. Keys: arrows move it, + and -
/// zoom.
class OverviewItem : public tidemark::app::timeline::DrawListItem {  // So that qmllint finds it.
    Q_OBJECT
    QML_ELEMENT

public:
    explicit OverviewItem(QQuickItem* parent = nullptr);

protected:
    [[nodiscard]] DrawList layOut(const MeasureText& measure) const override;
    [[nodiscard]] double neededHeight() const override;

    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseUngrabEvent() override;
    void hoverMoveEvent(QHoverEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    enum class Part { None, From, Window, To };

    [[nodiscard]] OverviewScene scene() const;
    [[nodiscard]] TimeScale scale(const ViewWindow& span) const;
    [[nodiscard]] Part partAt(double x) const;

    Part m_dragged = Part::None;
    double m_pressedX = 0;
    ViewWindow m_pressedWindow;
    ViewWindow m_pressedSpan;  // The strip stays as it is during a drag.
};

}  // namespace tidemark::app::timeline
