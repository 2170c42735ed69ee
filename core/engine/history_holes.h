#pragma once

#include "core/replica/catalog.h"

#include <vector>

namespace tidemark::engine {

/// Transactions of which nobody can say where they are: objects lie behind them that nothing leads
/// to, and no compaction accounts for them. What is missing may come back, from an upload that is
/// under way or a disk that was away, so nothing is deleted in or beside it.
struct Hole {
    ltx::TxId after = {};   ///< The last moment before it; 0 if it starts the history.
    ltx::TxId before = {};  ///< The first moment behind it; 0 if it ends the history.

    bool operator==(const Hole&) const = default;
};

/// Pure: by number. Where only snapshots are left of a time there is no hole: that is what thinning
/// makes of it. Nor where objects are stranded that a merged one holds as well.
[[nodiscard]] std::vector<Hole> holesOf(const replica::Catalog& catalog);

/// Whether `txId` is in a hole, or the moment at an edge of it.
[[nodiscard]] bool isBesideHole(const std::vector<Hole>& holes, ltx::TxId txId);

}  // namespace tidemark::engine
