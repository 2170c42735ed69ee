// What StateDb remembers of replicas.

#include "core/state/state_db.h"
#include "core/state/statement.h"

#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::state {
namespace {

Result<std::optional<ProofState>> proofIn(Statement& row)
{
    TIDEMARK_TRY(const bool there, row.next());
    if (!there) {
        return std::optional<ProofState>();
    }
    ProofState proof{.at = row.time()};
    proof.txId = {row.number()};
    proof.byDigest = row.number() != 0;
    return std::optional(proof);
}

/// Names of objects are kept a line each.
std::string linesOf(const ObjectNames& names)
{
    std::string lines;
    for (const std::string& each : names) {
        lines += each + '\n';
    }
    return lines;
}

Result<ObjectNames> namesIn(Statement& row)
{
    TIDEMARK_TRY(const bool there, row.next());
    ObjectNames names;
    std::istringstream lines(there ? row.text() : std::string());
    for (std::string name; std::getline(lines, name);) {
        names.insert(names.end(), name);
    }
    return names;
}

}  // namespace

Result<std::optional<ReplicaState>> StateDb::replica(const std::string& id) const
{
    const std::scoped_lock lock(m_mutex);
    Statement row(m_handle, "SELECT base, confirmed FROM replicas WHERE id = ?");
    TIDEMARK_TRY(const bool there, row.add(id).next());
    if (!there) {
        return std::optional<ReplicaState>();
    }
    const ltx::TxId base{row.number()};
    const ltx::TxId confirmed{row.number()};
    return std::optional(ReplicaState{.id = id, .base = base, .confirmed = confirmed});
}

Status StateDb::setReplica(const ReplicaState& replica)
{
    const std::scoped_lock lock(m_mutex);
    Statement put(m_handle, "INSERT OR REPLACE INTO replicas VALUES(?, ?, ?)");
    put.add(replica.id).add(replica.base.value).add(replica.confirmed.value);
    return put.finish();
}

Result<std::optional<ProofState>> StateDb::proof() const
{
    const std::scoped_lock lock(m_mutex);
    Statement row(m_handle, "SELECT at, tx, by_digest FROM proof");
    return proofIn(row);
}

Status StateDb::setProof(const ProofState& proof)
{
    const std::scoped_lock lock(m_mutex);
    Statement put(m_handle, "INSERT OR REPLACE INTO proof VALUES(1, ?, ?, ?)");
    put.add(proof.at).add(proof.txId.value).add(std::uint64_t{proof.byDigest ? 1U : 0U});
    return put.finish();
}

Result<std::optional<ProofState>> StateDb::proofOf(const std::string& replicaId) const
{
    const std::scoped_lock lock(m_mutex);
    Statement row(m_handle, "SELECT at, tx, by_digest FROM proofs WHERE replica = ?");
    return proofIn(row.add(replicaId));
}

Status StateDb::setProofOf(const std::string& replicaId, const ProofState& proof)
{
    const std::scoped_lock lock(m_mutex);
    Statement put(m_handle, "INSERT OR REPLACE INTO proofs VALUES(?, ?, ?, ?)");
    put.add(replicaId).add(proof.at).add(proof.txId.value);
    put.add(std::uint64_t{proof.byDigest ? 1U : 0U});
    return put.finish();
}

Result<std::vector<DamagedObject>> StateDb::damaged(const std::string& replicaId) const
{
    const std::scoped_lock lock(m_mutex);
    Statement row(m_handle,
                  "SELECT name, found, moments, first, last, mended, based, size, modified"
                  " FROM damaged WHERE replica = ? ORDER BY name");
    row.add(replicaId);
    std::vector<DamagedObject> objects;
    for (;;) {
        TIDEMARK_TRY(const bool there, row.next());
        if (!there) {
            return objects;
        }
        DamagedObject object{.name = row.text()};
        object.foundAt = row.time();
        object.moments = row.number();
        object.first = {row.number()};
        object.last = {row.number()};
        object.mendedAt = row.optionalTime();
        object.basedAt = row.optionalTime();
        object.sizeBytes = row.number();
        object.modified = row.optionalTime();
        objects.push_back(std::move(object));
    }
}

Status StateDb::addDamaged(const std::string& replicaId, const DamagedObject& object)
{
    const std::scoped_lock lock(m_mutex);
    Statement put(m_handle, "INSERT OR REPLACE INTO damaged VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    put.add(replicaId).add(object.name).add(object.foundAt).add(object.moments);
    put.add(object.first.value).add(object.last.value).add(object.mendedAt).add(object.basedAt);
    put.add(object.sizeBytes).add(object.modified);
    return put.finish();
}

Status StateDb::dropDamaged(const std::string& replicaId, const std::string& name)
{
    const std::scoped_lock lock(m_mutex);
    Statement drop(m_handle, "DELETE FROM damaged WHERE replica = ? AND name = ?");
    drop.add(replicaId).add(name);
    return drop.finish();
}

Result<ObjectNames> StateDb::suspected(const std::string& replicaId) const
{
    const std::scoped_lock lock(m_mutex);
    Statement row(m_handle, "SELECT names FROM suspected WHERE replica = ?");
    return namesIn(row.add(replicaId));
}

Status StateDb::setSuspected(const std::string& replicaId, const ObjectNames& names)
{
    const std::scoped_lock lock(m_mutex);
    Statement put(m_handle, "INSERT OR REPLACE INTO suspected VALUES(?, ?)");
    return put.add(replicaId).add(linesOf(names)).finish();
}

Result<ObjectNames> StateDb::unfinished(const std::string& replicaId) const
{
    const std::scoped_lock lock(m_mutex);
    Statement row(m_handle, "SELECT names FROM unfinished WHERE replica = ?");
    return namesIn(row.add(replicaId));
}

Status StateDb::setUnfinished(const std::string& replicaId, const ObjectNames& names)
{
    const std::scoped_lock lock(m_mutex);
    Statement put(m_handle, "INSERT OR REPLACE INTO unfinished VALUES(?, ?)");
    return put.add(replicaId).add(linesOf(names)).finish();
}

Result<std::optional<GivenUp>> StateDb::givenUp(const std::string& replicaId) const
{
    const std::scoped_lock lock(m_mutex);
    Statement row(m_handle,
                  "SELECT first, last, first_time, last_time, began, ended, limit_bytes"
                  " FROM given_up WHERE replica = ?");
    TIDEMARK_TRY(const bool there, row.add(replicaId).next());
    if (!there) {
        return std::optional<GivenUp>();
    }
    GivenUp givenUp{.first = {row.number()}};
    givenUp.last = {row.number()};
    givenUp.firstAt = row.optionalTime();
    givenUp.lastAt = row.optionalTime();
    givenUp.began = row.time();
    givenUp.ended = row.optionalTime();
    givenUp.limitBytes = row.number();
    return std::optional(givenUp);
}

Status StateDb::setGivenUp(const std::string& replicaId, const GivenUp& givenUp)
{
    const std::scoped_lock lock(m_mutex);
    Statement put(m_handle, "INSERT OR REPLACE INTO given_up VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
    put.add(replicaId).add(givenUp.first.value).add(givenUp.last.value);
    put.add(givenUp.firstAt).add(givenUp.lastAt).add(givenUp.began).add(givenUp.ended);
    put.add(givenUp.limitBytes);
    return put.finish();
}

}  // namespace tidemark::state
