#include "app/form_field_model.h"

#include "app/form_parts.h"

#include <algorithm>

namespace tidemark::app {
namespace {

using Row = FormFieldModel::Row;

FormFieldModel::Control controlOf(const FieldSpec& spec)
{
    switch (spec.control) {
    case FieldSpec::Control::Text: return FormFieldModel::Text;
    case FieldSpec::Control::Secret: return FormFieldModel::Secret;
    case FieldSpec::Control::Choice: return FormFieldModel::Choice;
    case FieldSpec::Control::Switch: return FormFieldModel::Switch;
    case FieldSpec::Control::Folder: return FormFieldModel::Folder;
    case FieldSpec::Control::File: return FormFieldModel::File;
    }
    Q_UNREACHABLE();
}

QStringList labelsOf(const FieldSpec& spec)
{
    QStringList labels;
    for (const FormChoice& choice : spec.choices) {
        labels << choice.label;
    }
    return labels;
}

int chosenIn(const Row& row)
{
    const auto found = std::ranges::find(row.spec.choices, row.text, &FormChoice::value);
    return found == row.spec.choices.end()
               ? 0
               : static_cast<int>(std::distance(row.spec.choices.begin(), found));
}

bool isAmong(const std::vector<Row>& rows, FormField field)
{
    return std::ranges::any_of(rows, [&](const Row& row) { return row.spec.field == field; });
}

}  // namespace

void FormFieldModel::show(const std::vector<Row>& rows)
{
    for (std::size_t i = m_rows.size(); i-- > 0;) {
        if (!isAmong(rows, m_rows[i].spec.field)) {
            const int row = static_cast<int>(i);
            beginRemoveRows({}, row, row);
            m_rows.erase(m_rows.begin() + row);
            endRemoveRows();
        }
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const int row = static_cast<int>(i);
        if (i == m_rows.size() || m_rows[i].spec.field != rows[i].spec.field) {
            beginInsertRows({}, row, row);
            m_rows.insert(m_rows.begin() + row, rows[i]);
            endInsertRows();
        } else if (m_rows[i] != rows[i]) {
            m_rows[i] = rows[i];
            emit dataChanged(index(row), index(row));
        }
    }
    Q_ASSERT(m_rows == rows);  // Fields keep their order, whatever others say.
}

int FormFieldModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant FormFieldModel::data(const QModelIndex& index, int role) const
{
    Q_ASSERT(checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid));

    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case FieldRole: return static_cast<int>(row.spec.field);
    case ControlRole: return QVariant::fromValue(controlOf(row.spec));
    case LabelRole: return row.spec.label;
    case HintRole: return row.spec.hint;
    case TextRole: return row.text;
    case LabelsRole: return labelsOf(row.spec);
    case ChosenRole: return chosenIn(row);
    case TurnedOnRole: return row.text == kYes;
    default: return {};
    }
}

QHash<int, QByteArray> FormFieldModel::roleNames() const
{
    return {{FieldRole, "field"},   {ControlRole, "control"},  {LabelRole, "label"},
            {HintRole, "hint"},     {TextRole, "text"},        {LabelsRole, "labels"},
            {ChosenRole, "chosen"}, {TurnedOnRole, "turnedOn"}};
}

}  // namespace tidemark::app
