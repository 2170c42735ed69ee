#include "core/engine/page_difference.h"

#include "core/ltx/state_digest.h"

#include <algorithm>
#include <cassert>

namespace tidemark::engine {
namespace {

// Whole databases are read in pieces of this size.
constexpr std::uint64_t kReadBytes = std::uint64_t{1} << 20;

using EachPage = std::function<void(std::uint32_t, std::span<const std::byte>)>;

/// Calls `each` with every page but the lock page, while `goOn`, asked before each piece, says so.
Status readPages(const sqlite::PageSnapshot& pages, const std::function<Result<bool>()>& goOn,
                 const EachPage& each)
{
    const std::uint32_t pageSize = pages.pageSizeBytes();
    const auto perRead = static_cast<std::uint32_t>(kReadBytes / pageSize);
    std::vector<std::byte> buffer(std::size_t{perRead} * pageSize);
    for (std::uint32_t first = 1; first <= pages.pageCount();) {
        TIDEMARK_TRY(const bool more, goOn());
        if (!more) {
            return {};
        }
        const std::uint32_t count = std::min(perRead, pages.pageCount() - first + 1);
        const auto bytes = std::span(buffer).first(std::size_t{count} * pageSize);
        TIDEMARK_TRY_STATUS(pages.read(first, count, bytes));
        for (std::uint32_t index = 0; index < count; ++index) {
            if (first + index != ltx::lockPage(pageSize)) {
                each(first + index, bytes.subspan(std::size_t{index} * pageSize, pageSize));
            }
        }
        first += count;
    }
    return {};
}

bool differs(const state::PageChecksums& known, std::uint32_t page,
             std::span<const std::byte> bytes)
{
    return page > known.pageCount() || known.of(page) != ltx::pageHash(page, bytes);
}

/// Moves what is held in memory to the end of the file.
Status putAside(PageDifference& difference, const ReadLimits& limits)
{
    if (!difference.file) {
        TIDEMARK_TRY(difference.file, limits.makeFile());
    }
    TIDEMARK_TRY_STATUS(difference.file->writeAt(difference.bytes, difference.filedBytes));
    difference.filedBytes += difference.bytes.size();
    difference.bytes.clear();
    return {};
}

}  // namespace

Status PageDifference::read(std::uint32_t page, std::span<std::byte> into) const
{
    const auto found = std::ranges::lower_bound(numbers, page);
    assert(found != numbers.end() && *found == page && into.size() == pageSizeBytes);
    const auto at = static_cast<std::uint64_t>(found - numbers.begin()) * pageSizeBytes;
    if (at >= filedBytes) {
        std::ranges::copy(std::span(bytes).subspan(at - filedBytes, pageSizeBytes), into.begin());
        return {};
    }
    TIDEMARK_TRY(const std::size_t got, file->readAt(into, at));
    if (got != into.size()) {
        return Error{.code = ErrorCode::Io,
                     .what = {TIDEMARK_TEXT("engine", "A copy of changed pages ended early.")}};
    }
    return {};
}

Result<ReadEnd> findDifference(const state::PageChecksums& known, const sqlite::PageSnapshot& pages,
                               const ReadLimits& limits, const std::stop_token& stop,
                               PageDifference& difference)
{
    assert(known.pageSizeBytes() == pages.pageSizeBytes());
    difference = {.pageSizeBytes = pages.pageSizeBytes(), .pageCount = pages.pageCount()};
    ReadEnd end = ReadEnd::Complete;
    const auto goOn = [&]() -> Result<bool> {
        if (limits.givesWay && pages.isInTheWay()) {
            end = ReadEnd::GaveWay;
        } else if (difference.bytes.size() > limits.heldBytes) {
            TIDEMARK_TRY_STATUS(putAside(difference, limits));
        }
        return end == ReadEnd::Complete && !stop.stop_requested();
    };
    const auto hold = [&difference](std::uint32_t page, std::span<const std::byte> bytes) {
        difference.numbers.push_back(page);
        difference.bytes.insert(difference.bytes.end(), bytes.begin(), bytes.end());
    };
    std::vector<std::byte> first;
    TIDEMARK_TRY_STATUS(
        readPages(pages, goOn, [&](std::uint32_t page, std::span<const std::byte> bytes) {
            if (page == 1) {
                first.assign(bytes.begin(), bytes.end());
            }
            if (differs(known, page, bytes)) {
                hold(page, bytes);
            }
        }));
    if (stop.stop_requested()) {
        return cancelled();
    }
    if (end == ReadEnd::Complete && difference.numbers.empty() &&
        known.pageCount() != pages.pageCount()) {
        hold(1, first);
    }
    return end;
}

Result<std::vector<std::uint32_t>> changedPages(const state::PageChecksums& known,
                                                const sqlite::PageSnapshot& pages,
                                                const std::function<Status()>& goesOn)
{
    std::vector<std::uint32_t> changed;
    TIDEMARK_TRY_STATUS(
        forEachPage(pages, goesOn, [&](std::uint32_t page, std::span<const std::byte> bytes) {
            if (differs(known, page, bytes)) {
                changed.push_back(page);
            }
        }));
    return changed;
}

Status forEachPage(const sqlite::PageSnapshot& pages, const std::function<Status()>& goesOn,
                   const EachPage& each)
{
    return readPages(
        pages,
        [&goesOn]() -> Result<bool> {
            TIDEMARK_TRY_STATUS(goesOn());
            return true;
        },
        each);
}

}  // namespace tidemark::engine
