#pragma once

#include "core/replica/catalog.h"
#include "core/storage/storage.h"

#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace tidemark::replica {

/// A part of a WAL file, compressed as an LZ4 frame.
struct LegacyPart {
    std::uint32_t index = 0;
    std::uint64_t offsetBytes = 0;  ///< Where it starts in the WAL file of that index.
    std::string name = {};
    std::uint64_t sizeBytes = 0;

    bool operator==(const LegacyPart&) const = default;
};

/// What to read for a moment of a 0.3 replica: a snapshot, an LZ4 frame of the whole database file,
/// then the parts of each following WAL file, in order.
struct LegacyPlan {
    std::string snapshotName = {};
    std::uint64_t snapshotSizeBytes = 0;
    std::vector<LegacyPart> parts = {};

    bool operator==(const LegacyPlan&) const = default;
};

/// Lists a replica of Litestream 0.3: generations by the time of their last change, in each the
/// moments that a snapshot and the WAL parts behind it give, numbered from 1. Opens no object. A
/// storage without one gives an empty catalog. A limit of the layout: that the last part of a WAL
/// file is missing cannot be seen when the next file is there.
[[nodiscard]] Result<Catalog> readLegacyCatalog(const storage::Storage& storage,
                                                const std::stop_token& stop);

/// Lists the moment's generation and finds what to read: the newest snapshot at or before it.
/// NotFound if the moment is not there any more.
[[nodiscard]] Result<LegacyPlan> planLegacy(const storage::Storage& storage,
                                            const LegacyPosition& position,
                                            const std::stop_token& stop);

/// All files of one generation, each kind by index and offset. Of a snapshot the offset is 0.
struct LegacyFiles {
    std::string generation = {};  ///< 16 hex digits.
    std::vector<LegacyPart> snapshots = {};
    std::vector<LegacyPart> parts = {};
};

[[nodiscard]] Result<std::vector<LegacyFiles>> listLegacyFiles(const storage::Storage& storage,
                                                               const std::stop_token& stop);

/// For each moment, in the order of readLegacyCatalog(): the name of an object out of `damaged`
/// that it needs, empty if it needs none.
[[nodiscard]] Result<std::vector<std::string>> damageByMoment(const storage::Storage& storage,
                                                              const std::set<std::string>& damaged,
                                                              const std::stop_token& stop);

}  // namespace tidemark::replica
