#pragma once

#include "core/replica/catalog.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace tidemark::restore {

/// The moments that a damaged object takes away.
struct Withdrawal {
    std::uint64_t moments = 0;
    ltx::TxId first = {};
    ltx::TxId last = {};

    bool operator==(const Withdrawal&) const = default;
};

/// What reading an object told.
struct JudgedObject {
    bool isDamaged = false;
    bool misleads = false;  ///< It is whole, but leads to another state; then it is damaged, too.
    bool isFull = false;    ///< It has every page, whatever its name says.
};

struct WithdrawnMoments {
    std::vector<bool> isWithdrawn = {};               ///< For each of the catalog's moments.
    std::map<std::size_t, Withdrawal> byObject = {};  ///< By place among the catalog's objects.
};

/// Pure: the moments of an LTX catalog that a restore cannot bring back, since every way to them
/// leads over a damaged object: a restore goes around them. Around one that is whole and misleads
/// it cannot go, since it does not know which one it is. Moments are told of those objects that the
/// plan with all objects reads. `judged` is for each of the catalog's objects. Time grows with the
/// number of moments; where an object misleads, each is planned.
[[nodiscard]] WithdrawnMoments withdrawnBy(const replica::Catalog& catalog,
                                           const std::vector<JudgedObject>& judged);

}  // namespace tidemark::restore
