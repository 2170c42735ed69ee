#pragma once

#include "core/storage/sftp_pool.h"
#include "core/storage/storage.h"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace tidemark::storage {

/// What a server says of a file, as a listing tells it.
[[nodiscard]] ObjectEntry entryOf(std::string name, const SftpFacts& facts);

/// As listFolder(), of a server's files: one call a folder that can hold `prefix`. A link counts as
/// what it leads to; one that leads nowhere, pipes and devices are not objects. A folder that goes
/// meanwhile is as good as never there.
[[nodiscard]] Status listSftp(SftpPool& pool, const std::string& root, std::string_view prefix,
                              std::string_view hidden,
                              const std::function<Listing(const ObjectEntry&)>& entry,
                              const std::stop_token& stop);

/// A name below `root`; `root` may be empty, the folder of the login, or "/".
[[nodiscard]] std::string pathBelow(const std::string& root, std::string_view name);

}  // namespace tidemark::storage
