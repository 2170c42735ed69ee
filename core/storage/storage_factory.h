#pragma once

#include "core/base/file_system.h"
#include "core/base/random.h"
#include "core/storage/storage.h"
#include "core/storage/storage_address.h"

#include <memory>

namespace tidemark::storage {

/// The storage that `address` names. Nothing is reached yet: what is not there says so on first
/// use. `files` and `random` must outlive it. Fails with Unsupported for kinds yet to come.
[[nodiscard]] Result<std::unique_ptr<Storage>> openStorage(const StorageAddress& address,
                                                           FileSystem& files, Random& random);

}  // namespace tidemark::storage
