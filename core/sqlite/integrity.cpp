#include "core/sqlite/integrity.h"

#include "core/sqlite/file_vfs.h"
#include "core/sqlite/handle.h"
#include "core/sqlite/sqlite_error.h"

#include <sqlite3.h>

#include <memory>
#include <string_view>
#include <utility>

namespace tidemark::sqlite {
namespace {

// Some ten microseconds of SQLite's work between two looks at the stop token.
constexpr int kStepsBetweenLooks = 1000;

int takeFirst(void* words, int columns, char** values, char**)
{
    auto& first = *static_cast<std::string*>(words);
    if (first.empty() && columns > 0 && values[0] != nullptr) {
        first = values[0];
    }
    return 0;
}

int isStopped(void* stop)
{
    return static_cast<std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

Error damaged(const std::string& path, const std::string& words)
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("sqlite", "SQLite's check of %1 found: %2"), {path, words}}};
}

Status check(sqlite3* opened, const std::string& path, bool full, std::stop_token stop)
{
    sqlite3_extended_result_codes(opened, 1);
    sqlite3_progress_handler(opened, kStepsBetweenLooks, isStopped, &stop);
    // One finding is enough for the verdict.
    std::string words;
    const int code = sqlite3_exec(opened,
                                  full ? "PRAGMA temp_store=MEMORY; PRAGMA integrity_check(1)"
                                       : "PRAGMA temp_store=MEMORY; PRAGMA quick_check(1)",
                                  takeFirst, &words, nullptr);
    if (code != SQLITE_OK) {
        const bool broken = (code & 0xff) == SQLITE_CORRUPT;
        return broken ? damaged(path, sqlite3_errmsg(opened)) : sqliteError(opened, code, path);
    }
    if (words != "ok") {
        return damaged(path, words);
    }
    return {};
}

Status openAndCheck(const std::string& target, int flags, const char* vfs, const std::string& path,
                    bool full, std::stop_token stop)
{
    TIDEMARK_TRY(const Handle handle, openHandle(target, flags, vfs, path));
    return check(handle.get(), path, full, std::move(stop));
}

}  // namespace

Status checkIntegrity(const std::string& path, bool full, std::stop_token stop)
{
    return openAndCheck(immutableUri(path), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr, path,
                        full, std::move(stop));
}

Status checkIntegrity(const File& file, const std::string& name, bool full, std::stop_token stop)
{
    const FileVfs vfs(file);
    return openAndCheck("database", SQLITE_OPEN_READONLY, vfs.name(), name, full, std::move(stop));
}

}  // namespace tidemark::sqlite
