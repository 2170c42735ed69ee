#pragma once

#include "core/base/clock.h"
#include "core/base/message.h"
#include "core/ltx/tx_id.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tidemark::replica {

/// Levels of a replica: 0 holds WAL segments, 1 to 3 compacted ones, 9 snapshots.
inline constexpr int kSegmentLevel = 0;
inline constexpr int kSnapshotLevel = 9;

enum class TimePrecision {
    Exact,   ///< From a header, metadata or our own record.
    Listed,  ///< From a listing, which may have rounded it.
};

/// One file of a replica.
struct ObjectInfo {
    int level = kSegmentLevel;
    ltx::TxId minTxId = {};
    ltx::TxId maxTxId = {};
    Timestamp time = {};  ///< Of the last transaction in it.
    TimePrecision precision = TimePrecision::Listed;
    std::uint64_t sizeBytes = 0;
    std::string name = {};  ///< In its storage.

    /// It has every page though its name does not say so, as its page index told: a full file in
    /// the middle of level 0. A listing never opens objects, so it does not know.
    bool isFull = false;

    /// Whether it can be applied to nothing: by the format's rule, a file whose range starts at 1.
    [[nodiscard]] bool isComplete() const { return minTxId == ltx::TxId{1} || isFull; }

    bool operator==(const ObjectInfo&) const = default;
};

inline constexpr std::uint64_t kWholeWal = UINT64_MAX;

/// Where a moment of a Litestream 0.3 replica lies.
struct LegacyPosition {
    std::string generation = {};  ///< 16 hex digits.
    std::uint32_t index = 0;
    /// Behind the last byte of the moment, within its WAL file: 0 for a snapshot alone, kWholeWal
    /// for the last part, whose end only reading it can tell.
    std::uint64_t offsetBytes = 0;
    std::uint64_t partOffsetBytes = 0;  ///< Where its last part starts.

    /// Whether it is the same moment, also if what was the last part has got others behind it.
    [[nodiscard]] bool isSameMoment(const LegacyPosition& other) const
    {
        return generation == other.generation && index == other.index &&
               partOffsetBytes == other.partOffsetBytes &&
               (offsetBytes == 0) == (other.offsetBytes == 0);
    }

    bool operator==(const LegacyPosition&) const = default;
};

/// A state that can be restored.
struct Moment {
    ltx::TxId txId =
        {};  ///< In a 0.3 replica: its ordinal, from 1, over all generations in order of time.
    Timestamp time = {};
    TimePrecision precision = TimePrecision::Listed;
    std::uint64_t bytes = 0;                  ///< Stored size of what is new in it.
    std::optional<std::uint32_t> pages = {};  ///< Pages changed; empty until a page index was read.
    std::optional<LegacyPosition> legacy = {};

    bool operator==(const Moment&) const = default;
};

/// A stretch of transactions in which nothing can be restored. What compaction has merged is none.
struct Gap {
    ltx::TxId after = {};   ///< The last moment before it; 0 if it starts the history.
    ltx::TxId before = {};  ///< The first moment behind it; 0 if it ends the history.
    Message reason = {};
    Timestamp until = {};  ///< Of the history's end: when the newest of what is lost was written.

    [[nodiscard]] bool isTail() const { return before == ltx::TxId{}; }

    bool operator==(const Gap&) const = default;
};

/// All that one replica holds, as a listing told it at one time: a value, immutable once made, so
/// that any thread may read it. Made by replica/ltx_replica or replica/v03_replica.
struct Catalog {
    enum class Format { Empty, Ltx, Legacy };

    Format format = Format::Empty;
    std::vector<ObjectInfo> objects = {};  ///< By level, then first TXID. Empty for the 0.3 layout.
    std::vector<Moment> moments =
        {};                      ///< By number, which is also by time but for a changed clock.
    std::vector<Gap> gaps = {};  ///< By number; the last one may be the history's end.
    std::vector<std::string> foreign = {};  ///< Names of files that are none of ours; left alone.

    bool operator==(const Catalog&) const = default;
};

}  // namespace tidemark::replica
