#include "core/engine/segment_batch.h"

#include "core/replica/layout.h"

#include <algorithm>
#include <utility>

namespace tidemark::engine {
namespace {

// Capture goes before: it has the other processors.
constexpr unsigned kThreads = 1;

/// How many of `waiting` may be in one file, as far as their numbers and sizes tell.
std::size_t countTogether(std::span<const SpooledSegment> waiting)
{
    std::size_t count = 0;
    std::uint64_t bytes = 0;
    for (const SpooledSegment& each :
         waiting.first(std::min(waiting.size(), ltx::kMaxMergeInputs))) {
        bytes += each.sizeBytes;
        const bool isNext = each.txId.value == waiting.front().txId.value + count;
        if (!isNext || (count > 0 && bytes > SegmentBatch::kMaxBytes)) {
            break;
        }
        ++count;
    }
    return count;
}

}  // namespace

SegmentBatch::SegmentBatch(MergeInputs inputs, const ltx::Header& header)
    : m_inputs(std::move(inputs)),
      m_header(header),
      m_pages(m_inputs.pages()),
      m_file(std::make_unique<ltx::EncodingSource>(
          m_header, m_pages, kThreads,
          [this](const ltx::EncodedFacts& facts) { m_sizeBytes = facts.sizeBytes; }))
{
}

Result<std::unique_ptr<SegmentBatch>> SegmentBatch::of(const Spool& spool,
                                                       std::span<const SpooledSegment> waiting,
                                                       const storage::Storage& storage,
                                                       const std::stop_token& stop)
{
    const auto together = waiting.first(countTogether(waiting));
    MergeInputs inputs(&spool, {.above = {}, .upTo = together.back().txId}, storage);
    for (const SpooledSegment& each : together) {
        if (!spool.holds(each.txId)) {
            break;
        }
        const Status added = inputs.add(replica::segmentAt(each.txId), stop);
        if (!added.ok() && inputs.size() == 0) {
            return added.error();
        }
        if (!added.ok()) {
            break;
        }
        if (inputs.size() > 1 && !inputs.lastJoins()) {
            inputs.dropLast();
            break;
        }
    }
    if (inputs.size() == 0) {
        return Error{.code = ErrorCode::NotFound};
    }
    TIDEMARK_TRY(const ltx::Header header, inputs.mergedHeader());
    return std::unique_ptr<SegmentBatch>(new SegmentBatch(std::move(inputs), header));
}

}  // namespace tidemark::engine
