#include "core/engine/counted_on.h"

#include "core/engine/moment_chains.h"
#include "core/replica/damage.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace tidemark::engine {
namespace {

using replica::Catalog;
using replica::Moment;
using replica::ObjectInfo;

/// Behind every transaction.
constexpr ltx::TxId kNoWhole{UINT64_MAX};

replica::ObjectNames goingNames(const std::vector<ObjectInfo>& objects)
{
    replica::ObjectNames names;
    for (const ObjectInfo& each : objects) {
        names.insert(each.name);
    }
    return names;
}

/// A whole database that goes changes the ways to what follows it.
ltx::TxId firstOf(const std::vector<ObjectInfo>& going)
{
    ltx::TxId first{UINT64_MAX};
    for (const ObjectInfo& each : going) {
        first = std::min(first, each.isComplete() ? each.maxTxId : each.minTxId);
    }
    return first;
}

/// From there on, ways start anew.
ltx::TxId lastOf(const Catalog& left, const std::vector<ObjectInfo>& going)
{
    ltx::TxId end;
    for (const ObjectInfo& each : going) {
        end = std::max(end, each.maxTxId);
    }
    ltx::TxId last = kNoWhole;
    for (const ObjectInfo& each : left.objects) {
        if (each.isComplete() && each.maxTxId >= end) {
            last = std::min(last, each.maxTxId);
        }
    }
    return last;
}

}  // namespace

std::vector<ObjectInfo> countedOn(const Catalog& catalog, const RetentionPlan& plan)
{
    if (plan.going.empty()) {
        return {};
    }
    const Catalog left = replica::without(catalog, goingNames(plan.going));
    const std::vector<ChainStep> chains = chainsTo(left);
    const ltx::TxId first = firstOf(plan.going);
    const ltx::TxId last = lastOf(left, plan.going);
    std::vector<bool> isWay(left.moments.size());
    std::vector<ObjectInfo> objects;
    const auto walkTo = [&](ltx::TxId txId) {
        const auto found = std::ranges::lower_bound(left.moments, txId, {}, &Moment::txId);
        auto moment = found == left.moments.end()
                          ? kNoMoment
                          : static_cast<std::size_t>(found - left.moments.begin());
        while (moment != kNoMoment && !isWay[moment]) {
            isWay[moment] = true;
            objects.push_back(left.objects[chains[moment].object]);
            moment = chains[moment].previous;
        }
    };
    for (const KeptMoment& each : plan.kept) {
        if (each.txId >= first && each.txId <= last) {
            walkTo(each.txId);
        }
    }
    // Whether it is kept itself or not, all behind it begins there, and nothing else is left to
    // begin with.
    if (last != kNoWhole) {
        walkTo(last);
    }
    return objects;
}

}  // namespace tidemark::engine
