#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/engine/spool.h"
#include "core/state/page_checksums.h"
#include "core/state/state_db.h"

#include <optional>
#include <string>

namespace tidemark::engine {

/// What an earlier run left behind, brought together: the state, the stored hashes, the spool's
/// segments.
struct Remembered {
    state::SourceState source = {};       ///< Its number is the highest of all three.
    bool hasState = false;                ///< Else the replicas may know of higher numbers.
    state::PageChecksums checksums = {};  ///< Of `source.txId`; empty when they cannot be told.
    bool positionHolds = false;           ///< Whether `source.position` belongs to `source.txId`.
    ltx::TxId storedChecksums = {};       ///< The transaction of the hashes on disk.
};

/// Empty when there is nothing to go on from: a first run, or all three lost.
[[nodiscard]] Result<std::optional<Remembered>> recall(FileSystem& files,
                                                       const std::string& checksumsPath,
                                                       const state::StateDb& state,
                                                       const Spool& spool);

}  // namespace tidemark::engine
