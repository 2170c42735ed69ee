#pragma once

#include "app/history.h"
#include "app/replica_list_model.h"
#include "app/settings_object.h"

#include <QObject>

#include <map>
#include <memory>
#include <vector>

namespace tidemark::app {

/// Every history that can be looked at: those of followed databases, by id, and those of the
/// replicas that were opened, a list. All have one zone and one folder to restore to, those of the
/// settings. Lives on the GUI thread.
class Histories : public QObject {
    Q_OBJECT

public:
    /// All outlive the histories.
    struct Parts {
        EnginePort& engine;
        DesktopPort& desktop;
        const Voice& voice;
        SettingsObject& settings;
        QString home = {};
        QString downloads = {};
    };

    explicit Histories(const Parts& parts);

    [[nodiscard]] ReplicaListModel& replicas() { return m_replicas; }

    /// Of a followed database; null for one that nobody asked for yet.
    [[nodiscard]] History* find(const service::DatabaseId& id) const;
    /// The history of the first replica of `config`, which has one; made when it is asked for.
    History& of(const service::DatabaseId& id, const service::DatabaseConfig& config);
    /// The database is gone; views may look at its history for a moment more.
    void remove(const service::DatabaseId& id);

    /// A replica of the settings. Usage for one that this version cannot read, which is left out.
    Status list(const config::ReplicaSettings& replica);
    /// Lists a replica in a folder and remembers it, unless it is listed already; its row.
    int open(const QString& name, const storage::StorageAddress& address);
    /// Takes it out of the list and the settings; nothing of it is touched.
    void close(int row);

    /// Those of that replica that could not be read are read again.
    void readFailed(const storage::StorageAddress& address) const;

    [[nodiscard]] bool restoring() const;

    /// To the history that it is about.
    void happened(const service::Event& event) const;
    void eventsMissed();

signals:
    void restoringChanged();
    /// One of them is about to be read, for the first time or again.
    void aboutToRead(const tidemark::storage::StorageAddress& address);

private:
    [[nodiscard]] std::unique_ptr<History> made(History::Origin origin);
    [[nodiscard]] std::vector<History*> all() const;
    [[nodiscard]] timeline::TimelineController::Zone zone() const;
    void applyZone();
    void applyFolder();

    Parts m_parts;
    std::map<service::DatabaseId, std::unique_ptr<History>> m_followed;
    ReplicaListModel m_replicas;
};

}  // namespace tidemark::app
