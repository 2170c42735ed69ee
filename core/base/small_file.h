#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tidemark {

/// All of a small file, or empty when there is none. Damaged above `maxBytes` and for a folder, a
/// pipe or a device; else fails as the file system does.
[[nodiscard]] Result<std::optional<std::string>> readSmallFile(FileSystem& files,
                                                               const std::string& path,
                                                               std::uint64_t maxBytes);

}  // namespace tidemark
