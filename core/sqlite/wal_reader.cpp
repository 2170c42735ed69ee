#include "core/sqlite/wal_reader.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>
#include <utility>

namespace tidemark::sqlite {
namespace {

// Large enough that the calls cost nothing, small enough to stay in the cache for the checksum.
constexpr std::size_t kBlockBytes = 1 << 20;

Error lost()
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("sqlite",
                                   "The write-ahead log does not hold the frames of "
                                   "which its index tells.")},
            .next = {TIDEMARK_TEXT("sqlite", "Tidemark compares every page of the database.")}};
}

/// One pass over committed frames; a WalRange in the making.
class Scan {
public:
    Scan(const WalIndexHeader& committed, const WalPosition& from, const WalChecksum& sum)
        : m_committed(committed), m_sum(sum), m_frame(from.frame)
    {
        m_range.from = from;
        m_range.to = from;
    }

    [[nodiscard]] std::uint32_t nextFrame() const { return m_frame + 1; }
    [[nodiscard]] std::uint32_t framesLeft() const { return m_committed.mxFrame - m_frame; }
    [[nodiscard]] std::uint32_t framesCommitted() const
    {
        return m_range.to.frame - m_range.from.frame;
    }

    [[nodiscard]] Status take(std::span<const std::byte> bytes)
    {
        const FrameHeader header = decodeFrameHeader(bytes.first<kFrameHeaderSize>());
        m_sum = addToChecksum(m_sum, m_committed.order, bytes.first(8));
        m_sum = addToChecksum(m_sum, m_committed.order, bytes.subspan(kFrameHeaderSize));
        if (header.salts != m_committed.salts || header.pageNumber == 0 ||
            header.checksum != m_sum) {
            return lost();
        }
        ++m_frame;
        m_range.pages.push_back({.pageNumber = header.pageNumber, .frame = m_frame});
        if (header.pageCountAfterCommit != 0) {
            m_range.to = {.salts = header.salts, .frame = m_frame, .checksum = m_sum};
            m_range.pageCount = header.pageCountAfterCommit;
            m_range.commits += 1;
        }
        return {};
    }

    /// The range, once it reached its end: the last commit.
    [[nodiscard]] Result<WalRange> finish() &&
    {
        m_range.reachedEnd = m_range.to.frame == m_committed.mxFrame;
        // mxFrame always ends a transaction, and only of the same log the sum can agree.
        if (m_range.reachedEnd && (m_range.to.checksum != m_committed.checksum ||
                                   m_range.pageCount != m_committed.pageCount)) {
            return lost();
        }
        if (!m_range.reachedEnd && framesLeft() == 0) {
            return lost();
        }
        keepNewest();
        return std::move(m_range);
    }

    /// The range up to the last commit, where the frames end somewhere.
    [[nodiscard]] WalRange cut() &&
    {
        m_range.reachedEnd = true;
        keepNewest();
        return std::move(m_range);
    }

private:
    void keepNewest()
    {
        auto& pages = m_range.pages;
        std::erase_if(pages, [&](const PageFrame& page) {
            return page.pageNumber > m_range.pageCount || page.frame > m_range.to.frame;
        });
        std::ranges::sort(pages, [](const PageFrame& left, const PageFrame& right) {
            return left.pageNumber != right.pageNumber ? left.pageNumber < right.pageNumber
                                                       : left.frame > right.frame;
        });
        const auto older = std::ranges::unique(pages, {}, &PageFrame::pageNumber);
        pages.erase(older.begin(), older.end());
    }

    const WalIndexHeader& m_committed;
    WalRange m_range;
    WalChecksum m_sum;
    std::uint32_t m_frame = 0;
};

/// What the checksum of the frame behind `from` goes on from.
Result<WalChecksum> checksumAt(const WalReader& reader, const WalPosition& from,
                               const WalIndexHeader& committed)
{
    if (from.frame > 0) {
        return from.checksum;
    }
    auto header = reader.header();
    if (!header.ok()) {
        const bool unreadable = header.error().code == ErrorCode::Io;
        return unreadable ? std::move(header).error() : lost();
    }
    const WalHeader& log = header.value();
    if (log.salts != committed.salts || log.order != committed.order ||
        log.pageSizeBytes != committed.pageSizeBytes) {
        return lost();
    }
    return log.checksum;
}

}  // namespace

Result<WalHeader> WalReader::header() const
{
    std::array<std::byte, kWalHeaderSize> bytes = {};
    TIDEMARK_TRY(const std::size_t got, m_wal.readAt(bytes, 0));
    if (got < bytes.size()) {
        return Error{.code = ErrorCode::NotFound,
                     .what = {TIDEMARK_TEXT("sqlite", "The write-ahead log is empty.")}};
    }
    return decodeWalHeader(bytes);
}

Result<WalRange> WalReader::read(const WalPosition& from, const WalIndexHeader& committed,
                                 std::uint64_t limitBytes) const
{
    assert(from.salts == committed.salts);
    if (from.frame > committed.mxFrame) {
        return lost();
    }
    if (from.frame == committed.mxFrame) {
        // At frame 0 the index still tells the checksum of the log before.
        if (from.frame != 0 && from.checksum != committed.checksum) {
            return lost();
        }
        return WalRange{
            .from = from, .to = from, .pageCount = committed.pageCount, .reachedEnd = true};
    }
    TIDEMARK_TRY(const WalChecksum start, checksumAt(*this, from, committed));
    const std::size_t frameSize = kFrameHeaderSize + committed.pageSizeBytes;
    const std::uint64_t blockFrames = std::min<std::uint64_t>(
        std::max<std::size_t>(kBlockBytes / frameSize, 1), committed.mxFrame - from.frame);
    const auto block = std::make_unique_for_overwrite<std::byte[]>(blockFrames * frameSize);
    const auto full = [&](const Scan& scan) {
        return scan.framesCommitted() > 0 && scan.framesCommitted() * frameSize >= limitBytes;
    };

    Scan scan(committed, from, start);
    while (scan.framesLeft() > 0 && !full(scan)) {
        const std::size_t wanted =
            std::min<std::uint64_t>(blockFrames, scan.framesLeft()) * frameSize;
        const std::span<std::byte> bytes(block.get(), wanted);
        TIDEMARK_TRY(const std::size_t got,
                     m_wal.readAt(bytes, frameOffset(scan.nextFrame(), committed.pageSizeBytes)));
        if (got < wanted) {
            return lost();
        }
        for (std::size_t at = 0; at < wanted && !full(scan); at += frameSize) {
            TIDEMARK_TRY_STATUS(scan.take(bytes.subspan(at, frameSize)));
        }
    }
    return std::move(scan).finish();
}

Result<WalRange> WalReader::recover() const
{
    const auto header = this->header();
    if (!header.ok()) {
        const bool isNoLog =
            header.error().code == ErrorCode::NotFound || header.error().code == ErrorCode::Damaged;
        return isNoLog ? Result<WalRange>(WalRange{.reachedEnd = true}) : header.error();
    }
    const WalHeader& log = header.value();
    const WalIndexHeader all{.order = log.order,
                             .pageSizeBytes = log.pageSizeBytes,
                             .mxFrame = std::numeric_limits<std::uint32_t>::max(),
                             .salts = log.salts};
    Scan scan(all, {.salts = log.salts}, log.checksum);
    const std::size_t frameSize = kFrameHeaderSize + log.pageSizeBytes;
    const std::size_t blockBytes = std::max<std::size_t>(kBlockBytes / frameSize, 1) * frameSize;
    const auto block = std::make_unique_for_overwrite<std::byte[]>(blockBytes);
    const std::span<std::byte> bytes(block.get(), blockBytes);
    for (;;) {
        TIDEMARK_TRY(const std::size_t got,
                     m_wal.readAt(bytes, frameOffset(scan.nextFrame(), log.pageSizeBytes)));
        for (std::size_t at = 0; at + frameSize <= got; at += frameSize) {
            if (!scan.take(bytes.subspan(at, frameSize)).ok()) {
                return std::move(scan).cut();
            }
        }
        if (got < blockBytes) {
            return std::move(scan).cut();
        }
    }
}

Status WalReader::readPage(std::uint32_t frame, std::span<std::byte> into) const
{
    const auto pageSize = static_cast<std::uint32_t>(into.size());
    TIDEMARK_TRY(const std::size_t got,
                 m_wal.readAt(into, frameOffset(frame, pageSize) + kFrameHeaderSize));
    if (got < into.size()) {
        return lost();
    }
    return {};
}

Result<bool> WalReader::holds(const WalPosition& position, const WalIndexHeader& committed) const
{
    if (position.salts != committed.salts || position.frame > committed.mxFrame) {
        return false;
    }
    if (position.frame == 0) {
        // The index of an empty log has no salts: any number of logs may have come and gone since.
        return position.salts != Salts{};
    }
    if (position.frame == committed.mxFrame && position.checksum != committed.checksum) {
        return false;
    }
    std::array<std::byte, kFrameHeaderSize> bytes = {};
    TIDEMARK_TRY(const std::size_t got,
                 m_wal.readAt(bytes, frameOffset(position.frame, committed.pageSizeBytes)));
    const FrameHeader header = decodeFrameHeader(bytes);
    return got == bytes.size() && header.salts == position.salts &&
           header.checksum == position.checksum;
}

}  // namespace tidemark::sqlite
