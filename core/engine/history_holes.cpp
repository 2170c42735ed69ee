#include "core/engine/history_holes.h"

#include "core/engine/range_cover.h"
#include "core/replica/catalog_builder.h"

#include <algorithm>

namespace tidemark::engine {
namespace {

using replica::Catalog;
using replica::ObjectInfo;

/// What compaction made and a plan can use. A snapshot accounts for nothing: it holds every page,
/// whatever happened before it.
RangeCover mergedRanges(const Catalog& catalog)
{
    std::vector<ltx::TxRange> ranges;
    for (const ObjectInfo& each : catalog.objects) {
        if (each.level > replica::kSegmentLevel && each.level < replica::kSnapshotLevel &&
            replica::isMoment(catalog, each.maxTxId)) {
            ranges.push_back({.minTxId = each.minTxId, .maxTxId = each.maxTxId});
        }
    }
    return RangeCover(std::move(ranges));
}

Hole holeAround(const Catalog& catalog, ltx::TxId txId)
{
    const auto above = std::ranges::upper_bound(catalog.moments, txId, {}, &replica::Moment::txId);
    return {.after = above == catalog.moments.begin() ? ltx::TxId{} : std::prev(above)->txId,
            .before = above == catalog.moments.end() ? ltx::TxId{} : above->txId};
}

}  // namespace

std::vector<Hole> holesOf(const Catalog& catalog)
{
    std::vector<const ObjectInfo*> stranded;
    for (const ObjectInfo& each : catalog.objects) {
        if (!replica::isMoment(catalog, each.maxTxId)) {
            stranded.push_back(&each);
        }
    }
    if (stranded.empty()) {
        return {};
    }
    const RangeCover merged = mergedRanges(catalog);
    std::vector<Hole> holes;
    for (const ObjectInfo* const each : stranded) {
        if (!merged.covers({.minTxId = each->minTxId, .maxTxId = each->maxTxId})) {
            holes.push_back(holeAround(catalog, each->maxTxId));
        }
    }
    std::ranges::sort(holes, {}, &Hole::after);
    const auto repeated = std::ranges::unique(holes);
    holes.erase(repeated.begin(), repeated.end());
    return holes;
}

bool isBesideHole(const std::vector<Hole>& holes, ltx::TxId txId)
{
    const auto above = std::ranges::upper_bound(holes, txId, {}, &Hole::after);
    if (above == holes.begin()) {
        return false;
    }
    const Hole& hole = *std::prev(above);
    return hole.before == ltx::TxId{} || txId <= hole.before;
}

}  // namespace tidemark::engine
