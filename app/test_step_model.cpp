#include "app/test_step_model.h"

#include <utility>

namespace tidemark::app {

void TestStepModel::show(std::vector<Row> rows)
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

int TestStepModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant TestStepModel::data(const QModelIndex& index, int role) const
{
    Q_ASSERT(checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid));

    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case TitleRole: return row.title;
    case TextRole: return row.text;
    case AdviceRole: return row.advice;
    case TookRole: return row.took;
    case ProtectionRole: return QVariant::fromValue(row.state);
    default: return {};
    }
}

QHash<int, QByteArray> TestStepModel::roleNames() const
{
    return {{TitleRole, "title"},
            {TextRole, "text"},
            {AdviceRole, "advice"},
            {TookRole, "took"},
            {ProtectionRole, "protection"}};
}

}  // namespace tidemark::app
