#include "app/cli/arguments.h"
#include "app/cli/event_lines.h"
#include "app/cli/event_queue.h"
#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "core/base/process.h"
#include "core/config/config_file.h"
#include "core/config/keep_text.h"
#include "core/service/folder_follower.h"
#include "core/service/preflight.h"
#include "core/service/service.h"
#include "core/service/settings_mapping.h"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tidemark::cli {
namespace {

/// Nothing to print for so long: look whether anybody still listens.
constexpr std::chrono::minutes kLook{1};

Error nothingToFollow()
{
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("cli",
                                   "Nothing to follow: a database and a storage, or "
                                   "--config, is needed.")},
            .next = {TIDEMARK_TEXT("cli", "See: tidemarkctl replicate --help")}};
}

Error nobodyListens()
{
    return {.code = ErrorCode::Io,
            .what = {TIDEMARK_TEXT("cli", "Nobody reads the output any more.")},
            .next = {TIDEMARK_TEXT("cli", "Let it go to a file, or to /dev/null.")}};
}

std::string fromHome(const Session& session, const std::string& path)
{
    return path.starts_with("~/") ? session.places.home + path.substr(1) : path;
}

Error namedTwice(const std::string& what, Message next)
{
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("cli", "%1 is named twice."), {what}},
            .next = std::move(next)};
}

/// What is to be followed.
struct Wanted {
    std::vector<service::DatabaseConfig> databases = {};
    std::vector<service::FolderConfig> folders = {};

    [[nodiscard]] bool hasSeveral() const { return databases.size() > 1 || !folders.empty(); }
};

/// Each database once, and each place for one of them.
Status checkUnique(Session& session, const std::vector<service::DatabaseConfig>& databases)
{
    std::set<std::string> paths;
    std::set<std::string> places;
    for (const service::DatabaseConfig& database : databases) {
        const auto canonical = session.files.canonical(database.path);
        if (!paths.insert(canonical.ok() ? canonical.value() : database.path).second) {
            return namedTwice(database.path, {TIDEMARK_TEXT("cli",
                                                            "Name all replicas of a database at "
                                                            "one place.")});
        }
        for (const service::ReplicaConfig& replica : database.replicas) {
            if (!places.insert(storage::replicaId(replica.address)).second) {
                return namedTwice(storage::formatAddress(replica.address),
                                  {TIDEMARK_TEXT("cli", "Give each replica a place of its own.")});
            }
        }
    }
    return {};
}

Result<Wanted> fromOperands(Session& session, const ParsedArguments& arguments)
{
    if (arguments.operands().size() < 2) {
        return nothingToFollow();
    }
    service::DatabaseConfig database{.path = absolutePath(session, arguments.operands().front()),
                                     .switchToWal = arguments.has("--switch-to-wal")};
    TIDEMARK_TRY(const engine::RetentionPolicy keep,
                 config::parseKeep(arguments.value("--keep").value_or("everything")));
    for (std::size_t i = 1; i < arguments.operands().size(); ++i) {
        const std::string& text = arguments.operands()[i];
        TIDEMARK_TRY(auto address, storageOperand(session, text));
        database.replicas.push_back({.name = text, .address = std::move(address), .keep = keep});
    }
    std::vector databases{std::move(database)};
    TIDEMARK_TRY_STATUS(checkUnique(session, databases));
    return Wanted{.databases = std::move(databases)};
}

Result<service::DatabaseConfig> fromSettings(Session& session, const ParsedArguments& arguments,
                                             const config::DatabaseSettings& settings)
{
    service::DatabaseConfig database = service::configOf(settings);
    database.path = absolutePath(session, fromHome(session, settings.path));
    database.switchToWal = settings.switchToWal || arguments.has("--switch-to-wal");
    for (const config::ReplicaSettings& each : settings.replicas) {
        TIDEMARK_TRY(auto replica,
                     service::configOf(each, session.places.workingDirectory, session.places.home));
        database.replicas.push_back(std::move(replica));
    }
    return database;
}

/// As the places of replicas are written, so that those that lie in it are known.
std::string plainFolder(const Session& session, const std::string& path)
{
    const std::filesystem::path place = absolutePath(session, fromHome(session, path));
    std::string plain = place.lexically_normal().string();
    plain.erase(std::max<std::size_t>(plain.find_last_not_of('/') + 1, 1));
    return plain;
}

/// No folder is looked through for databases where a history of any of them lies.
void leaveOutReplicas(Wanted& wanted)
{
    std::set<std::string> places;
    const auto add = [&places](const service::DatabaseConfig& database) {
        for (const service::ReplicaConfig& replica : database.replicas) {
            places.insert(replica.address.path);
        }
    };
    std::ranges::for_each(wanted.databases, add);
    std::ranges::for_each(wanted.folders, add, &service::FolderConfig::each);
    for (service::FolderConfig& folder : wanted.folders) {
        folder.otherReplicas = places;
    }
}

Result<Wanted> fromFile(Session& session, const ParsedArguments& arguments)
{
    if (!arguments.operands().empty()) {
        return Error{.code = ErrorCode::Usage,
                     .what = {TIDEMARK_TEXT("cli", "--config and \"%1\" exclude each other."),
                              {arguments.operands().front()}},
                     .next = {TIDEMARK_TEXT("cli", "Name databases in the file or as arguments.")}};
    }
    if (arguments.has("--keep")) {
        return Error{
            .code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("cli", "--config and --keep exclude each other.")},
            .next = {TIDEMARK_TEXT("cli", "Write \"keep\" for each replica in the file.")}};
    }
    const std::string path = absolutePath(session, *arguments.value("--config"));
    TIDEMARK_TRY(const config::FileConfig file,
                 config::readConfigFile(session.files, path, session.environment));
    for (const Message& notice : file.notices) {
        session.output.note(inEnglish(notice));
    }
    Wanted wanted;
    for (const config::DatabaseSettings& settings : file.databases) {
        TIDEMARK_TRY(auto database, fromSettings(session, arguments, settings));
        wanted.databases.push_back(std::move(database));
    }
    TIDEMARK_TRY_STATUS(checkUnique(session, wanted.databases));
    for (const config::FolderSettings& folder : file.folders) {
        TIDEMARK_TRY(auto each, fromSettings(session, arguments, folder.each));
        each.path.clear();
        wanted.folders.push_back({.path = plainFolder(session, folder.path),
                                  .pattern = folder.pattern,
                                  .recursive = folder.recursive,
                                  .watch = folder.watch,
                                  .each = std::move(each)});
    }
    leaveOutReplicas(wanted);
    if (wanted.databases.empty() && wanted.folders.empty()) {
        return Error{.code = ErrorCode::NotFound,
                     .what = {TIDEMARK_TEXT("cli", "%1 names no database to follow."), {path}},
                     .next = {TIDEMARK_TEXT("cli", "Add one to the file.")}};
    }
    return wanted;
}

Error doesNotFit(const std::string& path)
{
    return {
        .code = ErrorCode::Io,
        .what = {TIDEMARK_TEXT("cli", "%1 is not followed: too many files would be open."), {path}},
        .next = {TIDEMARK_TEXT("cli",
                               "Raise the limit of open files, or follow it in a process of "
                               "its own.")}};
}

/// One run of the engine, and what is printed of it.
class Replication final : public service::FolderObserver {
public:
    Replication(Session& session, const Wanted& wanted)
        : m_session(session),
          m_wanted(wanted),
          m_directories{.data = session.places.data,
                        .cache = session.places.cache,
                        .run = session.places.run},
          m_service({.clock = session.clock,
                     .files = session.files,
                     .random = session.random,
                     .directories = m_directories,
                     .program = "tidemarkctl"},
                    m_events)
    {
    }

    /// Follows those that can be; false if none can, nor will.
    [[nodiscard]] bool follow(bool isOnce)
    {
        warn(service::openFilesCaution(m_wanted.databases.size(), openFileLimit()), {});
        // One more than fits would take from all the others what they need.
        const auto room = std::max<std::size_t>(service::databasesWithin(openFileLimit()), 1);
        std::set<std::string> followed;
        for (const service::DatabaseConfig& database : m_wanted.databases) {
            const Status may = followed.size() < room
                                   ? service::mayFollow(m_session.files, m_directories, database)
                                   : Status(doesNotFit(database.path));
            if (may.ok()) {
                warn(service::litestreamCaution(m_session.files, database.path), database.path);
                static_cast<void>(m_service.follow(database));
                const auto canonical = m_session.files.canonical(database.path);
                followed.insert(canonical.ok() ? canonical.value() : database.path);
            } else {
                failed(may.error());
            }
        }
        const bool followsAny = !followed.empty();
        return followFolders(std::move(followed), isOnce) || followsAny;
    }

    void untilStopped()
    {
        // Its end may be weeks away.
        if (m_failure) {
            m_session.output.error(*m_failure);
        }
        while (!m_session.stop.stop_requested() && m_session.output.isHeard()) {
            const auto deadline = m_session.clock.monotonic() + kLook;
            static_cast<void>(m_session.clock.waitUntil(deadline, m_session.stop, m_events.bell()));
            print();
        }
        finish();
        if (!m_session.output.isHeard()) {
            failed(nobodyListens());
        }
    }

    void untilUpToDate()
    {
        std::optional<Status> outcome;
        std::stop_source done;
        {
            // Its own thread, so that this one prints meanwhile.
            const std::jthread waiter([&] {
                outcome = m_service.bringUpToDate(m_session.stop);
                done.request_stop();
            });
            while (!done.stop_requested()) {
                const auto deadline = m_session.clock.monotonic() + kLook;
                static_cast<void>(
                    m_session.clock.waitUntil(deadline, done.get_token(), m_events.bell()));
                print();
            }
        }
        if (!outcome->ok()) {
            failed(outcome->error());
        }
        finish();
    }

    /// The first failure, where there was one.
    [[nodiscard]] Status outcome() const { return m_failure ? Status(*m_failure) : Status(); }

    void caution(const service::Caution& caution, const std::string& database) override
    {
        warn(caution, database);
    }

    void refused(const Error& error) override
    {
        if (m_isWatching) {
            m_session.output.error(error);
        } else {
            failed(error);
        }
    }

    void letGo(const service::DatabaseId& id, const std::string& database) override
    {
        {
            const std::scoped_lock lock(m_mutex);
            m_letGo.insert(id);
        }
        const service::Caution gone{
            .what = {TIDEMARK_TEXT("cli", "%1 is gone, and is not followed any more."), {database}},
            .next = {TIDEMARK_TEXT("cli", "Its history stays.")}};
        warn(gone, database);
    }

private:
    /// Those that are there now, and later ones; false if there is none and none can come.
    [[nodiscard]] bool followFolders(std::set<std::string> taken, bool isOnce)
    {
        if (m_wanted.folders.empty()) {
            return false;
        }
        const std::size_t within = service::databasesWithin(openFileLimit());
        const std::size_t room = within - std::min(within, taken.size());
        m_folders.emplace(service::FolderFollower::Dependencies{.clock = m_session.clock,
                                                                .files = m_session.files,
                                                                .service = m_service,
                                                                .observer = *this,
                                                                .directories = m_directories,
                                                                .room = room,
                                                                .taken = std::move(taken)},
                          m_wanted.folders);
        const bool followsAny = m_folders->look(m_session.stop);
        const bool isWatched =
            !isOnce && std::ranges::any_of(m_wanted.folders, &service::FolderConfig::watch);
        if (!followsAny && isWatched) {
            m_session.output.note(inEnglish(nothingMatches().what));
        } else if (!followsAny && !m_failure) {
            failed(nothingMatches());
        }
        if (isWatched) {
            m_isWatching = true;
            m_folders->watch();
        }
        return followsAny || isWatched;
    }

    [[nodiscard]] Error nothingMatches() const
    {
        const service::FolderConfig& folder = m_wanted.folders.front();
        return {.code = ErrorCode::NotFound,
                .what = {TIDEMARK_TEXT("cli", "No database in %1 matches \"%2\"."),
                         {folder.path, folder.pattern}},
                .next = {
                    TIDEMARK_TEXT("cli", "Check both, and whether it needs \"recursive: true\".")}};
    }

    void warn(const std::optional<service::Caution>& caution, const std::string& database)
    {
        if (!caution) {
            return;
        }
        if (m_session.output.isJson()) {
            m_session.output.json(cautionJson(*caution, database, m_session.clock.now()));
        } else {
            m_session.output.note(inEnglish(caution->what) + ' ' + inEnglish(caution->next));
        }
    }

    /// The first failure is the run's own and printed at its end, further ones at once; that of the
    /// start of a long run then, too.
    void failed(const Error& error)
    {
        if (m_failure) {
            m_session.output.error(error);
        } else {
            m_failure = error;
        }
    }

    void finish()
    {
        m_folders.reset();
        m_service.stop();
        print();
    }

    /// Whoever lets a folder be watched does not wait for what was removed there.
    [[nodiscard]] bool isGoneForGood(const service::DatabaseId& id, const Error& failure)
    {
        const std::scoped_lock lock(m_mutex);
        return m_letGo.erase(id) > 0 && failure.code == ErrorCode::NotFound;
    }

    void print()
    {
        for (const service::Event& event : m_events.take()) {
            if (m_session.output.isJson()) {
                m_session.output.json(eventJson(event));
            } else if (isTrouble(event)) {
                m_session.output.note(eventText(event, m_wanted.hasSeveral()));
            } else {
                m_session.output.text(eventText(event, m_wanted.hasSeveral()));
            }
            // Said already; it is the run's own failure where there is no earlier one.
            const auto* const stopped = std::get_if<service::Stopped>(&event.what);
            if (stopped != nullptr && stopped->failure && !m_failure &&
                !isGoneForGood(event.database, *stopped->failure)) {
                m_failure = stopped->failure;
            }
        }
    }

    Session& m_session;
    const Wanted& m_wanted;
    EventQueue m_events;
    service::Directories m_directories;
    service::Service m_service;  // After m_events, which it tells.
    std::optional<Error> m_failure;
    std::mutex m_mutex;  // Guards m_letGo.
    std::set<service::DatabaseId> m_letGo;
    bool m_isWatching = false;  // From now on folders are looked at on another thread.
    std::optional<service::FolderFollower> m_folders;  // Last: it uses the others.
};

}  // namespace

Status runReplicate(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY(Wanted wanted, arguments.has("--config") ? fromFile(session, arguments)
                                                          : fromOperands(session, arguments));
    const bool isOnce = arguments.has("--once");
    // Proving takes as long as the snapshot did; who wants it then calls verify.
    for (service::DatabaseConfig& database : wanted.databases) {
        database.proveFirstSnapshot = !isOnce;
    }
    for (service::FolderConfig& folder : wanted.folders) {
        folder.each.proveFirstSnapshot = !isOnce;
    }
    Replication replication(session, wanted);
    if (!replication.follow(isOnce)) {
        return replication.outcome();
    }
    if (isOnce) {
        replication.untilUpToDate();
    } else {
        replication.untilStopped();
    }
    return replication.outcome();
}

}  // namespace tidemark::cli
