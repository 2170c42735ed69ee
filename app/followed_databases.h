#pragma once

#include "app/engine_port.h"
#include "app/settings_object.h"

#include <QObject>
#include <QTimer>

#include <map>
#include <optional>
#include <string>

namespace tidemark::app {

/// Which databases are followed: what the engine is asked for and the settings remember are the
/// same here. Ending one can be undone for a while. An id that is not known is ignored. Lives on
/// the GUI thread.
class FollowedDatabases : public QObject {
    Q_OBJECT

public:
    /// References outlive the object. Addresses may start at `home`.
    FollowedDatabases(EnginePort& engine, SettingsObject& settings, const QString& home);

    /// Follows what the settings say. A replica that this version cannot read is left out with a
    /// notice, and stays in the settings.
    service::DatabaseId follow(const config::DatabaseSettings& database);
    /// Remembers one that the engine was asked to follow already.
    void remember(const service::DatabaseId& id, const service::DatabaseConfig& config);
    /// One more place for its history, from now on.
    void addReplica(const service::DatabaseId& id, const service::ReplicaConfig& replica);
    /// Forgets one that the engine was asked to let go already.
    void forget(const service::DatabaseId& id, const std::string& path);

    void pause(const service::DatabaseId& id);
    void resume(const service::DatabaseId& id);
    /// Ends its protection; its replicas stay.
    void end(const service::DatabaseId& id);
    /// Follows again what was ended last, with all that was chosen for it.
    void undo();
    /// The name of the database that undo() would follow; empty when there is none any more.
    [[nodiscard]] QString undoable() const;

    /// The engine let go of it. False when it was taken up again meanwhile, and so stays.
    bool leave(const service::DatabaseId& id);

    /// All that are wanted.
    [[nodiscard]] std::map<service::DatabaseId, service::DatabaseConfig> all() const;

    /// Null for one that is not known.
    [[nodiscard]] const service::DatabaseConfig* find(const service::DatabaseId& id) const;

signals:
    /// The settings have other databases than before.
    void remembered();
    void undoableChanged();

private:
    struct Followed {
        service::DatabaseConfig config = {};
        bool leaving = false;  ///< Not wanted any more; gone once the engine says so.
    };

    void keepPaused(Followed& followed, bool paused);
    void forgetUndo();

    EnginePort& m_engine;
    SettingsObject& m_settings;
    std::string m_home;
    std::map<service::DatabaseId, Followed> m_followed;
    std::optional<config::DatabaseSettings> m_undoable;
    QTimer m_undoTime;
};

}  // namespace tidemark::app
