#include "core/service/preflight.h"

#include "core/service/database_lock.h"
#include "core/sqlite/source_probe.h"
#include "core/sqlite/sqlite_error.h"
#include "core/state/database_directory.h"

#include <algorithm>

namespace tidemark::service {
namespace {

// Of a database at rest, counted: the file and its log twice, the wal-index, three of state.db, its
// lock, the replica's folder. Work that is under way needs some more, of a few at a time.
constexpr std::uint64_t kFilesEach = 10;
constexpr std::uint64_t kFilesForWork = 200;

}  // namespace

Status mayFollow(FileSystem& files, const Directories& directories, const DatabaseConfig& config)
{
    for (const ReplicaConfig& replica : config.replicas) {
        TIDEMARK_TRY_STATUS(keepsClearOf(config.path, replica.address));
    }
    const auto facts = sqlite::probeSource(
        files, config.path,
        config.watch ? sqlite::SourceUse::Watched : sqlite::SourceUse::Followed);
    // Locked it is whenever somebody commits without WAL mode, or recovers a log: who follows it
    // waits for that, and says so.
    const bool isLocked = !facts.ok() && facts.error().code == ErrorCode::Busy;
    if (!facts.ok() && !isLocked) {
        return facts.error();
    }
    TIDEMARK_TRY(const std::string path, files.canonical(config.path));
    if (!isLocked && !facts.value().isWal && !config.switchToWal && !config.watch) {
        return sqlite::notInWalMode(path);
    }
    const auto directory = state::directoryOf(directories.data, state::databaseId(path));
    TIDEMARK_TRY(const auto there, files.stat(directory.lock()));
    if (!there) {
        return {};
    }
    const auto lock = files.lock(directory.lock());
    if (lock.ok() || lock.error().code != ErrorCode::Busy) {
        return lock.ok() ? Status() : Status(lock.error());
    }
    return followedElsewhere(files, directory.lock(), path);
}

Status keepsClearOf(const std::string& database, const storage::StorageAddress& address)
{
    if (address.kind != storage::StorageKind::Folder && address.kind != storage::StorageKind::Zip) {
        return {};
    }
    const std::string& place = address.path;
    for (const char* const suffix : {"", "-wal", "-shm", "-journal"}) {
        const std::string taken = database + suffix;
        if (place == taken || place.starts_with(taken + '/')) {
            return Error{
                .code = ErrorCode::Usage,
                .what = {TIDEMARK_TEXT("service", "%1 is where SQLite keeps a file of %2."),
                         {place, database}},
                .next = {TIDEMARK_TEXT("service", "Choose another folder for the history.")}};
        }
    }
    return {};
}

std::optional<Caution> litestreamCaution(const FileSystem& files, const std::string& database)
{
    return litestreamCaution(sqlite::litestreamTraces(files, database), database);
}

std::optional<Caution> litestreamCaution(const sqlite::LitestreamTraces& traces,
                                         const std::string& database)
{
    if (traces == sqlite::LitestreamTraces{}) {
        return std::nullopt;
    }
    Caution caution{.next = {TIDEMARK_TEXT("service",
                                           "If it runs, let only one of the two follow the "
                                           "database: each keeps its log from being cut while the "
                                           "other reads it. Should it write into a replica of "
                                           "Tidemark's, its retention deletes old moments and the "
                                           "moments of marks there: set retention.enabled to false "
                                           "in its settings, or give it another place. If it does "
                                           "not run, nothing is wrong.")}};
    if (traces.folder) {
        caution.what = {TIDEMARK_TEXT("service", "Litestream may follow %1 too: it keeps %2."),
                        {database, sqlite::litestreamFolder(database)}};
    } else {
        caution.what = {TIDEMARK_TEXT("service",
                                      "Litestream may follow %1 too: its tables are in "
                                      "it."),
                        {database}};
    }
    return caution;
}

std::size_t databasesWithin(std::uint64_t openFiles)
{
    return static_cast<std::size_t>((openFiles - std::min(openFiles, kFilesForWork)) / kFilesEach);
}

std::optional<Caution> openFilesCaution(std::size_t databases, std::uint64_t openFiles)
{
    if (databases <= std::max<std::size_t>(databasesWithin(openFiles), 1)) {
        return std::nullopt;
    }
    return Caution{
        .what = {TIDEMARK_TEXT("service",
                               "%1 databases need about %2 open files, and the system allows this "
                               "program %3: some will not be opened."),
                 {std::to_string(databases), std::to_string(databases * kFilesEach + kFilesForWork),
                  std::to_string(openFiles)}},
        .next = {TIDEMARK_TEXT("service",
                               "Raise the hard limit (ulimit -Hn; LimitNOFILE= in a systemd unit), "
                               "or divide them among several processes.")}};
}

}  // namespace tidemark::service
