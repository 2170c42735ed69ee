#include "core/engine/capture.h"

#include "core/base/byte_order.h"
#include "core/ltx/state_digest.h"

#include <algorithm>
#include <cassert>
#include <span>
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

/// The pages of `range` that the segment holds: those of its frames, and those by which the
/// database grew without a frame, since SQLite does not log every page of a growing file.
std::vector<std::uint32_t> pagesOf(const sqlite::WalRange& range, std::uint32_t pageCountBefore,
                                   std::uint32_t lockPage)
{
    std::vector<std::uint32_t> pages;
    pages.reserve(range.pages.size());
    for (const sqlite::PageFrame& page : range.pages) {
        pages.push_back(page.pageNumber);
    }
    const std::size_t logged = pages.size();
    for (std::uint32_t page = pageCountBefore + 1; page <= range.pageCount; ++page) {
        if (!std::binary_search(pages.begin(), pages.begin() + static_cast<std::ptrdiff_t>(logged),
                                page)) {
            pages.push_back(page);
        }
    }
    std::inplace_merge(pages.begin(), pages.begin() + static_cast<std::ptrdiff_t>(logged),
                       pages.end());
    std::erase(pages, lockPage);
    return pages;
}

/// Reads a page of `range` from the log or, where it has no frame, from the database file.
ReadPage readerOf(const sqlite::Anchor& anchor, const sqlite::WalRange& range,
                  std::uint32_t pageSizeBytes)
{
    return [&anchor, &range, pageSizeBytes](std::uint32_t page, std::span<std::byte> into) {
        const auto found =
            std::ranges::lower_bound(range.pages, page, {}, &sqlite::PageFrame::pageNumber);
        if (found != range.pages.end() && found->pageNumber == page) {
            return sqlite::WalReader(anchor.wal()).readPage(found->frame, into);
        }
        return anchor.connection().readFile(into, std::uint64_t{page - 1} * pageSizeBytes);
    };
}

/// Calls `each` with every page but the lock page.
Status forEachPage(const sqlite::PageSnapshot& pages,
                   const std::function<void(std::uint32_t, std::span<const std::byte>)>& each)
{
    const std::uint32_t pageSize = pages.pageSizeBytes();
    const auto perRead = static_cast<std::uint32_t>(kReadBytes / pageSize);
    std::vector<std::byte> buffer(std::size_t{perRead} * pageSize);
    for (std::uint32_t first = 1; first <= pages.pageCount();) {
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
    m_positionKnown = positionHolds;
    m_checksums = std::move(checksums);
}

void Capture::continueAbove(ltx::TxId newest)
{
    if (newest > m_txId) {
        // Somebody else's transactions: what we know of the pages is not what that history ends
        // with.
        m_txId = newest;
        loseLog();
        losePages();
    }
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
    TIDEMARK_TRY(sqlite::WalRange range,
                 sqlite::WalReader(anchor.wal()).read(from, committed, limitBytes));
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
    TIDEMARK_TRY(const state::SegmentFacts facts,
                 write({.header = headerFor(*range, pageSize),
                        .pages = pagesOf(*range, m_checksums.pageCount(), ltx::lockPage(pageSize)),
                        .read = readerOf(anchor, *range, pageSize)},
                       range->commits));
    m_position = range->to;
    return std::optional(facts);
}

Result<std::optional<HeldRange>> Capture::hold(const sqlite::Anchor& anchor,
                                               const sqlite::WalIndexHeader& committed,
                                               std::uint64_t limitBytes)
{
    TIDEMARK_TRY(auto range, readRange(anchor, committed, limitBytes));
    if (!range) {
        return std::optional<HeldRange>();
    }
    HeldRange held{.range = std::move(*range), .pageSizeBytes = m_checksums.pageSizeBytes()};
    held.pages = pagesOf(held.range, m_checksums.pageCount(), ltx::lockPage(held.pageSizeBytes));
    if (!held.range.reachedEnd || held.pages.size() * held.pageSizeBytes > limitBytes) {
        return Error{.code = ErrorCode::Unavailable,
                     .what = {TIDEMARK_TEXT("engine", "The log grew too fast to be held.")}};
    }
    held.bytes.resize(held.pages.size() * held.pageSizeBytes);
    const ReadPage read = readerOf(anchor, held.range, held.pageSizeBytes);
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

Status Capture::takeBaseline(const sqlite::PageSnapshot& pages)
{
    assert(m_txId == ltx::TxId{});
    state::PageChecksums checksums(pages.pageSizeBytes());
    checksums.resize(pages.pageCount());
    TIDEMARK_TRY_STATUS(
        forEachPage(pages, [&checksums](std::uint32_t page, std::span<const std::byte> bytes) {
            checksums.set(page, ltx::pageHash(page, bytes));
        }));
    m_checksums = std::move(checksums);
    m_txId = ltx::TxId{1};
    m_time = m_clock.now();
    m_position = pages.position();
    m_positionKnown = true;
    return {};
}

Result<std::vector<std::uint32_t>> Capture::changedPages(const sqlite::PageSnapshot& pages) const
{
    std::vector<std::uint32_t> changed;
    const auto known = m_checksums.pageCount();
    TIDEMARK_TRY_STATUS(forEachPage(
        pages, [this, &changed, known](std::uint32_t page, std::span<const std::byte> bytes) {
            if (page > known || m_checksums.of(page) != ltx::pageHash(page, bytes)) {
                changed.push_back(page);
            }
        }));
    return changed;
}

Result<std::optional<state::SegmentFacts>> Capture::captureDifference(
    const sqlite::PageSnapshot& pages)
{
    if (m_checksums.pageSizeBytes() != pages.pageSizeBytes()) {
        m_checksums = state::PageChecksums(pages.pageSizeBytes());
    }
    TIDEMARK_TRY(std::vector<std::uint32_t> changed, changedPages(pages));
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
