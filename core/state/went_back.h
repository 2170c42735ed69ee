#pragma once

#include "core/base/clock.h"
#include "core/ltx/tx_id.h"

#include <cstdint>

namespace tidemark::state {

/// The database was found as it had been at an earlier moment: a power loss took what was not
/// synchronised yet, or somebody put an older file in its place. What came behind that moment is
/// in the history alone.
struct WentBack {
    Timestamp at = {};    ///< When it was found.
    ltx::TxId to = {};    ///< The database is as it was then.
    Timestamp toAt = {};  ///< When that was.
    ltx::TxId last = {};  ///< The newest moment before it was found.
    Timestamp lastAt = {};

    [[nodiscard]] std::uint64_t moments() const { return last.value - to.value; }

    bool operator==(const WentBack&) const = default;
};

}  // namespace tidemark::state
