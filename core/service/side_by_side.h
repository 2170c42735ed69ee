#pragma once

#include "core/service/step_pool.h"

#include <functional>
#include <span>

namespace tidemark::service {

/// Calls each of `tasks` once, on this thread and on those of `helpers` that are free, and returns
/// when all have ended. Waits for no helper that has not begun: when all of them are busy, or their
/// pool was stopped, this thread does everything. One task alone costs no other thread anything.
void runSideBySide(StepPool& helpers, std::span<const std::function<void()>> tasks);

}  // namespace tidemark::service
