#pragma once

#include "core/base/byte_stream.h"
#include "core/ltx/encoder.h"
#include "core/ltx/page_stream.h"

#include <functional>

namespace tidemark::ltx {

/// An LTX file that is made while it is read: header and pages in, the file's bytes out, as often
/// as it is opened. While one batch of pages is taken, the next ones are compressed by threads that
/// a reader owns and ends with itself. Memory stays below 64 MiB and the index, whatever the size.
class EncodingSource final : public ByteSource {
public:
    /// Told once by each reader that comes to its end, on the thread that reads, before the last
    /// byte is given out.
    using Finished = std::function<void(const EncodedFacts&)>;

    /// `pages` outlives this and its readers. `header` has no database checksums (asserted). The
    /// pages obey the rules of Encoder and have the header's size; where a source breaks one,
    /// reading fails with Damaged. `threads` is 1 or more, and at most kMaxThreads are used.
    EncodingSource(const Header& header, const PageSource& pages, unsigned threads,
                   Finished finished = {});

    static constexpr unsigned kMaxThreads = 8;

    /// Never known before.
    [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override { return std::nullopt; }

    [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override;

private:
    Header m_header;
    const PageSource& m_pages;
    unsigned m_threads;
    Finished m_finished;
};

}  // namespace tidemark::ltx
