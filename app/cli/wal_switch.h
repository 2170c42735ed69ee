#pragma once

#include "core/base/file_system.h"
#include "core/service/preflight.h"
#include "core/service/service.h"

#include <optional>
#include <string>

/// A database that is put into WAL mode stays so: whoever allowed that is told when it was done.
namespace tidemark::cli {

/// The canonical path of a database that following will put into WAL mode; empty for one that is in
/// it, may not be, or cannot be looked at. Asks SQLite, so not while it is followed here.
[[nodiscard]] std::optional<std::string> toBeSwitched(FileSystem& files,
                                                      const service::DatabaseConfig& database);

[[nodiscard]] service::Caution wasSwitched(const std::string& path);

}  // namespace tidemark::cli
