#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/sqlite/page_snapshot.h"
#include "core/state/page_checksums.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

namespace tidemark::engine {

/// The pages of a database that are not what is known of them: in memory, the first of them in a
/// file when all would be too many.
struct PageDifference {
    std::uint32_t pageSizeBytes = 0;
    std::uint32_t pageCount = 0;              ///< Of the database.
    std::vector<std::uint32_t> numbers = {};  ///< Ascending.
    std::unique_ptr<File> file = {};          ///< Has the first of theirs, one after the other,
    std::uint64_t filedBytes = 0;             ///< so many bytes.
    std::vector<std::byte> bytes = {};        ///< Those of the others.

    /// `page` is one of `numbers` (asserted), `into` as long as a page. Fails as the file does.
    [[nodiscard]] Status read(std::uint32_t page, std::span<std::byte> into) const;
};

/// How a reading of all pages ended.
enum class ReadEnd {
    Complete,
    GaveWay  ///< Somebody wanted to commit; what is there means nothing.
};

/// What a reading may do.
struct ReadLimits {
    std::uint64_t heldBytes = 0;  ///< In memory; what is more goes into a file:
    std::function<Result<std::unique_ptr<File>>()> makeFile = {};
    bool givesWay = false;  ///< Ends when somebody wants to commit (PageSnapshot::isInTheWay).
};

/// Reads every page and puts those into `difference` that are not as `known` says (asserted: of the
/// same page size). Where only the size changed, page 1 says so. Fails as the file does; Cancelled
/// soon after `stop` was requested.
[[nodiscard]] Result<ReadEnd> findDifference(const state::PageChecksums& known,
                                             const sqlite::PageSnapshot& pages,
                                             const ReadLimits& limits, const std::stop_token& stop,
                                             PageDifference& difference);

/// The numbers of those pages alone. `goesOn` as for forEachPage().
[[nodiscard]] Result<std::vector<std::uint32_t>> changedPages(
    const state::PageChecksums& known, const sqlite::PageSnapshot& pages,
    const std::function<Status()>& goesOn);

/// Calls `each` with every page but the lock page. Fails as the file does, or as `goesOn`, which is
/// asked before each piece of a mebibyte.
[[nodiscard]] Status forEachPage(
    const sqlite::PageSnapshot& pages, const std::function<Status()>& goesOn,
    const std::function<void(std::uint32_t, std::span<const std::byte>)>& each);

}  // namespace tidemark::engine
