#pragma once

#include "core/base/byte_stream.h"
#include "core/base/crc64.h"
#include "core/ltx/header.h"
#include "core/ltx/trailer.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tidemark::ltx {

/// What is known of a file once it was read to its end and found whole.
struct DecodedFacts {
    std::uint64_t sizeBytes = 0;
    std::uint32_t pageCount = 0;  ///< Pages in the file.
    Trailer trailer = {};

    bool operator==(const DecodedFacts&) const = default;
};

/// Reads one LTX file from start to end: readHeader(), nextPage() until it gives none, finish().
/// Only then is the file known to be whole; pages given before may be damaged. Constant memory,
/// about twice a page. For one thread. Each call fails with Damaged or as the reader does; then it
/// is over.
class Decoder {
public:
    /// `bytes` outlives the decoder.
    explicit Decoder(ByteReader& bytes) : m_bytes(bytes) {}

    [[nodiscard]] Result<Header> readHeader();

    /// Fills `page`, which is a page long, and gives its number. Empty behind the last page.
    [[nodiscard]] Result<std::optional<std::uint32_t>> nextPage(std::span<std::byte> page);

    /// Checks index, trailer, file checksum and that nothing follows.
    [[nodiscard]] Result<DecodedFacts> finish();

private:
    ByteReader& m_bytes;
};

}  // namespace tidemark::ltx
