#include "app/activity_item.h"

#include "app/activity.h"

#include <QDateTime>
#include <QPainter>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace tidemark::app {
namespace {

using namespace std::chrono_literals;

// Much less than the time of a column.
constexpr auto kMoves = 1min;
// A burst is drawn once.
constexpr auto kSoon = 300ms;

constexpr int kColumnStep = 4;
constexpr int kColumnWidth = 3;
constexpr int kCellHeight = 16;
constexpr int kIdleHeight = 5;

}  // namespace

ActivityItem::ActivityItem(QQuickItem* parent) : QQuickPaintedItem(parent)
{
    m_moves.setInterval(kMoves);
    m_moves.start();
    m_soon.setInterval(kSoon);
    m_soon.setSingleShot(true);
    connect(&m_moves, &QTimer::timeout, this, &ActivityItem::refresh);
    connect(&m_soon, &QTimer::timeout, this, &ActivityItem::refresh);
    connect(this, &ActivityItem::lookChanged, this, [this] { update(); });
}

void ActivityItem::setHistory(History* history)
{
    if (m_history == history) {
        return;
    }
    if (m_history) {
        m_history->disconnect(this);
    }
    m_history = history;
    if (m_history) {
        connect(m_history, &History::dataChanged, this, [this] {
            if (!m_soon.isActive()) {
                m_soon.start();
            }
        });
    }
    emit historyChanged();
    refresh();
}

void ActivityItem::setKind(Kind kind)
{
    if (m_kind != kind) {
        m_kind = kind;
        emit lookChanged();
    }
}

bool ActivityItem::isKnown() const
{
    // While it is read again, what was read before stays.
    return m_history && (m_history->stage() == History::Stage::Ready || !m_history->data().empty());
}

void ActivityItem::refresh()
{
    m_summary.clear();
    m_firstDay.clear();
    if (isKnown()) {
        const auto sums = lastDay(m_history->data(), m_history->nowMs());
        m_summary = tr("%Ln moments · %1", "in a day, their size",
                       static_cast<int>(std::min<std::size_t>(sums.count, 99'999'999)))
                        .arg(timeline::dataSize(sums.bytes, m_history->speech()));
    }
    if (m_history) {
        const auto now = m_history->nowMs();
        const auto& speech = m_history->speech();
        const QDate first =
            QDateTime::fromMSecsSinceEpoch(now, speech.zone).date().addDays(1 - kDays);
        m_firstDay = speech.locale.toString(first, tr("d MMM", "day and month"));
    }
    emit summaryChanged();
    update();
}

void ActivityItem::paint(QPainter* painter)
{
    if (isKnown()) {
        m_kind == Kind::Day ? paintDay(*painter) : paintMonth(*painter);
    }
}

void ActivityItem::paintDay(QPainter& painter) const
{
    const auto columns = flowColumns(m_history->data(), m_history->nowMs(), m_columns);
    const qreal base = height() - 1;
    for (int i = 0; i < m_columns; ++i) {
        const double share = columns[static_cast<std::size_t>(i)];
        if (share > 0) {
            const qreal high = std::max(1.0, std::round(share * base));
            painter.fillRect(QRectF(i * kColumnStep, base - high, kColumnWidth, high), m_flow);
        }
    }
    painter.fillRect(QRectF(0, base, m_columns * kColumnStep, 1), m_axis);
    painter.fillRect(QRectF(m_columns * kColumnStep - 2, 0, 2, height()), m_accent);
}

void ActivityItem::paintMonth(QPainter& painter) const
{
    const auto cells =
        dayCells(m_history->data(), m_history->nowMs(), m_history->speech().zone, kDays);
    painter.setRenderHint(QPainter::Antialiasing);
    for (int i = 0; i < kDays; ++i) {
        const QRectF cell(i * m_cellStep, 0, m_cellStep - std::max(1, m_cellStep / 4), kCellHeight);
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_kept);
        switch (cells[static_cast<std::size_t>(i)]) {
        case DayCell::Before:
            painter.fillRect(QRectF(std::floor(cell.center().x()) - 1, kCellHeight - 2, 2, 2),
                             m_axis);
            break;
        case DayCell::Idle:
            painter.drawRoundedRect(cell.adjusted(0, kCellHeight - kIdleHeight, 0, 0), 1, 1);
            break;
        case DayCell::Kept: painter.drawRoundedRect(cell, 1, 1); break;
        case DayCell::Today:
            painter.fillRect(cell.adjusted(1, 7, -1, -1), m_kept);
            painter.setPen(m_kept);
            painter.setBrush(Qt::NoBrush);
            painter.drawRoundedRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), 1, 1);
            break;
        }
    }
}

}  // namespace tidemark::app
