#include "core/engine/capture.h"

#include "core/base/byte_order.h"
#include "core/ltx/state_digest.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <span>
#include <utility>

namespace tidemark::engine {
namespace {

// A clock that was an hour ahead and was set right must not hold all later times up in the future.
constexpr std::chrono::hours kLargestLead{1};

std::uint64_t frameBytes(std::uint32_t pageSizeBytes)
{
    return sqlite::kFrameHeaderSize + pageSizeBytes;
}

/// Whether nothing in `header`'s log lies after `position`.
bool reaches(const sqlite::WalPosition& position, const sqlite::WalIndexHeader& header)
{
    return header.mxFrame == 0 ||
           (header.salts == position.salts && header.mxFrame == position.frame);
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

bool Capture::isAt(const sqlite::WalIndexHeader& header) const
{
    return reaches(m_position, header);
}

bool Capture::hasReached(const sqlite::WalIndexHeader& header) const
{
    return header.mxFrame == 0 ||
           (header.salts == m_position.salts && header.mxFrame <= m_position.frame);
}

std::uint64_t Capture::uncapturedBytes(const sqlite::WalIndexHeader& header) const
{
    return bytesAfter(m_position, header);
}

std::uint64_t Capture::bytesAfter(const sqlite::WalPosition& position,
                                  const sqlite::WalIndexHeader& header) const
{
    const std::uint32_t done = header.salts == position.salts ? position.frame : 0;
    return header.mxFrame > done
               ? std::uint64_t{header.mxFrame - done} * frameBytes(m_checksums.pageSizeBytes())
               : 0;
}

/// What the log holds after `position`; empty when that is nothing.
Result<std::optional<sqlite::WalRange>> Capture::readRange(const sqlite::Anchor& anchor,
                                                           const sqlite::WalPosition& position,
                                                           const sqlite::WalIndexHeader& committed,
                                                           std::uint64_t limitBytes) const
{
    if (reaches(position, committed)) {
        return std::optional<sqlite::WalRange>();
    }
    // Other salts: the log before was captured to its end, or the anchor would have kept it.
    const sqlite::WalPosition from = committed.salts == position.salts
                                         ? position
                                         : sqlite::WalPosition{.salts = committed.salts};
    // At frame 0 every page was looked at when the log had no frame yet. Other salts now may be
    // those of the log before that one: a writer that is killed while it restarts a log leaves the
    // old one to be recovered. All of its frames are in those pages already, so it must be read to
    // its end: a cut at one of its commits would be a step back in time.
    const bool mayBeKnown = from.salts != position.salts && position.frame == 0;
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
    TIDEMARK_TRY(const auto range, readRange(anchor, m_position, committed, limitBytes));
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

HeldRange Capture::holdNothing() const
{
    return {m_position, m_checksums.pageCount(), m_checksums.pageSizeBytes()};
}

Status Capture::hold(HeldRange& held, const sqlite::Anchor& anchor,
                     const sqlite::WalIndexHeader& committed, std::uint64_t limitBytes) const
{
    TIDEMARK_TRY(const auto range, readRange(anchor, held.end(), committed, limitBytes));
    if (!range) {
        return {};
    }
    TIDEMARK_TRY(const RangePages pages,
                 pagesOf(anchor, *range, committed, held.range().pageCount, held.pageSizeBytes()));
    return held.add(*range, pages, readerOf(anchor, pages));
}

bool Capture::isAt(const HeldRange& held, const sqlite::WalIndexHeader& header) const
{
    return reaches(held.end(), header);
}

std::uint64_t Capture::bytesAfter(const HeldRange& held, const sqlite::WalIndexHeader& header) const
{
    return bytesAfter(held.end(), header);
}

Result<state::SegmentFacts> Capture::store(const HeldRange& held)
{
    TIDEMARK_TRY(const state::SegmentFacts facts,
                 write({.header = headerFor(held.range(), held.pageSizeBytes()),
                        .pages = held.pages(),
                        .read = held.reader()},
                       held.range().commits));
    m_position = held.end();
    return facts;
}

Status Capture::takeBaseline(const sqlite::PageSnapshot& pages, const WholeReading& reading)
{
    assert(m_txId == ltx::TxId{});
    state::PageChecksums checksums(pages.pageSizeBytes());
    checksums.resize(pages.pageCount());
    TIDEMARK_TRY_STATUS(forEachPage(
        pages, reading.goesOn, [&checksums](std::uint32_t page, std::span<const std::byte> bytes) {
            checksums.set(page, ltx::pageHash(page, bytes));
        }));
    TIDEMARK_TRY_STATUS(reading.isStill());
    m_checksums = std::move(checksums);
    m_txId = ltx::TxId{1};
    m_time = m_clock.now();
    m_position = pages.position();
    m_positionKnown = true;
    return {};
}

Result<std::optional<state::SegmentFacts>> Capture::captureDifference(
    const sqlite::PageSnapshot& pages, const WholeReading& reading)
{
    if (m_checksums.pageSizeBytes() != pages.pageSizeBytes()) {
        m_checksums = state::PageChecksums(pages.pageSizeBytes());
    }
    TIDEMARK_TRY(std::vector<std::uint32_t> changed,
                 changedPages(m_checksums, pages, reading.goesOn));
    TIDEMARK_TRY_STATUS(reading.isStill());
    std::optional<state::SegmentFacts> facts;
    if (changed.empty() && m_checksums.pageCount() != pages.pageCount()) {
        changed.push_back(1);  // Only the size changed; a segment needs a page to say so.
    }
    if (!changed.empty()) {
        const std::uint32_t last = changed.back();
        const auto read = [&](std::uint32_t page, std::span<std::byte> into) -> Status {
            TIDEMARK_TRY_STATUS(reading.goesOn());
            TIDEMARK_TRY_STATUS(pages.read(page, 1, into));
            return page == last ? reading.isStill() : Status();
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

Result<std::optional<state::SegmentFacts>> Capture::store(const PageDifference& difference)
{
    std::optional<state::SegmentFacts> facts;
    if (!difference.numbers.empty()) {
        if (m_checksums.pageSizeBytes() != difference.pageSizeBytes) {
            m_checksums = state::PageChecksums(difference.pageSizeBytes);
        }
        const auto read = [&difference](std::uint32_t page, std::span<std::byte> into) {
            return difference.read(page, into);
        };
        TIDEMARK_TRY(facts,
                     write({.header = headerFor(difference.pageSizeBytes, difference.pageCount),
                            .pages = difference.numbers,
                            .read = read},
                           0));
    }
    m_position = {};
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
                         const std::optional<state::SegmentFacts>& segment,
                         const std::optional<KnownFile>& known)
{
    m_file = identity.database;
    return m_state.record({.txId = m_txId,
                           .time = m_time,
                           .digest = m_checksums.digest(),
                           .pageSizeBytes = m_checksums.pageSizeBytes(),
                           .pageCount = m_checksums.pageCount(),
                           .position = m_position,
                           .identity = identity,
                           .mark = known ? std::optional(known->mark) : std::nullopt,
                           .markTxId = known ? known->txId : ltx::TxId()},
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
