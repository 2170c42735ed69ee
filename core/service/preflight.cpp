#include "core/service/preflight.h"

#include "core/service/database_lock.h"
#include "core/sqlite/source_probe.h"
#include "core/sqlite/sqlite_error.h"
#include "core/state/database_directory.h"

namespace tidemark::service {

Status mayFollow(FileSystem& files, const Directories& directories, const DatabaseConfig& config)
{
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

}  // namespace tidemark::service
