#include "core/engine/replica_levels.h"

#include "core/replica/catalog_builder.h"
#include "core/replica/layout.h"
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

/// The object of a level up to `level` that starts at `from` and reaches furthest, not past `to`.
const replica::ObjectInfo* furthest(const replica::Catalog& catalog, int level, ltx::TxRange range)
{
    const replica::ObjectInfo* best = nullptr;
    for (; level >= replica::kSegmentLevel; --level) {
        const auto objects =
            std::ranges::equal_range(catalog.objects, level, {}, &replica::ObjectInfo::level);
        auto each =
            std::ranges::lower_bound(objects, range.minTxId, {}, &replica::ObjectInfo::minTxId);
        for (; each != objects.end() && each->minTxId == range.minTxId; ++each) {
            if (each->maxTxId <= range.maxTxId && (!best || each->maxTxId > best->maxTxId)) {
                best = &*each;
            }
        }
    }
    return best;
}

/// Objects of levels up to `level` that hold exactly those transactions; none where one is missing.
std::vector<replica::ObjectInfo> standIns(const replica::Catalog& catalog, int level,
                                          ltx::TxRange range)
{
    std::vector<replica::ObjectInfo> found;
    while (range.minTxId <= range.maxTxId) {
        const replica::ObjectInfo* const next = furthest(catalog, level, range);
        if (!next) {
            return {};
        }
        found.push_back(*next);
        range.minTxId = {next->maxTxId.value + 1};
    }
    return found;
}

}  // namespace

ReplicaLevels::ReplicaLevels(const replica::Catalog& whole, const replica::ObjectNames& damaged)
{
    for (const std::string& name : damaged) {
        const auto key = replica::parseObjectName(name);
        if (key && key->level >= 0 && key->level <= kHighestLevel) {
            auto& newest = m_newest[static_cast<std::size_t>(key->level)];
            newest = std::max(newest, key->range.maxTxId);
        }
    }
    // From above, so that what is covered is not kept first.
    for (int level : {replica::kSnapshotLevel, 3, 2, 1, 0}) {
        for (const replica::ObjectInfo& each : whole.objects) {
            if (each.level == level) {
                add(each);
            }
        }
    }
    for (int level = kHighestLevel; level > replica::kSegmentLevel; --level) {
        fillHoles(whole, level);
    }
}

ltx::TxId ReplicaLevels::coveredAbove(int level) const
{
    if (level < kHighestLevel) {
        return newest(level + 1);
    }
    return m_snapshot ? m_snapshot->maxTxId : ltx::TxId();
}

void ReplicaLevels::fillHoles(const replica::Catalog& whole, int level)
{
    auto& open = m_open[static_cast<std::size_t>(level)];
    ltx::TxId reached;
    for (int above = level; above <= kHighestLevel && reached == ltx::TxId{}; ++above) {
        reached = coveredAbove(above);
    }
    if (reached == ltx::TxId{}) {
        return;  // Nothing says where it should begin.
    }
    std::vector<replica::ObjectInfo> filled;
    const auto fillUpTo = [&](ltx::TxId last) {
        if (last > reached) {
            const auto found =
                standIns(whole, level - 1, {.minTxId = {reached.value + 1}, .maxTxId = last});
            filled.insert(filled.end(), found.begin(), found.end());
        }
    };
    for (const replica::ObjectInfo& each : open) {
        fillUpTo({each.minTxId.value - 1});
        filled.push_back(each);
        reached = std::max(reached, each.maxTxId);
    }
    fillUpTo(newest(level));
    open = std::move(filled);
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
    const ltx::TxId covered = coveredAbove(object.level);
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
