#include "core/engine/retention_proof.h"

#include "core/engine/level_ends.h"
#include "core/replica/catalog_builder.h"
#include "core/replica/restore_plan.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace tidemark::engine {
namespace {

using replica::Catalog;
using replica::ObjectInfo;

// Each looks at every object once. What they could find the catalog's builder finds as well.
constexpr std::size_t kPlansMade = 16;

Error disproved(const std::string& name)
{
    return {.code = ErrorCode::Bug,
            .what = {TIDEMARK_TEXT("engine",
                                   "What was to be deleted from the replica would have taken %1 "
                                   "along, so nothing is deleted."),
                     {name}}};
}

Error disproved(ltx::TxId moment)
{
    return disproved("transaction " + std::to_string(moment.value));
}

/// The catalog's objects but `going`.
Result<std::vector<ObjectInfo>> without(const Catalog& catalog, std::span<const ObjectInfo> going)
{
    std::unordered_set<std::string_view> names;
    names.reserve(going.size());
    for (const ObjectInfo& each : going) {
        names.insert(each.name);
    }
    std::vector<ObjectInfo> rest;
    rest.reserve(catalog.objects.size());
    for (const ObjectInfo& each : catalog.objects) {
        if (!names.contains(each.name)) {
            rest.push_back(each);
        }
    }
    if (rest.size() + going.size() != catalog.objects.size()) {
        return disproved("another object");
    }
    return rest;
}

Status checkGoing(const Catalog& before, const Catalog& after, std::span<const ObjectInfo> going,
                  const replica::ObjectNames& pinned)
{
    const LevelEnds ends(before);
    for (const ObjectInfo& each : going) {
        if (pinned.contains(each.name) || ends.isUnmerged(each)) {
            return disproved(each.name);
        }
    }
    if (LevelEnds(after) != ends) {
        return disproved("the end of a level");
    }
    return {};
}

Status checkKept(const Catalog& after, std::span<const KeptMoment> kept)
{
    for (const KeptMoment& each : kept) {
        if (!replica::isMoment(after, each.txId)) {
            return disproved(each.txId);
        }
    }
    const std::size_t step = std::max<std::size_t>(1, kept.size() / kPlansMade);
    for (std::size_t i = 0; i < kept.size(); i += step) {
        const auto plan = replica::planRestore(after, replica::AtTxId{kept[i].txId});
        if (!plan.ok() || plan.value().objects.empty() ||
            !plan.value().objects.front().isComplete() ||
            plan.value().objects.back().maxTxId != kept[i].txId) {
            return disproved(kept[i].txId);
        }
    }
    return {};
}

Status checkNothingStranded(const Catalog& before, const Catalog& after)
{
    for (const ObjectInfo& each : after.objects) {
        if (replica::isMoment(before, each.maxTxId) && !replica::isMoment(after, each.maxTxId)) {
            return disproved(each.name);
        }
    }
    return {};
}

}  // namespace

Result<Catalog> proveRetention(const Catalog& catalog, std::span<const ObjectInfo> going,
                               std::span<const KeptMoment> kept, const replica::ObjectNames& pinned)
{
    TIDEMARK_TRY(std::vector<ObjectInfo> rest, without(catalog, going));
    Catalog after = replica::buildCatalog(std::move(rest), catalog.foreign);
    TIDEMARK_TRY_STATUS(checkGoing(catalog, after, going, pinned));
    TIDEMARK_TRY_STATUS(checkKept(after, kept));
    TIDEMARK_TRY_STATUS(checkNothingStranded(catalog, after));
    return after;
}

}  // namespace tidemark::engine
