#pragma once

#include "core/base/clock.h"
#include "core/ltx/tx_id.h"

#include <cstdint>
#include <optional>

namespace tidemark::state {

/// Moments that one replica never gets, since what waited for it came to the limit of the spool.
/// It goes on with a new snapshot.
struct GivenUp {
    ltx::TxId first = {};
    ltx::TxId last = {};                    ///< As far as it is known while it has not ended.
    std::optional<Timestamp> firstAt = {};  ///< When those were; empty where nobody remembers.
    std::optional<Timestamp> lastAt = {};
    Timestamp began = {};
    std::optional<Timestamp> ended = {};  ///< When the replica had its new snapshot.
    std::uint64_t limitBytes = 0;         ///< That was come to.

    [[nodiscard]] std::uint64_t moments() const
    {
        return last < first ? 0 : last.value - first.value + 1;
    }

    bool operator==(const GivenUp&) const = default;
};

}  // namespace tidemark::state
