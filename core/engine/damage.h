#pragma once

#include "core/base/clock.h"
#include "core/ltx/tx_id.h"

#include <cstdint>
#include <optional>

namespace tidemark::engine {

/// All damage that was ever found in one replica.
struct Damage {
    std::uint64_t objects = 0;
    std::uint64_t moments = 0;  ///< That cannot be restored because of it.
    ltx::TxId first = {};       ///< Of those; 0 when there are none.
    ltx::TxId last = {};
    Timestamp foundAt = {};                  ///< The newest of it.
    std::optional<Timestamp> mendedAt = {};  ///< Every moment from then on can be restored.

    bool operator==(const Damage&) const = default;
};

}  // namespace tidemark::engine
