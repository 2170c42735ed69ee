#include "app/timeline/draw_list_item.h"

#include "app/timeline/draw_list_node.h"

#include <QGuiApplication>
#include <QQuickWindow>

namespace tidemark::app::timeline {
namespace {

constexpr int kTextPx = 11;

}  // namespace

DrawListItem::DrawListItem(QQuickItem* parent) : QQuickItem(parent)
{
    setFlag(ItemHasContents);
    QFont font = QGuiApplication::font();
    font.setPixelSize(kTextPx);
    setFont(font);
}

void DrawListItem::setController(TimelineController* controller)
{
    if (m_controller == controller) {
        return;
    }
    if (m_controller != nullptr) {
        m_controller->disconnect(this);
    }
    m_controller = controller;
    if (controller != nullptr) {
        connect(controller, &TimelineController::dataChanged, this, [this] { refresh(); });
        connect(controller, &TimelineController::windowChanged, this, [this] { refresh(); });
        connect(controller, &TimelineController::momentChanged, this, [this] { refresh(); });
        connect(controller, &QObject::destroyed, this, [this] { m_controller = nullptr; });
    }
    emit controllerChanged();
    refresh();
}

void DrawListItem::setColors(TimelinePalette* colors)
{
    if (m_colors == colors) {
        return;
    }
    if (m_colors != nullptr) {
        m_colors->disconnect(this);
    }
    m_colors = colors;
    if (colors != nullptr) {
        connect(colors, &TimelinePalette::changed, this, &QQuickItem::update);
        connect(colors, &QObject::destroyed, this, [this] { m_colors = nullptr; });
    }
    emit colorsChanged();
    update();
}

void DrawListItem::setSmall(bool small)
{
    if (m_small != small) {
        m_small = small;
        emit smallChanged();
        refresh();
    }
}

void DrawListItem::setFont(const QFont& font)
{
    m_font = font;
    m_measure = measureWith(font);
    emit fontChanged();
    update();
}

DrawList DrawListItem::drawList() const
{
    return m_controller == nullptr ? DrawList{} : layOut(m_measure);
}

double DrawListItem::pixelRatio() const
{
    return window() == nullptr ? 1 : window()->effectiveDevicePixelRatio();
}

void DrawListItem::refresh()
{
    if (m_controller != nullptr) {
        setImplicitHeight(neededHeight());
    }
    update();
}

QSGNode* DrawListItem::updatePaintNode(QSGNode* node, UpdatePaintNodeData*)
{
    if (m_controller == nullptr || m_colors == nullptr || width() <= 0) {
        delete node;
        return nullptr;
    }
    // The GUI thread waits meanwhile: reading its objects is safe here, and only here.
    auto* picture = static_cast<DrawListNode*>(node);
    if (picture == nullptr) {
        picture = new DrawListNode;  // The scene graph owns it.
    }
    picture->update(drawList(), {.colors = m_colors->colors(), .font = m_font}, *window());
    return picture;
}

void DrawListItem::geometryChange(const QRectF& newGeometry, const QRectF& oldGeometry)
{
    QQuickItem::geometryChange(newGeometry, oldGeometry);
    update();
}

}  // namespace tidemark::app::timeline
