#pragma once

#include "app/timeline/draw_list_painter.h"
#include "app/timeline/timeline_controller.h"
#include "app/timeline/timeline_palette.h"

#include <QQuickItem>

#include <optional>

namespace tidemark::app::timeline {

/// What both pictures of a timeline have in common: whose they are, how they look, and that they
/// are laid out again when something of it changes, at most once a frame.
class DrawListItem : public QQuickItem {
    Q_OBJECT
    QML_ANONYMOUS
    Q_PROPERTY(tidemark::app::timeline::TimelineController* controller READ controller WRITE
                   setController NOTIFY controllerChanged REQUIRED FINAL)
    Q_PROPERTY(tidemark::app::timeline::TimelinePalette* colors READ colors WRITE setColors NOTIFY
                   colorsChanged REQUIRED FINAL)
    /// The form for windows of 640 x 480.
    Q_PROPERTY(bool small READ small WRITE setSmall NOTIFY smallChanged FINAL)
    Q_PROPERTY(QFont font READ font WRITE setFont NOTIFY fontChanged FINAL)

public:
    explicit DrawListItem(QQuickItem* parent = nullptr);

    [[nodiscard]] TimelineController* controller() const { return m_controller; }
    void setController(TimelineController* controller);
    [[nodiscard]] TimelinePalette* colors() const { return m_colors; }
    void setColors(TimelinePalette* colors);
    [[nodiscard]] bool small() const { return m_small; }
    void setSmall(bool small);
    [[nodiscard]] QFont font() const { return m_font; }
    void setFont(const QFont& font);

    /// The picture as it is now.
    [[nodiscard]] DrawList drawList() const;

signals:
    void controllerChanged();
    void colorsChanged();
    void smallChanged();
    void fontChanged();

protected:
    [[nodiscard]] virtual DrawList layOut(const MeasureText& measure) const = 0;
    [[nodiscard]] virtual double neededHeight() const = 0;
    [[nodiscard]] Form form() const { return m_small ? Form::Small : Form::Normal; }
    [[nodiscard]] double pixelRatio() const;
    /// The controller or what it shows is another one.
    virtual void refresh();

    QSGNode* updatePaintNode(QSGNode* node, UpdatePaintNodeData* data) override;
    void geometryChange(const QRectF& newGeometry, const QRectF& oldGeometry) override;

private:
    TimelineController* m_controller = nullptr;
    TimelinePalette* m_colors = nullptr;
    bool m_small = false;
    QFont m_font;
    MeasureText m_measure;
};

}  // namespace tidemark::app::timeline
