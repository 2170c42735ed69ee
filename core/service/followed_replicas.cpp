// The replicas' part of FollowedDatabase: what runs on the upload pool.

#include "core/service/followed_database.h"
#include "core/service/shared_place.h"

#include <algorithm>
#include <utility>

namespace tidemark::service {
namespace {

/// Null when none is of it.
template <typename Uploads>
auto* uploadIn(Uploads& uploads, const ReplicaFollower& follower)
{
    const auto found = std::ranges::find_if(
        uploads, [&follower](const auto& each) { return each.follower.get() == &follower; });
    return found != uploads.end() ? &*found : nullptr;
}

}  // namespace

FollowedDatabase::Upload* FollowedDatabase::uploadOf(const ReplicaFollower& follower)
{
    return uploadIn(m_uploads, follower);
}

const FollowedDatabase::Upload* FollowedDatabase::uploadOf(const ReplicaFollower& follower) const
{
    return uploadIn(m_uploads, follower);
}

StepPool::Key FollowedDatabase::keyOf(const ReplicaFollower& follower,
                                      StepPool::Key Upload::*part) const
{
    const std::scoped_lock lock(m_mutex);
    const Upload* const upload = uploadOf(follower);
    return upload != nullptr ? upload->*part : 0;
}

void FollowedDatabase::addMissingReplicas()
{
    for (const ReplicaConfig& config : m_replicaConfigs) {
        const bool isThere = std::ranges::any_of(m_uploads, [&config](const Upload& upload) {
            return !upload.leaving && upload.follower->config().address == config.address;
        });
        if (isThere) {
            continue;
        }
        auto follower =
            std::make_shared<ReplicaFollower>(m_context, m_realPath, config, m_replicator->spool(),
                                              m_replicator->stateDb(), m_numbering);
        m_uploads.push_back({.follower = follower});
        m_uploads.back().key = m_context.uploads.add(
            [self = shared_from_this(), follower] { return self->replicaStep(follower); },
            sharedPlace(config.address));
        m_uploads.back().maintenance =
            m_context.maintenance.add([self = shared_from_this(), follower,
                                       work = std::make_shared<ReplicaMaintenance>(
                                           m_context, follower, m_replicator->spool())] {
                return self->maintenanceStep(*follower, *work);
            });
        m_uploads.back().drill = m_context.longWork.add(
            [self = shared_from_this(), follower,
             drill = std::make_shared<ReplicaDrill>(m_context, follower, drillRules(*follower))] {
                return self->drillStep(*follower, *drill);
            });
    }
}

StepPool::Due FollowedDatabase::replicaStep(const std::shared_ptr<ReplicaFollower>& follower)
{
    const ReplicaView before = follower->view();
    if (mayLeave(*follower)) {
        leaveReplica(*follower, &Upload::uploadsLeft);
        return {.finished = true};
    }
    startLastTry(*follower);
    ltx::TxId captured;
    {
        const std::scoped_lock lock(m_mutex);
        captured = m_captured;
    }
    const StepPool::Due due = follower->step(captured, isAwaited(*follower), m_stop.get_token());
    if (follower->takeFoundDamage()) {
        tellOfDamage(*follower);
    }
    const ReplicaView now = follower->view();
    // What was shown while it hung need not be what it was before.
    const bool isNews = now != before || follower->takeStallEnd();
    m_numbering.settle(follower->id(), now.looked && !now.isRefused());
    if (const auto mended = follower->takeMended()) {
        m_board.happened(DamageMended{.damage = *mended, .replicaId = follower->id()});
    }
    if (const auto givenUp = follower->takeGivenUpEnd()) {
        m_board.happened(GaveUp{.givenUp = *givenUp, .replicaId = follower->id()});
    }
    if (isNews) {
        announceSegments();
        showReplicas();
        trimSpool();
        wakeMaintenance(*follower);
    }
    const bool concernsSource = now.looked != before.looked || now.hasBase != before.hasBase ||
                                now.failure.has_value() != before.failure.has_value() ||
                                now.foreign != before.foreign || now.newest > captured ||
                                now.lacksBase();
    if (concernsSource) {
        const std::scoped_lock lock(m_mutex);
        m_wants.replicaNews = true;
        // With nothing captured, it may wait for just that.
        captured == ltx::TxId{} ? m_context.capture.hurry(m_sourceKey)
                                : m_context.capture.wake(m_sourceKey);
    }
    settleOrders();
    if (mayLeave(*follower)) {
        leaveReplica(*follower, &Upload::uploadsLeft);
        return {.finished = true};
    }
    return due;
}

/// Once the source has left, who waits for his next try has it now: there is no other.
void FollowedDatabase::startLastTry(ReplicaFollower& follower)
{
    const std::scoped_lock lock(m_mutex);
    Upload* const upload = uploadOf(follower);
    if (upload == nullptr || !m_sourceLeft || std::exchange(upload->hadLastTry, true)) {
        return;
    }
    if (!follower.view().isRefused()) {
        follower.retryNow();
    }
}

/// Whether somebody waits for what was captured to be there: the end, a note, a snapshot, or a
/// spool that gets full.
bool FollowedDatabase::isAwaited(const ReplicaFollower& follower) const
{
    if (follower.syncInterval().count() == 0) {
        return false;
    }
    const ltx::TxId confirmed = follower.view().confirmed;
    const bool isTight = m_replicator->spool().sizeBytes() > spoolRoom() / 2;
    const std::scoped_lock lock(m_mutex);
    const bool isNoted = m_noteReached < m_wants.note || confirmed < m_noteTxId;
    return m_sourceLeft || isNoted || isTight ||
           std::ranges::find(m_orders, follower.config().address, &Order::replica) !=
               m_orders.end();
}

bool FollowedDatabase::mayLeave(const ReplicaFollower& follower) const
{
    const ReplicaView view = follower.view();
    const std::scoped_lock lock(m_mutex);
    const Upload* const upload = uploadOf(follower);
    if (upload == nullptr || upload->leaving) {
        return true;
    }
    if (!m_sourceLeft) {
        return false;
    }
    const bool isHopeless = upload->hadLastTry && (view.lacksBase() || view.failure.has_value());
    return view.holds(m_captured) || isHopeless || m_stop.stop_requested() ||
           m_context.clock.monotonic() >= m_leaveLimit;
}

void FollowedDatabase::leaveReplica(ReplicaFollower& follower, bool Upload::*part)
{
    trimSpool();
    bool isLast = false;
    {
        const std::scoped_lock lock(m_mutex);
        if (Upload* const upload = uploadOf(follower)) {
            upload->*part = true;
            isLast = upload->allPartsLeft();
        }
    }
    if (isLast) {
        // Nothing is written into it any more.
        follower.letGo();
        const std::scoped_lock lock(m_mutex);
        if (Upload* const upload = uploadOf(follower)) {
            upload->left = true;
        }
        if (!m_wants.leaving) {
            std::erase_if(m_uploads, [](const Upload& each) { return each.left; });
        }
    }
    showReplicas();
    finishIfAllLeft();
}

void FollowedDatabase::showReplicas()
{
    const Timestamp now = m_context.clock.now();
    // Looked at within the edit, so that what is shown last is what is newest.
    m_board.update([this, now](DatabaseStatus& status) {
        std::vector<ReplicaStatus> shown;
        for (const auto& follower : replicas()) {
            const ReplicaView view = follower->view();
            shown.push_back({.id = follower->id(),
                             .name = follower->config().name,
                             .address = follower->config().address,
                             .syncInterval = follower->syncInterval(),
                             .standing = view.standing,
                             .confirmed = view.confirmed,
                             .snapshot = follower->snapshot(),
                             .snapshotOrdered = isSnapshotOrdered(*follower),
                             .damage = view.damage,
                             .proof = view.proof,
                             .givenUp = view.givenUp});
        }
        bool allHave = !shown.empty() && status.captured != ltx::TxId{};
        for (ReplicaStatus& replica : shown) {
            const auto old = std::ranges::find(status.replicas, replica.id, &ReplicaStatus::id);
            const bool isNew = old == status.replicas.end() || old->confirmed != replica.confirmed;
            replica.confirmedAt = isNew && replica.confirmed != ltx::TxId{} ? std::optional(now)
                                  : isNew                                   ? std::nullopt
                                                                            : old->confirmedAt;
            countPending(replica, status.captured, status.lastChangeAt);
            allHave = allHave && replica.confirmed >= status.captured;
        }
        status.replicas = std::move(shown);
        const std::scoped_lock lock(m_mutex);
        if (allHave && m_sourceLooked) {
            status.savedAt = now;
        }
    });
}

void FollowedDatabase::announceSegments()
{
    // Two replicas' steps may come here at once.
    const std::scoped_lock announcing(m_announcing);
    const auto followers = replicas();
    ltx::TxId saved;
    for (const auto& follower : followers) {
        saved = std::max(saved, follower->view().confirmed);
    }
    const auto isMoment = [&followers](const engine::SegmentCaptured& segment) {
        return std::ranges::any_of(followers, [&segment](const auto& follower) {
            return follower->holdsMoment(segment.facts.txId);
        });
    };
    std::vector<engine::SegmentCaptured> segments;
    {
        const std::scoped_lock lock(m_mutex);
        while (!m_unannounced.empty() && m_unannounced.front().facts.txId <= saved) {
            // In the midst of a batch it is none; where another replica gets it later, a listing
            // tells of it.
            if (isMoment(m_unannounced.front())) {
                segments.push_back(m_unannounced.front());
            }
            m_unannounced.pop_front();
        }
    }
    const Clock::Instant now = m_context.clock.monotonic();
    for (const engine::SegmentCaptured& segment : segments) {
        m_board.happened(SegmentWritten{
            .txId = segment.facts.txId,
            .time = segment.facts.time,
            .pages = segment.facts.pages,
            .bytes = segment.facts.bytes,
            .databasePages = segment.facts.databasePages,
            .toRestorable =
                std::chrono::duration_cast<std::chrono::microseconds>(now - segment.seenAt)});
    }
}

}  // namespace tidemark::service
