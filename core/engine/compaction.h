#pragma once

#include "core/base/clock.h"
#include "core/engine/replica_levels.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

/// Pure: what of a replica is to be compacted, and when.
namespace tidemark::engine {

/// How much time one object of level 1, 2 and 3 stands for. A window starts at a multiple of its
/// length on the wall clock (UTC), so that the windows of one level fit into those of the next.
struct CompactionWindows {
    std::array<std::chrono::milliseconds, kHighestLevel> lengths = {
        std::chrono::seconds(30), std::chrono::minutes(5), std::chrono::hours(1)};
};

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
[[nodiscard]] std::optional<Merge> nextMerge(const ReplicaLevels& levels,
                                             const CompactionWindows& windows, Timestamp now);

/// When nextMerge() has something next: `now` or later. Empty while nothing is open: there is no
/// need to ask before an object is added.
[[nodiscard]] std::optional<Timestamp> nextMergeAt(const ReplicaLevels& levels,
                                                   const CompactionWindows& windows, Timestamp now);

/// When a new snapshot spares a restore enough to be worth writing.
struct SnapshotRules {
    std::chrono::milliseconds interval = std::chrono::hours(24);
    /// Before the interval, when what a restore reads beside the newest one is more than this share
    /// of it, in percent; but never sooner than `spacing` after the last.
    std::uint64_t sharePercent = 50;
    std::chrono::milliseconds spacing = std::chrono::hours(1);
};

/// Whether one is due at `now`. Never while nothing was added since the newest.
[[nodiscard]] bool isSnapshotDue(const ReplicaLevels& levels, const SnapshotRules& rules,
                                 Timestamp now);

/// The earliest time at which isSnapshotDue() may become true without an object being added. Empty
/// when it cannot.
[[nodiscard]] std::optional<Timestamp> nextSnapshotAt(const ReplicaLevels& levels,
                                                      const SnapshotRules& rules, Timestamp now);

}  // namespace tidemark::engine
