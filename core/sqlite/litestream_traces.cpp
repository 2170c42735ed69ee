#include "core/sqlite/litestream_traces.h"

#include <sqlite3.h>

#include <memory>

namespace tidemark::sqlite {
namespace {

constexpr const char* kQuery =
    "SELECT 1 FROM sqlite_master WHERE type='table' AND name IN "
    "('_litestream_lock','_litestream_seq')";

struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

/// https://www.sqlite.org/uri.html: all but plain characters as %XX.
std::string uriOf(const std::string& path)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    constexpr std::string_view kPlain = "/-._~";
    std::string uri = "file:";
    for (const char character : path) {
        const auto code = static_cast<unsigned char>(character);
        const bool isPlain = (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') ||
                             (code >= 'a' && code <= 'z') ||
                             kPlain.find(character) != std::string_view::npos;
        if (isPlain) {
            uri += character;
        } else {
            uri += {'%', kDigits[code / 16], kDigits[code % 16]};
        }
    }
    // A transaction in WAL mode would make -wal and -shm. As a file that never changes SQLite reads
    // it without them; what changes meanwhile at worst hides a table.
    return uri + "?immutable=1";
}

bool hasTables(const std::string& path)
{
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(uriOf(path).c_str(), &opened,
                                     SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
    const std::unique_ptr<sqlite3, Close> handle(opened);
    sqlite3_stmt* prepared = nullptr;
    if (code != SQLITE_OK ||
        sqlite3_prepare_v2(opened, kQuery, -1, &prepared, nullptr) != SQLITE_OK) {
        return false;
    }
    const std::unique_ptr<sqlite3_stmt, Close> statement(prepared);
    return sqlite3_step(prepared) == SQLITE_ROW;
}

}  // namespace

std::string litestreamFolder(const std::string& path)
{
    return parentOf(path) + "/." + nameOf(path) + "-litestream";
}

LitestreamTraces litestreamTraces(const FileSystem& files, const std::string& path)
{
    const auto folder = files.stat(litestreamFolder(path));
    return {.folder = folder.ok() && folder.value() && folder.value()->kind == FileKind::Directory,
            .tables = hasTables(path)};
}

}  // namespace tidemark::sqlite
