#pragma once

#include <chrono>
#include <cstdint>

namespace tidemark::engine {

/// What it costs to watch a database that is not in WAL mode: each look at a change reads all of
/// it, and nobody can commit meanwhile.
struct WatchCost {
    std::uint64_t readBytes = 0;
    std::chrono::microseconds took{0};
    std::chrono::microseconds every{0};  ///< From one look to the next, at least.

    bool operator==(const WatchCost&) const = default;
};

}  // namespace tidemark::engine
