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
    std::optional<FileId> shm = {};
    bool operator==(const SourceIdentity&) const = default;
};

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
