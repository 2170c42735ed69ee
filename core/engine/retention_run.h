#pragma once

#include "core/base/clock.h"
#include "core/engine/retention.h"
#include "core/replica/ltx_replica.h"
#include "core/replica/pins.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

namespace tidemark::engine {

/// What a run did.
struct RetentionRun {
    std::size_t objects = 0;          ///< Deleted, in batches that succeeded as a whole.
    std::uint64_t bytes = 0;          ///< Of these.
    std::size_t pinned = 0;           ///< Left, because a restore came to need them after the plan.
    std::optional<Error> error = {};  ///< Why it ended before the plan did.
};

/// Asked before each batch with the names that it deletes, while nobody can pin them.
using MayGoOn = std::function<Status(std::span<const std::string> names)>;

/// Deletes what `plan` says, for good. Before each batch it asks `pins` anew, and nobody can pin
/// what is being deleted. A batch is as large as the storage deletes in about a second, as far as
/// those before it show that: whoever marks a moment where no lock keeps deletions off waits for
/// one (replica/mark_check.h). It may end after any object and leaves every kept moment restorable;
/// another run needs a new plan. What was written to the replica since the plan is no matter, what
/// somebody else deleted is. Blocks on the storage; a stop request ends it soon, with Cancelled;
/// else it fails as Storage::remove does, at the first failure.
///
/// A failure of `mayGoOn` ends the run with nothing more deleted. Where a batch fails any of its
/// names may have gone: they are the next plan's `unfinished`.
[[nodiscard]] RetentionRun runRetention(
    replica::LtxReplica& replica, const RetentionPlan& plan, replica::PinBoard& pins, Clock& clock,
    const std::stop_token& stop,
    const MayGoOn& mayGoOn = [](std::span<const std::string>) { return Status(); });

}  // namespace tidemark::engine
