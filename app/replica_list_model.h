#pragma once

#include "app/history.h"

#include <QtQml/qqmlregistration.h>
#include <QAbstractListModel>

#include <memory>
#include <vector>

namespace tidemark::app {

/// The replicas that were opened to be looked at, a row each. Lives on the GUI thread.
class ReplicaListModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Owned by Session")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)

public:
    enum Role { HistoryRole = Qt::UserRole + 1 };

    using QAbstractListModel::QAbstractListModel;

    [[nodiscard]] int count() const { return static_cast<int>(m_rows.size()); }

    /// Null outside.
    Q_INVOKABLE tidemark::app::History* at(int row) const;

    /// -1 for one that is not in the list.
    Q_INVOKABLE int rowOfHistory(const tidemark::app::History* history) const;

    /// The row of the replica at `address`, -1 if it is not open.
    [[nodiscard]] int rowOf(const storage::StorageAddress& address) const;

    void append(std::unique_ptr<History> history);
    void remove(int row);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

signals:
    void countChanged();

private:
    std::vector<std::unique_ptr<History>> m_rows;
};

}  // namespace tidemark::app
