#include "app/replica_list_model.h"

#include "app/let_go.h"

#include <QQmlEngine>

#include <algorithm>

namespace tidemark::app {

History* ReplicaListModel::at(int row) const
{
    return row >= 0 && row < count() ? m_rows[static_cast<std::size_t>(row)].get() : nullptr;
}

int ReplicaListModel::rowOfHistory(const History* history) const
{
    const auto row =
        std::ranges::find_if(m_rows, [&](const auto& each) { return each.get() == history; });
    return row == m_rows.end() ? -1 : static_cast<int>(row - m_rows.begin());
}

int ReplicaListModel::rowOf(const storage::StorageAddress& address) const
{
    const auto row = std::ranges::find_if(
        m_rows, [&](const auto& history) { return history->address() == address; });
    return row == m_rows.end() ? -1 : static_cast<int>(row - m_rows.begin());
}

void ReplicaListModel::append(std::unique_ptr<History> history)
{
    beginInsertRows({}, count(), count());
    QQmlEngine::setObjectOwnership(history.get(), QQmlEngine::CppOwnership);
    m_rows.push_back(std::move(history));
    endInsertRows();
    emit countChanged();
}

void ReplicaListModel::remove(int row)
{
    if (at(row) == nullptr) {
        return;
    }
    beginRemoveRows({}, row, row);
    letGo(std::move(m_rows[static_cast<std::size_t>(row)]), this);
    m_rows.erase(m_rows.begin() + row);
    endRemoveRows();
    emit countChanged();
}

int ReplicaListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : count();
}

QVariant ReplicaListModel::data(const QModelIndex& index, int role) const
{
    Q_ASSERT(checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid));

    return role == HistoryRole ? QVariant::fromValue(at(index.row())) : QVariant();
}

QHash<int, QByteArray> ReplicaListModel::roleNames() const
{
    return {{HistoryRole, "history"}};
}

}  // namespace tidemark::app
