#pragma once

#include "core/base/file_system.h"
#include "core/restore/progress_meter.h"

#include <cstdint>
#include <stop_token>

namespace tidemark::restore {

/// The state digest of a database file, from its bytes as they can be read back, on several
/// threads.
[[nodiscard]] Result<std::uint64_t> digestOfFile(const File& file, std::uint32_t pageSizeBytes,
                                                 std::uint32_t pageCount, ProgressMeter& progress,
                                                 const std::stop_token& stop);

}  // namespace tidemark::restore
