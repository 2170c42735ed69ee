#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tidemark::sqlite {

/// Which file, not what is in it.
struct FileId {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    bool operator==(const FileId&) const = default;
};

/// The three files of a database in WAL mode.
struct SourceIdentity {
    FileId database = {};
    std::optional<FileId> wal = {};  ///< Empty before the first write of a connection makes it.
    std::optional<FileId> shm = {};  ///< Empty also while it is shorter than SQLite makes it.
    bool operator==(const SourceIdentity&) const = default;
};

/// What tells that a file was written to.
struct FileStamp {
    std::uint64_t sizeBytes = 0;
    std::int64_t modifiedNs = 0;
    std::int64_t changedNs = 0;  ///< Who sets the time of a file back changes this one.
    bool operator==(const FileStamp&) const = default;
};

/// What tells that a database in rollback mode is what it was: each commit of SQLite counts the
/// change counter up, whoever else writes changes the stamp. Both taken under the shared lock.
struct FileMark {
    FileId file = {};
    FileStamp stamp = {};
    std::uint32_t changeCounter = 0;
    bool operator==(const FileMark&) const = default;
};

/// Of the database file, by stat alone. NotFound when it is gone.
[[nodiscard]] Result<FileStamp> stampOf(const FileSystem& files, const std::string& path);

/// It was written to by something else than SQLite: a file was copied over it.
[[nodiscard]] Error overwritten(const std::string& path);

/// A database in rollback mode is in WAL mode now: another way to follow it.
[[nodiscard]] Error switchedToWal(const std::string& path);

/// By stat alone. NotFound when the database is gone.
[[nodiscard]] Result<SourceIdentity> identify(const FileSystem& files, const std::string& path);

/// Which of the files are not those of `attached` any more; a -wal or -shm that appears where none
/// was is not a change. Empty: the same files. Text: "The database file was replaced.", "-shm was
/// removed.", ...
[[nodiscard]] std::optional<Error> differenceTo(const SourceIdentity& attached,
                                                const SourceIdentity& now, const std::string& path);

[[nodiscard]] inline std::string walPath(const std::string& path)
{
    return path + "-wal";
}
[[nodiscard]] inline std::string shmPath(const std::string& path)
{
    return path + "-shm";
}

}  // namespace tidemark::sqlite
