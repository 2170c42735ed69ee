#pragma once

#include "core/service/service.h"
#include "core/sqlite/litestream_traces.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace tidemark::service {

/// Whether following the database would begin well, for a program that would rather end than wait:
/// it is a database, in WAL mode or allowed to be switched or watched, and nobody else follows it.
/// Nothing changes. Fails as sqlite::probeSource does, but one may be locked, which following waits
/// for; NotInWalMode with what to do; Busy with who has it.
[[nodiscard]] Status mayFollow(FileSystem& files, const Directories& directories,
                               const DatabaseConfig& config);

/// Usage when a history at `address` would be the database or one of the files that SQLite
/// keeps beside it, or would lie in one: the application could not open its database any more.
[[nodiscard]] Status keepsClearOf(const std::string& database,
                                  const storage::StorageAddress& address);

/// What a person should know before something is followed, though it is.
struct Caution {
    Message what = {};
    Message next = {};
};

/// Litestream follows the database too, or did, by the traces that it leaves. Whether it does is
/// looked for while the database is followed (core/service/litestream_watch.h).
[[nodiscard]] std::optional<Caution> litestreamCaution(const FileSystem& files,
                                                       const std::string& database);

/// The same of traces that were found.
[[nodiscard]] std::optional<Caution> litestreamCaution(const sqlite::LitestreamTraces& traces,
                                                       const std::string& database);

/// How many databases a process can follow that may have `openFiles` files open.
[[nodiscard]] std::size_t databasesWithin(std::uint64_t openFiles);

/// So many databases need more open files than `openFiles`.
[[nodiscard]] std::optional<Caution> openFilesCaution(std::size_t databases,
                                                      std::uint64_t openFiles);

}  // namespace tidemark::service
