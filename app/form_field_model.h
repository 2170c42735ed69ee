#pragma once

#include "app/replica_form.h"

#include <QtQml/qqmlregistration.h>
#include <QAbstractListModel>

#include <vector>

namespace tidemark::app {

/// The fields of a form and what is written into them, a row each.
class FormFieldModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Owned by PlaceForm")

public:
    enum Role {
        FieldRole = Qt::UserRole + 1,  ///< For PlaceForm's verbs.
        ControlRole,
        LabelRole,
        HintRole,
        TextRole,
        LabelsRole,    ///< Of its choices.
        ChosenRole,    ///< The index of one of them.
        TurnedOnRole,  ///< Of a switch.
    };

    enum Control { Text, Secret, Choice, Switch, Folder, File };
    Q_ENUM(Control)

    struct Row {
        FieldSpec spec = {};
        QString text = {};

        bool operator==(const Row&) const = default;
    };

    using QAbstractListModel::QAbstractListModel;

    /// Shows `rows`; tells views only what differs from before, so that a field that is being
    /// written into stays the same one.
    void show(const std::vector<Row>& rows);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

private:
    std::vector<Row> m_rows;
};

}  // namespace tidemark::app
