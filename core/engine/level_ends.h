#pragma once

#include "core/engine/policy.h"
#include "core/replica/catalog.h"

#include <algorithm>
#include <array>

namespace tidemark::engine {

/// How far each level of a replica reaches. Whoever merges a level goes on where the level above
/// ends, and whoever writes segments goes on where level 0 ends (Litestream reads its position from
/// nothing else), so what lies behind these ends must stay.
class LevelEnds {
public:
    explicit LevelEnds(const replica::Catalog& catalog)
    {
        for (const replica::ObjectInfo& each : catalog.objects) {
            ltx::TxId& end = m_ends[static_cast<std::size_t>(each.level)];
            end = std::max(end, each.maxTxId);
        }
    }

    /// The end of that level; 0 when it is empty.
    [[nodiscard]] ltx::TxId of(int level) const { return m_ends[static_cast<std::size_t>(level)]; }

    /// The end of the level that is made from `level`; 0 when that was not begun.
    [[nodiscard]] ltx::TxId above(int level) const
    {
        int next = level + 1;
        // Above our own levels Litestream may have been told to make others, up to snapshots.
        while (next > kCompactionWindows.back().level && next < replica::kSnapshotLevel &&
               of(next) == ltx::TxId{}) {
            ++next;
        }
        return of(next);
    }

    /// Whether the object is its level's last, or reaches further than the level above.
    [[nodiscard]] bool isNewest(const replica::ObjectInfo& object) const
    {
        return object.maxTxId >= of(object.level);
    }
    [[nodiscard]] bool isUnmerged(const replica::ObjectInfo& object) const
    {
        return object.level < replica::kSnapshotLevel && object.maxTxId > above(object.level);
    }

    bool operator==(const LevelEnds&) const = default;

private:
    std::array<ltx::TxId, replica::kSnapshotLevel + 1> m_ends = {};
};

}  // namespace tidemark::engine
