#pragma once

#include "core/base/byte_stream.h"
#include "core/ltx/header.h"
#include "core/ltx/page_order.h"
#include "core/ltx/trailer.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tidemark::ltx {

/// Where one page lies in a file.
struct FrameAt {
    std::uint32_t pageNumber = 0;
    std::uint64_t offset = 0;  ///< From the file's start.
    std::uint64_t sizeBytes = 0;

    bool operator==(const FrameAt&) const = default;
};

/// The last bytes of every file: the size of the index and the trailer.
inline constexpr std::size_t kIndexTailSize = 8 + kTrailerSize;

/// Where the index of a file lies.
struct IndexPlace {
    std::uint64_t offset = 0;     ///< Of its first entry.
    std::uint64_t sizeBytes = 0;  ///< The entries and the zero behind them, without the size field.
    std::uint64_t fileSizeBytes = 0;

    /// How many bytes from the file's end hold index, size field and trailer.
    [[nodiscard]] std::uint64_t tailSizeBytes() const { return fileSizeBytes - offset; }

    bool operator==(const IndexPlace&) const = default;
};

/// Finds the index from the last kIndexTailSize bytes of a file of `fileSizeBytes` bytes. Damaged
/// if it would not fit. So a file's pages are known from two reads at its end.
[[nodiscard]] Result<IndexPlace> findIndex(std::span<const std::byte> lastBytes,
                                           std::uint64_t fileSizeBytes);

/// Reads an index entry by entry, in constant memory, and checks each: page numbers ascend and fit
/// the header, a complete file leaves none out, frames lie end to end from the header to the index,
/// and the index is as long as it says. For one thread.
class PageIndexReader {
public:
    /// `bytes` gives the file from place.offset on, and outlives this; what follows the index may
    /// be missing. Give it pieces that are cheap to read: it asks for kPieceBytes at a time.
    PageIndexReader(ByteReader& bytes, const IndexPlace& place, const Header& header);

    /// The next entry; empty after the last. Fails with Damaged or as the reader does; then it is
    /// over.
    [[nodiscard]] Result<std::optional<FrameAt>> next();

    static constexpr std::size_t kPieceBytes = std::size_t{16} << 10;

private:
    [[nodiscard]] Result<std::uint64_t> readNumber();
    [[nodiscard]] Result<std::byte> readByte();
    [[nodiscard]] Status checkFrame(const FrameAt& frame);
    [[nodiscard]] Status checkEnd();

    ByteReader& m_bytes;
    IndexPlace m_place;
    PageOrder m_order;
    std::uint64_t m_maxFrameBytes = 0;
    std::uint64_t m_nextOffset = kHeaderSize;  // Where the next frame must begin.
    std::uint64_t m_unread = 0;                // Bytes of the index not yet asked for.
    std::vector<std::byte> m_piece;
    std::size_t m_at = 0;  // In m_piece.
    bool m_isOver = false;
};

/// The whole index from the bytes from place.offset on, at least place.sizeBytes of them
/// (asserted). Memory is bounded by their number.
[[nodiscard]] Result<std::vector<FrameAt>> decodePageIndex(std::span<const std::byte> bytes,
                                                           const IndexPlace& place,
                                                           const Header& header);

}  // namespace tidemark::ltx
