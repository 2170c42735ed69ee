#pragma once

#include "core/base/error.h"

#include <string>

struct sqlite3;

namespace tidemark::sqlite {

/// SQLite's answer `code` (extended, not SQLITE_OK) about the database `path` as an Error. `handle`
/// may be null; it tells the system's own reason.
[[nodiscard]] Error sqliteError(sqlite3* handle, int code, const std::string& path);

/// A database that cannot be followed safely: Unsupported, with why and what to do.
[[nodiscard]] Error unsupported(Message what, Message next);

/// The database is not in WAL mode: NotInWalMode, from whoever finds out.
[[nodiscard]] Error notInWalMode(const std::string& path);

/// Commits came so fast that no transaction could begin between two equal looks at the wal-index.
[[nodiscard]] Error noExactPosition(const std::string& path);

}  // namespace tidemark::sqlite
