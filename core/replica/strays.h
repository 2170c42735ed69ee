#pragma once

#include "core/base/result.h"
#include "core/replica/catalog.h"
#include "core/replica/pins.h"
#include "core/storage/storage.h"

#include <span>
#include <stop_token>
#include <vector>

namespace tidemark::replica {

/// Those of `objects` that are of another history than what lies around them, as when an older copy
/// of the replica was put over it. Each is whole, but what it follows left another state than it
/// found; or it left another state than what follows it found, and a second object left that one.
/// Those that lead to such a one alone are given, too, though they are none of `objects`.
/// Told by the state digests in the headers, so nothing is known of what Litestream wrote. Those of
/// `ignored` are not looked at as neighbours. Lists the replica and reads headers only. One that
/// has gone or cannot be understood is none; else fails as the storage does.
[[nodiscard]] Result<std::vector<ObjectInfo>> straysOf(const storage::Storage& storage,
                                                       std::span<const ObjectInfo> objects,
                                                       const ObjectNames& ignored,
                                                       const std::stop_token& stop);

}  // namespace tidemark::replica
