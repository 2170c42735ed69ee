#include "core/sqlite/litestream_traces.h"

#include "core/sqlite/handle.h"

#include <sqlite3.h>

#include <memory>

namespace tidemark::sqlite {
namespace {

constexpr const char* kQuery =
    "SELECT 1 FROM sqlite_master WHERE type='table' AND name IN "
    "('_litestream_lock','_litestream_seq')";

}  // namespace

bool hasLitestreamTables(const std::string& path)
{
    // A transaction in WAL mode would make -wal and -shm. What changes meanwhile at worst hides a
    // table.
    const auto handle =
        openHandle(immutableUri(path), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr, path);
    sqlite3_stmt* prepared = nullptr;
    if (!handle.ok() ||
        sqlite3_prepare_v2(handle.value().get(), kQuery, -1, &prepared, nullptr) != SQLITE_OK) {
        return false;
    }
    const Statement statement(prepared);
    return sqlite3_step(prepared) == SQLITE_ROW;
}

std::string litestreamFolder(const std::string& path)
{
    return parentOf(path) + "/." + nameOf(path) + "-litestream";
}

LitestreamTraces litestreamTraces(const FileSystem& files, const std::string& path)
{
    const auto folder = files.stat(litestreamFolder(path));
    return {.folder = folder.ok() && folder.value() && folder.value()->kind == FileKind::Directory,
            .tables = hasLitestreamTables(path)};
}

}  // namespace tidemark::sqlite
