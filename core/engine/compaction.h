#pragma once

#include "core/base/clock.h"
#include "core/engine/policy.h"
#include "core/engine/replica_levels.h"

#include <optional>
#include <vector>

/// Pure: what of a replica is to be compacted, and when.
namespace tidemark::engine {

/// Objects of the level below, in order, that become one object of `level`.
struct Merge {
    int level = 1;
    std::vector<replica::ObjectInfo> inputs = {};

    bool operator==(const Merge&) const = default;
};

/// The next thing to do at `now`: of the lowest level with a window that has passed, its objects,
/// at most ltx::kMaxMergeInputs, up to where the transactions break off. A window is one run of
/// objects by transaction; times that go back begin a new one, and objects from the future wait
/// until there are many. Empty when nothing is due.
///
/// `isBehind`: more segments are on their way to the replica. A window that ends the objects of its
/// level then waits for them, however long it has passed.
[[nodiscard]] std::optional<Merge> nextMerge(const ReplicaLevels& levels, bool isBehind,
                                             Timestamp now);

/// When nextMerge() has something next: `now` or later. Empty while nothing is open or all waits:
/// there is no need to ask before an object is added.
[[nodiscard]] std::optional<Timestamp> nextMergeAt(const ReplicaLevels& levels, bool isBehind,
                                                   Timestamp now);

/// Whether a new snapshot is due at `now`. What was stored since the newest counts as a restore
/// would read it: merged. Never while nothing was added since.
[[nodiscard]] bool isSnapshotDue(const ReplicaLevels& levels, const SnapshotSchedule& schedule,
                                 Timestamp now);

/// The earliest time at which isSnapshotDue() may become true without an object being added. Empty
/// when it cannot.
[[nodiscard]] std::optional<Timestamp> nextSnapshotAt(const ReplicaLevels& levels,
                                                      const SnapshotSchedule& schedule,
                                                      Timestamp now);

}  // namespace tidemark::engine
