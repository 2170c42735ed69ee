#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <functional>

namespace tidemark {

/// Calls `work(thread, index)` for each index below `count`, in about that order, on `threads`
/// threads of which the caller is one, and gives the first failure. After a failure no new call
/// starts. Two calls with the same `thread`, below `threads`, never run at once.
[[nodiscard]] Status parallelFor(unsigned threads, std::size_t count,
                                 const std::function<Status(unsigned, std::size_t)>& work);

}  // namespace tidemark
