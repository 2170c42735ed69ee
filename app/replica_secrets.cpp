#include "app/replica_secrets.h"

#include "app/replica_form.h"
#include "core/service/settings_mapping.h"

#include <QPointer>

#include <algorithm>
#include <utility>

namespace tidemark::app {
namespace {

bool hasReplica(const service::DatabaseConfig& database, const std::string& id)
{
    return std::ranges::any_of(database.replicas, [&](const service::ReplicaConfig& each) {
        return storage::replicaId(each.address) == id;
    });
}

}  // namespace

ReplicaSecrets::ReplicaSecrets(Parts parts) : m_parts(std::move(parts))
{
    connect(&m_parts.histories, &Histories::aboutToRead, this, &ReplicaSecrets::readAgain);
    connect(&m_parts.followed, &FollowedDatabases::undoableChanged, this,
            &ReplicaSecrets::forgetClosed);
}

std::vector<storage::StorageAddress> ReplicaSecrets::listed() const
{
    const config::Settings& settings = m_parts.settings.value();
    std::vector<config::ReplicaSettings> replicas = settings.openedReplicas;
    for (const config::DatabaseSettings& database : settings.databases) {
        replicas.insert(replicas.end(), database.replicas.begin(), database.replicas.end());
    }
    std::vector<storage::StorageAddress> addresses;
    for (const config::ReplicaSettings& replica : replicas) {
        if (auto config = service::configOf(replica, m_parts.home, m_parts.home); config.ok()) {
            addresses.push_back(std::move(config).value().address);
        }
    }
    return addresses;
}

void ReplicaSecrets::loadAll()
{
    for (const storage::StorageAddress& address : listed()) {
        load(address);
    }
}

void ReplicaSecrets::retry(const service::DatabaseId& id)
{
    if (const service::DatabaseConfig* const config = m_parts.followed.find(id)) {
        for (const service::ReplicaConfig& replica : config->replicas) {
            load(replica.address);
        }
    }
    m_parts.engine.retryNow(id);
}

void ReplicaSecrets::load(const storage::StorageAddress& address)
{
    if (!needsSecrets(address.kind)) {
        return;
    }
    m_parts.secrets.load(address, [self = QPointer(this), address](const Result<bool>& isKnown) {
        if (self) {
            self->loaded(address, isKnown);
        }
    });
}

void ReplicaSecrets::loaded(const storage::StorageAddress& address, const Result<bool>& isKnown)
{
    const std::string id = storage::replicaId(address);
    if (!isKnown.ok()) {
        m_untold.insert(id);
        return;
    }
    m_untold.erase(id);
    if (!isKnown.value()) {
        return;
    }
    for (const auto& [database, config] : m_parts.followed.all()) {
        if (hasReplica(config, id)) {
            m_parts.engine.retryNow(database);
        }
    }
    m_parts.histories.readFailed(address);
}

/// Only what the keychain would not tell: it may be open by now.
void ReplicaSecrets::readAgain(const storage::StorageAddress& address)
{
    if (m_untold.erase(storage::replicaId(address)) > 0) {
        load(address);
    }
}

void ReplicaSecrets::closed(const storage::StorageAddress& address)
{
    if (needsSecrets(address.kind)) {
        m_closed.push_back(address);
        forgetClosed();
    }
}

/// What can be taken back may need them, too.
void ReplicaSecrets::forgetClosed()
{
    if (!m_parts.followed.undoable().isEmpty()) {
        return;
    }
    for (const storage::StorageAddress& address : std::exchange(m_closed, {})) {
        const std::string id = storage::replicaId(address);
        const bool isListed = std::ranges::any_of(
            listed(), [&](const auto& each) { return storage::replicaId(each) == id; });
        if (!isListed) {
            m_untold.erase(id);
            m_parts.secrets.forget(address);
        }
    }
}

}  // namespace tidemark::app
