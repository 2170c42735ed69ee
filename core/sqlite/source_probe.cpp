#include "core/sqlite/source_probe.h"

#include "core/sqlite/file_header.h"
#include "core/sqlite/source_identity.h"
#include "core/sqlite/sqlite_error.h"

#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string_view>
#include <utility>

namespace tidemark::sqlite {
namespace {

struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
};
using Handle = std::unique_ptr<sqlite3, Close>;

Result<Handle> openHandle(const std::string& path, int flags)
{
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
    Handle handle(opened);
    if (code != SQLITE_OK) {
        return sqliteError(opened, opened != nullptr ? sqlite3_extended_errcode(opened) : code,
                           path);
    }
    sqlite3_extended_result_codes(opened, 1);
    sqlite3_busy_timeout(opened, 0);
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
    TIDEMARK_TRY(const Handle handle, openHandle(path, SQLITE_OPEN_READONLY));
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

Error unsupported(Message what, Message next)
{
    return {.code = ErrorCode::Unsupported, .what = std::move(what), .next = std::move(next)};
}

Status checkKind(const FileFacts& facts, const std::string& path)
{
    if (facts.kind == FileKind::Directory) {
        return unsupported({TIDEMARK_TEXT("sqlite", "%1 is a folder."), {path}},
                           {TIDEMARK_TEXT("sqlite", "Choose the database file in it.")});
    }
    if (facts.kind != FileKind::Regular) {
        return unsupported({TIDEMARK_TEXT("sqlite", "%1 is not a file."), {path}},
                           {TIDEMARK_TEXT("sqlite", "Choose a database file.")});
    }
    return {};
}

Status checkVolume(const Volume& volume, const std::string& path)
{
    if (!volume.foreignKind.empty()) {
        return unsupported(
            {TIDEMARK_TEXT("sqlite",
                           "%1 lies on %2, where the locks of programs do not reach each "
                           "other: following it could damage it."),
             {path, volume.foreignKind}},
            {TIDEMARK_TEXT("sqlite",
                           "Run Tidemark on the computer where the application runs and "
                           "the file lies.")});
    }
    if (volume.readOnly) {
        return Error{.code = ErrorCode::Forbidden,
                     .what = {TIDEMARK_TEXT("sqlite",
                                            "%1 lies on a disk that is mounted "
                                            "read-only."),
                              {path}},
                     .next = {TIDEMARK_TEXT("sqlite",
                                            "Nothing can change it there. To protect it, "
                                            "mount the disk for writing.")}};
    }
    return {};
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

/// -wal and -shm that we make belong to us; another user's application could not open them.
Status checkOwner(const FileSystem& files, const FileFacts& facts, const std::string& path)
{
    const auto us = ::geteuid();
    if (us == 0 || us == facts.owner) {
        return {};
    }
    TIDEMARK_TRY(const auto wal, files.stat(walPath(path)));
    TIDEMARK_TRY(const auto shm, files.stat(shmPath(path)));
    if (wal && shm) {
        return {};
    }
    return unsupported({TIDEMARK_TEXT("sqlite", "%1 belongs to another user."), {path}},
                       {TIDEMARK_TEXT("sqlite",
                                      "Run Tidemark as that user, or start the "
                                      "application that uses the database first.")});
}

/// Whether SQLite could make and write the three files; root may where the bits say no.
Status checkWritable(const std::string& path)
{
    // access(2) opens nothing, so that it drops no lock.
    for (const std::string& target : {path, parentOf(path)}) {
        if (::access(target.c_str(), R_OK | W_OK) != 0) {
            return Error{.code = ErrorCode::Forbidden,
                         .what = {TIDEMARK_TEXT("sqlite", "%1 may not be written to."), {target}},
                         .next = {TIDEMARK_TEXT("sqlite",
                                                "SQLite's WAL mode needs to write in the "
                                                "file and its folder. Allow it, or run "
                                                "Tidemark as the user who may.")}};
        }
    }
    return {};
}

int takeMode(void* mode, int columns, char** values, char**)
{
    if (columns == 1 && values[0] != nullptr) {
        *static_cast<std::string*>(mode) = values[0];
    }
    return 0;
}

}  // namespace

Result<SourceFacts> probeSource(FileSystem& files, const std::string& givenPath)
{
    TIDEMARK_TRY(const std::string path, files.canonical(givenPath));
    TIDEMARK_TRY(const auto facts, files.stat(path));
    if (!facts) {
        return Error{.code = ErrorCode::NotFound,
                     .what = {TIDEMARK_TEXT("sqlite", "There is no file %1."), {path}}};
    }
    TIDEMARK_TRY_STATUS(checkKind(*facts, path));
    TIDEMARK_TRY(const Volume volume, files.volume(path));
    TIDEMARK_TRY_STATUS(checkVolume(volume, path));
    if (facts->sizeBytes == 0) {
        return unsupported(
            {TIDEMARK_TEXT("sqlite", "%1 is empty: there is no database in it yet."), {path}},
            {TIDEMARK_TEXT("sqlite",
                           "Let its application make the first table, "
                           "then add it again.")});
    }
    TIDEMARK_TRY(const Start start, readStart(path));
    TIDEMARK_TRY(const FileHeader header, decodeFileHeader(start.bytes, path));
    TIDEMARK_TRY_STATUS(checkLength(files, start, header, path));
    TIDEMARK_TRY_STATUS(checkWritable(path));
    TIDEMARK_TRY_STATUS(checkOwner(files, *facts, path));
    return SourceFacts{.path = path,
                       .sizeBytes = start.sizeBytes,
                       .pageSizeBytes = header.pageSizeBytes,
                       .isWal = header.isWal};
}

Status switchToWal(const std::string& path)
{
    TIDEMARK_TRY(const Handle handle, openHandle(path, SQLITE_OPEN_READWRITE));
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
