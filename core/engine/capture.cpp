#include "core/engine/capture.h"

#include "core/base/byte_order.h"
#include "core/ltx/state_digest.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <span>
#include <string>
#include <utility>

namespace tidemark::engine {
namespace {

// A clock that was an hour ahead and was set right must not hold all later times up in the future.
constexpr std::chrono::hours kLargestLead{1};

// Whole databases are read in pieces of this size.
constexpr std::uint64_t kReadBytes = std::uint64_t{1} << 20;

std::uint64_t frameBytes(std::uint32_t pageSizeBytes)
{
    return sqlite::kFrameHeaderSize + pageSizeBytes;
}

Error tooMuchToHold()
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("engine", "The log grew too fast to be held.")}};
}

// Pages by which the database grew without a frame are held in memory up to this size.
constexpr std::uint64_t kUnloggedBytes = std::uint64_t{32} << 20;

/// The pages of a range of the log that a segment holds.
struct RangePages {
    std::vector<std::uint32_t> numbers = {};         ///< All, ascending, without the lock page.
    std::vector<sqlite::PageFrame> frames = {};      ///< Those that the log holds.
    std::vector<std::uint32_t> unlogged = {};        ///< The others,
    std::vector<std::vector<std::byte>> bytes = {};  ///< and what they are.
};

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

/// Brings together what the segment of `range` holds. Unlogged pages are read here, once: behind a
/// handover the application may write newer frames of them into the file.
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

/// Reads a page of `pages` from the log, or gives the one that is held.
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

/// Calls `each` with every page but the lock page. Cancelled soon after `stop` was requested.
Status forEachPage(const sqlite::PageSnapshot& pages, const std::stop_token& stop,
                   const std::function<void(std::uint32_t, std::span<const std::byte>)>& each)
{
    const std::uint32_t pageSize = pages.pageSizeBytes();
    const auto perRead = static_cast<std::uint32_t>(kReadBytes / pageSize);
    std::vector<std::byte> buffer(std::size_t{perRead} * pageSize);
    for (std::uint32_t first = 1; first <= pages.pageCount();) {
        if (stop.stop_requested()) {
            return Error{.code = ErrorCode::Cancelled,
                         .what = {TIDEMARK_TEXT("engine", "Reading the database was stopped.")}};
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

}  // namespace

Capture::Capture(Clock& clock, Spool& spool, state::StateDb& state, std::uint64_t nodeId)
    : m_clock(clock), m_spool(spool), m_state(state), m_nodeId(nodeId)
{
}

void Capture::resume(const state::SourceState& source, state::PageChecksums checksums,
                     bool positionHolds)
{
    m_txId = source.txId;
    m_time = source.time;
    m_position = source.position;
    m_file = source.identity.database;
    m_positionKnown = positionHolds;
    m_checksums = std::move(checksums);
}

void Capture::continueAbove(ltx::TxId newest, Timestamp time)
{
    if (newest > m_txId) {
        // Somebody else's transactions: what we know of the pages is not what that history ends
        // with.
        m_txId = newest;
        m_time = std::max(m_time, time);
        loseLog();
        losePages();
    }
}

bool Capture::canGoOn(const sqlite::SourceIdentity& found) const
{
    return m_positionKnown && m_checksums.pageCount() > 0 && m_file == found.database;
}

bool Capture::hasReached(const sqlite::WalIndexHeader& header) const
{
    return header.mxFrame == 0 ||
           (header.salts == m_position.salts && header.mxFrame <= m_position.frame);
}

std::uint64_t Capture::uncapturedBytes(const sqlite::WalIndexHeader& header) const
{
    const std::uint32_t done = header.salts == m_position.salts ? m_position.frame : 0;
    return header.mxFrame > done
               ? std::uint64_t{header.mxFrame - done} * frameBytes(m_checksums.pageSizeBytes())
               : 0;
}

bool Capture::isAt(const sqlite::WalIndexHeader& header) const
{
    if (header.mxFrame == 0) {
        return true;
    }
    return header.salts == m_position.salts && header.mxFrame == m_position.frame;
}

Result<std::optional<sqlite::WalRange>> Capture::readRange(const sqlite::Anchor& anchor,
                                                           const sqlite::WalIndexHeader& committed,
                                                           std::uint64_t limitBytes) const
{
    if (isAt(committed)) {
        return std::optional<sqlite::WalRange>();
    }
    // Other salts: the log before was captured to its end, or the anchor would have kept it.
    const sqlite::WalPosition from = committed.salts == m_position.salts
                                         ? m_position
                                         : sqlite::WalPosition{.salts = committed.salts};
    // Position 0 of a log: every page was looked at when it had no frame yet. Other salts then may
    // be those of the log before, which comes back when its restart was torn. All of its frames are
    // in those pages; a cut at a commit would go back in time.
    const bool mayBeKnown = from.salts != m_position.salts && m_position.frame == 0;
    TIDEMARK_TRY(sqlite::WalRange range,
                 sqlite::WalReader(anchor.wal())
                     .read(from, committed, mayBeKnown ? UINT64_MAX : limitBytes));
    if (range.to == range.from) {
        return std::optional<sqlite::WalRange>();
    }
    return std::optional(std::move(range));
}

Result<std::optional<state::SegmentFacts>> Capture::captureLog(
    const sqlite::Anchor& anchor, const sqlite::WalIndexHeader& committed, std::uint64_t limitBytes)
{
    TIDEMARK_TRY(const auto range, readRange(anchor, committed, limitBytes));
    if (!range) {
        return std::optional<state::SegmentFacts>();
    }
    const std::uint32_t pageSize = m_checksums.pageSizeBytes();
    TIDEMARK_TRY(const RangePages pages,
                 pagesOf(anchor, *range, committed, m_checksums.pageCount(), pageSize));
    TIDEMARK_TRY(const state::SegmentFacts facts, write({.header = headerFor(*range, pageSize),
                                                         .pages = pages.numbers,
                                                         .read = readerOf(anchor, pages)},
                                                        range->commits));
    m_position = range->to;
    return std::optional(facts);
}

Result<std::optional<HeldRange>> Capture::hold(const sqlite::Anchor& anchor,
                                               const sqlite::WalIndexHeader& committed,
                                               std::uint64_t limitBytes)
{
    // Known before a frame is read: somebody may be waiting for it.
    if (uncapturedBytes(committed) > limitBytes) {
        return tooMuchToHold();
    }
    TIDEMARK_TRY(auto range, readRange(anchor, committed, UINT64_MAX));
    if (!range) {
        return std::optional<HeldRange>();
    }
    HeldRange held{.range = std::move(*range), .pageSizeBytes = m_checksums.pageSizeBytes()};
    TIDEMARK_TRY(RangePages pages, pagesOf(anchor, held.range, committed, m_checksums.pageCount(),
                                           held.pageSizeBytes));
    const ReadPage read = readerOf(anchor, pages);
    held.pages = pages.numbers;
    held.bytes.resize(held.pages.size() * held.pageSizeBytes);
    for (std::size_t index = 0; index < held.pages.size(); ++index) {
        const auto place =
            std::span(held.bytes).subspan(index * held.pageSizeBytes, held.pageSizeBytes);
        TIDEMARK_TRY_STATUS(read(held.pages[index], place));
    }
    return std::optional(std::move(held));
}

Result<state::SegmentFacts> Capture::store(const HeldRange& held)
{
    const auto read = [&held](std::uint32_t page, std::span<std::byte> into) {
        const auto found = std::ranges::lower_bound(held.pages, page);
        const auto index = static_cast<std::size_t>(found - held.pages.begin());
        std::ranges::copy(
            std::span(held.bytes).subspan(index * held.pageSizeBytes, held.pageSizeBytes),
            into.begin());
        return Status();
    };
    TIDEMARK_TRY(const state::SegmentFacts facts,
                 write({.header = headerFor(held.range, held.pageSizeBytes),
                        .pages = held.pages,
                        .read = read},
                       held.range.commits));
    m_position = held.range.to;
    return facts;
}

Status Capture::takeBaseline(const sqlite::PageSnapshot& pages, const std::stop_token& stop)
{
    assert(m_txId == ltx::TxId{});
    state::PageChecksums checksums(pages.pageSizeBytes());
    checksums.resize(pages.pageCount());
    TIDEMARK_TRY_STATUS(forEachPage(
        pages, stop, [&checksums](std::uint32_t page, std::span<const std::byte> bytes) {
            checksums.set(page, ltx::pageHash(page, bytes));
        }));
    m_checksums = std::move(checksums);
    m_txId = ltx::TxId{1};
    m_time = m_clock.now();
    m_position = pages.position();
    m_positionKnown = true;
    return {};
}

Result<std::vector<std::uint32_t>> Capture::changedPages(const sqlite::PageSnapshot& pages,
                                                         const std::stop_token& stop) const
{
    std::vector<std::uint32_t> changed;
    const auto known = m_checksums.pageCount();
    TIDEMARK_TRY_STATUS(forEachPage(
        pages, stop, [this, &changed, known](std::uint32_t page, std::span<const std::byte> bytes) {
            if (page > known || m_checksums.of(page) != ltx::pageHash(page, bytes)) {
                changed.push_back(page);
            }
        }));
    return changed;
}

Result<std::optional<state::SegmentFacts>> Capture::captureDifference(
    const sqlite::PageSnapshot& pages, const std::stop_token& stop)
{
    if (m_checksums.pageSizeBytes() != pages.pageSizeBytes()) {
        m_checksums = state::PageChecksums(pages.pageSizeBytes());
    }
    TIDEMARK_TRY(std::vector<std::uint32_t> changed, changedPages(pages, stop));
    std::optional<state::SegmentFacts> facts;
    if (changed.empty() && m_checksums.pageCount() != pages.pageCount()) {
        changed.push_back(1);  // Only the size changed; a segment needs a page to say so.
    }
    if (!changed.empty()) {
        const auto read = [&pages](std::uint32_t page, std::span<std::byte> into) {
            return pages.read(page, 1, into);
        };
        TIDEMARK_TRY(facts, write({.header = headerFor(pages.pageSizeBytes(), pages.pageCount()),
                                   .pages = std::move(changed),
                                   .read = read},
                                  0));
    }
    m_position = pages.position();
    m_positionKnown = true;
    return facts;
}

Result<state::SegmentFacts> Capture::touch(const sqlite::PageSnapshot& pages)
{
    return write(
        {.header = headerFor(pages.pageSizeBytes(), pages.pageCount()),
         .pages = {1},
         .read = [&pages](std::uint32_t page,
                          std::span<std::byte> into) { return pages.read(page, 1, into); }},
        0);
}

Status Capture::remember(const sqlite::SourceIdentity& identity,
                         const std::optional<state::SegmentFacts>& segment)
{
    m_file = identity.database;
    return m_state.record({.txId = m_txId,
                           .time = m_time,
                           .digest = m_checksums.digest(),
                           .pageSizeBytes = m_checksums.pageSizeBytes(),
                           .pageCount = m_checksums.pageCount(),
                           .position = m_position,
                           .identity = identity},
                          segment);
}

ltx::Header Capture::headerFor(std::uint32_t pageSizeBytes, std::uint32_t pageCount) const
{
    const ltx::TxId txId{m_txId.value + 1};
    const Timestamp now = m_clock.now();
    const bool leads = m_time > now + kLargestLead;
    return {.pageSizeBytes = pageSizeBytes,
            .pageCountAfter = pageCount,
            .minTxId = txId,
            .maxTxId = txId,
            .createdAt = leads ? now : std::max(now, m_time + std::chrono::milliseconds(1)),
            .walOffsetBytes = ltx::kNoWalOffset,
            .nodeId = m_nodeId};
}

ltx::Header Capture::headerFor(const sqlite::WalRange& range, std::uint32_t pageSizeBytes) const
{
    ltx::Header header = headerFor(pageSizeBytes, range.pageCount);
    header.walOffsetBytes = sqlite::frameOffset(range.from.frame + 1, pageSizeBytes);
    header.walSizeBytes =
        std::uint64_t{range.to.frame - range.from.frame} * frameBytes(pageSizeBytes);
    const std::span<const std::byte, 8> salts(range.to.salts.bytes);
    header.walSalt1 = loadBigEndian<std::uint32_t>(salts.first<4>());
    header.walSalt2 = loadBigEndian<std::uint32_t>(salts.last<4>());
    return header;
}

Result<state::SegmentFacts> Capture::write(const SegmentContents& contents, std::uint32_t commits)
{
    TIDEMARK_TRY(const std::uint64_t bytes, writeSegment(m_spool, m_checksums, contents));
    m_txId = contents.header.maxTxId;
    m_time = contents.header.createdAt;
    return state::SegmentFacts{.txId = m_txId,
                               .time = m_time,
                               .pages = static_cast<std::uint32_t>(contents.pages.size()),
                               .databasePages = contents.header.pageCountAfter,
                               .bytes = bytes,
                               .commits = commits};
}

}  // namespace tidemark::engine
