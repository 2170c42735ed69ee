#pragma once

#include "core/base/file_system.h"
#include "core/config/litestream_yml.h"

#include <string>

namespace tidemark::config {

/// Reads a configuration file of either kind, told apart by its first character: a settings.json
/// begins with '{', a litestream.yml does not. NotFound when there is none, or none
/// of a key that it names; Unsupported for a settings.json of a newer version; databases that their
/// owner paused are left out.
[[nodiscard]] Result<FileConfig> readConfigFile(FileSystem& files, const std::string& path,
                                                const Environment& environment);

}  // namespace tidemark::config
