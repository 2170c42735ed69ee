#pragma once

#include "app/database.h"

#include <QtQml/qqmlregistration.h>
#include <QAbstractListModel>

#include <memory>
#include <vector>

namespace tidemark::app {

/// The followed databases, one a row, in the order in which they were added. Lives on the GUI
/// thread.
class DatabaseListModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Owned by Session")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)

public:
    enum Role {
        DatabaseRole = Qt::UserRole + 1,
        BadnessRole,  ///< For sorting: greater is worse.
    };

    /// `voice` outlives the model.
    DatabaseListModel(const Voice& voice, QString home);

    [[nodiscard]] int count() const { return static_cast<int>(m_rows.size()); }

    /// The database in row `row`, null outside.
    Q_INVOKABLE tidemark::app::Database* at(int row) const;

    /// -1 for one that is not in the list.
    Q_INVOKABLE int rowOf(const QString& databaseId) const;

    [[nodiscard]] Database* find(const service::DatabaseId& id) const;

    /// Shows `status`: in the row of its id if there is one, else in a new last row.
    void upsert(const service::DatabaseStatus& status);
    void remove(const service::DatabaseId& id);

    /// Says every age anew.
    void refresh();

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

signals:
    void countChanged();

private:
    [[nodiscard]] int rowOf(const service::DatabaseId& id) const;

    const Voice& m_voice;
    QString m_home;
    std::vector<std::unique_ptr<Database>> m_rows;
};

}  // namespace tidemark::app
