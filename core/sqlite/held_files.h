#pragma once

#include "core/sqlite/source_identity.h"

#include <optional>
#include <string>

namespace tidemark::sqlite {

// What the kernel tells of files that this process has open through SQLite, and of those who have
// them open as well. It is asked by their descriptors: to open one of them, and close it, would end
// this process's locks on it. Processes of other name spaces count, as those of containers. One
// table of descriptors for the process. For any thread; microseconds, or a millisecond for each
// thousand open files when a file is asked for first.

/// Whether another process has the database of that index open (unixShmLock's dead man's switch,
/// byte 128). True where this one has not.
[[nodiscard]] bool othersHaveOpen(const FileId& shm);

/// Whether a file that this process has open has no name any more: nobody else will open it.
[[nodiscard]] bool hasNoName(const FileId& file);

/// The only name that a file has now, which was opened by any. Empty: it has none or several, or
/// this process has not opened it.
[[nodiscard]] std::optional<std::string> onlyNameOf(const FileId& file);

}  // namespace tidemark::sqlite
