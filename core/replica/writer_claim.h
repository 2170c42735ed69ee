#pragma once

#include "core/base/clock.h"
#include "core/base/program_life.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::replica {

/// Who writes into a replica, as a file in it says. A plain value.
struct WriterClaim {
    std::string program = {};  ///< "tidemarkctl".
    std::string user = {};
    ProgramLife life = {};
    Timestamp since = {};

    bool operator==(const WriterClaim&) const = default;
};

/// All claims of a replica start with this. Litestream does not look there.
inline constexpr std::string_view kClaimPrefix = "tidemark/writers/";

/// Host and user have at most 256 bytes each, every byte escaped at worst.
inline constexpr std::size_t kMaxClaimFileBytes = 8 << 10;

/// "tidemark/writers/1f0e3dad99908345-9b74c989-": the installation, by its node id, and the start
/// of the SHA-256 of the name that it has for the replica.
[[nodiscard]] std::string claimNamePrefix(std::uint64_t nodeId, std::string_view replicaId);

/// The same, and the start of the SHA-256 of the claim: no two have one name, so who removes one
/// that is over never removes another.
[[nodiscard]] std::string claimObjectName(std::string_view prefix, const WriterClaim& claim);

/// Whether claimObjectName() writes such a name.
[[nodiscard]] bool isClaimName(std::string_view name);

/// JSON, for people too.
[[nodiscard]] std::string encodeClaim(const WriterClaim& claim);

/// Reads what encodeClaim() wrote, and what a newer version adds to it; empty when it is none.
[[nodiscard]] std::optional<WriterClaim> decodeClaim(std::string_view bytes);

}  // namespace tidemark::replica
