#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/engine/spool.h"
#include "core/ltx/file_name.h"
#include "core/ltx/tx_id.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace tidemark::engine {

/// Without a choice the spool of one database takes up to this, or one part in so many of what is
/// free without it: many databases together do not fill a disk then either.
inline constexpr std::uint64_t kMostSpoolBytes = std::uint64_t{4} << 30;
inline constexpr std::uint64_t kSpoolShare = 8;

/// So much of the disk is left free, whatever is chosen; where there is less, one part in so many
/// of what is free without the spool.
inline constexpr std::uint64_t kLeftFreeBytes = std::uint64_t{1} << 30;
inline constexpr std::uint64_t kLeftFreeShare = 2;

/// What an answering replica gets next is kept for it, also beyond the limit: it goes through the
/// spool in a moment, and a new snapshot would cost more. So many segments or, where they are
/// large, as many as have so many bytes together, and one at least.
inline constexpr std::uint64_t kSegmentsInHand = 16;
inline constexpr std::uint64_t kBytesInHand = std::uint64_t{64} << 20;

/// How large the spool may be that has `spoolBytes` on a disk with `space`. `chosenBytes` is what
/// the owner chose, 0 when he did not. Pure.
[[nodiscard]] std::uint64_t spoolRoom(std::uint64_t chosenBytes, std::uint64_t spoolBytes,
                                      const Space& space);

/// One replica, as the spool sees it.
struct SpoolReader {
    ltx::TxId has = {};  ///< It wants all above; that of the snapshot it waits for.
    bool isAnswering = true;
};

/// Brings a spool that is above `roomBytes` some steps nearer to it; to be called at each capture,
/// it never takes long. First goes what nobody waits for any more. Then the replica that lags most
/// is given up, and the next one when that is not enough; of what only those wait for the newest
/// goes: what is left follows from what they have, so it can still be restored there, while nothing
/// can be restored behind a hole. Nothing above `remembered` goes, which a restart needs.
///
/// Why nothing is merged instead: Litestream takes its position from level 0 alone, and looks there
/// for the file of the last transaction by itself (a batch leaves it one: engine/segment_batch.h).
/// A merged object of level 1 above it would have Litestream write its numbers a second time.
///
/// Gives what went; where a reader waited for it there is a hole for it from then on. Fails as
/// removing a file does.
[[nodiscard]] Result<std::optional<ltx::TxRange>> keepWithin(Spool& spool,
                                                             std::vector<SpoolReader> readers,
                                                             ltx::TxId remembered,
                                                             std::uint64_t roomBytes);

}  // namespace tidemark::engine
