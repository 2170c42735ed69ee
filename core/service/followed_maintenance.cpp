// The maintenance of the replicas of FollowedDatabase: what runs on the maintenance pool.

#include "core/service/followed_database.h"

#include <algorithm>

namespace tidemark::service {

StepPool::Due FollowedDatabase::maintenanceStep(ReplicaFollower& follower,
                                                ReplicaMaintenance& maintenance)
{
    StepTurn turn(m_context.maintenanceSlots, keyOf(follower, &Upload::maintenance));
    if (mayLeaveMaintenance(follower)) {
        follower.letGoOfUploads();
        wakeReplicas();
        showMaintenance(follower, std::nullopt);
        leaveReplica(follower, &Upload::maintenanceLeft);
        return {.finished = true};
    }
    const std::stop_token stop = workStop(follower);
    if (stop.stop_requested()) {
        // Paused: resuming wakes it.
        return whenWoken(m_context.clock);
    }
    const auto outcome = maintenance.step(orderedUpTo(follower), turn, stop);
    if (outcome.isLacking) {
        follower.lookAgain();
        showReplicas();
        wakeReplicas();
    }
    if (outcome.foundDamage) {
        tellOfDamage(follower);
    }
    if (outcome.made) {
        trimSpool();
    }
    if (outcome.made && outcome.made->level == replica::kSnapshotLevel) {
        m_board.happened(SnapshotWritten{.txId = outcome.made->maxTxId,
                                         .time = outcome.made->time,
                                         .bytes = outcome.made->sizeBytes,
                                         .replicaId = follower.id()});
        showReplicas();
    }
    if (outcome.refused) {
        refuseOrders(follower, *outcome.refused);
    }
    settleOrders();
    if (outcome.thinned) {
        m_board.happened(*outcome.thinned);
    }
    if (maintenance.takeWakesUploads()) {
        wakeReplicas();
    }
    showMaintenance(follower, outcome.failure);
    return outcome.due;
}

/// Once it is mended, the step of the replica tells; not before this.
void FollowedDatabase::tellOfDamage(ReplicaFollower& follower)
{
    if (const auto damage = follower.view().damage) {
        m_board.happened(DamageFound{.damage = *damage, .replicaId = follower.id()});
    }
    follower.damageTold();
    showReplicas();
    wakeReplicas();
}

bool FollowedDatabase::mayLeaveMaintenance(const ReplicaFollower& follower) const
{
    const std::scoped_lock lock(m_mutex);
    const Upload* const upload = uploadOf(follower);
    return upload == nullptr || upload->leaving || m_wants.leaving;
}

/// One replica that is well does not hide another one that is not.
void FollowedDatabase::showMaintenance(const ReplicaFollower& follower,
                                       const std::optional<Error>& failure)
{
    std::optional<Error> first;
    {
        const std::scoped_lock lock(m_mutex);
        if (Upload* const upload = uploadOf(follower)) {
            upload->maintenanceFailure = failure;
        }
        for (const Upload& upload : m_uploads) {
            if (!first && !upload.leaving) {
                first = upload.maintenanceFailure;
            }
        }
    }
    m_board.setTrouble(Trouble::Maintenance, first);
}

void FollowedDatabase::hurryMaintenance()
{
    for (const Upload& upload : m_uploads) {
        m_context.maintenance.hurry(upload.maintenance);
    }
}

void FollowedDatabase::wakeMaintenance(const ReplicaFollower& follower)
{
    const std::scoped_lock lock(m_mutex);
    if (const Upload* const upload = uploadOf(follower)) {
        m_context.maintenance.wake(upload->maintenance);
        m_context.longWork.wake(upload->drill);
    }
}

}  // namespace tidemark::service
