#pragma once

#include "core/replica/writer_claim.h"
#include "core/storage/storage.h"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace tidemark::replica {

/// The claims in one replica. Each call blocks, and fails as the storage does.

/// A file where claims lie.
struct ListedClaim {
    std::string objectName = {};
    std::optional<WriterClaim> claim = {};  ///< Empty when it cannot be understood.
};

/// One request, and one more for each of them. What has another name is none.
[[nodiscard]] Result<std::vector<ListedClaim>> readClaims(const storage::Storage& storage,
                                                          const std::stop_token& stop);

/// Empty when there is none of that name.
[[nodiscard]] Result<std::optional<ListedClaim>> readClaim(const storage::Storage& storage,
                                                           const std::string& objectName,
                                                           const std::stop_token& stop);

/// Never touches one that is there.
[[nodiscard]] Result<storage::WriteOutcome> writeClaim(storage::Storage& storage,
                                                       const std::string& objectName,
                                                       const WriterClaim& claim,
                                                       const std::stop_token& stop);

/// "tidemarkctl of anna on build-host (process 4211, since 2026-11-26T15:02:11.000Z)".
[[nodiscard]] std::string describe(const ListedClaim& listed);

}  // namespace tidemark::replica
