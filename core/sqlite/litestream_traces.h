#pragma once

#include "core/base/file_system.h"

#include <string>

namespace tidemark::sqlite {

/// What Litestream (0.3 and 0.5 alike) leaves with a database that it follows or followed.
struct LitestreamTraces {
    bool folder = false;  ///< ".<name>-litestream" beside it.
    bool tables = false;  ///< _litestream_lock or _litestream_seq in it; also in a copy of it.

    bool operator==(const LitestreamTraces&) const = default;
};

/// Where Litestream keeps what it knows of the database `path`, unless it was told another place.
[[nodiscard]] std::string litestreamFolder(const std::string& path);

/// Whether its tables are in the database. Looks without changing anything; tables that are only in
/// the log, or cannot be read, are not seen.
[[nodiscard]] bool hasLitestreamTables(const std::string& path);

/// Folder and tables.
[[nodiscard]] LitestreamTraces litestreamTraces(const FileSystem& files, const std::string& path);

}  // namespace tidemark::sqlite
