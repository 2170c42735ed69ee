#pragma once

#include "core/service/service.h"

namespace tidemark::service {

/// Whether following the database would begin well, for a program that would rather end than wait:
/// it is a database, in WAL mode or allowed to be switched, and nobody else follows it. Nothing
/// changes. Fails as sqlite::probeSource does; NotInWalMode with what to do; Busy with who has
/// it.
[[nodiscard]] Status mayFollow(FileSystem& files, const Directories& directories,
                               const DatabaseConfig& config);

/// Usage when `place`, a folder for a history, is the database or one of the files that SQLite
/// keeps beside it, or would lie in one: the application could not open its database any more.
[[nodiscard]] Status keepsClearOf(const std::string& database, const std::string& place);

}  // namespace tidemark::service
