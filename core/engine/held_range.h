#pragma once

#include "core/base/result.h"
#include "core/engine/range_pages.h"
#include "core/engine/segment_writer.h"
#include "core/sqlite/wal_index.h"
#include "core/sqlite/wal_reader.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace tidemark::engine {

/// Transactions that were read from the log into memory and are not in the spool yet: those after a
/// place in the log, up to another one, with the newest version of each page. It grows at its end.
/// For one thread.
class HeldRange {
public:
    /// Nothing yet: begins at `from`, where the database has `pageCount` pages.
    HeldRange(const sqlite::WalPosition& from, std::uint32_t pageCount,
              std::uint32_t pageSizeBytes);

    [[nodiscard]] bool isEmpty() const { return m_range.commits == 0; }

    /// From the first to the last transaction; without its `pages`.
    [[nodiscard]] const sqlite::WalRange& range() const { return m_range; }
    [[nodiscard]] const sqlite::WalPosition& end() const { return m_range.to; }
    [[nodiscard]] std::uint32_t pageSizeBytes() const { return m_pageSizeBytes; }

    /// Bytes of frames that were read for it: what it holds is never more.
    [[nodiscard]] std::uint64_t framesBytes() const { return m_framesBytes; }

    /// Ascending.
    [[nodiscard]] std::vector<std::uint32_t> pages() const;
    /// Gives a page that is held. The range must outlive it.
    [[nodiscard]] ReadPage reader() const;

    /// Adds the transactions that follow: `pages` are those of `range`, and `read` gives them. On a
    /// failure nothing is added.
    [[nodiscard]] Status add(const sqlite::WalRange& range, const RangePages& pages,
                             const ReadPage& read);

private:
    sqlite::WalRange m_range = {};
    std::uint32_t m_pageSizeBytes = 0;
    std::uint64_t m_framesBytes = 0;
    std::vector<std::vector<std::byte>> m_blocks = {};        // What each add() read,
    std::map<std::uint32_t, const std::byte*> m_newest = {};  // and where in it a page lies.
};

}  // namespace tidemark::engine
