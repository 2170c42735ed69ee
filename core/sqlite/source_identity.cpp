#include "core/sqlite/source_identity.h"

#include "core/sqlite/wal_index.h"

namespace tidemark::sqlite {
namespace {

std::optional<FileId> idOf(const std::optional<FileFacts>& facts)
{
    if (!facts) {
        return std::nullopt;
    }
    return FileId{.device = facts->device, .inode = facts->inode};
}

Error gone(const std::string& path)
{
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("sqlite", "The database file %1 is gone."), {path}},
            .next = {TIDEMARK_TEXT("sqlite",
                                   "Its history stays. Put it back, or tell Tidemark "
                                   "where it is now.")}};
}

/// Heals by attaching again: nothing for a person to do.
Error changed(Message what)
{
    return {.code = ErrorCode::Unavailable,
            .what = std::move(what),
            .next = {TIDEMARK_TEXT("sqlite", "Tidemark opens it again and compares every page.")}};
}

/// Whether what was there is not there any more.
bool differs(const std::optional<FileId>& attached, const std::optional<FileId>& now)
{
    return attached && attached != now;
}

}  // namespace

Result<FileStamp> stampOf(const FileSystem& files, const std::string& path)
{
    TIDEMARK_TRY(const auto facts, files.stat(path));
    if (!facts) {
        return gone(path);
    }
    return FileStamp{.sizeBytes = facts->sizeBytes,
                     .modifiedNs = facts->modifiedNs,
                     .changedNs = facts->changedNs};
}

Error overwritten(const std::string& path)
{
    return changed(
        {TIDEMARK_TEXT("sqlite", "%1 was overwritten by something else than SQLite."), {path}});
}

Error switchedToWal(const std::string& path)
{
    return changed({TIDEMARK_TEXT("sqlite", "%1 was switched to WAL mode."), {path}});
}

Result<SourceIdentity> identify(const FileSystem& files, const std::string& path)
{
    TIDEMARK_TRY(const auto database, files.stat(path));
    if (!database) {
        return gone(path);
    }
    TIDEMARK_TRY(const auto wal, files.stat(walPath(path)));
    TIDEMARK_TRY(auto shm, files.stat(shmPath(path)));
    // Whoever touches the map of one that was cut is killed.
    if (shm && shm->sizeBytes < kIndexRegionBytes) {
        shm.reset();
    }
    return SourceIdentity{.database = *idOf(database), .wal = idOf(wal), .shm = idOf(shm)};
}

std::optional<Error> differenceTo(const SourceIdentity& attached, const SourceIdentity& now,
                                  const std::string& path)
{
    if (attached.database != now.database) {
        return changed({TIDEMARK_TEXT("sqlite", "The database file %1 was replaced."), {path}});
    }
    if (differs(attached.wal, now.wal)) {
        return changed(now.wal
                           ? Message{TIDEMARK_TEXT("sqlite", "%1 was replaced."), {walPath(path)}}
                           : Message{TIDEMARK_TEXT("sqlite", "%1 was removed."), {walPath(path)}});
    }
    if (differs(attached.shm, now.shm)) {
        return changed(now.shm
                           ? Message{TIDEMARK_TEXT("sqlite", "%1 was replaced."), {shmPath(path)}}
                           : Message{TIDEMARK_TEXT("sqlite", "%1 was removed."), {shmPath(path)}});
    }
    return std::nullopt;
}

}  // namespace tidemark::sqlite
