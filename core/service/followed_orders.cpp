// The ordered snapshots of FollowedDatabase. Whatever changes what an order waits for settles it: a
// step of the source or of a replica, a pause, the end. An order never outlasts what stands in its
// way: whoever ordered is told, and orders again.

#include "core/service/followed_database.h"

#include <algorithm>
#include <utility>

namespace tidemark::service {
namespace {

Error noReplicaToSnapshot(const std::string& database)
{
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("service", "%1 has no such replica."), {database}},
            .next = {TIDEMARK_TEXT("service", "See what is followed: tidemarkctl status")}};
}

Error noSnapshotWhilePaused(const std::string& database)
{
    return {.code = ErrorCode::Busy,
            .what = {TIDEMARK_TEXT("service", "%1 is paused: no snapshot is made."), {database}},
            .next = {TIDEMARK_TEXT("service", "Resume it, and order the snapshot again.")}};
}

Error noSnapshotAtTheEnd(const std::string& database)
{
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("service",
                                   "%1 is not followed any more: the snapshot was not made."),
                     {database}},
            .next = {TIDEMARK_TEXT("service", "Follow it, and order the snapshot again.")}};
}

}  // namespace

Result<std::uint64_t> FollowedDatabase::orderSnapshot(const std::string& replicaId)
{
    std::uint64_t ticket = 0;
    {
        const std::scoped_lock lock(m_mutex);
        TIDEMARK_TRY(ticket, addOrders(replicaId));
        for (const Upload& upload : m_uploads) {
            const bool isOrdered = replicaId.empty() || upload.follower->id() == replicaId;
            // What another one writes into is left alone until somebody asks for just that.
            if (isOrdered && !upload.leaving && !upload.follower->view().isRefused()) {
                upload.follower->retryNow();
                m_context.uploads.hurry(upload.key);
            }
        }
        m_context.capture.hurry(m_sourceKey);
    }
    showReplicas();
    return ticket;
}

Result<std::uint64_t> FollowedDatabase::addOrders(const std::string& replicaId)
{
    if (m_wants.leaving) {
        return noSnapshotAtTheEnd(m_path);
    }
    if (m_wants.paused) {
        return noSnapshotWhilePaused(m_path);
    }
    std::vector<storage::StorageAddress> replicas;
    for (const ReplicaConfig& config : m_replicaConfigs) {
        if (replicaId.empty() || storage::replicaId(config.address) == replicaId) {
            replicas.push_back(config.address);
        }
    }
    if (replicas.empty()) {
        return noReplicaToSnapshot(m_path);
    }
    TIDEMARK_TRY(const std::uint64_t ticket, m_context.orders.add(m_path, replicas));
    m_notedAt = m_context.clock.monotonic();
    ++m_wants.note;
    m_wants.retry = true;
    for (storage::StorageAddress& replica : replicas) {
        m_orders.push_back({.ticket = ticket, .replica = std::move(replica), .note = m_wants.note});
    }
    return ticket;
}

void FollowedDatabase::settleOrders()
{
    bool isAnySettled = false;
    {
        const std::scoped_lock lock(m_mutex);
        std::vector<Order> waiting;
        for (Order& order : m_orders) {
            if (!isSettled(order)) {
                waiting.push_back(std::move(order));
            }
        }
        isAnySettled = waiting.size() < m_orders.size();
        m_orders = std::move(waiting);
    }
    if (isAnySettled) {
        showReplicas();
    }
}

bool FollowedDatabase::isSettled(Order& order)
{
    if (!order.target && m_noteReached >= order.note) {
        order.target = m_noteTxId;
    }
    const Upload* const upload = uploadOf(order);
    if (const auto snapshot = upload != nullptr ? snapshotFor(order, *upload) : std::nullopt) {
        m_context.orders.done(order.ticket, order.replica, *snapshot,
                              snapshot->txId > *order.before);
        return true;
    }
    if (const auto error = whyNoSnapshot(order, upload)) {
        m_context.orders.failed(order.ticket, order.replica, *error);
        return true;
    }
    return false;
}

const FollowedDatabase::Upload* FollowedDatabase::uploadOf(const Order& order) const
{
    for (const Upload& upload : m_uploads) {
        if (!upload.leaving && upload.follower->config().address == order.replica) {
            return &upload;
        }
    }
    return nullptr;
}

/// Tells the maintenance when it can be made.
std::optional<SnapshotFacts> FollowedDatabase::snapshotFor(Order& order, const Upload& upload)
{
    const ReplicaView view = upload.follower->view();
    if (!view.looked) {
        return std::nullopt;
    }
    auto snapshot = upload.follower->snapshot();
    const ltx::TxId newest = snapshot ? snapshot->txId : ltx::TxId();
    order.before = order.before.value_or(newest);
    if (!order.target || !view.holds(*order.target)) {
        return std::nullopt;
    }
    if (newest < *order.target) {
        if (!std::exchange(order.isTold, true)) {
            m_context.maintenance.hurry(upload.maintenance);
        }
        return std::nullopt;
    }
    return snapshot;
}

std::optional<Error> FollowedDatabase::whyNoSnapshot(const Order& order, const Upload* upload) const
{
    if (m_wants.leaving) {
        return noSnapshotAtTheEnd(m_path);
    }
    if (m_wants.paused) {
        return noSnapshotWhilePaused(m_path);
    }
    // What stood in its way before it was ordered may be over.
    const bool wasTried = m_noteTried >= order.note;
    if (wasTried && m_openFailure) {
        return m_openFailure;
    }
    if (std::ranges::find(m_replicaConfigs, order.replica, &ReplicaConfig::address) ==
        m_replicaConfigs.end()) {
        return noReplicaToSnapshot(m_path);
    }
    const auto trouble = wasTried && m_noteReached < order.note ? sourceTrouble() : std::nullopt;
    if (trouble && !trouble->ok()) {
        return trouble->error();
    }
    return upload != nullptr ? upload->follower->obstacle() : std::nullopt;
}

void FollowedDatabase::refuseOrders(const ReplicaFollower& follower, const Error& error)
{
    {
        const std::scoped_lock lock(m_mutex);
        std::erase_if(m_orders, [&](const Order& order) {
            const bool isRefused = order.isTold && order.replica == follower.config().address;
            if (isRefused) {
                m_context.orders.failed(order.ticket, order.replica, error);
            }
            return isRefused;
        });
    }
    showReplicas();
}

bool FollowedDatabase::isSnapshotOrdered(const ReplicaFollower& follower) const
{
    const std::scoped_lock lock(m_mutex);
    return std::ranges::find(m_orders, follower.config().address, &Order::replica) !=
           m_orders.end();
}

ltx::TxId FollowedDatabase::orderedUpTo(const ReplicaFollower& follower) const
{
    ltx::TxId upTo;
    const std::scoped_lock lock(m_mutex);
    for (const Order& order : m_orders) {
        if (order.isTold && order.replica == follower.config().address) {
            upTo = std::max(upTo, *order.target);
        }
    }
    return upTo;
}

}  // namespace tidemark::service
