#pragma once

#include "core/base/file_system.h"
#include "core/replica/pins.h"

#include <string>

namespace tidemark::service {

/// Objects of a replica that were found damaged while its database was followed, as `stateDb`, the
/// database's state, remembers: a look from outside, beside a service that may run. None where
/// there is no state, or it cannot be read: a restore finds out anew. Blocks on the disk.
[[nodiscard]] replica::ObjectNames knownDamage(FileSystem& files, const std::string& stateDb,
                                               const std::string& replicaId);

}  // namespace tidemark::service
