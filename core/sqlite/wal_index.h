#pragma once

#include "core/base/result.h"
#include "core/sqlite/wal_format.h"

#include <cstdint>

namespace tidemark::sqlite {

/// What SQLite maps of a wal-index at once, and makes it grow by.
inline constexpr int kIndexRegionBytes = 32768;

/// What the shared wal-index says is committed: the truth about the log. Frames in the file beyond
/// mxFrame prove nothing, whatever their marks and checksums.
struct WalIndexHeader {
    std::uint32_t changeCounter = 0;
    WordOrder order = WordOrder::LittleEndian;
    std::uint32_t pageSizeBytes = 0;
    std::uint32_t mxFrame = 0;    ///< The last committed frame; 0 in a log that has none yet.
    std::uint32_t pageCount = 0;  ///< Size of the database at mxFrame.
    WalChecksum checksum = {};    ///< Behind mxFrame; at mxFrame 0 that of the log before.
    Salts salts = {};
    std::uint32_t backfilled = 0;  ///< nBackfill: frames that are in the database file. Read last.

    /// Whether both tell of the same log with the same end.
    [[nodiscard]] bool sameEnd(const WalIndexHeader& other) const
    {
        return salts == other.salts && mxFrame == other.mxFrame;
    }
};

/// Reads the first region of a wal-index that is mapped at `mapped` (at least 136 bytes) as SQLite
/// does: both copies equal, checksum right, again and again for a bounded number of times while a
/// writer is at it. Busy when it never was whole, Unsupported for another version of the index.
[[nodiscard]] Result<WalIndexHeader> readWalIndexHeader(const volatile void* mapped);

/// Makes whoever reads the index next recover it from the log. For whoever holds all of its locks.
void invalidateWalIndex(volatile void* mapped);

}  // namespace tidemark::sqlite
