#include "app/timeline/timeline_item.h"

#include <QCursor>
#include <QGuiApplication>
#include <QHoverEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QStyleHints>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace tidemark::app::timeline {
namespace {

/// One notch of a wheel is 120 units: it zooms by a fifth and pans by a tenth of the window.
constexpr double kZoomPerUnit = 0.0015;
constexpr double kPanPerUnit = 1.0 / 1200;
/// A span of nothing would divide by it.
constexpr double kLeastWidthPx = 1;
constexpr int kManyMoments = 10;

}  // namespace

TimelineItem::TimelineItem(QQuickItem* parent) : DrawListItem(parent)
{
    setAcceptedMouseButtons(Qt::LeftButton);
    setAcceptHoverEvents(true);
    setActiveFocusOnTab(true);
    setClip(true);
}

double TimelineItem::value() const
{
    return controller() == nullptr ? 0 : controller()->momentPosition();
}

void TimelineItem::setValue(double value)
{
    if (controller() != nullptr) {
        controller()->holdPosition(static_cast<int>(std::lround(value)));
    }
}

double TimelineItem::maximumValue() const
{
    return controller() == nullptr ? 1 : std::max(1, controller()->momentCount());
}

Scene TimelineItem::scene() const
{
    const TimelineController& shown = *controller();
    return {.window = shown.window(),
            .widthPx = width(),
            .devicePixelRatio = pixelRatio(),
            .form = form(),
            .nowMs = shown.nowMs(),
            .speech = shown.speech(),
            .held = shown.held(),
            .pointer = m_panning ? std::nullopt : m_pointer};
}

TimeScale TimelineItem::scale() const
{
    const Geometry geometry = geometryOf(form(), controller()->data());
    return {controller()->window(), geometry.gutter,
            std::max(kLeastWidthPx, width() - geometry.gutter - geometry.rightMargin)};
}

DrawList TimelineItem::layOut(const MeasureText& measure) const
{
    return layoutTimeline(controller()->data(), scene(), measure);
}

double TimelineItem::neededHeight() const
{
    return geometryOf(form(), controller()->data()).height();
}

void TimelineItem::refresh()
{
    DrawListItem::refresh();
    emit valueChanged();
}

void TimelineItem::zoomAt(double x, double factor)
{
    if (controller() != nullptr && factor > 0) {
        controller()->zoomAround(factor, scale().msAt(x));
    }
}

bool TimelineItem::pressedKey(int key, Qt::KeyboardModifiers modifiers)
{
    TimelineController& shown = *controller();
    const auto stepped = [&](int direction) {
        if (modifiers & Qt::ControlModifier) {
            shown.stepDays(direction);
        } else {
            shown.step(direction * (modifiers & Qt::ShiftModifier ? kManyMoments : 1));
        }
    };
    switch (key) {
    case Qt::Key_Left: stepped(-1); return true;
    case Qt::Key_Right: stepped(1); return true;
    case Qt::Key_PageUp: shown.stepHours(-1); return true;
    case Qt::Key_PageDown: shown.stepHours(1); return true;
    case Qt::Key_Home: shown.holdFirst(); return true;
    case Qt::Key_End: shown.holdLast(); return true;
    case Qt::Key_Plus:
    case Qt::Key_Equal: shown.zoomIn(); return true;
    case Qt::Key_Minus: shown.zoomOut(); return true;
    case Qt::Key_0: shown.fit(); return true;
    case Qt::Key_E:
        modifiers& Qt::ShiftModifier ? shown.holdPreviousEvent() : shown.holdNextEvent();
        return true;
    case Qt::Key_N: shown.goToNow(); return true;
    default: return false;
    }
}

void TimelineItem::focusInEvent(QFocusEvent* event)
{
    DrawListItem::focusInEvent(event);
    m_shownByKey =
        event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason;
    emit shownByKeyChanged();
}

void TimelineItem::keyPressEvent(QKeyEvent* event)
{
    event->setAccepted(controller() != nullptr && pressedKey(event->key(), event->modifiers()));
}

void TimelineItem::mousePressEvent(QMouseEvent* event)
{
    if (controller() == nullptr) {
        event->ignore();
        return;
    }
    forceActiveFocus(Qt::MouseFocusReason);
    m_pressedAt = event->position();
    m_pressedWindow = controller()->window();
    m_panning = false;
}

void TimelineItem::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_pressedAt || controller() == nullptr) {
        return;
    }
    const double movedPx = event->position().x() - m_pressedAt->x();
    if (!m_panning &&
        std::abs(movedPx) < QGuiApplication::styleHints()->startDragDistance() / 2.0) {
        return;
    }
    m_panning = true;
    setKeepMouseGrab(true);
    setCursor(QCursor(Qt::ClosedHandCursor));
    const auto byMs = static_cast<Millis>(std::llround(-movedPx * scale().msPerPx()));
    controller()->setWindow(
        {.fromMs = m_pressedWindow.fromMs + byMs, .toMs = m_pressedWindow.toMs + byMs});
}

void TimelineItem::mouseReleaseEvent(QMouseEvent* event)
{
    const bool clicked = m_pressedAt && !m_panning;
    mouseUngrabEvent();
    m_pointer = event->position();
    if (clicked && controller() != nullptr) {
        if (const auto hit = hitTest(controller()->data(), scene(), event->position())) {
            controller()->hold(*hit);
        }
    }
    update();
}

void TimelineItem::mouseUngrabEvent()
{
    m_pressedAt.reset();
    m_panning = false;
    setKeepMouseGrab(false);
    unsetCursor();
}

void TimelineItem::hoverMoveEvent(QHoverEvent* event)
{
    m_pointer = event->position();
    update();
}

void TimelineItem::hoverLeaveEvent(QHoverEvent*)
{
    m_pointer.reset();
    update();
}

void TimelineItem::wheelEvent(QWheelEvent* event)
{
    if (controller() == nullptr) {
        event->ignore();
        return;
    }
    const QPoint turned = event->angleDelta();
    if (event->modifiers() & Qt::ControlModifier) {
        zoomAt(event->position().x(), std::exp(-turned.y() * kZoomPerUnit));
    } else {
        // Alt turns a wheel sideways on some desktops; any of the two axes pans.
        const int units = turned.x() != 0 ? turned.x() : turned.y();
        const double part = -units * kPanPerUnit;
        controller()->panBy(static_cast<Millis>(
            std::llround(part * static_cast<double>(controller()->window().spanMs()))));
    }
    event->accept();
}

}  // namespace tidemark::app::timeline
