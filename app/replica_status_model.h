#pragma once

#include "app/status_words.h"

#include <QtQml/qqmlregistration.h>
#include <QAbstractListModel>

#include <vector>

namespace tidemark::app {

/// The replicas of one database, a row each, as its card shows them.
class ReplicaStatusModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Owned by Database")

public:
    enum Role {
        NameRole = Qt::UserRole + 1,
        ProtectionRole,
        WordRole,
        AgeRole,
        PlaceRole,
        KindRole,
        IntervalRole
    };

    struct Row {
        QString name = {};
        QString place = {};  ///< "~/Tidemark/notes"
        StatusWords words = {};
        int kind = 0;           ///< A PlaceForm::Kind.
        QString interval = {};  ///< As intervalWords() says.

        bool operator==(const Row&) const = default;
    };

    using QAbstractListModel::QAbstractListModel;

    /// Shows `rows`; tells views only what differs from before.
    void show(std::vector<Row> rows);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

private:
    std::vector<Row> m_rows;
};

}  // namespace tidemark::app
