#pragma once

#include "core/engine/retention.h"
#include "core/replica/ltx_replica.h"
#include "core/replica/pins.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>

namespace tidemark::engine {

/// What a run did.
struct RetentionRun {
    std::size_t objects = 0;          ///< Deleted, in batches that succeeded as a whole.
    std::uint64_t bytes = 0;          ///< Of these.
    std::size_t pinned = 0;           ///< Left, because a restore came to need them after the plan.
    std::optional<Error> error = {};  ///< Why it ended before the plan did.
};

/// Deletes what `plan` says, for good. Before each batch it asks `pins` anew, and nobody can pin
/// what is being deleted. It may end after any object and leaves every kept moment restorable;
/// another run needs a new plan. What was written to the replica since the plan is no matter, what
/// somebody else deleted is. Blocks on the storage; a stop request ends it soon, with Cancelled;
/// else it fails as Storage::remove does, at the first failure.
///
/// `mayGoOn` is asked before each batch, while nobody can pin what is in it; its failure ends the
/// run with nothing more deleted.
[[nodiscard]] RetentionRun runRetention(
    replica::LtxReplica& replica, const RetentionPlan& plan, replica::PinBoard& pins,
    const std::stop_token& stop, const std::function<Status()>& mayGoOn = [] { return Status(); });

}  // namespace tidemark::engine
