#include "core/service/preflight.h"

#include "core/service/database_lock.h"
#include "core/sqlite/source_probe.h"
#include "core/sqlite/sqlite_error.h"
#include "core/state/database_directory.h"

namespace tidemark::service {

Status mayFollow(FileSystem& files, const Directories& directories, const DatabaseConfig& config)
{
    for (const ReplicaConfig& replica : config.replicas) {
        TIDEMARK_TRY_STATUS(keepsClearOf(config.path, replica.address.path));
    }
    TIDEMARK_TRY(const auto facts, sqlite::probeSource(files, config.path));
    if (!facts.isWal && !config.switchToWal) {
        return sqlite::notInWalMode(facts.path);
    }
    const auto directory = state::directoryOf(directories.data, state::databaseId(facts.path));
    TIDEMARK_TRY(const auto there, files.stat(directory.lock()));
    if (!there) {
        return {};
    }
    const auto lock = files.lock(directory.lock());
    if (lock.ok() || lock.error().code != ErrorCode::Busy) {
        return lock.ok() ? Status() : Status(lock.error());
    }
    return followedElsewhere(files, directory.lock(), facts.path);
}

Status keepsClearOf(const std::string& database, const std::string& place)
{
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

}  // namespace tidemark::service
