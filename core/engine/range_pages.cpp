#include "core/engine/range_pages.h"

#include "core/ltx/state_digest.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

namespace tidemark::engine {
namespace {

// Pages by which the database grew without a frame are held in memory up to this size.
constexpr std::uint64_t kUnloggedBytes = std::uint64_t{32} << 20;

/// Pages in (pageCountBefore, the range's end] that have no frame in it: SQLite does not log every
/// page of a growing file.
std::vector<std::uint32_t> grownWithoutFrame(const sqlite::WalRange& range,
                                             std::uint32_t pageCountBefore, std::uint32_t lockPage)
{
    std::vector<std::uint32_t> pages;
    auto next =
        std::ranges::upper_bound(range.pages, pageCountBefore, {}, &sqlite::PageFrame::pageNumber);
    for (std::uint32_t page = pageCountBefore + 1; page <= range.pageCount; ++page) {
        if (next != range.pages.end() && next->pageNumber == page) {
            ++next;
        } else if (page != lockPage) {
            pages.push_back(page);
        }
    }
    return pages;
}

/// The frames of `pages` anywhere in the log up to the end of `range`: a page that was cut off and
/// grew again is, for SQLite, what an older frame says.
Result<std::vector<sqlite::PageFrame>> olderFrames(const sqlite::Anchor& anchor,
                                                   const sqlite::WalRange& range,
                                                   const sqlite::WalIndexHeader& committed,
                                                   const std::vector<std::uint32_t>& pages)
{
    if (range.from.frame == 0) {
        return std::vector<sqlite::PageFrame>();
    }
    sqlite::WalIndexHeader end = committed;
    end.mxFrame = range.to.frame;
    end.checksum = range.to.checksum;
    end.pageCount = range.pageCount;
    TIDEMARK_TRY(sqlite::WalRange log,
                 sqlite::WalReader(anchor.wal()).read({.salts = end.salts}, end, UINT64_MAX));
    std::erase_if(log.pages, [&pages](const sqlite::PageFrame& each) {
        return !std::ranges::binary_search(pages, each.pageNumber);
    });
    return std::move(log.pages);
}

}  // namespace

Result<RangePages> pagesOf(const sqlite::Anchor& anchor, const sqlite::WalRange& range,
                           const sqlite::WalIndexHeader& committed, std::uint32_t pageCountBefore,
                           std::uint32_t pageSizeBytes)
{
    const std::uint32_t lockPage = ltx::lockPage(pageSizeBytes);
    RangePages pages{.frames = range.pages};
    std::erase_if(pages.frames, [lockPage](const sqlite::PageFrame& each) {
        return each.pageNumber == lockPage;
    });
    pages.unlogged = grownWithoutFrame(range, pageCountBefore, lockPage);
    if (!pages.unlogged.empty()) {
        TIDEMARK_TRY(const auto older, olderFrames(anchor, range, committed, pages.unlogged));
        const auto middle = static_cast<std::ptrdiff_t>(pages.frames.size());
        pages.frames.insert(pages.frames.end(), older.begin(), older.end());
        std::ranges::inplace_merge(pages.frames, pages.frames.begin() + middle, {},
                                   &sqlite::PageFrame::pageNumber);
        std::erase_if(pages.unlogged, [&older](std::uint32_t page) {
            return std::ranges::binary_search(older, page, {}, &sqlite::PageFrame::pageNumber);
        });
    }
    if (pages.unlogged.size() * pageSizeBytes > kUnloggedBytes) {
        return Error{
            .code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("engine", "The database grew by %1 pages that it did not log."),
                     {std::to_string(pages.unlogged.size())}},
            .next = {TIDEMARK_TEXT("engine", "Tidemark compares every page of the database.")}};
    }
    for (const std::uint32_t page : pages.unlogged) {
        std::vector<std::byte>& bytes = pages.bytes.emplace_back(pageSizeBytes);
        TIDEMARK_TRY_STATUS(
            anchor.connection().readFile(bytes, std::uint64_t{page - 1} * pageSizeBytes));
    }
    for (const sqlite::PageFrame& each : pages.frames) {
        pages.numbers.push_back(each.pageNumber);
    }
    const auto middle = static_cast<std::ptrdiff_t>(pages.numbers.size());
    pages.numbers.insert(pages.numbers.end(), pages.unlogged.begin(), pages.unlogged.end());
    std::ranges::inplace_merge(pages.numbers, pages.numbers.begin() + middle);
    return pages;
}

ReadPage readerOf(const sqlite::Anchor& anchor, const RangePages& pages)
{
    return [&anchor, &pages](std::uint32_t page, std::span<std::byte> into) {
        const auto found =
            std::ranges::lower_bound(pages.frames, page, {}, &sqlite::PageFrame::pageNumber);
        if (found != pages.frames.end() && found->pageNumber == page) {
            return sqlite::WalReader(anchor.wal()).readPage(found->frame, into);
        }
        const auto held = std::ranges::lower_bound(pages.unlogged, page) - pages.unlogged.begin();
        std::ranges::copy(pages.bytes[static_cast<std::size_t>(held)], into.begin());
        return Status();
    };
}

}  // namespace tidemark::engine
