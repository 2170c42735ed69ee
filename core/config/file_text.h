#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"

#include <optional>
#include <string>

namespace tidemark::config {

/// The text of a small file, or empty when there is none. Damaged above kMaxConfigBytes.
[[nodiscard]] Result<std::optional<std::string>> readText(FileSystem& files,
                                                          const std::string& path);

}  // namespace tidemark::config
