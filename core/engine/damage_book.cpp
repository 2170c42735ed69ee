#include "core/engine/damage_book.h"

#include "core/replica/layout.h"
#include "core/replica/ltx_replica.h"

#include <algorithm>
#include <vector>

namespace tidemark::engine {
namespace {

/// Takes down in `object` which moments of `before` are not in `after`.
void noteLost(const replica::Catalog& before, const replica::Catalog& after,
              state::DamagedObject& object)
{
    for (const replica::Moment& each : before.moments) {
        if (std::ranges::binary_search(after.moments, each.txId, {}, &replica::Moment::txId)) {
            continue;
        }
        object.first = object.moments == 0 ? each.txId : object.first;
        object.last = each.txId;
        ++object.moments;
    }
}

}  // namespace

Result<replica::ObjectNames> DamageBook::found() const
{
    TIDEMARK_TRY(const auto objects, m_state.damaged(m_replicaId));
    replica::ObjectNames names;
    for (const state::DamagedObject& each : objects) {
        names.insert(each.name);
    }
    return names;
}

Result<replica::ObjectNames> DamageBook::missing() const
{
    TIDEMARK_TRY(replica::ObjectNames all, found());
    std::erase_if(all, [this](const std::string& name) { return isWholeInSpool(name); });
    return all;
}

bool DamageBook::isWholeInSpool(const std::string& name) const
{
    const auto key = replica::parseObjectName(name);
    if (!key || key->level != replica::kSegmentLevel || !m_spool.holds(key->range.maxTxId)) {
        return false;
    }
    const replica::ObjectInfo object{.minTxId = key->range.minTxId, .maxTxId = key->range.maxTxId};
    return replica::checkFile(*m_spool.source(object.maxTxId), object, {}).ok();
}

Result<bool> DamageBook::inspect(const storage::Storage& storage,
                                 std::span<const replica::ObjectInfo> suspects, Timestamp now,
                                 const std::stop_token& stop)
{
    TIDEMARK_TRY(replica::ObjectNames known, found());
    const auto isKnown = [&known](const auto& each) { return known.contains(each.name); };
    std::vector<replica::ObjectInfo> unknown(suspects.begin(), suspects.end());
    std::erase_if(unknown, isKnown);
    TIDEMARK_TRY(auto damaged, replica::damagedOf(storage, unknown, stop));
    // Another thread may have found the same meanwhile.
    const std::scoped_lock lock(m_writing);
    TIDEMARK_TRY(known, found());
    std::erase_if(damaged, isKnown);
    if (damaged.empty()) {
        return false;
    }
    TIDEMARK_TRY(replica::Catalog listed, replica::readLtxCatalog(storage, stop));
    const replica::Catalog before = replica::without(std::move(listed), known);
    std::vector<state::DamagedObject> objects;
    for (const replica::ObjectInfo& each : damaged) {
        known.insert(each.name);
        objects.push_back({.name = each.name, .foundAt = now});
    }
    TIDEMARK_TRY_STATUS(takeDown(std::move(objects), before, replica::without(before, known)));
    return true;
}

/// What they take away together is told of the first, and so counted once.
Status DamageBook::takeDown(std::vector<state::DamagedObject> objects,
                            const replica::Catalog& before, const replica::Catalog& after)
{
    for (std::size_t i = 0; i < objects.size(); ++i) {
        state::DamagedObject& object = objects[i];
        object.moments = 0;
        object.first = object.last = {};
        if (i == 0) {
            noteLost(before, after, object);
        }
        TIDEMARK_TRY_STATUS(m_state.addDamaged(m_replicaId, object));
    }
    return {};
}

Status DamageBook::mended(const storage::Storage& storage, Timestamp now,
                          const std::stop_token& stop)
{
    const std::scoped_lock lock(m_writing);
    TIDEMARK_TRY(auto objects, m_state.damaged(m_replicaId));
    TIDEMARK_TRY(replica::Catalog listed, replica::readLtxCatalog(storage, stop));
    replica::ObjectNames mended;
    replica::ObjectNames all;
    for (const state::DamagedObject& each : objects) {
        all.insert(each.name);
        if (each.mendedAt) {
            mended.insert(each.name);
        }
    }
    std::erase_if(objects, [](const auto& each) { return each.mendedAt.has_value(); });
    const replica::Catalog before = replica::without(std::move(listed), mended);
    TIDEMARK_TRY_STATUS(takeDown(std::move(objects), before, replica::without(before, all)));
    return m_state.setMended(m_replicaId, now);
}

Result<std::optional<Damage>> DamageBook::damage() const
{
    TIDEMARK_TRY(const auto objects, m_state.damaged(m_replicaId));
    if (objects.empty()) {
        return std::optional<Damage>();
    }
    Damage damage{.mendedAt = objects.front().mendedAt};
    for (const state::DamagedObject& each : objects) {
        ++damage.objects;
        damage.foundAt = std::max(damage.foundAt, each.foundAt);
        damage.mendedAt = damage.mendedAt && each.mendedAt
                              ? std::optional(std::max(*damage.mendedAt, *each.mendedAt))
                              : std::nullopt;
        if (each.moments > 0) {
            damage.first = damage.moments == 0 ? each.first : std::min(damage.first, each.first);
            damage.last = std::max(damage.last, each.last);
            damage.moments += each.moments;
        }
    }
    return std::optional(damage);
}

}  // namespace tidemark::engine
