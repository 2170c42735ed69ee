#pragma once

#include <functional>
#include <span>

namespace tidemark::engine {

/// Calls each of the tasks once and returns when all have ended. Whether some run at the same time
/// is for whoever has threads to decide; the engine has none.
using RunAll = std::function<void(std::span<const std::function<void()>> tasks)>;

/// Without other threads.
inline void runOneByOne(std::span<const std::function<void()>> tasks)
{
    for (const auto& task : tasks) {
        task();
    }
}

}  // namespace tidemark::engine
