#pragma once

#include "core/base/file_system.h"
#include "core/base/random.h"
#include "core/base/result.h"

#include <cstdint>
#include <string>

namespace tidemark::service {

/// The number that stands for this installation in LTX headers: `<data>/node-id`, 16 hex digits,
/// made at random on first use, and again when the file holds something else. Two processes that
/// make it at once agree on one. Fails as FileSystem does; what cannot be read is not replaced.
[[nodiscard]] Result<std::uint64_t> loadNodeId(FileSystem& files, Random& random,
                                               const std::string& data);

}  // namespace tidemark::service
