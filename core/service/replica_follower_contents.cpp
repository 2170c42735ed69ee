// What a ReplicaFollower's replica holds, and what of it was proven.

#include "core/replica/catalog_builder.h"
#include "core/service/replica_follower.h"

#include <algorithm>
#include <utility>

namespace tidemark::service {

engine::ReplicaLevels ReplicaFollower::levels() const
{
    const std::scoped_lock lock(m_mutex);
    return m_levels;
}

std::optional<SnapshotFacts> ReplicaFollower::snapshot() const
{
    const std::scoped_lock lock(m_mutex);
    const auto& newest = m_levels.snapshot();
    return newest ? std::optional(SnapshotFacts{.txId = newest->maxTxId,
                                                .time = newest->time,
                                                .bytes = newest->sizeBytes,
                                                .name = newest->name})
                  : std::nullopt;
}

ltx::TxId ReplicaFollower::mergedUpTo() const
{
    const std::scoped_lock lock(m_mutex);
    return m_levels.newest(1);
}

bool ReplicaFollower::holdsMoment(ltx::TxId txId) const
{
    const std::scoped_lock lock(m_mutex);
    const auto isWithin = [txId](const replica::ObjectInfo& object) {
        return object.minTxId <= txId && txId < object.maxTxId;
    };
    return m_view.confirmed >= txId &&
           std::ranges::none_of(m_levels.open(replica::kSegmentLevel), isWithin);
}

/// Of the object that the next segment hangs onto, as far as that is known; else empty.
std::string ReplicaFollower::newestName() const
{
    const engine::ReplicaLevels known = levels();
    const ltx::TxId newest = known.newest(replica::kSegmentLevel);
    if (const auto& snapshot = known.snapshot(); snapshot && snapshot->maxTxId >= newest) {
        return snapshot->name;
    }
    // It may be a batch; what was made of it ends there, too.
    for (int level = replica::kSegmentLevel; level <= engine::kHighestLevel; ++level) {
        const auto& objects = known.open(level);
        const auto last = std::ranges::find(objects, newest, &replica::ObjectInfo::maxTxId);
        if (last != objects.end()) {
            return last->name;
        }
    }
    return {};
}

void ReplicaFollower::noteObject(const replica::ObjectInfo& object)
{
    m_progress.stepGoesOn();
    const std::scoped_lock lock(m_mutex);
    m_levels.add(object);
}

Result<replica::Catalog> ReplicaFollower::relist(const std::stop_token& stop)
{
    const ltx::TxId known = levels().newest(replica::kSegmentLevel);
    TIDEMARK_TRY(replica::Catalog listed, replica::readLtxCatalog(*storage(), stop));
    replica::Catalog whole = replica::without(std::move(listed), missing());
    relisted(whole, known);
    return whole;
}

/// Segments above `known`, the newest before the listing, may have been written meanwhile and are
/// kept in mind.
void ReplicaFollower::relisted(const replica::Catalog& catalog, ltx::TxId known)
{
    const replica::ObjectNames damaged = missing();
    engine::ReplicaLevels listed(catalog, damaged);
    const std::scoped_lock lock(m_mutex);
    for (const replica::ObjectInfo& each : m_levels.open(replica::kSegmentLevel)) {
        if (each.maxTxId > known) {
            listed.add(each);
        }
    }
    // A first snapshot may have been written meanwhile, too.
    const auto& snapshot = m_levels.snapshot();
    if (snapshot && !damaged.contains(snapshot->name)) {
        listed.add(*snapshot);
    }
    m_levels = std::move(listed);
    ++m_listings;
}

std::uint64_t ReplicaFollower::listings() const
{
    const std::scoped_lock lock(m_mutex);
    return m_listings;
}

void ReplicaFollower::readProof()
{
    const auto remembered = m_state.proofOf(m_id);
    const std::scoped_lock lock(m_mutex);
    if (remembered.ok() && remembered.value()) {
        const state::ProofState& proof = *remembered.value();
        m_view.proof =
            Proof{.at = proof.at,
                  .txId = proof.txId,
                  .verdict = proof.byDigest ? restore::Verdict::Proven : restore::Verdict::Checked};
    }
}

void ReplicaFollower::noteProof(const Proof& proof)
{
    // Not remembered, it is known until the next start all the same.
    static_cast<void>(
        m_state.setProofOf(m_id, {.at = proof.at,
                                  .txId = proof.txId,
                                  .byDigest = proof.verdict == restore::Verdict::Proven}));
    const std::scoped_lock lock(m_mutex);
    m_view.proof = proof;
}

Result<replica::ObjectNames> ReplicaFollower::unfinished() const
{
    return m_state.unfinished(m_id);
}

void ReplicaFollower::setUnfinished(const replica::ObjectNames& names)
{
    // On a full disk it is not remembered; it still is to be cleared.
    static_cast<void>(m_state.setUnfinished(m_id, names));
}

}  // namespace tidemark::service
