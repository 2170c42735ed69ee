#pragma once

#include "core/replica/catalog.h"
#include "core/storage/storage.h"

#include <stop_token>

namespace tidemark::replica {

/// Finds out which layout lies in the storage, and lists it: Litestream 0.5's and ours, else 0.3's.
/// NotFound when there is neither; its hint names replicas that lie in folders below. Fails as
/// Storage::list does.
[[nodiscard]] Result<Catalog> openCatalog(const storage::Storage& storage,
                                          const std::stop_token& stop);

}  // namespace tidemark::replica
