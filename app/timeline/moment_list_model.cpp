#include "app/timeline/moment_list_model.h"

#include "app/timeline/layout_frame.h"

#include <algorithm>
#include <numeric>

namespace tidemark::app::timeline {

MomentListModel::MomentListModel(QObject* parent)
    : QAbstractListModel(parent), m_data(std::make_shared<const TimelineData>())
{
}

void MomentListModel::setController(TimelineController* controller)
{
    if (m_controller == controller) {
        return;
    }
    if (m_controller != nullptr) {
        m_controller->disconnect(this);
    }
    m_controller = controller;
    if (controller != nullptr) {
        connect(controller, &TimelineController::windowChanged, this, &MomentListModel::refresh);
        connect(controller, &TimelineController::dataChanged, this, &MomentListModel::refresh);
        connect(controller, &TimelineController::zoneChanged, this, [this] {
            if (count() > 0) {
                emit dataChanged(index(0), index(count() - 1), {TimeRole});
            }
        });
        connect(controller, &TimelineController::momentChanged, this, &MomentListModel::followHeld);
        connect(controller, &QObject::destroyed, this, [this] { m_controller = nullptr; });
    }
    emit controllerChanged();
    refresh();
}

void MomentListModel::setActive(bool active)
{
    if (m_active != active) {
        m_active = active;
        emit activeChanged();
        refresh();
    }
}

void MomentListModel::refresh()
{
    if (m_controller == nullptr || !m_active) {
        return;
    }
    const auto data = m_controller->sharedData();
    const ViewWindow& window = m_controller->window();
    const std::size_t first = data->firstNotBefore(window.fromMs);
    const std::size_t last = data->firstNotBefore(window.toMs + 1);
    const bool same = data == m_data;
    if (same && first == m_first && last == m_last) {
        return;
    }
    if (m_key == SortKey::Time && (same || continues(*data)) && first < m_last && last > m_first) {
        m_data = data;
        slideTo(first, last);
        if (!same) {
            tellContents();
        }
    } else {
        reset([&] {
            m_data = data;
            m_first = first;
            m_last = last;
        });
    }
    emit countChanged();
    followHeld();
}

/// Whether `data` is what is shown with newer moments behind it.
bool MomentListModel::continues(const TimelineData& data) const
{
    const std::size_t count = m_data->count();
    return count > 0 && data.count() >= count && data.number(0) == m_data->number(0) &&
           data.number(count - 1) == m_data->number(count - 1);
}

void MomentListModel::reset(const std::function<void()>& change)
{
    beginResetModel();
    change();
    reorder();
    m_currentRow = rowOfHeld();
    endResetModel();
    emit currentRowChanged();
}

/// A proof, a snapshot, a higher column or another list may say something else of rows that stay.
void MomentListModel::tellContents()
{
    if (count() > 0) {
        emit dataChanged(index(0), index(count() - 1),
                         {TimeRole, AgeRole, NumberRole, EventRole, EventTextRole, PagesRole,
                          StoredRole, ShareRole});
    }
}

void MomentListModel::slideTo(std::size_t first, std::size_t last)
{
    // Rows at either end come and go one by one, so that what is read stays where it is.
    const auto change = [&](std::size_t& edge, std::size_t target, bool isFirst) {
        if (edge == target) {
            return;
        }
        const bool grows = isFirst ? target < edge : target > edge;
        const int number = static_cast<int>(target > edge ? target - edge : edge - target);
        const bool atTop = isFirst != m_descending;
        const int from = atTop ? 0 : count() - (grows ? 0 : number);
        if (grows) {
            beginInsertRows({}, from, from + number - 1);
            edge = target;
            endInsertRows();
        } else {
            beginRemoveRows({}, from, from + number - 1);
            edge = target;
            endRemoveRows();
        }
    };
    change(m_last, last, false);
    change(m_first, first, true);
}

void MomentListModel::reorder()
{
    m_order.clear();
    if (m_key == SortKey::Time || m_first == m_last) {
        return;
    }
    m_order.resize(m_last - m_first);
    std::iota(m_order.begin(), m_order.end(), 0U);
    std::vector<std::uint64_t> keys;
    keys.reserve(m_order.size());
    for (std::size_t i = m_first; i < m_last; ++i) {
        const MomentRow row = m_data->row(i);
        keys.push_back(m_key == SortKey::Pages    ? row.pages.value_or(0)
                       : m_key == SortKey::Stored ? row.bytes
                                                  : static_cast<std::uint64_t>(eventOf(i)));
    }
    // Of equals the newest first, whichever way the rest is sorted.
    std::ranges::sort(m_order, [&](std::uint32_t left, std::uint32_t right) {
        if (keys[left] != keys[right]) {
            return m_descending ? keys[left] > keys[right] : keys[left] < keys[right];
        }
        return left > right;
    });
}

void MomentListModel::sortBy(SortKey key)
{
    reset([&] {
        m_descending = key == m_key ? !m_descending : true;
        m_key = key;
    });
    emit sortChanged();
}

int MomentListModel::rowOfHeld() const
{
    if (m_controller == nullptr || !m_active || !m_controller->held()) {
        return -1;
    }
    const std::size_t held = m_controller->held()->index;
    if (held < m_first || held >= m_last) {
        return -1;
    }
    const auto offset = static_cast<std::uint32_t>(held - m_first);
    if (!m_order.empty()) {
        return static_cast<int>(std::ranges::find(m_order, offset) - m_order.begin());
    }
    return m_descending ? count() - 1 - static_cast<int>(offset) : static_cast<int>(offset);
}

void MomentListModel::followHeld()
{
    const int row = rowOfHeld();
    tellAges();
    if (row == m_currentRow) {
        return;
    }
    const int before = std::exchange(m_currentRow, row);
    for (const int changed : {before, row}) {
        if (changed >= 0 && changed < count()) {
            emit dataChanged(index(changed), index(changed), {HeldRole});
        }
    }
    emit currentRowChanged();
}

void MomentListModel::tellAges()
{
    if (m_controller == nullptr || m_controller->nowMs() == m_toldMs) {
        return;
    }
    m_toldMs = m_controller->nowMs();
    if (m_active && count() > 0) {
        emit dataChanged(index(0), index(count() - 1), {AgeRole});
    }
}

void MomentListModel::hold(int row)
{
    if (m_controller != nullptr && row >= 0 && row < count()) {
        const std::size_t held = indexOf(row);
        m_controller->hold({.index = held, .askedMs = m_data->shownMs(held)});
    }
}

std::size_t MomentListModel::indexOf(int row) const
{
    const auto position = static_cast<std::size_t>(row);
    if (!m_order.empty()) {
        return m_first + m_order[position];
    }
    return m_descending ? m_last - 1 - position : m_first + position;
}

MomentListModel::Event MomentListModel::eventOf(std::size_t index) const
{
    const Millis ms = m_data->shownMs(index);
    const std::uint64_t number = m_data->number(index);
    const auto markOf = [&](const auto& marks, auto time) {
        const auto [from, to] = std::ranges::equal_range(marks, ms, {}, time);
        const auto mark =
            std::find_if(from, to, [&](const auto& each) { return each.number == number; });
        return mark == to ? nullptr : &*mark;
    };
    if (const DrillRun* const drill = markOf(m_data->drills(), &DrillRun::momentMs)) {
        return drill->compared ? Event::Proven : Event::Checked;
    }
    return markOf(m_data->snapshots(), &SnapshotMark::atMs) != nullptr ? Event::Snapshot
                                                                       : Event::None;
}

QString MomentListModel::eventText(std::size_t index) const
{
    switch (eventOf(index)) {
    case Event::Proven: return tr("Restored and proven");
    case Event::Checked: return tr("Restored and checked");
    case Event::Snapshot: return tr("Snapshot");
    case Event::None: return {};
    }
    Q_UNREACHABLE();
}

int MomentListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : count();
}

QVariant MomentListModel::data(const QModelIndex& index, int role) const
{
    Q_ASSERT(checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid));
    if (m_controller == nullptr) {
        return {};
    }
    const std::size_t at = indexOf(index.row());
    const MomentRow row = m_data->row(at);
    const Speech speech = m_controller->speech();
    switch (role) {
    case TimeRole: return preciseTime(row.shownMs, speech);
    case AgeRole: return age(row.shownMs, m_controller->nowMs(), speech);
    case NumberRole: return number(row.number, speech);
    case EventRole: return QVariant::fromValue(eventOf(at));
    case EventTextRole: return eventText(at);
    case PagesRole: return row.pages ? number(*row.pages, speech) : QStringLiteral("–");
    case StoredRole: return dataSize(row.bytes, speech);
    case ShareRole:
        return heightScaleOf(*m_data).share(columnValue(*m_data, m_data->sums(at, at + 1)));
    case HeldRole: return index.row() == m_currentRow;
    default: return {};
    }
}

QHash<int, QByteArray> MomentListModel::roleNames() const
{
    return {{TimeRole, "time"},
            {AgeRole, "age"},
            {NumberRole, "number"},
            {EventRole, "event"},
            {EventTextRole, "eventText"},
            {PagesRole, "pages"},
            {StoredRole, "stored"},
            {ShareRole, "share"},
            {HeldRole, "held"}};
}

}  // namespace tidemark::app::timeline
