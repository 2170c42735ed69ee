#include "app/session.h"

#include "app/let_go.h"
#include "app/text/places.h"
#include "core/storage/storage_address.h"

#include <QCoreApplication>
#include <QQmlEngine>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace tidemark::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kTick = 1s;
// Long enough to read the sentence and reach the button.
constexpr auto kUndoTime = 20s;

/// Null for an address that only a newer version opens.
std::optional<storage::StorageAddress> addressOf(const std::string& text, const std::string& home)
{
    auto address = storage::parseAddress(text, home, home);
    return address.ok() ? std::optional(std::move(address).value()) : std::nullopt;
}

config::DatabaseSettings settingsOf(const service::DatabaseConfig& config)
{
    config::DatabaseSettings settings{
        .path = config.path, .switchToWal = config.switchToWal, .paused = config.paused};
    for (const service::ReplicaConfig& replica : config.replicas) {
        settings.replicas.push_back(
            {.name = replica.name, .address = storage::formatAddress(replica.address)});
    }
    return settings;
}

}  // namespace

Session::Session(const Parts& parts, config::Settings settings)
    : m_parts(parts),
      m_voice(parts.clock),
      m_settings(std::move(settings), parts.store),
      m_databases(m_voice, parts.home),
      m_worstFirst(m_databases),
      m_adding(parts.engine, parts.desktop, m_voice, parts.home),
      m_opening(parts.engine, parts.desktop, m_voice, parts.home)
{
    m_voice.setSpeech({.locale = QLocale(), .zone = QTimeZone::systemTimeZone()});
    applyLook();
    refreshOverview();
    connectParts();
}

Session::~Session() = default;

void Session::connectParts()
{
    connect(&m_settings, &SettingsObject::zoneChanged, this, &Session::applyZone);
    connect(&m_settings, &SettingsObject::appearanceChanged, this, &Session::applyLook);
    connect(&m_settings, &SettingsObject::restoreFolderChanged, this, [this] {
        for (History* const history : histories()) {
            history->setChosenFolder(m_settings.restoreFolder());
        }
    });
    connect(&m_adding, &AddDatabase::started, this, &Session::remember);
    connect(&m_adding, &AddDatabase::cancelled, this,
            [this](const std::string& path, const std::string& id) {
                m_settings.removeDatabase(path);
                m_followed[id].leaving = true;
                tellKnown();
            });
    connect(&m_opening, &OpenReplica::accepted, this, &Session::openReplica);
    m_ticking.setInterval(kTick);
    connect(&m_ticking, &QTimer::timeout, this, &Session::tick);
    m_undoTime.setSingleShot(true);
    m_undoTime.setInterval(kUndoTime);
    connect(&m_undoTime, &QTimer::timeout, this, &Session::forgetUndo);
}

void Session::start()
{
    for (const config::DatabaseSettings& database : m_settings.value().databases) {
        // Listed at once and in this order; what the engine says of it comes later.
        m_databases.upsert(
            {.id = follow(database),
             .path = database.path,
             .standing = {.state = database.paused ? engine::Protection::Paused
                                                   : engine::Protection::CatchingUp}});
    }
    refreshOverview();
    for (const config::ReplicaSettings& replica : m_settings.value().openedReplicas) {
        listReplica(replica);
    }
    tellKnown();
}

void Session::tellKnown()
{
    AddDatabase::Known known;
    for (const config::DatabaseSettings& database : m_settings.value().databases) {
        known.databases << QString::fromStdString(database.path);
        for (const config::ReplicaSettings& replica : database.replicas) {
            if (const auto address = addressOf(replica.address, m_parts.home.toStdString())) {
                known.targets << QString::fromStdString(address->path);
            }
        }
    }
    m_adding.setKnown(std::move(known));
}

service::DatabaseId Session::follow(const config::DatabaseSettings& database)
{
    service::DatabaseConfig config{.path = database.path,
                                   .switchToWal = database.switchToWal,
                                   .paused = database.paused,
                                   .burstInterval = database.syncInterval};
    for (const config::ReplicaSettings& replica : database.replicas) {
        if (const auto address = addressOf(replica.address, m_parts.home.toStdString())) {
            config.replicas.push_back({.name = replica.name, .address = *address});
        }
    }
    service::DatabaseId id = m_parts.engine.follow(config);
    m_followed[id].config = config;
    m_followed[id].leaving = false;
    return id;
}

void Session::remember(const service::DatabaseConfig& config)
{
    Followed& followed = m_followed[m_adding.databaseId().toStdString()];
    followed.config = config;
    followed.leaving = false;
    m_settings.addDatabase(settingsOf(config));
    tellKnown();
}

void Session::openReplica(const QString& name, const QString& folder)
{
    const storage::StorageAddress address{.path = folder.toStdString()};
    if (m_replicas.rowOf(address) < 0) {
        const config::ReplicaSettings replica{.name = name.toStdString(),
                                              .address = storage::formatAddress(address)};
        listReplica(replica);
        m_settings.addReplica(replica);
    }
    emit showReplica(m_replicas.rowOf(address));
}

void Session::listReplica(const config::ReplicaSettings& replica)
{
    if (const auto address = addressOf(replica.address, m_parts.home.toStdString())) {
        m_replicas.append(
            makeHistory({.name = QString::fromStdString(replica.name), .address = *address}));
    }
}

std::unique_ptr<History> Session::makeHistory(History::Origin origin)
{
    auto history = std::make_unique<History>(std::move(origin), m_parts.engine, m_parts.desktop,
                                             m_voice, m_parts.home, m_parts.downloads);
    history->setChosenFolder(m_settings.restoreFolder());
    history->timeline()->setZone(zone());
    connect(history->restore(), &RestoreJob::changed, this, &Session::restoringChanged);
    connect(history.get(), &History::folderChosen, &m_settings, &SettingsObject::setRestoreFolder);
    connect(history.get(), &History::zoneChosen, &m_settings,
            [this](timeline::TimelineController::Zone zone) {
                m_settings.setZone(zone == timeline::TimelineController::Zone::Utc
                                       ? SettingsObject::Zone::Utc
                                       : SettingsObject::Zone::Local);
            });
    return history;
}

std::vector<History*> Session::histories() const
{
    std::vector<History*> all;
    for (const auto& [id, followed] : m_followed) {
        if (followed.history) {
            all.push_back(followed.history.get());
        }
    }
    for (int row = 0; row < m_replicas.count(); ++row) {
        all.push_back(m_replicas.at(row));
    }
    return all;
}

History* Session::historyOf(const QString& databaseId)
{
    const auto found = m_followed.find(databaseId.toStdString());
    if (found == m_followed.end() || found->second.config.replicas.empty()) {
        return nullptr;
    }
    Followed& followed = found->second;
    if (!followed.history) {
        const QString path = QString::fromStdString(followed.config.path);
        followed.history = makeHistory({.name = fileNameOf(path),
                                        .address = followed.config.replicas.front().address,
                                        .sourcePath = path});
        QQmlEngine::setObjectOwnership(followed.history.get(), QQmlEngine::CppOwnership);
        const Database* const database = m_databases.find(databaseId.toStdString());
        if (database != nullptr && database->status().proof) {
            followed.history->proven(*database->status().proof);
        }
    }
    return followed.history.get();
}

void Session::pause(const QString& databaseId)
{
    const auto found = m_followed.find(databaseId.toStdString());
    if (found != m_followed.end()) {
        m_parts.engine.pause(found->first);
        keepPaused(found->second, true);
    }
}

void Session::resume(const QString& databaseId)
{
    const auto found = m_followed.find(databaseId.toStdString());
    if (found != m_followed.end()) {
        m_parts.engine.resume(found->first);
        keepPaused(found->second, false);
    }
}

/// Under the path of the settings; the engine may know the file by another one.
void Session::keepPaused(Followed& followed, bool paused)
{
    followed.config.paused = paused;
    m_settings.setPaused(followed.config.path, paused);
}

void Session::retry(const QString& databaseId)
{
    m_parts.engine.retryNow(databaseId.toStdString());
}

void Session::stopProtecting(const QString& databaseId)
{
    const std::string id = databaseId.toStdString();
    const auto found = m_followed.find(id);
    if (found == m_followed.end()) {
        return;
    }
    found->second.leaving = true;
    const auto& all = m_settings.value().databases;
    const auto kept =
        std::ranges::find(all, found->second.config.path, &config::DatabaseSettings::path);
    m_undoable = kept == all.end() ? settingsOf(found->second.config) : *kept;
    m_settings.removeDatabase(found->second.config.path);
    tellKnown();
    m_parts.engine.unfollow(id);
    m_undoTime.start();
    emit undoableChanged();
}

void Session::undo()
{
    if (const auto database = std::exchange(m_undoable, {})) {
        m_settings.addDatabase(*database);
        tellKnown();
        follow(*database);
        emit undoableChanged();
    }
}

void Session::forgetUndo()
{
    m_undoable.reset();
    emit undoableChanged();
}

QString Session::undoable() const
{
    return m_undoable ? fileNameOf(QString::fromStdString(m_undoable->path)) : QString();
}

void Session::closeReplica(int row)
{
    if (const History* const history = m_replicas.at(row)) {
        m_settings.removeReplica(storage::formatAddress(history->address()));
        m_replicas.remove(row);
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
    m_taking = m_parts.engine.kindOf(path.toStdString(),
                                     [this, path](const Result<std::optional<FileKind>>& kind) {
                                         if (kind.ok() && kind.value() == FileKind::Directory) {
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

bool Session::restoring() const
{
    return std::ranges::any_of(
        histories(), [](History* const history) { return history->restore()->running(); });
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

timeline::TimelineController::Zone Session::zone() const
{
    return m_settings.zone() == SettingsObject::Zone::Utc
               ? timeline::TimelineController::Zone::Utc
               : timeline::TimelineController::Zone::Local;
}

void Session::applyZone()
{
    for (History* const history : histories()) {
        history->timeline()->setZone(zone());
    }
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
    const auto found = m_followed.find(status.id);
    if (status.proof && found != m_followed.end() && found->second.history) {
        found->second.history->proven(*status.proof);
    }
    refreshOverview();
}

void Session::happened(const service::Event& event)
{
    m_adding.happened(event);
    const auto found = m_followed.find(event.database);
    if (found != m_followed.end() && found->second.history) {
        found->second.history->happened(event);
    }
}

void Session::removed(const service::DatabaseId& id)
{
    const auto found = m_followed.find(id);
    if (found != m_followed.end() && !found->second.leaving) {
        return;  // It was taken up again while it was being let go.
    }
    m_databases.remove(id);
    if (found != m_followed.end()) {
        if (found->second.history) {
            letGo(std::move(found->second.history), this);
        }
        m_followed.erase(found);
    }
    refreshOverview();
}

void Session::eventsMissed()
{
    for (const auto& [id, followed] : m_followed) {
        if (followed.history) {
            followed.history->eventsMissed();
        }
    }
}

}  // namespace tidemark::app
