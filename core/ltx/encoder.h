#pragma once

#include "core/base/byte_stream.h"
#include "core/base/crc64.h"
#include "core/ltx/header.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tidemark::ltx {

/// What is known of a file once it is written.
struct EncodedFacts {
    std::uint64_t sizeBytes = 0;
    std::uint32_t pageCount = 0;     ///< Pages in the file.
    std::uint64_t fileChecksum = 0;  ///< As in the trailer.

    bool operator==(const EncodedFacts&) const = default;
};

/// Writes one LTX file, page by page, on the caller's thread. For one thread. Memory grows with the
/// number of pages, by about 10 bytes each, for the index at the end.
class Encoder {
public:
    /// `sink` outlives the encoder. `header` has no database checksums (asserted).
    Encoder(ByteSink& sink, const Header& header);

    /// Adds a page. Numbers ascend, are at most header.pageCountAfter and not the lock page; a
    /// complete file gets every page (all asserted). Fails as the sink does; then it is over.
    [[nodiscard]] Status add(std::uint32_t pageNumber, std::span<const std::byte> page);

    /// Ends the file; call it once, last.
    [[nodiscard]] Result<EncodedFacts> finish();

private:
    ByteSink& m_sink;
    Header m_header;
};

}  // namespace tidemark::ltx
