#pragma once

#include "core/base/result.h"
#include "core/engine/segment_writer.h"
#include "core/sqlite/anchor.h"
#include "core/sqlite/wal_reader.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tidemark::engine {

/// The pages that some transactions of a log changed: mostly frames of the log, and now and then a
/// page that SQLite did not log.
struct RangePages {
    std::vector<std::uint32_t> numbers = {};         ///< All, ascending, without the lock page.
    std::vector<sqlite::PageFrame> frames = {};      ///< Those that the log holds.
    std::vector<std::uint32_t> unlogged = {};        ///< The others,
    std::vector<std::vector<std::byte>> bytes = {};  ///< and what they are.
};

/// Brings together what `range` changed in a database that had `pageCountBefore` pages. `committed`
/// is the look at the log that `range` was read by. Unlogged pages are read here, once: after a
/// handover the application may write newer frames of them into the file. Damaged when the database
/// grew by more unlogged pages than are held in memory.
[[nodiscard]] Result<RangePages> pagesOf(const sqlite::Anchor& anchor,
                                         const sqlite::WalRange& range,
                                         const sqlite::WalIndexHeader& committed,
                                         std::uint32_t pageCountBefore,
                                         std::uint32_t pageSizeBytes);

/// Reads a page of `pages` from the log, or gives the one that is held. Both must outlive it.
[[nodiscard]] ReadPage readerOf(const sqlite::Anchor& anchor, const RangePages& pages);

}  // namespace tidemark::engine
