#pragma once

#include "core/base/error.h"
#include "core/sqlite/log_readers.h"

#include <span>
#include <string>

namespace tidemark::engine {

/// What there is to say when old read transactions keep the log of the database at `path` from
/// being cut: `readers`, as far as they are known. Its code is Busy.
[[nodiscard]] Error pinnedLog(const std::string& path, std::span<const sqlite::LogReader> readers);

/// What there is to say while `users` have a file open that was called `path` before another one
/// was put there. Its code is Unavailable.
[[nodiscard]] Error inUseAsBefore(const std::string& path,
                                  std::span<const sqlite::LogReader> users);

/// What there is to say when a snapshot pinned the log and was given up, before the log of the
/// database at `path` filled the disk. Its code is NoSpace.
[[nodiscard]] Error snapshotGivenUp(const std::string& path);

}  // namespace tidemark::engine
