#include "app/cli/wal_switch.h"

#include "core/service/replica_jobs.h"

namespace tidemark::cli {

std::optional<std::string> toBeSwitched(FileSystem& files, const service::DatabaseConfig& database)
{
    if (!database.switchToWal) {
        return std::nullopt;
    }
    const auto facts = service::inspectSource(files, database.path);
    return facts.ok() && !facts.value().isWal ? std::optional(facts.value().path) : std::nullopt;
}

service::Caution wasSwitched(const std::string& path)
{
    return {.what = {TIDEMARK_TEXT("cli", "%1 was put into WAL mode, as was allowed."), {path}},
            .next = {TIDEMARK_TEXT("cli",
                                   "It stays in it; to undo that one day: PRAGMA "
                                   "journal_mode=DELETE.")}};
}

}  // namespace tidemark::cli
