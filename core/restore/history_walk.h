#pragma once

#include "core/base/clock.h"
#include "core/ltx/state_digest.h"
#include "core/replica/catalog.h"
#include "core/restore/hashed_object.h"
#include "core/restore/state_hashes.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <span>
#include <vector>

namespace tidemark::restore {

/// What is known of one object once all were read.
struct ObjectFinding {
    std::optional<Error> fault = {};             ///< It is damaged; names it.
    bool isMisleading = false;                   ///< Though it is whole: it leads to another state.
    std::optional<ltx::DigestPair> stated = {};  ///< What its header says, if it is Tidemark's.
    std::optional<std::uint64_t> result = {};    ///< Digest of the state it leads to, by its pages.
    bool isProven = false;                       ///< That digest was recorded, here or elsewhere.
    bool isFull = false;
    Timestamp time = {};  ///< Of its header.
};

/// Walks once through the whole history of a replica, from state to state, and finds for each
/// object whether it leads to the state that was recorded: objects of all levels are applied to the
/// same states, so that one pass proves every moment without restoring any. A damaged object is
/// not walked over; the walk goes on by another one, or at the next file with every page.
///
/// Memory: eight bytes a page, and twelve for each page of the object in hand. For one thread.
class HistoryWalk {
public:
    /// Reads an object of the list anew. Rare: only where the way forward is not the first choice.
    using ReadAgain = std::function<Result<HashedObject>(std::size_t object)>;

    /// `objects` outlives the walk.
    HistoryWalk(std::span<const replica::ObjectInfo> objects, ReadAgain readAgain);

    /// The order in which add() takes the objects, by their place in the list.
    [[nodiscard]] std::vector<std::size_t> order() const;

    /// Takes what reading the object gave. Fails only if another one cannot be read again, for a
    /// reason that lies in the storage.
    [[nodiscard]] Status add(std::size_t object, Result<HashedObject> read);

    /// All objects were added. Fails as add() does.
    [[nodiscard]] Status finish();

    /// By place in the list; known after finish().
    [[nodiscard]] const std::vector<ObjectFinding>& findings() const { return m_findings; }

private:
    /// A good object that leads on from the state where the walk stands, and where it ends.
    struct Step {
        ltx::TxId end = {};
        std::size_t object = 0;
        auto operator<=>(const Step&) const = default;
    };
    struct InHand {
        std::size_t object = 0;
        HashedObject hashes = {};
    };

    [[nodiscard]] Status advanceTo(ltx::TxId txId);
    [[nodiscard]] Status admitWaiting();
    [[nodiscard]] Result<std::optional<HashedObject>> take(std::size_t object);
    [[nodiscard]] bool check(std::size_t object, const HashedObject& hashes);
    [[nodiscard]] Status addFull(std::size_t object, HashedObject hashes);
    void offer(std::size_t object, HashedObject hashes);
    void compareEnds();

    std::span<const replica::ObjectInfo> m_objects;
    ReadAgain m_readAgain;
    std::vector<ObjectFinding> m_findings;
    StateHashes m_state;
    std::priority_queue<Step, std::vector<Step>, std::greater<>> m_steps;
    std::optional<InHand> m_inHand;     // Of m_steps, so that it need not be read again.
    std::deque<std::size_t> m_waiting;  // Whole, but the state below them was not reached yet.
};

}  // namespace tidemark::restore
