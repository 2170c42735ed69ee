#include "app/timeline/timeline_data.h"

#include <algorithm>
#include <cassert>

namespace tidemark::app::timeline {
namespace {

MomentSums sumsOf(const MomentChunk& chunk, std::size_t position)
{
    const bool known = chunk.pages[position] != kUnknownPages;
    const std::uint32_t pages = known ? chunk.pages[position] : 0;
    const std::uint64_t bytes = chunk.bytes[position];
    return {.count = 1, .pages = pages, .bytes = bytes, .maxPages = pages, .maxBytes = bytes};
}

}  // namespace

void MomentSums::add(const MomentSums& other)
{
    count += other.count;
    pages += other.pages;
    bytes += other.bytes;
    maxPages = std::max(maxPages, other.maxPages);
    maxBytes = std::max(maxBytes, other.maxBytes);
}

void MomentChunk::push(const MomentRow& row)
{
    assert(numbers.size() < kChunkMoments);
    if (row.recordedMs != row.shownMs && recordedMs.empty()) {
        recordedMs = shownMs;
        recordedMs.reserve(kChunkMoments);
    }
    const bool keepsRecorded = !recordedMs.empty() || row.recordedMs != row.shownMs;
    numbers.push_back(row.number);
    shownMs.push_back(row.shownMs);
    if (keepsRecorded) {
        recordedMs.push_back(row.recordedMs);
    }
    pages.push_back(row.pages.value_or(kUnknownPages));
    bytes.push_back(row.bytes);

    const std::size_t position = numbers.size() - 1;
    if (position % kBlockMoments == 0) {
        blocks.emplace_back();
    }
    const MomentSums one = sumsOf(*this, position);
    blocks.back().add(one);
    all.add(one);
}

MomentRow MomentChunk::row(std::size_t position) const
{
    MomentRow row{.number = numbers[position],
                  .shownMs = shownMs[position],
                  .recordedMs = recordedMs.empty() ? shownMs[position] : recordedMs[position],
                  .bytes = bytes[position]};
    if (pages[position] != kUnknownPages) {
        row.pages = pages[position];
    }
    return row;
}

MomentSums MomentChunk::sums(std::size_t first, std::size_t last) const
{
    if (first == 0 && last == numbers.size()) {
        return all;
    }
    MomentSums sums;
    for (std::size_t position = first; position < last;) {
        if (position % kBlockMoments == 0 && position + kBlockMoments <= last) {
            sums.add(blocks[position / kBlockMoments]);
            position += kBlockMoments;
        } else {
            sums.add(sumsOf(*this, position));
            ++position;
        }
    }
    return sums;
}

}  // namespace tidemark::app::timeline
