#include "core/sqlite/source_probe.h"

#include "core/sqlite/file_header.h"
#include "core/sqlite/handle.h"
#include "core/sqlite/source_identity.h"
#include "core/sqlite/source_place.h"
#include "core/sqlite/sqlite_error.h"
#include "core/sqlite/wal_format.h"

#include <sqlite3.h>

#include <array>
#include <memory>
#include <string_view>
#include <utility>

namespace tidemark::sqlite {
namespace {

Result<Handle> openAtOnce(const std::string& path, int flags)
{
    TIDEMARK_TRY(Handle handle, openHandle(path, flags, nullptr, path));
    sqlite3_busy_timeout(handle.get(), 0);
    return handle;
}

struct Start {
    std::uint64_t sizeBytes = 0;
    std::array<std::byte, kFileHeaderSize> bytes = {};
};

/// The start of the file under its shared lock, without a transaction: that one would make -wal and
/// -shm.
Result<Start> readStart(const std::string& path)
{
    TIDEMARK_TRY(const Handle handle, openAtOnce(path, SQLITE_OPEN_READONLY));
    sqlite3_file* file = nullptr;
    sqlite3_file_control(handle.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    const sqlite3_io_methods& methods = *file->pMethods;
    int code = methods.xLock(file, SQLITE_LOCK_SHARED);
    if (code != SQLITE_OK) {
        return sqliteError(nullptr, code, path);
    }
    Start start;
    sqlite3_int64 size = 0;
    code = methods.xFileSize(file, &size);
    if (code == SQLITE_OK) {
        code = methods.xRead(file, start.bytes.data(), static_cast<int>(start.bytes.size()), 0);
    }
    methods.xUnlock(file, SQLITE_LOCK_NONE);
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) {
        return sqliteError(nullptr, code, path);
    }
    start.sizeBytes = static_cast<std::uint64_t>(size);
    return start;
}

bool isFilled(const std::optional<FileFacts>& facts)
{
    return facts && facts->sizeBytes > 0;
}

/// A file that is shorter than it says, unless a log or a journal beside it has the rest.
Status checkLength(const FileSystem& files, const Start& start, const FileHeader& header,
                   const std::string& path)
{
    const bool whole = start.sizeBytes % header.pageSizeBytes == 0 &&
                       start.sizeBytes / header.pageSizeBytes >= header.pageCount;
    if (whole) {
        return {};
    }
    TIDEMARK_TRY(const auto wal, files.stat(walPath(path)));
    TIDEMARK_TRY(const auto journal, files.stat(path + "-journal"));
    if (isFilled(wal) || isFilled(journal)) {
        return {};
    }
    return Error{.code = ErrorCode::Damaged,
                 .what = {TIDEMARK_TEXT("sqlite",
                                        "%1 is cut short: it has %2 bytes and should have "
                                        "%3 pages of %4."),
                          {path, std::to_string(start.sizeBytes), std::to_string(header.pageCount),
                           std::to_string(header.pageSizeBytes)}},
                 .next = {TIDEMARK_TEXT("sqlite",
                                        "Copy it again from where it came, or restore "
                                        "it.")}};
}

/// Whether there is a log of SQLite's. It carries no locks and may be opened. Unsupported for one
/// of another version.
Result<bool> hasLog(FileSystem& files, const std::string& path)
{
    const std::string wal = walPath(path);
    TIDEMARK_TRY(const auto facts, files.stat(wal));
    if (!facts || facts->kind != FileKind::Regular || facts->sizeBytes < kWalHeaderSize) {
        return false;
    }
    TIDEMARK_TRY(const auto file, files.open(wal, OpenFor::Reading));
    std::array<std::byte, kWalHeaderSize> bytes = {};
    TIDEMARK_TRY(const std::size_t got, file->readAt(bytes, 0));
    const auto header = decodeWalHeader(bytes);
    if (got == bytes.size() && !header.ok() && header.error().code == ErrorCode::Unsupported) {
        return unsupported(
            {TIDEMARK_TEXT("sqlite", "%1 is a write-ahead log of a version that is not SQLite's."),
             {wal}},
            {TIDEMARK_TEXT("sqlite",
                           "Only databases of SQLite itself can be protected, not those of a "
                           "branch of it.")});
    }
    return got == bytes.size() && header.ok();
}

/// `error` of the first read, said more exactly where that can be.
Error named(const FileSystem& files, const Error& error, const std::string& path)
{
    const auto wal = files.stat(walPath(path));
    const auto shm = files.stat(shmPath(path));
    // Where there is a wal-index, SQLite locks the file itself for an instant only.
    const bool isWithoutIndex =
        wal.ok() && isFilled(wal.value()) && shm.ok() && !shm.value().has_value();
    if (error.code != ErrorCode::Busy || !isWithoutIndex) {
        return error;
    }
    return {.code = ErrorCode::Busy,
            .what = {TIDEMARK_TEXT("sqlite",
                                   "%1 is open in another program with locking_mode=EXCLUSIVE: "
                                   "nobody else can read it."),
                     {path}},
            .next = {TIDEMARK_TEXT("sqlite",
                                   "Start that program without it, or follow the database while "
                                   "it does not run.")}};
}

int takeMode(void* mode, int columns, char** values, char**)
{
    if (columns == 1 && values[0] != nullptr) {
        *static_cast<std::string*>(mode) = values[0];
    }
    return 0;
}

}  // namespace

Result<SourceFacts> probeSource(FileSystem& files, const std::string& givenPath, SourceUse use)
{
    TIDEMARK_TRY(const std::string path, files.canonical(givenPath));
    TIDEMARK_TRY(const auto facts, files.stat(path));
    if (!facts) {
        return Error{.code = ErrorCode::NotFound,
                     .what = {TIDEMARK_TEXT("sqlite", "There is no file %1."), {path}}};
    }
    TIDEMARK_TRY_STATUS(mayLieThere(files, *facts, path));
    if (facts->sizeBytes == 0) {
        return unsupported(
            {TIDEMARK_TEXT("sqlite", "%1 is empty: there is no database in it yet."), {path}},
            {TIDEMARK_TEXT("sqlite",
                           "Let its application make the first table, "
                           "then add it again.")});
    }
    const auto start = readStart(path);
    if (!start.ok()) {
        return named(files, start.error(), path);
    }
    TIDEMARK_TRY(const bool isWithLog, hasLog(files, path));
    if (isWithLog && !startsLikeDatabase(std::span(start.value().bytes).first<16>())) {
        return encrypted(path);
    }
    TIDEMARK_TRY(const FileHeader header, decodeFileHeader(start.value().bytes, path));
    TIDEMARK_TRY_STATUS(checkLength(files, start.value(), header, path));
    if (header.isWal || use == SourceUse::Followed) {
        TIDEMARK_TRY_STATUS(mayBeOpened(files, *facts, path));
    }
    return SourceFacts{.path = path,
                       .sizeBytes = start.value().sizeBytes,
                       .pageSizeBytes = header.pageSizeBytes,
                       .isWal = header.isWal};
}

Status switchToWal(const std::string& path)
{
    TIDEMARK_TRY(const Handle handle, openAtOnce(path, SQLITE_OPEN_READWRITE));
    std::string mode;
    const int code =
        sqlite3_exec(handle.get(), "PRAGMA journal_mode=WAL", takeMode, &mode, nullptr);
    if (code != SQLITE_OK) {
        return sqliteError(handle.get(), code, path);
    }
    if (mode != "wal") {
        return unsupported({TIDEMARK_TEXT("sqlite",
                                          "SQLite could not switch %1 to WAL mode; it "
                                          "stays in mode \"%2\"."),
                            {path, mode}},
                           {TIDEMARK_TEXT("sqlite",
                                          "Check that the file and its folder may be "
                                          "written to.")});
    }
    return {};
}

}  // namespace tidemark::sqlite
