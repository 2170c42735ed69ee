// That nobody else writes into a ReplicaFollower's replica.

#include "core/engine/refusals.h"
#include "core/replica/layout.h"
#include "core/service/node_id.h"
#include "core/service/patience.h"
#include "core/service/replica_follower.h"

namespace tidemark::service {
namespace {

/// Who leaves waits no longer. What stays is over when this program ends; until then it keeps other
/// installations out.
constexpr std::chrono::seconds kReleaseLimit{3};

Error mayBeOthers(const std::string& place)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("service", "Another program may have begun to write into %1."),
                     {place}},
            .next = {TIDEMARK_TEXT("service",
                                   "Nothing is written until that is known; it is checked in a "
                                   "moment.")}};
}

/// Where ours is there, what the replica keeps no longer would make room.
Error noRoomForClaim(const std::string& place)
{
    return {.code = ErrorCode::NoSpace,
            .what = {TIDEMARK_TEXT("service",
                                   "%1 is full: not even the small file fits that tells other "
                                   "programs who writes there. Without it nothing is written, and "
                                   "nothing old is deleted to make room."),
                     {place}},
            .next = {TIDEMARK_TEXT("service",
                                   "Free a few kilobytes there. The rest follows by itself.")}};
}

}  // namespace

Result<ReplicaTenure::Ours> ReplicaFollower::ownTenure(const std::string& realId) const
{
    TIDEMARK_TRY(const std::uint64_t nodeId,
                 loadNodeId(m_context.files, m_context.random, m_context.directories.data));
    const auto isAbandoned = [this, nodeId](const std::string& objectName) {
        return ReplicaClaim::isFree(
            m_context.files, m_context.directories.data, [&](const std::string& id) {
                return objectName.starts_with(replica::claimNamePrefix(nodeId, id));
            });
    };
    return ReplicaTenure::Ours{.namePrefix = replica::claimNamePrefix(nodeId, realId),
                               .claim = {.program = m_context.program,
                                         .user = userName(),
                                         .life = m_context.programs.self(),
                                         .since = m_context.clock.now()},
                               .isAbandoned = isAbandoned};
}

/// Nothing is written into a replica that has lost everything: it may be an empty mount point.
Status ReplicaFollower::takeTenure(const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto remembered, m_state.replica(m_id));
    if (remembered && remembered->base != ltx::TxId{}) {
        bool isEmpty = true;
        const auto note = [&isEmpty](const storage::ObjectEntry&) {
            isEmpty = false;
            return storage::Listing::Enough;
        };
        TIDEMARK_TRY_STATUS(m_storage->list(replica::kLtxPrefix, note, stop));
        if (isEmpty) {
            return engine::emptied(m_storage->describe(), remembered->confirmed);
        }
    }
    Status taken = m_tenure->take(stop);
    const bool isFull = !taken.ok() && taken.error().code == ErrorCode::NoSpace;
    return isFull ? Status(noRoomForClaim(m_storage->describe())) : std::move(taken);
}

Status ReplicaFollower::mayWrite(const std::stop_token& stop) const
{
    const bool isOurs = m_tenure && m_tenure->isStillOurs(stop);
    return isOurs ? Status() : Status(mayBeOthers(m_storage ? m_storage->describe() : m_id));
}

void ReplicaFollower::letGo()
{
    if (m_tenure) {
        const bool isFolder = m_config.address.kind == storage::StorageKind::Folder;
        endsWithin(kReleaseLimit, isFolder ? Late::IsLeft : Late::IsWaitedFor,
                   [storage = m_storage, tenure = m_tenure](const std::stop_token& stop) {
                       tenure->release(stop);
                   });
    }
    m_claim.reset();
}

}  // namespace tidemark::service
