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

struct WithdrawnMoments {
    std::vector<bool> isWithdrawn = {};               ///< For each of the catalog's moments.
    std::map<std::size_t, Withdrawal> byObject = {};  ///< By place among the catalog's objects.
};

/// Pure: the moments of an LTX catalog that a restore cannot bring back, since its plan reads a
/// damaged object, even where other objects would do. `isDamaged` is for each of the catalog's
/// objects. Time grows with the number of moments, but where there is a way around a damaged object
/// each moment behind it is planned.
[[nodiscard]] WithdrawnMoments withdrawnBy(const replica::Catalog& catalog,
                                           const std::vector<bool>& isDamaged);

}  // namespace tidemark::restore
