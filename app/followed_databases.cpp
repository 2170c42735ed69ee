#include "app/followed_databases.h"

#include "app/text/places.h"
#include "app/text/translated.h"
#include "core/service/settings_mapping.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tidemark::app {
namespace {

using namespace std::chrono_literals;

// Long enough to read the sentence and reach the button.
constexpr auto kUndoTime = 20s;

}  // namespace

FollowedDatabases::FollowedDatabases(EnginePort& engine, SettingsObject& settings,
                                     const QString& home)
    : m_engine(engine), m_settings(settings), m_home(home.toStdString())
{
    m_undoTime.setSingleShot(true);
    m_undoTime.setInterval(kUndoTime);
    connect(&m_undoTime, &QTimer::timeout, this, &FollowedDatabases::forgetUndo);
}

service::DatabaseId FollowedDatabases::follow(const config::DatabaseSettings& database)
{
    service::DatabaseConfig config = service::configOf(database);
    for (const config::ReplicaSettings& settings : database.replicas) {
        auto replica = service::configOf(settings, m_home, m_home);
        if (replica.ok()) {
            config.replicas.push_back(std::move(replica).value());
        } else {
            m_settings.addNotice(tr("Replica %1 of %2 is not followed: %3")
                                     .arg(QString::fromStdString(settings.name),
                                          fileNameOf(QString::fromStdString(database.path)),
                                          translated(replica.error().what)),
                                 translated(replica.error().next));
        }
    }
    service::DatabaseId id = m_engine.follow(config);
    m_followed[id] = {.config = std::move(config)};
    return id;
}

void FollowedDatabases::remember(const service::DatabaseId& id,
                                 const service::DatabaseConfig& config)
{
    m_followed[id] = {.config = config};
    m_settings.addDatabase(service::settingsOf(config));
    emit remembered();
}

void FollowedDatabases::addReplica(const service::DatabaseId& id,
                                   const service::ReplicaConfig& replica)
{
    const auto found = m_followed.find(id);
    if (found == m_followed.end() || found->second.leaving) {
        return;
    }
    service::DatabaseConfig& config = found->second.config;
    config.replicas.push_back(replica);
    m_settings.addReplicaOf(config.path, service::settingsOf(replica));
    emit remembered();
    m_engine.follow(config);
}

void FollowedDatabases::forget(const service::DatabaseId& id, const std::string& path)
{
    m_settings.removeDatabase(path);
    m_followed[id].leaving = true;
    emit remembered();
}

void FollowedDatabases::pause(const service::DatabaseId& id)
{
    const auto found = m_followed.find(id);
    if (found != m_followed.end()) {
        m_engine.pause(id);
        keepPaused(found->second, true);
    }
}

void FollowedDatabases::resume(const service::DatabaseId& id)
{
    const auto found = m_followed.find(id);
    if (found != m_followed.end()) {
        m_engine.resume(id);
        keepPaused(found->second, false);
    }
}

/// Under the path of the settings; the engine may know the file by another one.
void FollowedDatabases::keepPaused(Followed& followed, bool paused)
{
    followed.config.paused = paused;
    m_settings.setPaused(followed.config.path, paused);
}

void FollowedDatabases::end(const service::DatabaseId& id)
{
    const auto found = m_followed.find(id);
    if (found == m_followed.end()) {
        return;
    }
    Followed& followed = found->second;
    followed.leaving = true;
    // What the settings say has more in it than what the engine was given.
    const auto& all = m_settings.value().databases;
    const auto kept = std::ranges::find(all, followed.config.path, &config::DatabaseSettings::path);
    m_undoable = kept == all.end() ? service::settingsOf(followed.config) : *kept;
    m_settings.removeDatabase(followed.config.path);
    emit remembered();
    m_engine.unfollow(id);
    m_undoTime.start();
    emit undoableChanged();
}

void FollowedDatabases::undo()
{
    if (const auto database = std::exchange(m_undoable, {})) {
        m_settings.addDatabase(*database);
        emit remembered();
        follow(*database);
        emit undoableChanged();
    }
}

void FollowedDatabases::forgetUndo()
{
    m_undoable.reset();
    emit undoableChanged();
}

QString FollowedDatabases::undoable() const
{
    return m_undoable ? fileNameOf(QString::fromStdString(m_undoable->path)) : QString();
}

bool FollowedDatabases::leave(const service::DatabaseId& id)
{
    const auto found = m_followed.find(id);
    if (found == m_followed.end()) {
        return true;
    }
    const bool leaving = found->second.leaving;
    if (leaving) {
        m_followed.erase(found);
    }
    return leaving;
}

std::map<service::DatabaseId, service::DatabaseConfig> FollowedDatabases::all() const
{
    std::map<service::DatabaseId, service::DatabaseConfig> all;
    for (const auto& [id, followed] : m_followed) {
        if (!followed.leaving) {
            all.emplace(id, followed.config);
        }
    }
    return all;
}

const service::DatabaseConfig* FollowedDatabases::find(const service::DatabaseId& id) const
{
    const auto found = m_followed.find(id);
    return found == m_followed.end() ? nullptr : &found->second.config;
}

}  // namespace tidemark::app
