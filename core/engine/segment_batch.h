#pragma once

#include "core/base/byte_stream.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/engine/merge_inputs.h"
#include "core/engine/spool.h"
#include "core/ltx/encoding_source.h"
#include "core/ltx/file_name.h"
#include "core/ltx/merge.h"
#include "core/storage/storage.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>

namespace tidemark::engine {

/// Segments of the spool that follow each other, as one file of level 0: the moments between them
/// are given up for fewer requests. The file has the newest of each page, and the time of the last
/// segment. For one thread, which may be another one than made it.
class SegmentBatch {
public:
    /// So many bytes of segments are one batch at most, if there is more than one.
    static constexpr std::uint64_t kMaxBytes = std::uint64_t{32} << 20;

    /// The first of `waiting`, and those behind it that can be in one file with it: no gap, no file
    /// with every page, no other page size, and what ltx::MergedPages bears. `storage`, the
    /// replica's, and the spool outlive it. Fails as reading the first one from the spool does:
    /// NotFound or Damaged when that has lost it.
    [[nodiscard]] static Result<std::unique_ptr<SegmentBatch>> of(
        const Spool& spool, std::span<const SpooledSegment> waiting,
        const storage::Storage& storage, const std::stop_token& stop);

    [[nodiscard]] std::size_t count() const { return m_inputs.size(); }
    [[nodiscard]] ltx::TxRange range() const { return {m_header.minTxId, m_header.maxTxId}; }
    [[nodiscard]] Timestamp time() const { return m_header.createdAt; }
    [[nodiscard]] const ByteSource& file() const { return *m_file; }

    /// Of the file, once it was read to its end.
    [[nodiscard]] std::uint64_t sizeBytes() const { return m_sizeBytes; }

private:
    SegmentBatch(MergeInputs inputs, const ltx::Header& header);

    MergeInputs m_inputs;
    ltx::Header m_header;
    ltx::MergedPages m_pages;
    std::uint64_t m_sizeBytes = 0;
    std::unique_ptr<ltx::EncodingSource> m_file;
};

}  // namespace tidemark::engine
