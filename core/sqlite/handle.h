#pragma once

#include "core/base/result.h"

#include <memory>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace tidemark::sqlite {

// SQLite's own handles, closed when they go. One thread at a time uses one.

struct CloseHandle {
    void operator()(sqlite3* handle) const;
    void operator()(sqlite3_stmt* statement) const;
};
using Handle = std::unique_ptr<sqlite3, CloseHandle>;
using Statement = std::unique_ptr<sqlite3_stmt, CloseHandle>;

/// sqlite3_open_v2 of `target` with `flags` and `vfs` (null: the usual one); extended codes are on.
/// Failures: what SQLite answers, about the database `path`.
[[nodiscard]] Result<Handle> openHandle(const std::string& target, int flags, const char* vfs,
                                        const std::string& path);

/// `path` as a URI for SQLITE_OPEN_URI: SQLite takes the file for one that never changes, so it
/// opens no journal and no log beside it, and locks nothing. Source:
/// https://www.sqlite.org/uri.html
[[nodiscard]] std::string immutableUri(const std::string& path);

}  // namespace tidemark::sqlite
