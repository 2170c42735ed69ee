#include "app/database_list_model.h"

#include "app/let_go.h"

#include <QQmlEngine>

#include <algorithm>
#include <utility>

namespace tidemark::app {

DatabaseListModel::DatabaseListModel(const Voice& voice, QString home)
    : m_voice(voice), m_home(std::move(home))
{
}

Database* DatabaseListModel::at(int row) const
{
    return row >= 0 && row < count() ? m_rows[static_cast<std::size_t>(row)].get() : nullptr;
}

Database* DatabaseListModel::find(const service::DatabaseId& id) const
{
    return at(rowOf(id));
}

int DatabaseListModel::rowOf(const QString& databaseId) const
{
    return rowOf(databaseId.toStdString());
}

int DatabaseListModel::rowOf(const service::DatabaseId& id) const
{
    const auto row = std::ranges::find_if(
        m_rows, [&](const auto& database) { return database->status().id == id; });
    return row == m_rows.end() ? -1 : static_cast<int>(row - m_rows.begin());
}

void DatabaseListModel::upsert(const service::DatabaseStatus& status)
{
    const int row = rowOf(status.id);
    if (row >= 0) {
        const auto before = at(row)->protection();
        at(row)->setStatus(status);
        if (at(row)->protection() != before) {
            emit dataChanged(index(row), index(row), {BadnessRole});
        }
        return;
    }
    beginInsertRows({}, count(), count());
    m_rows.push_back(std::make_unique<Database>(status, m_voice, m_home));
    QQmlEngine::setObjectOwnership(m_rows.back().get(), QQmlEngine::CppOwnership);
    endInsertRows();
    emit countChanged();
}

void DatabaseListModel::remove(const service::DatabaseId& id)
{
    const int row = rowOf(id);
    if (row < 0) {
        return;
    }
    beginRemoveRows({}, row, row);
    letGo(std::move(m_rows[static_cast<std::size_t>(row)]), this);
    m_rows.erase(m_rows.begin() + row);
    endRemoveRows();
    emit countChanged();
}

void DatabaseListModel::refresh()
{
    for (const auto& database : m_rows) {
        database->refresh();
    }
}

int DatabaseListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : count();
}

QVariant DatabaseListModel::data(const QModelIndex& index, int role) const
{
    Q_ASSERT(checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid));

    switch (role) {
    case DatabaseRole: return QVariant::fromValue(at(index.row()));
    case BadnessRole: return static_cast<int>(at(index.row())->protection());
    default: return {};
    }
}

QHash<int, QByteArray> DatabaseListModel::roleNames() const
{
    return {{DatabaseRole, "database"}, {BadnessRole, "badness"}};
}

}  // namespace tidemark::app
