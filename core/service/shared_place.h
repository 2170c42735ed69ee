#pragma once

#include "core/storage/storage_address.h"

#include <string>
#include <string_view>

namespace tidemark::service {

/// The server, with its port, where an address that is no folder leads to. Buckets of one account
/// fail together, those of a small server even more.
[[nodiscard]] std::string serverOf(const storage::StorageAddress& address);

/// What replicas have in common that answer, or hang, together: the server, or the disk that is
/// mounted above the folder, as the kernel tells (proc_pid_mountinfo(5)). No disk is asked, since
/// one that hangs would not answer. Any thread.
[[nodiscard]] std::string sharedPlace(const storage::StorageAddress& address);

/// The mount point above `path`, which is absolute, in the text of /proc/self/mountinfo; empty when
/// it tells of none.
[[nodiscard]] std::string mountPointOf(std::string_view path, std::string_view mounts);

}  // namespace tidemark::service
