#include "core/engine/spool_room.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

namespace tidemark::engine {
namespace {

/// Once it is at its limit it is brought so much below it, one part in so many: it is not cut at
/// each segment then.
constexpr std::uint64_t kCutShare = 16;

/// Removing so many files takes some milliseconds.
constexpr std::size_t kMostCut = 64;

/// Those that are given up first come first.
bool isGivenUpBefore(const SpoolReader& left, const SpoolReader& right)
{
    return std::tie(left.has, left.isAnswering) < std::tie(right.has, right.isAnswering);
}

/// The last segment that `reader` has in hand.
ltx::TxId handOf(const Spool& spool, const SpoolReader& reader)
{
    ltx::TxId last{reader.has.value + 1};
    std::uint64_t bytes = 0;
    for (const SpooledSegment& each : spool.above(reader.has, kSegmentsInHand)) {
        bytes += each.sizeBytes;
        if (each.txId.value > reader.has.value + kSegmentsInHand || bytes > kBytesInHand) {
            break;
        }
        last = std::max(last, each.txId);
    }
    return last;
}

/// What may go when the first `givenUp` of `readers` are.
ltx::TxRange sparedBy(const Spool& spool, const std::vector<SpoolReader>& readers,
                      std::size_t givenUp, ltx::TxId remembered)
{
    ltx::TxRange range{.minTxId = {1}, .maxTxId = remembered};
    for (std::size_t i = 0; i < readers.size(); ++i) {
        if (i >= givenUp) {
            range.maxTxId = std::min(range.maxTxId, readers[i].has);
        } else if (readers[i].isAnswering) {
            const ltx::TxId behind{handOf(spool, readers[i]).value + 1};
            range.minTxId = std::max(range.minTxId, behind);
        }
    }
    return range;
}

}  // namespace

std::uint64_t spoolRoom(std::uint64_t chosenBytes, std::uint64_t spoolBytes, const Space& space)
{
    const std::uint64_t there = space.freeBytes + spoolBytes;
    const std::uint64_t leftFree = std::min(kLeftFreeBytes, there / kLeftFreeShare);
    const std::uint64_t most =
        chosenBytes != 0 ? chosenBytes : std::min(kMostSpoolBytes, there / kSpoolShare);
    return std::min(most, there - leftFree);
}

Result<std::optional<ltx::TxRange>> keepWithin(Spool& spool, std::vector<SpoolReader> readers,
                                               ltx::TxId remembered, std::uint64_t roomBytes)
{
    if (spool.sizeBytes() <= roomBytes) {
        return std::optional<ltx::TxRange>();
    }
    std::ranges::sort(readers, isGivenUpBefore);
    std::vector<ltx::TxRange> spared;
    for (std::size_t givenUp = 0; givenUp <= readers.size(); ++givenUp) {
        spared.push_back(sparedBy(spool, readers, givenUp, remembered));
    }
    return spool.cut(spared, roomBytes - roomBytes / kCutShare, kMostCut);
}

}  // namespace tidemark::engine
