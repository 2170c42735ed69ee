#include "app/timeline/overview_item.h"

#include <QCursor>
#include <QHoverEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace tidemark::app::timeline {
namespace {

/// Targets are 24 px wide.
constexpr double kGripReachPx = 12;
constexpr double kZoomPerUnit = 0.0015;
constexpr Millis kPanDivisor = 4;

}  // namespace

OverviewItem::OverviewItem(QQuickItem* parent) : DrawListItem(parent)
{
    setAcceptedMouseButtons(Qt::LeftButton);
    setAcceptHoverEvents(true);
    setActiveFocusOnTab(true);
}

OverviewScene OverviewItem::scene() const
{
    const TimelineController& shown = *controller();
    return {.span = m_dragged == Part::None ? shown.overviewWindow() : m_pressedSpan,
            .window = shown.window(),
            .widthPx = width(),
            .devicePixelRatio = pixelRatio(),
            .form = form(),
            .speech = shown.speech()};
}

TimeScale OverviewItem::scale(const ViewWindow& span) const
{
    const OverviewGeometry geometry = overviewGeometryOf(form());
    return {span, geometry.left, std::max(1.0, width() - geometry.left - geometry.rightMargin)};
}

DrawList OverviewItem::layOut(const MeasureText& measure) const
{
    return layoutOverview(controller()->data(), scene(), measure);
}

double OverviewItem::neededHeight() const
{
    return overviewGeometryOf(form()).height();
}

OverviewItem::Part OverviewItem::partAt(double x) const
{
    const OverviewHandles handles = overviewHandles(scene());
    // Of a narrow window the inner halves of the handles belong to the window.
    const double inside = std::min(kGripReachPx, (handles.toPx - handles.fromPx) / 3);
    if (x >= handles.fromPx - kGripReachPx && x < handles.fromPx + inside) {
        return Part::From;
    }
    if (x > handles.toPx - inside && x <= handles.toPx + kGripReachPx) {
        return Part::To;
    }
    return x >= handles.fromPx && x <= handles.toPx ? Part::Window : Part::None;
}

void OverviewItem::keyPressEvent(QKeyEvent* event)
{
    if (controller() == nullptr) {
        event->ignore();
        return;
    }
    const Millis aQuarter = controller()->window().spanMs() / kPanDivisor;
    switch (event->key()) {
    case Qt::Key_Left: controller()->panBy(-aQuarter); break;
    case Qt::Key_Right: controller()->panBy(aQuarter); break;
    case Qt::Key_Plus:
    case Qt::Key_Equal: controller()->zoomIn(); break;
    case Qt::Key_Minus: controller()->zoomOut(); break;
    case Qt::Key_0: controller()->fit(); break;
    default: event->ignore();
    }
}

void OverviewItem::mousePressEvent(QMouseEvent* event)
{
    if (controller() == nullptr || event->position().x() < overviewGeometryOf(form()).left - 12) {
        event->ignore();
        return;
    }
    m_pressedSpan = controller()->overviewWindow();
    const double x = event->position().x();
    Part part = partAt(x);
    if (part == Part::None) {
        const Millis middle = scale(m_pressedSpan).msAt(x);
        const Millis half = controller()->window().spanMs() / 2;
        controller()->setWindow({.fromMs = middle - half, .toMs = middle + half});
        part = Part::Window;
    }
    m_dragged = part;
    m_pressedX = x;
    m_pressedWindow = controller()->window();
    setKeepMouseGrab(true);
}

void OverviewItem::mouseMoveEvent(QMouseEvent* event)
{
    if (m_dragged == Part::None || controller() == nullptr) {
        return;
    }
    const auto byMs = static_cast<Millis>(
        std::llround((event->position().x() - m_pressedX) * scale(m_pressedSpan).msPerPx()));
    ViewWindow next = m_pressedWindow;
    if (m_dragged == Part::From) {
        next.fromMs = std::min(next.fromMs + byMs, next.toMs - kSmallestSpanMs);
    } else if (m_dragged == Part::To) {
        next.toMs = std::max(next.toMs + byMs, next.fromMs + kSmallestSpanMs);
    } else {
        next = {.fromMs = next.fromMs + byMs, .toMs = next.toMs + byMs};
    }
    controller()->setWindow(next);
}

void OverviewItem::mouseReleaseEvent(QMouseEvent*)
{
    mouseUngrabEvent();
}

void OverviewItem::mouseUngrabEvent()
{
    m_dragged = Part::None;
    setKeepMouseGrab(false);
    update();
}

void OverviewItem::hoverMoveEvent(QHoverEvent* event)
{
    if (controller() == nullptr) {
        return;
    }
    const Part part = partAt(event->position().x());
    const bool grip = part == Part::From || part == Part::To;
    setCursor(QCursor(part == Part::Window ? Qt::OpenHandCursor
                      : grip               ? Qt::SizeHorCursor
                                           : Qt::ArrowCursor));
}

void OverviewItem::wheelEvent(QWheelEvent* event)
{
    if (controller() != nullptr) {
        const Millis at = scale(controller()->overviewWindow()).msAt(event->position().x());
        controller()->zoomAround(std::exp(-event->angleDelta().y() * kZoomPerUnit), at);
    }
    event->accept();
}

}  // namespace tidemark::app::timeline
