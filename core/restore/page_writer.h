#pragma once

#include "core/base/file_system.h"
#include "core/restore/page_sources.h"
#include "core/restore/progress_meter.h"

#include <stop_token>

namespace tidemark::restore {

/// Reads the runs of `sources`, decodes them and writes each page to its place in `file`, on
/// several threads; while they write, another brings what is written to the medium, so that little
/// is left for the last sync. Then verifies the checksum of each object that was read whole.
/// Memory: some megabytes a thread. Damaged, naming the object; or as storage and file fail.
[[nodiscard]] Status writePages(const storage::Storage& storage, const PageSources& sources,
                                File& file, ProgressMeter& progress, const std::stop_token& stop);

/// What writePages() reads at most: for the progress.
[[nodiscard]] std::uint64_t bytesToRead(const PageSources& sources);

}  // namespace tidemark::restore
