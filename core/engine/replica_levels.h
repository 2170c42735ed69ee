#pragma once

#include "core/replica/catalog.h"
#include "core/replica/damage.h"

#include <array>
#include <optional>
#include <vector>

namespace tidemark::engine {

/// The highest of the levels that are made by compaction.
inline constexpr int kHighestLevel = 3;

/// What is to be known of a replica to compact it: of each level the objects that the next one does
/// not cover yet, and the newest snapshot. A value; it is read from one listing and then told of
/// each object that is written, so that nothing is listed again. Small: a level is covered as soon
/// as its window has passed, level 3 with the next snapshot.
class ReplicaLevels {
public:
    ReplicaLevels() = default;

    /// Of a catalog without those of its objects that are damaged: these are `damaged`. Where one
    /// of a level is damaged or missing, the objects of lower levels that hold the same
    /// transactions stand in its place, if all of them are there still. One that is damaged is
    /// never due to be made again: its name is taken.
    explicit ReplicaLevels(const replica::Catalog& whole, const replica::ObjectNames& damaged = {});

    /// An object that is durable in the replica. One below what is covered already is left out.
    void add(const replica::ObjectInfo& object);

    /// The objects of level 0 to 3 that reach above the newest one of the next level (of level 3:
    /// above the newest snapshot), in order, and what stands for those that are missing.
    [[nodiscard]] const std::vector<replica::ObjectInfo>& open(int level) const
    {
        return m_open.at(static_cast<std::size_t>(level));
    }

    /// The last transaction that level 0 to 3 holds; 0 when it holds none.
    [[nodiscard]] ltx::TxId newest(int level) const
    {
        return m_newest.at(static_cast<std::size_t>(level));
    }

    [[nodiscard]] const std::optional<replica::ObjectInfo>& snapshot() const { return m_snapshot; }

    /// What a restore of the newest moment reads: the snapshot and what leads on from it. Empty
    /// without a snapshot.
    [[nodiscard]] std::vector<replica::ObjectInfo> newestPlan() const;

    bool operator==(const ReplicaLevels&) const = default;

private:
    void cover(int level, ltx::TxId upTo);
    void fillHoles(const replica::Catalog& whole, int level);
    [[nodiscard]] ltx::TxId coveredAbove(int level) const;

    static constexpr std::size_t kLevels = kHighestLevel + 1;

    std::array<std::vector<replica::ObjectInfo>, kLevels> m_open = {};
    std::array<ltx::TxId, kLevels> m_newest = {};
    std::optional<replica::ObjectInfo> m_snapshot = {};
};

}  // namespace tidemark::engine
