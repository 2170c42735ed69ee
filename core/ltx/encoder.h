#pragma once

#include "core/base/byte_stream.h"
#include "core/base/crc64.h"
#include "core/ltx/header.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace tidemark::ltx {

class FileTail;
class PageOrder;

/// What is known of a file once it is written.
struct EncodedFacts {
    std::uint64_t sizeBytes = 0;
    std::uint32_t pageCount = 0;     ///< Pages in the file.
    std::uint64_t fileChecksum = 0;  ///< As in the trailer.

    bool operator==(const EncodedFacts&) const = default;
};

/// Writes one LTX file, page by page, on the caller's thread. For one thread. Memory grows with the
/// number of pages, by about three bytes each, for the index at the end.
class Encoder {
public:
    /// `sink` outlives the encoder. `header` has no database checksums (asserted).
    Encoder(ByteSink& sink, const Header& header);
    ~Encoder();

    /// Adds a page. Numbers ascend, are at most header.pageCountAfter and not the lock page; a
    /// complete file gets every page (all asserted). Fails as the sink does; then it is over.
    [[nodiscard]] Status add(std::uint32_t pageNumber, std::span<const std::byte> page);

    /// Ends the file; call it once, last. Fails as the sink does.
    [[nodiscard]] Result<EncodedFacts> finish();

private:
    [[nodiscard]] Status flush();

    ByteSink& m_sink;
    std::uint32_t m_pageSizeBytes = 0;
    std::unique_ptr<PageOrder> m_order;
    std::unique_ptr<FileTail> m_tail;
    std::vector<std::byte> m_pending;  // Frames on their way to the sink.
    Crc64 m_sum;                       // Of all frames.
    std::uint64_t m_coveredBytes = 0;
};

}  // namespace tidemark::ltx
