#pragma once

#include "core/base/result.h"
#include "core/replica/catalog.h"

#include <optional>
#include <string>
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
/// A moment of a 0.3 replica by its place: its number changes when retention removes older ones.
struct AtPosition {
    LegacyPosition position = {};
    bool operator==(const AtPosition&) const = default;
};
/// The moment to which somebody gave this name. Only planExactly() knows it: the marks lie in the
/// storage.
struct AtMark {
    std::string name = {};
    bool operator==(const AtMark&) const = default;
};
using Wish = std::variant<Latest, AtTime, AtTxId, AtPosition, AtMark>;

/// Whether it names one moment, so that what lies behind that one is not asked for.
[[nodiscard]] inline bool isOneMoment(const Wish& wish)
{
    return std::holds_alternative<AtTxId>(wish) || std::holds_alternative<AtPosition>(wish) ||
           std::holds_alternative<AtMark>(wish);
}

/// What a restore reads, lowest transaction first: the first object is complete, each following one
/// starts at most one transaction above the one before it and reaches further.
struct RestorePlan {
    std::vector<ObjectInfo> objects = {};
    Moment moment = {};
    std::uint64_t bytes = 0;       ///< Of all objects: the most that is read.
    std::uint32_t requests = 0;    ///< The fewest reads of the storage.
    std::optional<Gap> lost = {};  ///< What follows the moment and cannot be restored, to the end.

    bool operator==(const RestorePlan&) const = default;
};

/// Pure. NotFound, with the nearest moments that can be had in its text, when `wish` cannot be met;
/// a time before the first moment is one of these. Usage for a mark.
[[nodiscard]] Result<RestorePlan> planRestore(const Catalog& catalog, const Wish& wish);

/// The moment that `wish` means, without a plan. Fails as above.
[[nodiscard]] Result<Moment> resolve(const Catalog& catalog, const Wish& wish);

/// The answer to a moment of a 0.3 replica that was listed and has gone.
[[nodiscard]] Error notThereAnyMore(const std::string& generation);

/// The answer to a time before the first moment.
[[nodiscard]] Error noMomentUpTo(const Catalog& catalog, Timestamp time);

}  // namespace tidemark::replica
