#include "core/engine/replica_levels.h"

#include "core/replica/catalog_builder.h"
#include "core/replica/restore_plan.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tidemark::engine {
namespace {

bool byRange(const replica::ObjectInfo& left, const replica::ObjectInfo& right)
{
    return std::tie(left.minTxId, left.maxTxId) < std::tie(right.minTxId, right.maxTxId);
}

}  // namespace

ReplicaLevels::ReplicaLevels(const replica::Catalog& catalog)
{
    // From above, so that what is covered is not kept first.
    for (int level : {replica::kSnapshotLevel, 3, 2, 1, 0}) {
        for (const replica::ObjectInfo& each : catalog.objects) {
            if (each.level == level) {
                add(each);
            }
        }
    }
}

void ReplicaLevels::add(const replica::ObjectInfo& object)
{
    if (object.level == replica::kSnapshotLevel) {
        if (!m_snapshot || m_snapshot->maxTxId < object.maxTxId) {
            m_snapshot = object;
            cover(kHighestLevel, object.maxTxId);
        }
        return;
    }
    if (object.level < 0 || object.level > kHighestLevel) {
        return;
    }
    const auto level = static_cast<std::size_t>(object.level);
    const ltx::TxId covered = object.level < kHighestLevel ? m_newest[level + 1]
                              : m_snapshot                 ? m_snapshot->maxTxId
                                                           : ltx::TxId();
    m_newest[level] = std::max(m_newest[level], object.maxTxId);
    if (object.maxTxId > covered) {
        auto& open = m_open[level];
        const auto place = std::ranges::upper_bound(open, object, byRange);
        const bool isThere = place != open.begin() && std::prev(place)->name == object.name;
        if (!isThere) {
            open.insert(place, object);
        }
    }
    if (object.level > 0) {
        cover(object.level - 1, object.maxTxId);
    }
}

std::vector<replica::ObjectInfo> ReplicaLevels::newestPlan() const
{
    if (!m_snapshot) {
        return {};
    }
    std::vector<replica::ObjectInfo> objects = {*m_snapshot};
    for (const auto& open : m_open) {
        objects.insert(objects.end(), open.begin(), open.end());
    }
    auto plan =
        replica::planRestore(replica::buildCatalog(std::move(objects), {}), replica::Latest{});
    return plan.ok() ? std::move(plan).value().objects : std::vector<replica::ObjectInfo>();
}

void ReplicaLevels::cover(int level, ltx::TxId upTo)
{
    std::erase_if(m_open.at(static_cast<std::size_t>(level)),
                  [upTo](const replica::ObjectInfo& each) { return each.maxTxId <= upTo; });
}

}  // namespace tidemark::engine
