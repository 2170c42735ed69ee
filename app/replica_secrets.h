#pragma once

#include "app/engine_port.h"
#include "app/followed_databases.h"
#include "app/histories.h"
#include "app/secrets_port.h"
#include "app/settings_object.h"

#include <set>
#include <string>
#include <vector>

namespace tidemark::app {

/// The keychain's part in what the settings list: the secrets of its replicas are asked for when
/// the program starts and when somebody tries again, and go when the last replica that needs them
/// is closed, and nothing can be taken back; where the protection of a database ends they stay.
/// Whoever opens a replica meanwhile waits for them a moment; what was opened without them is tried
/// again when they come, since a keychain may ask its person first. Lives on the GUI thread.
class ReplicaSecrets : public QObject {
    Q_OBJECT

public:
    /// All outlive it.
    struct Parts {
        SecretsPort& secrets;
        EnginePort& engine;
        const SettingsObject& settings;
        const FollowedDatabases& followed;
        Histories& histories;
        std::string home = {};
    };

    explicit ReplicaSecrets(Parts parts);

    /// Before anything is followed.
    void loadAll();
    /// Of a followed database, which is tried again.
    void retry(const service::DatabaseId& id);
    /// A replica is not listed any more.
    void closed(const storage::StorageAddress& address);

private:
    void load(const storage::StorageAddress& address);
    void loaded(const storage::StorageAddress& address, const Result<bool>& isKnown);
    void readAgain(const storage::StorageAddress& address);
    [[nodiscard]] std::vector<storage::StorageAddress> listed() const;
    void forgetClosed();

    Parts m_parts;
    std::vector<storage::StorageAddress> m_closed;  // And their secrets are there still.
    std::set<std::string> m_untold;  // Ids of replicas of which the keychain did not tell.
};

}  // namespace tidemark::app
