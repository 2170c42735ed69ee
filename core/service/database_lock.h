#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"

#include <memory>
#include <string>

namespace tidemark::service {

/// Who captures a database, as its lock file says.
struct LockOwner {
    int processId = 0;
    std::string program = {};
    std::string socket = {};  ///< Of its control socket; empty when it has none.

    bool operator==(const LockOwner&) const = default;
};

/// Takes the lock file `path` for `owner` and writes into it who that is; freed with the result.
/// Busy, with a sentence that names `database` and who has it, when another one holds it.
[[nodiscard]] Result<std::unique_ptr<FileLock>> lockDatabase(FileSystem& files,
                                                             const std::string& path,
                                                             const LockOwner& owner,
                                                             const std::string& database);

/// Busy, with who holds the lock file `path`.
[[nodiscard]] Error followedElsewhere(FileSystem& files, const std::string& path,
                                      const std::string& database);

/// Who took the lock last; process 0 when the file tells nobody.
[[nodiscard]] LockOwner readLockOwner(FileSystem& files, const std::string& path);

}  // namespace tidemark::service
