#pragma once

#include "core/base/result.h"
#include "core/replica/catalog.h"

#include <variant>
#include <vector>

namespace tidemark::replica {

/// What a person may ask for.
struct Latest {
    bool operator==(const Latest&) const = default;
};
struct AtTime {
    Timestamp time = {};  ///< The last moment not after it.
    bool operator==(const AtTime&) const = default;
};
struct AtTxId {
    ltx::TxId txId = {};
    bool operator==(const AtTxId&) const = default;
};
using Wish = std::variant<Latest, AtTime, AtTxId>;

/// What a restore reads, lowest transaction first: the first object is complete, each following one
/// starts at most one transaction above the one before it and reaches further.
struct RestorePlan {
    std::vector<ObjectInfo> objects = {};
    Moment moment = {};
    std::uint64_t bytes = 0;     ///< Of all objects: the most that is read.
    std::uint32_t requests = 0;  ///< The fewest reads of the storage.

    bool operator==(const RestorePlan&) const = default;
};

/// Pure. NotFound, with the nearest moments that can be had in its text, when `wish` cannot be met;
/// a time before the first moment is one of these.
[[nodiscard]] Result<RestorePlan> planRestore(const Catalog& catalog, const Wish& wish);

/// The moment that `wish` means, without a plan. NotFound as above.
[[nodiscard]] Result<Moment> resolve(const Catalog& catalog, const Wish& wish);

/// The answer to a time before the first moment.
[[nodiscard]] Error noMomentUpTo(const Catalog& catalog, Timestamp time);

}  // namespace tidemark::replica
