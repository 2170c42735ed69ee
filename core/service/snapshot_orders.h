#pragma once

#include "core/base/error.h"
#include "core/base/result.h"
#include "core/service/status.h"
#include "core/storage/storage_address.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tidemark::service {

/// A snapshot of one replica that somebody ordered. An order is carried out whether or not anybody
/// asks for it again, and is forgotten with its engine.
struct SnapshotOrder {
    enum class State { Waiting, Done, Failed };

    std::uint64_t ticket = 0;   ///< The same for all replicas of one order.
    std::string database = {};  ///< Its path.
    storage::StorageAddress replica = {};
    State state = State::Waiting;
    std::optional<SnapshotFacts> snapshot = {};  ///< Of Done: with all that was committed then.
    bool wasMade = false;                        ///< Since the order; else it was there already.
    std::optional<Error> failure = {};           ///< Of Failed.

    bool operator==(const SnapshotOrder&) const = default;
};

/// What became of the orders of one service. Any thread may use it; no call blocks.
class SnapshotOrders {
public:
    /// So many are kept in mind; the oldest that have ended are forgotten first.
    static constexpr std::size_t kMost = 256;

    /// The ticket of a new order for each of the replicas. Busy when too many wait.
    [[nodiscard]] Result<std::uint64_t> add(const std::string& database,
                                            const std::vector<storage::StorageAddress>& replicas);

    void done(std::uint64_t ticket, const storage::StorageAddress& replica,
              const SnapshotFacts& snapshot, bool wasMade);
    void failed(std::uint64_t ticket, const storage::StorageAddress& replica, const Error& error);

    /// One for each replica, in the order of add(); empty when the ticket is unknown or forgotten.
    [[nodiscard]] std::vector<SnapshotOrder> of(std::uint64_t ticket) const;

private:
    [[nodiscard]] bool makeRoom(std::size_t count);           // With m_mutex held.
    [[nodiscard]] bool hasEnded(std::uint64_t ticket) const;  // Also.
    [[nodiscard]] SnapshotOrder* find(std::uint64_t ticket,
                                      const storage::StorageAddress& replica);  // Also.

    mutable std::mutex m_mutex;  // Guards what follows.
    std::deque<SnapshotOrder> m_orders;
    std::uint64_t m_lastTicket = 0;
};

}  // namespace tidemark::service
