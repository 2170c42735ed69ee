#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::replica {

/// All objects of a replica of Litestream 0.3 start with this. We only read it.
inline constexpr std::string_view kLegacyPrefix = "generations/";

/// What the name of such an object says: a snapshot, the database as it was when WAL file `index`
/// began, or a part of that WAL file.
struct LegacyKey {
    std::string generation = {};  ///< 16 hex digits.
    bool isSnapshot = false;
    std::uint32_t index = 0;
    std::uint64_t offsetBytes = 0;  ///< Where a part of a WAL file starts in it.

    bool operator==(const LegacyKey&) const = default;
};

/// Reads "generations/<generation>/snapshots/<index>.snapshot.lz4" and
/// "generations/<generation>/wal/<index>_<offset>.wal.lz4"; index has 8 hex digits, the offset 8
/// to 16. Empty for every other name.
[[nodiscard]] std::optional<LegacyKey> parseLegacyName(std::string_view name);

}  // namespace tidemark::replica
