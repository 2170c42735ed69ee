#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/replica/catalog.h"

#include <string>
#include <vector>

namespace tidemark::service {

/// Makes sure that `folder` is there and has room for what Compactor::snapshot() may put there to
/// merge `inputs`, which is nothing unless they are many; clears what a program that died left.
/// NoSpace when there is too little, and as the disk fails. Where nobody can say how full the disk
/// is, it does not count. Any thread.
[[nodiscard]] Status requireScratch(FileSystem& files, const std::string& folder,
                                    const std::vector<replica::ObjectInfo>& inputs);

}  // namespace tidemark::service
