#pragma once

#include "core/base/clock.h"
#include "core/ltx/tx_id.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tidemark::engine {

/// All damage that was ever found in one replica.
struct Damage {
    std::uint64_t objects = 0;
    std::uint64_t moments = 0;  ///< That cannot be restored because of it.
    ltx::TxId first = {};       ///< Of those; 0 when there are none.
    ltx::TxId last = {};
    Timestamp foundAt = {};                  ///< The newest of it.
    std::optional<Timestamp> mendedAt = {};  ///< Every moment from then on can be restored.
    std::vector<Timestamp> bases = {};       ///< When bases were written because of it, in order.

    bool operator==(const Damage&) const = default;
};

/// How long after the newest of so many bases that mended in the last kBasesCount another one is
/// written. Each is a full copy: a disk that spoils what is written to it would soon be full of
/// them.
inline constexpr std::array<std::chrono::minutes, 4> kBasePauses = {
    std::chrono::minutes(0), std::chrono::minutes(10), std::chrono::minutes(60),
    std::chrono::minutes(24 * 60)};
inline constexpr std::chrono::hours kBasesCount{7 * 24};

/// Those of the last kBasesCount. One of the future came from a wrong clock and does not count.
/// Pure.
[[nodiscard]] inline std::size_t recentBases(const Damage& damage, Timestamp now)
{
    return static_cast<std::size_t>(std::ranges::count_if(
        damage.bases, [now](Timestamp at) { return at <= now && now - at < kBasesCount; }));
}

/// When the next base may be written because of it; in the past for at once. Pure.
[[nodiscard]] inline Timestamp nextBaseAt(const Damage& damage, Timestamp now)
{
    const std::size_t count = recentBases(damage, now);
    if (count == 0) {
        return {};
    }
    const auto future = std::ranges::upper_bound(damage.bases, now);
    return *(future - 1) + kBasePauses[std::min(count, kBasePauses.size() - 1)];
}

}  // namespace tidemark::engine
