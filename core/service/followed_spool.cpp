// The spool of FollowedDatabase: what goes from it, on the pools that fill and empty it.

#include "core/service/followed_database.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace tidemark::service {
namespace {

/// What each replica has stays in the spool up to this size until it is merged: it need not be read
/// from a replica then. Never more than a part of what the spool may have.
constexpr std::uint64_t kKeptForMerges = std::uint64_t{64} << 20;
constexpr std::uint64_t kMergesShare = 2;

/// Where nobody can say how full the disk is, it does not count.
constexpr Space kEndless{.freeBytes = UINT64_MAX / 2};

}  // namespace

void FollowedDatabase::trimSpool()
{
    const auto followers = replicas();
    if (followers.empty()) {
        keepSpoolWithinRoom();
        return;
    }
    ltx::TxId everywhere;
    {
        const std::scoped_lock lock(m_mutex);
        everywhere = m_remembered;
    }
    ltx::TxId merged = everywhere;
    for (const auto& follower : followers) {
        everywhere = std::min(everywhere, follower->has());
        merged = std::min(merged, follower->mergedUpTo());
    }
    const std::uint64_t kept = std::min(kKeptForMerges, spoolRoom() / kMergesShare);
    const Status trimmed =
        m_replicator->spool().trim(everywhere, std::min(everywhere, merged), kept);
    m_board.setTrouble(Trouble::Spool,
                       trimmed.ok() ? std::nullopt : std::optional(trimmed.error()));
    keepSpoolWithinRoom();
}

std::uint64_t FollowedDatabase::spoolRoom() const
{
    const auto space = m_context.files.space(m_context.directories.data);
    return engine::spoolRoom(m_config.spoolLimitBytes, m_replicator->spool().sizeBytes(),
                             space.ok() ? space.value() : kEndless);
}

/// One that waits for a snapshot needs what comes behind that. With m_mutex held: whether one runs
/// is as the replica sees it.
engine::SpoolReader FollowedDatabase::readerOf(const ReplicaFollower& follower) const
{
    const ReplicaView view = follower.view();
    engine::SpoolReader reader{.has = follower.has(), .isAnswering = !view.failure};
    if (view.lacksBase()) {
        const auto running = m_snapshots.find(view.place);
        reader.has =
            running != m_snapshots.end() ? std::min(running->second.txId, m_captured) : m_captured;
    }
    return reader;
}

/// A replica that is away for weeks does not fill the disk.
void FollowedDatabase::keepSpoolWithinRoom()
{
    engine::Spool& spool = m_replicator->spool();
    const std::uint64_t room = spool.sizeBytes() == 0 ? 0 : spoolRoom();
    const auto followers = replicas();
    if (spool.sizeBytes() <= room) {
        return;
    }
    ltx::TxId captured;
    ltx::TxId remembered;
    std::vector<engine::SpoolReader> readers;
    {
        const std::scoped_lock lock(m_mutex);
        captured = m_captured;
        remembered = m_remembered;
        for (const auto& follower : followers) {
            readers.push_back(readerOf(*follower));
        }
    }
    const auto gone = engine::keepWithin(spool, readers, remembered, room);
    if (!gone.ok() || !gone.value()) {
        // One that cannot be removed is tried again with the next one that comes.
        return;
    }
    for (std::size_t i = 0; i < followers.size(); ++i) {
        ReplicaFollower& follower = *followers[i];
        if (follower.noteCut(*gone.value(), readers[i].has, room, captured)) {
            showReplicas();
            m_board.happened(
                GaveUp{.givenUp = *follower.view().givenUp, .replicaId = follower.id()});
        }
    }
}

}  // namespace tidemark::service
