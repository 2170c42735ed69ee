#include "core/engine/mark_snapshots.h"

#include "core/replica/layout.h"
#include "core/replica/restore_plan.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace tidemark::engine {
namespace {

// As the schedule of snapshots has it: then a restore reads half as much beside the snapshot.
constexpr std::uint64_t kPartOfSnapshot = 2;

bool isWorthIt(std::uint64_t bytes, const replica::ObjectInfo& snapshot)
{
    return bytes > snapshot.sizeBytes / kPartOfSnapshot;
}

std::uint64_t totalBytesOf(std::span<const replica::ObjectInfo> objects)
{
    std::uint64_t sum = 0;
    for (const replica::ObjectInfo& each : objects) {
        sum += each.sizeBytes;
    }
    return sum;
}

/// Empty when it is no moment, needs one file, or the rest is little beside it.
std::vector<replica::ObjectInfo> longWayTo(ltx::TxId moment, const replica::Catalog& catalog,
                                           const replica::ObjectNames& damaged)
{
    auto plan = replica::planRestore(catalog, replica::AtTxId{moment});
    if (!plan.ok() || plan.value().objects.size() < 2) {
        return {};
    }
    const std::string name = replica::objectName(
        {.level = replica::kSnapshotLevel, .range = {.minTxId = {1}, .maxTxId = moment}});
    auto objects = std::move(plan).value().objects;
    const bool isLong = isWorthIt(totalBytesOf(std::span(objects).subspan(1)), objects.front());
    return isLong && !damaged.contains(name) ? std::move(objects)
                                             : std::vector<replica::ObjectInfo>();
}

replica::ObjectNames goingWithoutMarks(const replica::Catalog& catalog,
                                       const RetentionPolicy& policy, Timestamp now,
                                       const replica::ObjectNames& pinned)
{
    replica::ObjectNames names;
    const auto plan = planRetention(catalog, policy, now, {}, pinned);
    if (plan.ok()) {
        for (const replica::ObjectInfo& each : plan.value().going) {
            names.insert(each.name);
        }
    }
    return names;
}

}  // namespace

std::vector<replica::ObjectInfo> snapshotForMark(const RetentionLook& look,
                                                 const RetentionPolicy& policy, Timestamp now,
                                                 const replica::ObjectNames& pinned,
                                                 const replica::ObjectNames& damaged)
{
    std::optional<replica::ObjectNames> unmarked;
    for (const replica::Mark& mark : look.marks) {
        auto way = longWayTo(mark.txId, look.catalog, damaged);
        if (way.empty()) {
            continue;
        }
        // Made once, and only where a mark may need it: it takes as long as the plan itself.
        if (!unmarked) {
            unmarked = goingWithoutMarks(look.catalog, policy, now, pinned);
        }
        std::uint64_t keptForMarks = 0;
        for (const replica::ObjectInfo& each : std::span(way).subspan(1)) {
            keptForMarks += unmarked->contains(each.name) ? each.sizeBytes : 0;
        }
        if (isWorthIt(keptForMarks, way.front())) {
            return way;
        }
    }
    return {};
}

}  // namespace tidemark::engine
