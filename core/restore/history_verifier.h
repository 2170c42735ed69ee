#pragma once

#include "core/base/clock.h"
#include "core/replica/catalog.h"
#include "core/restore/restorer.h"
#include "core/restore/withdrawn_moments.h"
#include "core/storage/storage.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace tidemark::restore {

/// How many of the objects, or of the moments, of a replica are what.
struct Tally {
    std::uint64_t proven = 0;   ///< The digest of the state is the one that was recorded.
    std::uint64_t checked = 0;  ///< All checksums are right; nobody recorded a digest.
    std::uint64_t damaged = 0;
    /// Objects that are whole, but nothing leads to the state that they change; the transactions at
    /// which only such objects end.
    std::uint64_t unreachable = 0;

    [[nodiscard]] std::uint64_t all() const { return proven + checked + damaged + unreachable; }

    bool operator==(const Tally&) const = default;
};

struct DamagedObject {
    std::string name = {};
    std::optional<replica::ObjectInfo> info = {};  ///< Empty in a 0.3 replica.
    Error fault = {};
    Withdrawal withdrawn = {};
    std::optional<replica::Moment> goodBefore = {};  ///< Nearest to what it takes away.
    std::optional<replica::Moment> goodAfter = {};
};

struct HistoryReport {
    replica::Catalog::Format format = replica::Catalog::Format::Empty;
    Tally objects = {};
    Tally moments = {};
    std::vector<DamagedObject> damaged = {};
    std::optional<replica::Gap> lost = {};  ///< What follows the last moment, to the end.
    /// The first stretch between two moments in which there are objects that nothing leads to.
    /// Where a merged object leads over it, and before the oldest snapshot, only if all objects are
    /// Tidemark's: others leave some there when they delete.
    std::optional<replica::Gap> hole = {};
    std::uint64_t bytes = 0;  ///< Of all objects.
    std::chrono::milliseconds duration{0};
};

/// Reads every object of a replica once, from start to end, and says of each moment whether it can
/// be restored: all that its plan reads is whole, and applied one to the other leads to the digest
/// that was recorded for it (restore/history_walk.h). Nothing is written anywhere. What is left to
/// verifying a single moment is SQLite's own check.
///
/// A 0.3 replica has no digests: all checksums of snapshots and of the log's frames are verified,
/// and its moments are `checked` at best.
///
/// For one thread; it uses others within a call. Memory: twenty bytes a page of the database, and
/// what some objects that are read side by side need.
class HistoryVerifier {
public:
    HistoryVerifier(const storage::Storage& storage, Clock& clock)
        : m_storage(storage), m_clock(clock)
    {
    }

    /// Damage is in the report, not an error. NotFound when there is no replica; whatever the
    /// storage says; Unavailable when objects kept vanishing; Cancelled.
    [[nodiscard]] Result<HistoryReport> verify(const OnProgress& progress,
                                               const std::stop_token& stop);

private:
    const storage::Storage& m_storage;
    Clock& m_clock;
};

}  // namespace tidemark::restore
