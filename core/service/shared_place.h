#pragma once

#include "core/storage/storage_address.h"

#include <string>

namespace tidemark::service {

/// What replicas have in common that answer, or hang, together: a server, or about the disk of a
/// folder. Of the address alone: nobody asks a disk that may hang. Two disks seldom have the same
/// one, unlike two folders of a disk.
[[nodiscard]] std::string sharedPlace(const storage::StorageAddress& address);

}  // namespace tidemark::service
