#pragma once

#include "core/base/file_system.h"

#include <string>

namespace tidemark {

/// Makes the directory with its parents, as FileSystem::makeDirectories does, and returns when its
/// name survives a power loss. Blocks for a sync of each parent that was made, and of one more.
///
/// Each level is durable before the next one is made: so one that is there already, whoever was
/// interrupted while it made it, can lack no more than its own name's sync, and gets that here.
[[nodiscard]] Status makeDirectoriesDurably(FileSystem& files, const std::string& path,
                                            std::uint32_t permissions = kPrivateDirectory);

}  // namespace tidemark
