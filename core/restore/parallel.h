#pragma once

#include "core/base/parallel.h"
#include "core/storage/storage.h"

namespace tidemark::restore {

/// How many threads a restore uses: one a processor, but no more than a disk can feed.
[[nodiscard]] unsigned restoreThreads();

/// The same for what is read from `storage`: at least as many as keep its line full.
[[nodiscard]] unsigned restoreThreads(const storage::Storage& storage);

}  // namespace tidemark::restore
