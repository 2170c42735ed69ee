#include "core/sqlite/sqlite_error.h"

#include <sqlite3.h>

#include <cerrno>
#include <utility>

namespace tidemark::sqlite {
namespace {

Error cannotOpen(sqlite3* handle, int code, const std::string& path)
{
    const int number = handle != nullptr ? sqlite3_system_errno(handle) : 0;
    if (code == SQLITE_CANTOPEN_ISDIR || number == EISDIR) {
        return {.code = ErrorCode::Unsupported,
                .what = {TIDEMARK_TEXT("sqlite", "%1 is a folder."), {path}},
                .next = {TIDEMARK_TEXT("sqlite", "Choose the database file in it.")}};
    }
    switch (number) {
    case ENOENT:
        return {.code = ErrorCode::NotFound,
                .what = {TIDEMARK_TEXT("sqlite", "There is no file %1."), {path}},
                .next = {TIDEMARK_TEXT("sqlite", "Check the name, or whether it was moved.")}};
    case EMFILE:
    case ENFILE:
        return {.code = ErrorCode::Io,
                .what = {TIDEMARK_TEXT("sqlite", "%1 cannot be opened: too many files are open."),
                         {path}},
                .next = {TIDEMARK_TEXT("sqlite", "Raise the limit of open files.")}};
    default: break;
    }
    return {.code = ErrorCode::Forbidden,
            .what = {TIDEMARK_TEXT("sqlite",
                                   "%1, or the -wal and -shm files beside it, cannot be "
                                   "opened for reading and writing."),
                     {path}},
            .next = {TIDEMARK_TEXT("sqlite",
                                   "Check the permissions of the file and its folder; "
                                   "SQLite's WAL mode needs to write in both.")}};
}

Error readOnly(const std::string& path)
{
    return {.code = ErrorCode::Forbidden,
            .what = {TIDEMARK_TEXT("sqlite", "%1 or its folder is read-only."), {path}},
            .next = {TIDEMARK_TEXT("sqlite",
                                   "Allow writing, or let Tidemark run as the user who owns it.")}};
}

Error notRolledBack(const std::string& path)
{
    return {.code = ErrorCode::Busy,
            .what = {TIDEMARK_TEXT("sqlite",
                                   "A program was killed while it wrote to %1, and nobody has "
                                   "rolled back yet what it left."),
                     {path}},
            .next = {TIDEMARK_TEXT("sqlite",
                                   "Open the database in its application: that rolls it back, and "
                                   "Tidemark goes on.")}};
}

Error other(sqlite3* handle, ErrorCode meaning, int code, const std::string& path)
{
    const bool told = handle != nullptr && sqlite3_extended_errcode(handle) == code;
    const char* const words = told ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
    return {.code = meaning,
            .what = {TIDEMARK_TEXT("sqlite", "SQLite says of %1: %2."), {path, words}}};
}

}  // namespace

Error sqliteError(sqlite3* handle, int code, const std::string& path)
{
    if (code == SQLITE_READONLY_ROLLBACK) {
        return notRolledBack(path);
    }
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return {.code = ErrorCode::Busy,
                .what = {TIDEMARK_TEXT("sqlite", "%1 is locked by another program."), {path}},
                .next = {TIDEMARK_TEXT("sqlite", "Close that program or wait until it is done.")}};
    case SQLITE_CANTOPEN: return cannotOpen(handle, code, path);
    case SQLITE_PERM:
    case SQLITE_READONLY: return readOnly(path);
    case SQLITE_FULL:
        return {.code = ErrorCode::NoSpace,
                .what = {TIDEMARK_TEXT("sqlite", "The disk of %1 is full."), {path}},
                .next = {TIDEMARK_TEXT("sqlite", "Free some space on it.")}};
    case SQLITE_NOTADB:
        return {
            .code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("sqlite", "%1 is not an SQLite database, or it is encrypted."),
                     {path}},
            .next = {TIDEMARK_TEXT("sqlite", "Choose another file.")}};
    case SQLITE_CORRUPT: return other(handle, ErrorCode::Damaged, code, path);
    case SQLITE_INTERRUPT: return cancelled();
    case SQLITE_MISUSE: return other(handle, ErrorCode::Bug, code, path);
    default: return other(handle, ErrorCode::Io, code, path);
    }
}

Error unsupported(Message what, Message next)
{
    return {.code = ErrorCode::Unsupported, .what = std::move(what), .next = std::move(next)};
}

Error notInWalMode(const std::string& path)
{
    return {.code = ErrorCode::NotInWalMode,
            .what = {TIDEMARK_TEXT("sqlite", "%1 is not in WAL mode."), {path}},
            .next = {TIDEMARK_TEXT("sqlite",
                                   "Allow Tidemark to switch it (--switch-to-wal), or to watch it "
                                   "as it is (--watch), or let the application run PRAGMA "
                                   "journal_mode=WAL.")}};
}

Error noExactPosition(const std::string& path)
{
    return {.code = ErrorCode::Busy,
            .what = {TIDEMARK_TEXT("sqlite",
                                   "%1 is written to so fast that no exact position in "
                                   "its log could be had."),
                     {path}},
            .next = {TIDEMARK_TEXT("sqlite", "Tidemark tries again.")}};
}

}  // namespace tidemark::sqlite
