#pragma once

#include "core/engine/policy.h"
#include "core/replica/catalog.h"

#include <cstdint>
#include <span>
#include <vector>

namespace tidemark::engine {

/// Why a moment is kept: the first of these that holds.
enum class KeptFor : std::uint8_t {
    NeverDelete,   ///< The policy keeps everything.
    Mark,          ///< Somebody marked it.
    Newest,        ///< It is the last one.
    Hole,          ///< Behind or before it transactions are missing; they may come back.
    UnknownTime,   ///< The storage does not say when it was.
    Future,        ///< By its time it has not been yet.
    ClockSetBack,  ///< The last one before, or the first one after, the clock was set back.
    EveryMoment,   ///< It is among the newest, of which each stays.
    Point,         ///< It stands for a cell of one of the policy's grids.
};

struct KeptMoment {
    ltx::TxId txId = {};
    KeptFor why = KeptFor::Point;

    bool operator==(const KeptMoment&) const = default;
};

/// Pure: which of the catalog's moments the policy keeps, by number. `marks` are transactions;
/// those that are no moments count for nothing. Time grows as sorting does.
///
/// The times of the catalog are trusted as far as the following goes, so a listing whose times may
/// be those of a copy has to be corrected first (replica/listed_times). The order of history is
/// that of the transactions, whatever the clocks said:
/// - What was written after the clock was set back by more than an hour is a history of its own, in
///   which each cell gets its own moment, and is not older than what was written before.
/// - A moment from the future stays until its time has come.
/// - A leap of more than a week, between two moments or from the last one to `now`, may be a clock
///   that is years ahead. It makes nothing older until changes have gone on for a day behind it.
[[nodiscard]] std::vector<KeptMoment> keptMoments(const replica::Catalog& catalog,
                                                  const RetentionPolicy& policy, Timestamp now,
                                                  std::span<const ltx::TxId> marks);

}  // namespace tidemark::engine
