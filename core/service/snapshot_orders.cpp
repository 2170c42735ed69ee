#include "core/service/snapshot_orders.h"

#include <algorithm>

namespace tidemark::service {
namespace {

Error tooManyOrders()
{
    return {.code = ErrorCode::Busy,
            .what = {TIDEMARK_TEXT("service", "Too many snapshots are ordered already.")},
            .next = {TIDEMARK_TEXT("service", "Try again when some of them are there.")}};
}

}  // namespace

Result<std::uint64_t> SnapshotOrders::add(const std::string& database,
                                          const std::vector<storage::StorageAddress>& replicas)
{
    const std::scoped_lock lock(m_mutex);
    if (!makeRoom(replicas.size())) {
        return tooManyOrders();
    }
    ++m_lastTicket;
    for (const storage::StorageAddress& replica : replicas) {
        m_orders.push_back({.ticket = m_lastTicket, .database = database, .replica = replica});
    }
    return m_lastTicket;
}

bool SnapshotOrders::makeRoom(std::size_t count)
{
    while (m_orders.size() + count > kMost) {
        const auto ended = std::ranges::find_if(
            m_orders, [this](const SnapshotOrder& order) { return hasEnded(order.ticket); });
        if (ended == m_orders.end()) {
            return false;
        }
        // The whole ticket: what is left of one must not pass for all of it.
        std::erase_if(m_orders, [ticket = ended->ticket](const SnapshotOrder& order) {
            return order.ticket == ticket;
        });
    }
    return true;
}

bool SnapshotOrders::hasEnded(std::uint64_t ticket) const
{
    return std::ranges::none_of(m_orders, [ticket](const SnapshotOrder& order) {
        return order.ticket == ticket && order.state == SnapshotOrder::State::Waiting;
    });
}

void SnapshotOrders::done(std::uint64_t ticket, const storage::StorageAddress& replica,
                          const SnapshotFacts& snapshot, bool wasMade)
{
    const std::scoped_lock lock(m_mutex);
    if (SnapshotOrder* const order = find(ticket, replica)) {
        order->state = SnapshotOrder::State::Done;
        order->snapshot = snapshot;
        order->wasMade = wasMade;
    }
}

void SnapshotOrders::failed(std::uint64_t ticket, const storage::StorageAddress& replica,
                            const Error& error)
{
    const std::scoped_lock lock(m_mutex);
    if (SnapshotOrder* const order = find(ticket, replica)) {
        order->state = SnapshotOrder::State::Failed;
        order->failure = error;
    }
}

std::vector<SnapshotOrder> SnapshotOrders::of(std::uint64_t ticket) const
{
    std::vector<SnapshotOrder> found;
    const std::scoped_lock lock(m_mutex);
    std::ranges::copy_if(m_orders, std::back_inserter(found),
                         [ticket](const SnapshotOrder& order) { return order.ticket == ticket; });
    return found;
}

SnapshotOrder* SnapshotOrders::find(std::uint64_t ticket, const storage::StorageAddress& replica)
{
    const auto found = std::ranges::find_if(m_orders, [&](const SnapshotOrder& order) {
        return order.ticket == ticket && order.replica == replica;
    });
    return found != m_orders.end() ? &*found : nullptr;
}

}  // namespace tidemark::service
