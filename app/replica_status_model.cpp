#include "app/replica_status_model.h"

namespace tidemark::app {

void ReplicaStatusModel::show(std::vector<Row> rows)
{
    if (rows.size() != m_rows.size()) {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
        return;
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i] != m_rows[i]) {
            m_rows[i] = std::move(rows[i]);
            const QModelIndex changed = index(static_cast<int>(i));
            emit dataChanged(changed, changed);
        }
    }
}

int ReplicaStatusModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant ReplicaStatusModel::data(const QModelIndex& index, int role) const
{
    Q_ASSERT(checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid));

    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case NameRole: return row.name;
    case ProtectionRole: return QVariant::fromValue(row.words.state);
    case WordRole: return row.words.word;
    case AgeRole: return row.words.age;
    case PlaceRole: return row.place;
    case KindRole: return row.kind;
    case IntervalRole: return row.interval;
    default: return {};
    }
}

QHash<int, QByteArray> ReplicaStatusModel::roleNames() const
{
    return {{NameRole, "name"},        {ProtectionRole, "protection"}, {WordRole, "word"},
            {AgeRole, "age"},          {PlaceRole, "place"},           {KindRole, "kind"},
            {IntervalRole, "interval"}};
}

}  // namespace tidemark::app
