#pragma once

#include "core/sqlite/source_identity.h"

#include <string>
#include <string_view>
#include <vector>

namespace tidemark::sqlite {

// Who has a database open, by the locks of SQLite of which the kernel tells in /proc/locks. A look
// reads those of the whole computer and may take ten milliseconds. Processes of another name space,
// as of a container, are not seen; whether there are any, held_files.h tells.

/// A process that has a database open or reads it.
struct LogReader {
    int processId = 0;
    std::string program = {};  ///< "python3"; empty where it cannot be seen.

    bool operator==(const LogReader&) const = default;
};

/// Of a process of that number; its name is asked for now.
[[nodiscard]] LogReader logReader(int processId);

/// Who holds a lock on a place for readers (wal.c: WAL_READ_LOCK, bytes 123 to 127) of the index
/// `shm`, this process excepted, each once, by number. As the kernel tells (proc_locks(5)), which
/// has no number for one in another name space of processes; where it tells nothing, nobody. Opens
/// no file of the database. For any thread; as quick as the computer has locks.
[[nodiscard]] std::vector<LogReader> logReaders(const FileId& shm);

/// The processes, this one excepted, that have the index `shm` open (unixShmLock's dead man's
/// switch, byte 128) and the file `before`, but not `now`, which has that one's name: their log is
/// not of it. A file is seen to be open since it was read or written: in WAL mode the shared lock
/// is kept (pager.c), but for a program that opened and closed the file itself meanwhile: POSIX
/// takes its locks off.
[[nodiscard]] std::vector<LogReader> usersOfOther(const FileId& shm, const FileId& before,
                                                  const FileId& now);

/// Whether another process has both of them open: whatever the log was, it is of that file now.
[[nodiscard]] bool othersUse(const FileId& shm, const FileId& database);

/// Their numbers, in the text of /proc/locks. The device is not compared: file systems with several
/// volumes tell stat(2) another one.
[[nodiscard]] std::vector<int> readersIn(std::string_view locks, const FileId& shm, int except);
[[nodiscard]] std::vector<int> openersIn(std::string_view locks, const FileId& shm, int except);
[[nodiscard]] std::vector<int> fileOpenersIn(std::string_view locks, const FileId& database,
                                             int except);

}  // namespace tidemark::sqlite
