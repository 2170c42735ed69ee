#include "app/cli/wanted.h"

#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "core/config/config_file.h"
#include "core/config/duration_text.h"
#include "core/config/keep_text.h"
#include "core/service/settings_mapping.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <utility>

namespace tidemark::cli {
namespace {

Error nothingToFollow()
{
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("cli",
                                   "Nothing to follow: a database and a storage, or "
                                   "--config, is needed.")},
            .next = {TIDEMARK_TEXT("cli", "See: tidemarkctl replicate --help")}};
}

Error namedTwice(const std::string& what, Message next)
{
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("cli", "%1 is named twice."), {what}},
            .next = std::move(next)};
}

/// Each database once, and each place for one of them, all of which can be written to.
Status checkPlaces(Session& session, const std::vector<service::DatabaseConfig>& databases)
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
            TIDEMARK_TRY_STATUS(requireWritable(replica.address));
            if (!places.insert(storage::replicaId(replica.address)).second) {
                return namedTwice(storage::formatAddress(replica.address),
                                  {TIDEMARK_TEXT("cli", "Give each replica a place of its own.")});
            }
        }
    }
    return {};
}

Result<std::chrono::milliseconds> syncInterval(const ParsedArguments& arguments)
{
    const std::string text(arguments.value("--sync-interval").value_or("0s"));
    const auto interval = config::parseDuration(text);
    if (!interval) {
        return Error{.code = ErrorCode::Usage,
                     .what = {TIDEMARK_TEXT("cli", "\"%1\" is not a length of time."), {text}},
                     .next = {TIDEMARK_TEXT("cli", "Write --sync-interval 10s or 1m.")}};
    }
    return *interval;
}

Result<Wanted> fromOperands(Session& session, const ParsedArguments& arguments)
{
    if (arguments.operands().size() < 2) {
        return nothingToFollow();
    }
    service::DatabaseConfig database{.path = absolutePath(session, arguments.operands().front()),
                                     .switchToWal = arguments.has("--switch-to-wal"),
                                     .watch = arguments.has("--watch")};
    TIDEMARK_TRY(const engine::RetentionPolicy keep,
                 config::parseKeep(arguments.value("--keep").value_or("everything")));
    TIDEMARK_TRY(const std::chrono::milliseconds interval, syncInterval(arguments));
    for (std::size_t i = 1; i < arguments.operands().size(); ++i) {
        const std::string& text = arguments.operands()[i];
        TIDEMARK_TRY(auto address, storageOperand(session, text));
        database.replicas.push_back({.name = text,
                                     .address = std::move(address),
                                     .keep = keep,
                                     .syncInterval = interval,
                                     .isSameDatabase = arguments.has("--same-database")});
    }
    std::vector databases{std::move(database)};
    TIDEMARK_TRY_STATUS(checkPlaces(session, databases));
    return Wanted{.databases = std::move(databases)};
}

Result<service::DatabaseConfig> fromSettings(Session& session, const ParsedArguments& arguments,
                                             const config::DatabaseSettings& settings)
{
    service::DatabaseConfig database = service::configOf(settings);
    database.path = absolutePath(session, settings.path);
    database.switchToWal =
        arguments.has("--switch-to-wal") || (settings.switchToWal && !arguments.has("--watch"));
    database.watch =
        arguments.has("--watch") || (settings.watch && !arguments.has("--switch-to-wal"));
    for (const config::ReplicaSettings& each : settings.replicas) {
        TIDEMARK_TRY(auto replica,
                     service::configOf(each, session.places.workingDirectory, session.places.home));
        replica.isSameDatabase = arguments.has("--same-database");
        database.replicas.push_back(std::move(replica));
    }
    return database;
}

void takeSecrets(Session& session, const std::vector<service::DatabaseConfig>& databases)
{
    for (const service::DatabaseConfig& database : databases) {
        for (const service::ReplicaConfig& replica : database.replicas) {
            takeSecrets(session, replica.address);
        }
    }
}

/// As the places of replicas are written, so that those that lie in it are known.
std::string plainFolder(const Session& session, const std::string& path)
{
    const std::filesystem::path place = absolutePath(session, path);
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
            if (replica.address.kind == storage::StorageKind::Folder) {
                places.insert(replica.address.path);
            }
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
    for (const std::string option : {"keep", "sync-interval"}) {
        if (arguments.has("--" + option)) {
            return Error{
                .code = ErrorCode::Usage,
                .what = {TIDEMARK_TEXT("cli", "--config and --%1 exclude each other."), {option}},
                .next = {TIDEMARK_TEXT("cli", "Write \"%1\" for each replica in the file."),
                         {option}}};
        }
    }
    const std::string path = absolutePath(session, *arguments.value("--config"));
    TIDEMARK_TRY(const config::FileConfig file,
                 config::readConfigFile(session.files, path, session.environment));
    for (const Message& notice : file.notices) {
        session.output.note(inEnglish(notice));
    }
    for (const config::FileSecret& secret : file.secrets) {
        session.secrets.add(secret.address, secret.secrets);
    }
    Wanted wanted;
    for (const config::DatabaseSettings& settings : file.databases) {
        TIDEMARK_TRY(auto database, fromSettings(session, arguments, settings));
        wanted.databases.push_back(std::move(database));
    }
    TIDEMARK_TRY_STATUS(checkPlaces(session, wanted.databases));
    if (file.isSettings) {
        takeSecrets(session, wanted.databases);
    }
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

/// For a run that ends when all is there: nothing is deleted, and proving takes as long as the
/// snapshot did, so who wants it calls verify.
void makeBrief(service::DatabaseConfig& database)
{
    database.proveFirstSnapshot = false;
    database.drillEvery = std::chrono::hours(0);
    for (service::ReplicaConfig& replica : database.replicas) {
        replica.keep = engine::kKeepEverything;
    }
}

}  // namespace

Result<Wanted> wantedBy(Session& session, const ParsedArguments& arguments)
{
    const bool isOnce = arguments.has("--once");
    if (isOnce && arguments.has("--keep")) {
        return Error{.code = ErrorCode::Usage,
                     .what = {TIDEMARK_TEXT("cli",
                                            "--once deletes nothing, so --keep has no place "
                                            "beside it.")},
                     .next = {TIDEMARK_TEXT("cli", "Leave one of them out.")}};
    }
    TIDEMARK_TRY(Wanted wanted, arguments.has("--config") ? fromFile(session, arguments)
                                                          : fromOperands(session, arguments));
    if (isOnce) {
        std::ranges::for_each(wanted.databases, makeBrief);
        std::ranges::for_each(wanted.folders, makeBrief, &service::FolderConfig::each);
    }
    return wanted;
}

}  // namespace tidemark::cli
