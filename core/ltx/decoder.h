#pragma once

#include "core/base/byte_stream.h"
#include "core/base/crc64.h"
#include "core/base/raw_buffer.h"
#include "core/ltx/header.h"
#include "core/ltx/trailer.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace tidemark::ltx {

class ExpectedIndex;
class PageOrder;

/// What is known of a file once it was read to its end and found whole.
struct DecodedFacts {
    std::uint64_t sizeBytes = 0;
    std::uint32_t pageCount = 0;  ///< Pages in the file.
    Trailer trailer = {};

    bool operator==(const DecodedFacts&) const = default;
};

/// Reads one LTX file from start to end: readHeader(), nextPage() until it gives none, finish().
/// Only then is the file known to be whole; pages given before may be damaged. Constant memory:
/// some ten kilobytes and a page. For one thread. Each call fails with Damaged or as the reader
/// does; then it is over.
class Decoder {
public:
    /// `bytes` outlives the decoder.
    explicit Decoder(ByteReader& bytes);
    ~Decoder();

    [[nodiscard]] Result<Header> readHeader();

    /// Fills `page`, which is a page long, and gives its number. Empty behind the last page.
    [[nodiscard]] Result<std::optional<std::uint32_t>> nextPage(std::span<std::byte> page);

    /// Checks index, trailer, file checksum and that nothing follows.
    [[nodiscard]] Result<DecodedFacts> finish();

private:
    [[nodiscard]] std::span<const std::byte> buffered() const;
    [[nodiscard]] Status fill(std::size_t wantedBytes);
    [[nodiscard]] Status require(std::size_t wantedBytes);
    void consume(std::size_t sizeBytes);
    [[nodiscard]] Status readEndMark();
    [[nodiscard]] Status readIndex();
    [[nodiscard]] Result<Trailer> readTrailer();
    [[nodiscard]] Status requireEnd();

    ByteReader& m_bytes;
    RawBuffer m_buffer;
    std::size_t m_begin = 0;  // What is buffered: [m_begin, m_end).
    std::size_t m_end = 0;
    std::uint64_t m_position = 0;  // Of m_begin in the file.
    Crc64 m_sum;
    Header m_header;
    std::unique_ptr<PageOrder> m_order;
    std::unique_ptr<ExpectedIndex> m_index;
    bool m_isBehindPages = false;
};

}  // namespace tidemark::ltx
