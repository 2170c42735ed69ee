#pragma once

#include "app/database_list_model.h"

#include <QtQml/qqmlregistration.h>
#include <QSortFilterProxyModel>

namespace tidemark::app {

/// The databases with the least safe on top, else in their own order.
class WorstFirstModel : public QSortFilterProxyModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Owned by Session")

public:
    explicit WorstFirstModel(DatabaseListModel& databases)
    {
        setSortRole(DatabaseListModel::BadnessRole);
        setDynamicSortFilter(true);
        setSourceModel(&databases);
        sort(0, Qt::DescendingOrder);
    }
};

}  // namespace tidemark::app
