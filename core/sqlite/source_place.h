#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"

#include <string>

namespace tidemark::sqlite {

// Whether the place of a database lets it be followed without harm; by looking alone, nothing is
// opened. `path` is canonical, `facts` are its own.

/// Unsupported, by name: a folder, a file system where locks are not shared (network, FUSE), a
/// folder that a program keeps in step with other computers. Forbidden: a disk that is mounted
/// read-only.
[[nodiscard]] Status mayLieThere(const FileSystem& files, const FileFacts& facts,
                                 const std::string& path);

/// Forbidden: the file or its folder may not be written to. Unsupported: -wal and -shm would come
/// to belong to us, and another user's application could not open them.
[[nodiscard]] Status mayBeOpened(const FileSystem& files, const FileFacts& facts,
                                 const std::string& path);

}  // namespace tidemark::sqlite
