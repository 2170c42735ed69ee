#include "app/histories.h"

#include "app/let_go.h"
#include "app/text/places.h"
#include "core/service/settings_mapping.h"

#include <QQmlEngine>

#include <algorithm>
#include <utility>

namespace tidemark::app {

Histories::Histories(const Parts& parts) : m_parts(parts)
{
    connect(&m_parts.settings, &SettingsObject::zoneChanged, this, &Histories::applyZone);
    connect(&m_parts.settings, &SettingsObject::restoreFolderChanged, this,
            &Histories::applyFolder);
}

std::unique_ptr<History> Histories::made(History::Origin origin)
{
    auto history = std::make_unique<History>(std::move(origin), m_parts.engine, m_parts.desktop,
                                             m_parts.voice, m_parts.home, m_parts.downloads);
    history->setChosenFolder(m_parts.settings.restoreFolder());
    history->timeline()->setZone(zone());
    connect(history->restore(), &RestoreJob::changed, this, &Histories::restoringChanged);
    connect(history.get(), &History::aboutToRead, this, &Histories::aboutToRead);
    connect(history.get(), &History::folderChosen, &m_parts.settings,
            &SettingsObject::setRestoreFolder);
    connect(history.get(), &History::zoneChosen, &m_parts.settings,
            [this](timeline::TimelineController::Zone zone) {
                m_parts.settings.setZone(zone == timeline::TimelineController::Zone::Utc
                                             ? SettingsObject::Zone::Utc
                                             : SettingsObject::Zone::Local);
            });
    return history;
}

History* Histories::find(const service::DatabaseId& id) const
{
    const auto found = m_followed.find(id);
    return found == m_followed.end() ? nullptr : found->second.get();
}

History& Histories::of(const service::DatabaseId& id, const service::DatabaseConfig& config)
{
    std::unique_ptr<History>& history = m_followed[id];
    if (!history) {
        const QString path = QString::fromStdString(config.path);
        history = made({.name = fileNameOf(path),
                        .address = config.replicas.front().address,
                        .sourcePath = path});
        QQmlEngine::setObjectOwnership(history.get(), QQmlEngine::CppOwnership);
    }
    return *history;
}

void Histories::remove(const service::DatabaseId& id)
{
    const auto found = m_followed.find(id);
    if (found != m_followed.end()) {
        letGo(std::move(found->second), this);
        m_followed.erase(found);
    }
}

Status Histories::list(const config::ReplicaSettings& replica)
{
    const std::string home = m_parts.home.toStdString();
    TIDEMARK_TRY(auto config, service::configOf(replica, home, home));
    m_replicas.append(
        made({.name = QString::fromStdString(replica.name), .address = std::move(config.address)}));
    return {};
}

int Histories::open(const QString& name, const storage::StorageAddress& address)
{
    if (m_replicas.rowOf(address) < 0) {
        const config::ReplicaSettings replica{.name = name.toStdString(),
                                              .address = storage::formatAddress(address)};
        if (list(replica).ok()) {
            m_parts.settings.addReplica(replica);
        }
    }
    return m_replicas.rowOf(address);
}

void Histories::close(int row)
{
    if (const History* const history = m_replicas.at(row)) {
        m_parts.settings.removeReplica(storage::formatAddress(history->address()));
        m_replicas.remove(row);
    }
}

void Histories::readFailed(const storage::StorageAddress& address) const
{
    const std::string id = storage::replicaId(address);
    for (History* const history : all()) {
        if (history->stage() == History::Stage::Failed &&
            storage::replicaId(history->address()) == id) {
            history->reload();
        }
    }
}

std::vector<History*> Histories::all() const
{
    std::vector<History*> all;
    for (const auto& [id, history] : m_followed) {
        all.push_back(history.get());
    }
    for (int row = 0; row < m_replicas.count(); ++row) {
        all.push_back(m_replicas.at(row));
    }
    return all;
}

bool Histories::restoring() const
{
    return std::ranges::any_of(
        all(), [](History* const history) { return history->restore()->running(); });
}

void Histories::happened(const service::Event& event) const
{
    if (History* const history = find(event.database)) {
        history->happened(event);
    }
}

void Histories::eventsMissed()
{
    for (const auto& [id, history] : m_followed) {
        history->eventsMissed();
    }
}

timeline::TimelineController::Zone Histories::zone() const
{
    return m_parts.settings.zone() == SettingsObject::Zone::Utc
               ? timeline::TimelineController::Zone::Utc
               : timeline::TimelineController::Zone::Local;
}

void Histories::applyZone()
{
    for (History* const history : all()) {
        history->timeline()->setZone(zone());
    }
}

void Histories::applyFolder()
{
    for (History* const history : all()) {
        history->setChosenFolder(m_parts.settings.restoreFolder());
    }
}

}  // namespace tidemark::app
