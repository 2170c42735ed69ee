#include "app/session.h"

#include "app/text/places.h"
#include "app/text/translated.h"
#include "core/service/settings_mapping.h"

#include <QCoreApplication>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

using namespace Qt::StringLiterals;

namespace tidemark::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kTick = 1s;

}  // namespace

Session::Session(const Parts& parts, config::Settings settings)
    : m_parts(parts),
      m_voice(parts.clock),
      m_settings(std::move(settings), parts.store),
      m_databases(m_voice, parts.home),
      m_worstFirst(m_databases),
      m_followed(parts.engine, m_settings, parts.home),
      m_histories({.engine = parts.engine,
                   .desktop = parts.desktop,
                   .voice = m_voice,
                   .settings = m_settings,
                   .home = parts.home,
                   .downloads = parts.downloads}),
      m_replicaSecrets({.secrets = parts.secrets,
                        .engine = parts.engine,
                        .settings = m_settings,
                        .followed = m_followed,
                        .histories = m_histories,
                        .home = parts.home.toStdString()}),
      m_adding(parts.engine, parts.desktop, m_voice, parts.home),
      m_addingReplica({.engine = parts.engine,
                       .desktop = parts.desktop,
                       .secrets = parts.secrets,
                       .voice = m_voice,
                       .home = parts.home}),
      m_opening(parts.engine, parts.desktop, parts.secrets, m_voice, parts.home)
{
    m_voice.setSpeech({.locale = QLocale(), .zone = QTimeZone::systemTimeZone()});
    applyLook();
    refreshOverview();
    connectParts();
}

Session::~Session() = default;

void Session::connectParts()
{
    connect(&m_settings, &SettingsObject::appearanceChanged, this, &Session::applyLook);
    connect(&m_followed, &FollowedDatabases::remembered, this, &Session::tellKnown);
    connect(&m_followed, &FollowedDatabases::undoableChanged, this, &Session::undoableChanged);
    connect(&m_histories, &Histories::restoringChanged, this, &Session::restoringChanged);
    connect(&m_adding, &AddDatabase::started, this, [this](const service::DatabaseConfig& config) {
        m_followed.remember(m_adding.databaseId().toStdString(), config);
    });
    connect(
        &m_adding, &AddDatabase::cancelled, this,
        [this](const std::string& path, const std::string& id) { m_followed.forget(id, path); });
    connect(&m_opening, &OpenReplica::accepted, this,
            [this](const QString& name, const storage::StorageAddress& address) {
                emit showReplica(m_histories.open(name, address));
            });
    connect(&m_addingReplica, &AddReplica::accepted, this, &Session::addReplica);
    m_ticking.setInterval(kTick);
    connect(&m_ticking, &QTimer::timeout, this, &Session::tick);
}

void Session::start()
{
    m_replicaSecrets.loadAll();
    for (const config::DatabaseSettings& database : m_settings.value().databases) {
        // Listed at once and in this order; what the engine says of it comes later.
        m_databases.upsert(
            {.id = m_followed.follow(database),
             .path = database.path,
             .standing = {.state = database.paused ? engine::Protection::Paused
                                                   : engine::Protection::CatchingUp}});
    }
    refreshOverview();
    const auto opened = m_settings.value().openedReplicas;
    for (const config::ReplicaSettings& replica : opened) {
        if (const Status listed = m_histories.list(replica); !listed.ok()) {
            m_settings.addNotice(
                tr("The replica %1 is not shown: %2")
                    .arg(QString::fromStdString(replica.name), translated(listed.error().what)),
                translated(listed.error().next));
        }
    }
    tellKnown();
}

bool Session::beginReplica(const QString& databaseId)
{
    const service::DatabaseConfig* const config = m_followed.find(databaseId.toStdString());
    if (config == nullptr) {
        return false;
    }
    AddReplica::Known known{.id = databaseId.toStdString(), .path = config->path};
    for (const auto& [id, each] : m_followed.all()) {
        for (const service::ReplicaConfig& replica : each.replicas) {
            known.taken.push_back(replica.address);
            known.names << QString::fromStdString(replica.name);
        }
    }
    for (const config::ReplicaSettings& replica : m_settings.value().openedReplicas) {
        known.names << QString::fromStdString(replica.name);
    }
    m_addingReplica.begin(std::move(known));
    return true;
}

void Session::addReplica(const service::ReplicaConfig& replica)
{
    const QString id = m_addingReplica.databaseId();
    m_followed.addReplica(id.toStdString(), replica);
    emit showReplicas(id);
}

void Session::tellKnown()
{
    const std::string home = m_parts.home.toStdString();
    AddDatabase::Known known;
    for (const config::DatabaseSettings& database : m_settings.value().databases) {
        known.databases << QString::fromStdString(database.path);
        for (const config::ReplicaSettings& replica : database.replicas) {
            const auto config = service::configOf(replica, home, home);
            if (config.ok() && config.value().address.kind == storage::StorageKind::Folder) {
                known.targets << QString::fromStdString(config.value().address.path);
            }
        }
    }
    m_adding.setKnown(std::move(known));
}

History* Session::historyOf(const QString& databaseId)
{
    const service::DatabaseId id = databaseId.toStdString();
    if (History* const known = m_histories.find(id)) {
        return known;
    }
    const service::DatabaseConfig* const config = m_followed.find(id);
    if (config == nullptr || config->replicas.empty()) {
        return nullptr;
    }
    History& history = m_histories.of(id, *config);
    const Database* const database = m_databases.find(id);
    if (database != nullptr && database->status().proof) {
        history.proven(*database->status().proof);
    }
    return &history;
}

void Session::pause(const QString& databaseId)
{
    m_followed.pause(databaseId.toStdString());
}

void Session::resume(const QString& databaseId)
{
    m_followed.resume(databaseId.toStdString());
}

void Session::retry(const QString& databaseId)
{
    m_replicaSecrets.retry(databaseId.toStdString());
}

void Session::snapshotNow(const QString& databaseId)
{
    m_parts.engine.snapshotNow(databaseId.toStdString());
}

void Session::stopProtecting(const QString& databaseId)
{
    m_followed.end(databaseId.toStdString());
}

void Session::undo()
{
    m_followed.undo();
}

void Session::closeReplica(int row)
{
    if (const History* const history = m_histories.replicas().at(row)) {
        const storage::StorageAddress address = history->address();
        m_histories.close(row);
        m_replicaSecrets.closed(address);
    }
}

void Session::take(const QUrl& url)
{
    const QString path = url.isLocalFile() ? url.toLocalFile() : url.path();
    for (int row = 0; row < m_databases.count(); ++row) {
        if (m_databases.at(row)->path() == path) {
            emit showDatabase(row);  // It is protected already.
            return;
        }
    }
    m_taking = m_parts.engine.kindOf(
        path.toStdString(), [this, path](const Result<std::optional<FileKind>>& kind) {
            const bool isZip = suffixOf(path).toLower() == u".zip"_s;
            if (isZip || (kind.ok() && kind.value() == FileKind::Directory)) {
                m_opening.choose(path);
                emit showOpenReplica();
            } else {
                m_adding.choose(path);
                emit showAddDatabase();
            }
        });
}

bool Session::sayOnce(const QString& hint)
{
    return m_settings.sayOnce(hint.toStdString());
}

void Session::rememberWindow(const QRect& geometry, bool maximized)
{
    m_settings.setWindow(geometry, maximized);
}

void Session::askToQuit()
{
    if (m_databases.count() == 0 && !restoring()) {
        quit();
    } else {
        emit quitAsked();
    }
}

void Session::quit()
{
    beginQuitting();
    emit quitConfirmed();
}

void Session::beginQuitting()
{
    if (!std::exchange(m_quitting, true)) {
        emit quittingChanged();
    }
}

void Session::setHasTray(bool hasTray)
{
    if (hasTray != m_hasTray) {
        m_hasTray = hasTray;
        emit hasTrayChanged();
    }
}

void Session::setWatched(bool watched)
{
    if (watched == m_ticking.isActive()) {
        return;
    }
    if (watched) {
        m_ticking.start();
        tick();
    } else {
        m_ticking.stop();
    }
    emit watchedChanged();
}

QString Session::version() const
{
    return QCoreApplication::applicationVersion();
}

void Session::applyLook()
{
    using Appearance = SettingsObject::Appearance;
    const Appearance appearance = m_settings.appearance();
    m_parts.look.setChoice(appearance == Appearance::Light  ? Look::Choice::Light
                           : appearance == Appearance::Dark ? Look::Choice::Dark
                                                            : Look::Choice::System);
}

void Session::tick()
{
    m_databases.refresh();
    refreshOverview();
}

void Session::refreshOverview()
{
    std::vector<NamedStatus> databases;
    for (int row = 0; row < m_databases.count(); ++row) {
        const Database* const database = m_databases.at(row);
        databases.push_back({.name = database->name(), .status = &database->status()});
    }
    Overview overview = overviewOf(databases, m_voice.now(), m_voice.speech());
    if (overview != m_overview) {
        m_overview = std::move(overview);
        emit overviewChanged();
    }
}

void Session::statusChanged(const service::DatabaseStatus& status)
{
    m_databases.upsert(status);
    m_adding.statusChanged(status);
    History* const history = m_histories.find(status.id);
    if (status.proof && history != nullptr) {
        history->proven(*status.proof);
    }
    refreshOverview();
}

void Session::happened(const service::Event& event)
{
    m_adding.happened(event);
    m_histories.happened(event);
}

void Session::removed(const service::DatabaseId& id)
{
    if (m_followed.leave(id)) {
        m_databases.remove(id);
        m_histories.remove(id);
        refreshOverview();
    }
}

void Session::eventsMissed()
{
    m_histories.eventsMissed();
}

}  // namespace tidemark::app
