#pragma once

#include <chrono>
#include <functional>
#include <stop_token>

namespace tidemark::service {

/// Who still runs when its limit is over.
enum class Late {
    IsLeft,       ///< A share that is gone may hold whoever asks it for ever: it owns what it uses.
    IsWaitedFor,  ///< It hears the stop soon, as whatever goes over a network does.
};

/// Runs `task` on a thread of its own and waits for it; after `limit` it is told to stop. Whether
/// it ended within the limit.
bool endsWithin(std::chrono::milliseconds limit, Late late,
                std::function<void(const std::stop_token& stop)> task);

}  // namespace tidemark::service
