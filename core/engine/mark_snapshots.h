#pragma once

#include "core/engine/retention_look.h"

#include <vector>

namespace tidemark::engine {

/// Pure: the objects to be merged into a snapshot of a marked moment, so that it is restored from
/// one file and what else is kept for it can go; of the first mark that is worth it, empty when
/// none is.
///
/// Worth it is a mark when what lies between the last snapshot before it and the moment is more
/// than half as large as that snapshot, and as much of it would go if nobody had marked anything.
/// So marks alone never fill a disk: each snapshot for one was paid for by changes, and lets go of
/// them. `damaged` names are taken.
[[nodiscard]] std::vector<replica::ObjectInfo> snapshotForMark(const RetentionLook& look,
                                                               const RetentionPolicy& policy,
                                                               Timestamp now,
                                                               const replica::ObjectNames& pinned,
                                                               const replica::ObjectNames& damaged);

}  // namespace tidemark::engine
