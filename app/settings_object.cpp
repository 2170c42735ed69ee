#include "app/settings_object.h"

#include <algorithm>
#include <utility>

namespace tidemark::app {
namespace {

config::DatabaseSettings* find(std::vector<config::DatabaseSettings>& databases,
                               const std::string& path)
{
    const auto found = std::ranges::find(databases, path, &config::DatabaseSettings::path);
    return found == databases.end() ? nullptr : &*found;
}

}  // namespace

SettingsObject::SettingsObject(config::Settings settings, SettingsStore& store)
    : m_settings(std::move(settings)), m_store(store)
{
}

SettingsObject::Appearance SettingsObject::appearance() const
{
    switch (m_settings.appearance) {
    case config::Appearance::System: return Appearance::System;
    case config::Appearance::Light: return Appearance::Light;
    case config::Appearance::Dark: return Appearance::Dark;
    }
    Q_UNREACHABLE();
}

SettingsObject::Zone SettingsObject::zone() const
{
    return m_settings.zone == config::ZoneChoice::Utc ? Zone::Utc : Zone::Local;
}

QString SettingsObject::restoreFolder() const
{
    return QString::fromStdString(m_settings.lastRestoreFolder);
}

void SettingsObject::setAppearance(Appearance appearance)
{
    if (appearance == this->appearance()) {
        return;
    }
    m_settings.appearance = appearance == Appearance::Light  ? config::Appearance::Light
                            : appearance == Appearance::Dark ? config::Appearance::Dark
                                                             : config::Appearance::System;
    save();
    emit appearanceChanged();
}

void SettingsObject::setZone(Zone zone)
{
    if (zone == this->zone()) {
        return;
    }
    m_settings.zone = zone == Zone::Utc ? config::ZoneChoice::Utc : config::ZoneChoice::Local;
    save();
    emit zoneChanged();
}

void SettingsObject::setRestoreFolder(const QString& folder)
{
    const std::string path = folder.toStdString();
    if (path == m_settings.lastRestoreFolder) {
        return;
    }
    m_settings.lastRestoreFolder = path;
    save();
    emit restoreFolderChanged();
}

void SettingsObject::forgetRestoreFolder()
{
    setRestoreFolder({});
}

void SettingsObject::setProblem(const QString& problem, const QString& advice)
{
    tell(m_saving, {.problem = problem, .advice = advice});
}

void SettingsObject::setNotice(const QString& problem, const QString& advice)
{
    tell(m_reading, {.problem = problem, .advice = advice});
}

void SettingsObject::addNotice(const QString& problem, const QString& advice)
{
    const auto joined = [](const QString& before, const QString& more) {
        const QStringList lines = before.split(u'\n', Qt::SkipEmptyParts);
        return more.isEmpty() || lines.contains(more) ? before
                                                      : (lines + QStringList{more}).join(u'\n');
    };
    tell(m_reading, {.problem = joined(m_reading.problem, problem),
                     .advice = joined(m_reading.advice, advice)});
}

void SettingsObject::tell(Trouble& trouble, Trouble now)
{
    if (trouble != now) {
        trouble = std::move(now);
        emit problemChanged();
    }
}

void SettingsObject::setWindow(const QRect& geometry, bool maximized)
{
    const config::WindowGeometry window{.x = geometry.x(),
                                        .y = geometry.y(),
                                        .width = geometry.width(),
                                        .height = geometry.height(),
                                        .maximized = maximized};
    if (m_settings.window != window) {
        m_settings.window = window;
        save();
    }
}

bool SettingsObject::sayOnce(const std::string& hint)
{
    const bool first = m_settings.saidOnce.insert(hint).second;
    if (first) {
        save();
    }
    return first;
}

void SettingsObject::addDatabase(const config::DatabaseSettings& database)
{
    if (config::DatabaseSettings* const known = find(m_settings.databases, database.path)) {
        *known = database;
    } else {
        m_settings.databases.push_back(database);
    }
    save();
}

void SettingsObject::removeDatabase(const std::string& path)
{
    if (std::erase_if(m_settings.databases, [&](const auto& each) { return each.path == path; })) {
        save();
    }
}

void SettingsObject::setPaused(const std::string& path, bool paused)
{
    config::DatabaseSettings* const database = find(m_settings.databases, path);
    if (database != nullptr && database->paused != paused) {
        database->paused = paused;
        save();
    }
}

void SettingsObject::addReplicaOf(const std::string& path, const config::ReplicaSettings& replica)
{
    if (config::DatabaseSettings* const database = find(m_settings.databases, path)) {
        database->replicas.push_back(replica);
        save();
    }
}

void SettingsObject::addReplica(const config::ReplicaSettings& replica)
{
    const bool known = std::ranges::any_of(m_settings.openedReplicas, [&](const auto& each) {
        return each.address == replica.address;
    });
    if (!known) {
        m_settings.openedReplicas.push_back(replica);
        save();
    }
}

void SettingsObject::removeReplica(const std::string& address)
{
    if (std::erase_if(m_settings.openedReplicas,
                      [&](const auto& each) { return each.address == address; })) {
        save();
    }
}

void SettingsObject::save()
{
    m_store.save(m_settings);
}

}  // namespace tidemark::app
