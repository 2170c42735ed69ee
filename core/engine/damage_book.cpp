#include "core/engine/damage_book.h"

#include "core/replica/catalog_builder.h"
#include "core/replica/layout.h"
#include "core/replica/ltx_replica.h"
#include "core/replica/strays.h"

#include <algorithm>
#include <vector>

namespace tidemark::engine {
namespace {

constexpr std::chrono::hours kOtherFailure{2};

replica::ObjectInfo named(const std::string& name, const replica::ObjectKey& key)
{
    return {.level = key.level,
            .minTxId = key.range.minTxId,
            .maxTxId = key.range.maxTxId,
            .name = name};
}

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

DamageBook::DamageBook(Clock& clock, state::StateDb& state, const Spool& spool,
                       std::string replicaId)
    : m_clock(clock), m_state(state), m_spool(spool), m_replicaId(std::move(replicaId))
{
    // Whatever cannot be read is found anew.
    if (auto names = m_state.suspected(m_replicaId); names.ok()) {
        m_rememberedSuspected = std::move(names).value();
    }
    for (const std::string& name : m_rememberedSuspected) {
        m_suspected.emplace(name, m_clock.monotonic());
    }
}

std::vector<replica::ObjectInfo> DamageBook::suspected()
{
    const std::scoped_lock lock(m_writing);
    std::vector<replica::ObjectInfo> objects;
    for (const auto& [name, since] : m_suspected) {
        if (const auto key = replica::parseObjectName(name)) {
            objects.push_back(named(name, *key));
        }
    }
    return objects;
}

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
    const replica::ObjectNames unusable = distrusted();
    std::erase_if(all, [&](const std::string& name) {
        return !unusable.contains(name) && isWholeInSpool(name);
    });
    return all;
}

replica::ObjectNames DamageBook::distrusted() const
{
    const std::scoped_lock lock(m_distrustedMutex);
    return m_distrusted;
}

/// Whether it is to be asked again: what failed once may have been read wrongly.
bool DamageBook::distrustSpool(std::span<const replica::ObjectInfo> suspects,
                               const replica::ObjectNames& known)
{
    const Clock::Instant now = m_clock.monotonic();
    bool isAnyFirst = false;
    for (const replica::ObjectInfo& each : suspects) {
        if (!known.contains(each.name) || !isWholeInSpool(each.name)) {
            continue;
        }
        Clock::Instant& since = m_failedMerges.try_emplace(each.name, now).first->second;
        // Merges are tried again within an hour: this is another failure.
        since = now - since > kOtherFailure ? now : since;
        isAnyFirst = isAnyFirst || now - since < kSecondRead;
        if (now - since >= kSecondRead) {
            const std::scoped_lock lock(m_distrustedMutex);
            m_distrusted.insert(each.name);
        }
    }
    return isAnyFirst;
}

bool DamageBook::isWholeInSpool(const std::string& name) const
{
    const auto key = replica::parseObjectName(name);
    const bool isSegment =
        key && key->level == replica::kSegmentLevel && key->range.minTxId == key->range.maxTxId;
    if (!isSegment || !m_spool.holds(key->range.maxTxId)) {
        return false;
    }
    const replica::ObjectInfo object{.minTxId = key->range.minTxId, .maxTxId = key->range.maxTxId};
    return replica::checkFile(*m_spool.source(object.maxTxId), object, {}).ok();
}

Result<Inspection> DamageBook::inspect(const storage::Storage& storage,
                                       std::span<const replica::ObjectInfo> suspects,
                                       Suspecting who, const std::stop_token& stop)
{
    TIDEMARK_TRY(replica::ObjectNames known, found());
    const auto isKnown = [&known](const auto& each) { return known.contains(each.name); };
    std::vector<replica::ObjectInfo> unknown(suspects.begin(), suspects.end());
    std::erase_if(unknown, isKnown);
    TIDEMARK_TRY(auto damaged, replica::damagedOf(storage, unknown, stop));
    if (damaged.empty()) {
        TIDEMARK_TRY(damaged, replica::straysOf(storage, unknown, known, stop));
    }
    // Another thread may have found the same meanwhile.
    const std::scoped_lock lock(m_writing);
    TIDEMARK_TRY(known, found());
    std::erase_if(damaged, isKnown);
    bool isSuspected = setAsideSuspected(unknown, damaged);
    rememberSuspected();
    if (!damaged.empty()) {
        TIDEMARK_TRY_STATUS(takeDownNews(storage, damaged, std::move(known), stop));
        for (const replica::ObjectInfo& each : damaged) {
            m_suspected.erase(each.name);
        }
        rememberSuspected();
        return Inspection::News;
    }
    if (who == Suspecting::Merge && !isSuspected) {
        isSuspected = distrustSpool(suspects, known);
    }
    TIDEMARK_TRY(const bool isMissed, missAgain(suspects));
    const auto otherwise = isSuspected ? Inspection::Suspected : Inspection::Nothing;
    return isMissed ? Inspection::Known : otherwise;
}

/// A stop between the two reads would leave nobody who reads it again.
void DamageBook::rememberSuspected()
{
    replica::ObjectNames names;
    for (const auto& [name, since] : m_suspected) {
        names.insert(names.end(), name);
    }
    if (names != m_rememberedSuspected && m_state.setSuspected(m_replicaId, names).ok()) {
        m_rememberedSuspected = std::move(names);
    }
}

/// Leaves in `damaged` what was read as damaged before; whether others were in it.
bool DamageBook::setAsideSuspected(std::span<const replica::ObjectInfo> read,
                                   std::vector<replica::ObjectInfo>& damaged)
{
    const auto isDamaged = [&damaged](const std::string& name) {
        return std::ranges::find(damaged, name, &replica::ObjectInfo::name) != damaged.end();
    };
    for (const replica::ObjectInfo& each : read) {
        if (!isDamaged(each.name)) {
            m_suspected.erase(each.name);
        }
    }
    const Clock::Instant now = m_clock.monotonic();
    const auto isFirst = [this, now](const replica::ObjectInfo& each) {
        return now - m_suspected.try_emplace(each.name, now).first->second < kSecondRead;
    };
    return std::erase_if(damaged, isFirst) > 0;
}

Status DamageBook::takeDownNews(const storage::Storage& storage,
                                const std::vector<replica::ObjectInfo>& damaged,
                                replica::ObjectNames known, const std::stop_token& stop)
{
    TIDEMARK_TRY(replica::Catalog listed, replica::readLtxCatalog(storage, stop));
    const replica::Catalog before = replica::without(std::move(listed), known);
    const Timestamp now = m_clock.now();
    std::vector<state::DamagedObject> objects;
    for (const replica::ObjectInfo& each : damaged) {
        known.insert(each.name);
        TIDEMARK_TRY(const auto there, storage.find(each.name, stop));
        objects.push_back({.name = each.name,
                           .foundAt = now,
                           .sizeBytes = there ? there->sizeBytes : 0,
                           .modified = there ? there->modified : std::nullopt});
    }
    return takeDown(std::move(objects), before, replica::without(before, known));
}

/// Whether any of them is known and missing.
Result<bool> DamageBook::missAgain(std::span<const replica::ObjectInfo> suspects)
{
    TIDEMARK_TRY(const replica::ObjectNames names, missing());
    TIDEMARK_TRY(auto objects, m_state.damaged(m_replicaId));
    bool isAny = false;
    for (state::DamagedObject& each : objects) {
        const bool isSuspect =
            std::ranges::find(suspects, each.name, &replica::ObjectInfo::name) != suspects.end();
        if (!isSuspect || !names.contains(each.name)) {
            continue;
        }
        isAny = true;
        if (each.mendedAt) {
            each.mendedAt.reset();
            TIDEMARK_TRY_STATUS(m_state.addDamaged(m_replicaId, each));
        }
    }
    return isAny;
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

Result<bool> DamageBook::mended(const storage::Storage& storage, const replica::ObjectNames& names,
                                ltx::TxId upTo, const std::stop_token& stop)
{
    const std::scoped_lock lock(m_writing);
    TIDEMARK_TRY(auto objects, m_state.damaged(m_replicaId));
    TIDEMARK_TRY(replica::Catalog listed, replica::readLtxCatalog(storage, stop));
    replica::ObjectNames done;
    replica::ObjectNames all;
    for (state::DamagedObject& each : objects) {
        all.insert(each.name);
        if (each.mendedAt) {
            done.insert(each.name);
        } else if (names.contains(each.name)) {
            each.mendedAt = m_clock.now();
        }
    }
    // What nobody has looked for yet may be in the way all the same.
    if (replica::positionOf(replica::without(listed, all)) < upTo) {
        return false;
    }
    std::erase_if(objects, [&done](const state::DamagedObject& each) {
        return !each.mendedAt || done.contains(each.name);
    });
    const replica::Catalog before = replica::without(std::move(listed), done);
    TIDEMARK_TRY_STATUS(takeDown(objects, before, replica::without(before, names)));
    return !objects.empty();
}

Status DamageBook::noteBase()
{
    const std::scoped_lock lock(m_writing);
    TIDEMARK_TRY(auto objects, m_state.damaged(m_replicaId));
    std::erase_if(objects, [](const auto& each) { return each.mendedAt.has_value(); });
    const auto isFirst = [](const auto& each) { return !each.basedAt; };
    if (std::ranges::none_of(objects, isFirst) && !objects.empty()) {
        // One is enough to tell of it; the others go on telling of those before.
        std::ranges::max_element(objects, {}, &state::DamagedObject::foundAt)->basedAt.reset();
    }
    for (state::DamagedObject& each : objects) {
        if (isFirst(each)) {
            each.basedAt = m_clock.now();
            TIDEMARK_TRY_STATUS(m_state.addDamaged(m_replicaId, each));
        }
    }
    return {};
}

Result<bool> DamageBook::readAgain(const storage::Storage& storage, bool all,
                                   const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto objects, m_state.damaged(m_replicaId));
    std::vector<replica::ObjectInfo> whole;
    for (const state::DamagedObject& each : objects) {
        TIDEMARK_TRY(const auto there, storage.find(each.name, stop));
        const auto key = replica::parseObjectName(each.name);
        const bool isSame =
            there && there->sizeBytes == each.sizeBytes && there->modified == each.modified;
        if (!there || !key || (isSame && !all)) {
            continue;
        }
        const replica::ObjectInfo object = named(each.name, *key);
        const Status read = replica::checkObject(storage, object, stop);
        if (read.ok()) {
            whole.push_back(object);
        } else if (!replica::isOfObject(read.error()) && read.error().code != ErrorCode::NotFound) {
            return read.error();
        }
    }
    return dropWhole(storage, std::move(whole), stop);
}

/// But strays; whether any was dropped.
Result<bool> DamageBook::dropWhole(const storage::Storage& storage,
                                   std::vector<replica::ObjectInfo> objects,
                                   const std::stop_token& stop)
{
    TIDEMARK_TRY(const replica::ObjectNames known, found());
    TIDEMARK_TRY(const auto strays, replica::straysOf(storage, objects, known, stop));
    std::erase_if(objects, [&strays](const replica::ObjectInfo& each) {
        return std::ranges::find(strays, each.name, &replica::ObjectInfo::name) != strays.end();
    });
    const std::scoped_lock lock(m_writing);
    for (const replica::ObjectInfo& each : objects) {
        TIDEMARK_TRY_STATUS(m_state.dropDamaged(m_replicaId, each.name));
        m_failedMerges.erase(each.name);
    }
    return !objects.empty();
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
        if (each.basedAt) {
            damage.bases.push_back(*each.basedAt);
        }
        damage.mendedAt = damage.mendedAt && each.mendedAt
                              ? std::optional(std::max(*damage.mendedAt, *each.mendedAt))
                              : std::nullopt;
        if (each.moments > 0) {
            damage.first = damage.moments == 0 ? each.first : std::min(damage.first, each.first);
            damage.last = std::max(damage.last, each.last);
            damage.moments += each.moments;
        }
    }
    // Several may have been mended by one.
    std::ranges::sort(damage.bases);
    const auto doubled = std::ranges::unique(damage.bases);
    damage.bases.erase(doubled.begin(), doubled.end());
    return std::optional(std::move(damage));
}

}  // namespace tidemark::engine
