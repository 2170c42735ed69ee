#pragma once

#include <chrono>
#include <functional>

namespace tidemark::service {

/// Runs `task` on a thread of its own and waits for it, but no longer than `limit`: a share that is
/// gone may hold whoever asks it for ever. Whether it ended; if not, it may still run, so it owns
/// what it uses.
bool endsWithin(std::chrono::milliseconds limit, std::function<void()> task);

}  // namespace tidemark::service
