#pragma once

#include "core/base/descriptor.h"
#include "core/base/result.h"

#include <string>

namespace tidemark {

enum class LockFor { Sharing, Alone };

/// Locks a folder that is there until the result goes (flock), which needs no right to write in it:
/// any number share it, or one has it alone, in this program and others. Never waits: Busy. Fails
/// where there is no such folder, and where the file system has no such locks.
[[nodiscard]] Result<Descriptor> lockFolder(const std::string& path, LockFor purpose);

}  // namespace tidemark
