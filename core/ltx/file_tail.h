#pragma once

#include "core/ltx/encoder.h"
#include "core/ltx/header.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace tidemark::ltx {

/// What a writer of a file notes while frames go by, and the end of the file that comes of it: end
/// mark, index, trailer. Notes about three bytes a page. For one thread.
class FileTail {
public:
    /// The header counts as written.
    explicit FileTail(const Header& header);

    /// The frame of a page was written behind the last one.
    void addFrame(std::uint32_t pageNumber, std::size_t frameSizeBytes);

    /// `sum` is that of coverFrame() over the next frames, `sizeBytes` the number of bytes in it.
    void cover(std::uint64_t sum, std::uint64_t sizeBytes);

    /// Replaces `bytes` by the next piece of the end, about kPieceBytes. False behind the last one.
    bool next(std::vector<std::byte>& bytes);

    /// Known once the last piece was given.
    [[nodiscard]] const std::optional<EncodedFacts>& facts() const { return m_facts; }

    static constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

private:
    void appendEntries(std::vector<std::byte>& bytes);
    void appendTrailer(std::vector<std::byte>& bytes);
    std::uint64_t recall();

    std::uint64_t m_sum = 0;        // Of all that the file checksum covers.
    std::uint64_t m_sizeBytes = 0;  // Of the file up to here.
    std::uint32_t m_pageCount = 0;
    std::uint32_t m_lastPage = 0;
    std::deque<std::byte> m_notes;  // Per page: steps of the number, size of the frame.
    bool m_isEnding = false;
    std::uint32_t m_indexPage = 0;  // Where the index has come to.
    std::uint64_t m_indexOffset = kHeaderSize;
    std::uint64_t m_indexSizeBytes = 0;
    std::optional<EncodedFacts> m_facts;
};

}  // namespace tidemark::ltx
