#pragma once

#include "core/base/file_system.h"
#include "core/replica/v03_replica.h"
#include "core/restore/progress_meter.h"

#include <cstdint>
#include <stop_token>
#include <string>

namespace tidemark::restore {

/// Writes a moment of a Litestream 0.3 replica into the empty `file`: the snapshot, then each WAL
/// file's frames up to its last commit, checksums verified, as SQLite's checkpoint would. WAL files
/// are read twice, first to find that commit, so that memory is bounded. Damaged, naming the
/// object.
[[nodiscard]] Status writeLegacy(const storage::Storage& storage, const replica::LegacyPlan& plan,
                                 File& file, ProgressMeter& progress, const std::stop_token& stop);

/// The error for a WAL file, the last part of which has that name, that ends within a transaction
/// though another file follows.
[[nodiscard]] Error endsWithin(const std::string& name);

/// What writeLegacy() reads: for the progress.
[[nodiscard]] std::uint64_t bytesToRead(const replica::LegacyPlan& plan);

}  // namespace tidemark::restore
