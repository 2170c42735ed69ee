#pragma once

#include "app/status_words.h"

#include <QtQml/qqmlregistration.h>
#include <QAbstractListModel>

#include <vector>

namespace tidemark::app {

/// The steps of the test of a place, a row each.
class TestStepModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Owned by AddReplica")

public:
    enum Role { TitleRole = Qt::UserRole + 1, TextRole, AdviceRole, TookRole, ProtectionRole };

    struct Row {
        QString title = {};
        QString text = {};    ///< What was found, where there is something to say.
        QString advice = {};  ///< What helps.
        QString took = {};    ///< "84 ms"
        Protection::State state = Protection::State::NotSetUp;  ///< It gives the mark.

        bool operator==(const Row&) const = default;
    };

    using QAbstractListModel::QAbstractListModel;

    void show(std::vector<Row> rows);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

private:
    std::vector<Row> m_rows;
};

}  // namespace tidemark::app
