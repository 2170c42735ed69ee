#pragma once

#include "core/base/result.h"
#include "core/engine/kept_moments.h"
#include "core/replica/catalog.h"
#include "core/replica/pins.h"

#include <span>
#include <vector>

namespace tidemark::engine {

/// Looks through what would be left of a replica without asking how that was chosen. Gives the
/// catalog that a listing would make of it. Bug, with what is missing, unless
/// - `going` are objects of `catalog`, each once, and none of them is pinned,
/// - each of `kept` is still a moment, and planRestore() has a plan for a sample of them,
/// - nothing that is left has lost its way, and
/// - each level ends where it ended, and keeps what reaches further than the level above.
[[nodiscard]] Result<replica::Catalog> proveRetention(const replica::Catalog& catalog,
                                                      std::span<const replica::ObjectInfo> going,
                                                      std::span<const KeptMoment> kept,
                                                      const replica::ObjectNames& pinned);

}  // namespace tidemark::engine
