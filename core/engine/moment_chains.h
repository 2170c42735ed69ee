#pragma once

#include "core/replica/catalog.h"

#include <cstddef>
#include <limits>
#include <vector>

namespace tidemark::engine {

inline constexpr std::size_t kNoMoment = std::numeric_limits<std::size_t>::max();

/// The last object of the way to a moment, and the moment at which the rest of the way ends;
/// indexes of the catalog's objects and moments.
struct ChainStep {
    std::size_t object = 0;
    std::size_t previous = kNoMoment;  ///< kNoMoment: the object is complete, the way starts here.
};

/// Pure: one way to each moment of the catalog, by the index of the moment. Followed to its start,
/// the steps are a complete plan of the fewest objects there is. Ways share what they can, and the
/// way to a moment stays the same when objects go that are on none of the ways that are left. Time
/// grows as sorting does.
[[nodiscard]] std::vector<ChainStep> chainsTo(const replica::Catalog& catalog);

}  // namespace tidemark::engine
