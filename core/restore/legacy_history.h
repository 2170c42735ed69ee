#pragma once

#include "core/replica/catalog.h"
#include "core/restore/history_verifier.h"
#include "core/restore/progress_meter.h"

#include <stop_token>

namespace tidemark::restore {

/// HistoryVerifier::verify() for a replica of Litestream 0.3, of which `catalog` is the listing:
/// each snapshot is decompressed to its end and must be a whole database file, each WAL file's
/// frames are read with their checksums, and the parts of one must fit together. Behind a damaged
/// part nothing of its WAL file can be checked.
[[nodiscard]] Result<HistoryReport> verifyLegacy(const storage::Storage& storage,
                                                 const replica::Catalog& catalog,
                                                 ProgressMeter& meter, const std::stop_token& stop);

}  // namespace tidemark::restore
