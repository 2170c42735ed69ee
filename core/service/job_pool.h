#pragma once

#include "core/service/service.h"
#include "core/service/step_pool.h"

#include <functional>
#include <memory>
#include <stop_token>

namespace tidemark::service {

/// Runs `work` on a thread of `pool`. The token is the job's: cancel(), the handle's end, or `stop`
/// request it. `work` is called once in any case, so that it can say Cancelled; it must not throw.
/// One that no thread of the pool took by the handle's end is called by that, on its thread, with a
/// token that was requested before: it must then do no more than say so.
[[nodiscard]] std::unique_ptr<Job> startJob(StepPool& pool, const std::stop_token& stop,
                                            std::function<void(std::stop_token)> work);

}  // namespace tidemark::service
