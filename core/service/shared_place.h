#pragma once

#include "core/storage/storage_address.h"

#include <string>

namespace tidemark::service {

/// The server, with its port, where an address that is no folder leads to. Buckets of one account
/// fail together, those of a small server even more.
[[nodiscard]] std::string serverOf(const storage::StorageAddress& address);

/// What replicas have in common that answer, or hang, together. The server, or the first three
/// folders of the path (four below /run), where disks are mounted. Of the address alone: nobody
/// asks a disk that may hang.
[[nodiscard]] std::string sharedPlace(const storage::StorageAddress& address);

}  // namespace tidemark::service
