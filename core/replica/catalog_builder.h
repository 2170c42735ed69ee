#pragma once

#include "core/replica/catalog.h"

#include <string>
#include <vector>

namespace tidemark::replica {

/// Pure: all that follows from the objects of an LTX replica, in any order. A moment is a
/// transaction at which some object ends and that a plan reaches exactly. Time grows as sorting
/// does; a million objects take a fraction of a second.
[[nodiscard]] Catalog buildCatalog(std::vector<ObjectInfo> objects,
                                   std::vector<std::string> foreign);

/// The last transaction that a plan reaches; 0 when there is none. A writer goes on behind it.
[[nodiscard]] ltx::TxId positionOf(const Catalog& catalog);

/// Whether that transaction is a moment of it, which can be restored.
[[nodiscard]] bool isMoment(const Catalog& catalog, ltx::TxId txId);

/// The highest transaction in any object, reachable or not: numbers up to it are taken.
[[nodiscard]] ltx::TxId highestTxId(const Catalog& catalog);

/// Whether the object ends within a gap: only there a restore looks for files that have every page
/// though their names do not say so.
[[nodiscard]] bool isInGap(const Catalog& catalog, const ObjectInfo& object);

/// The object that is new with a moment: of those that end there the one with the fewest
/// transactions before it. Null when none does.
[[nodiscard]] const ObjectInfo* newestObjectOf(const Catalog& catalog, ltx::TxId moment);

}  // namespace tidemark::replica
