#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/engine/damage_book.h"
#include "core/engine/spool.h"
#include "core/ltx/tx_id.h"
#include "core/service/status.h"
#include "core/state/given_up.h"

#include <optional>
#include <string>

namespace tidemark::service {

/// What is known of a replica between two steps.
struct ReplicaView {
    bool looked = false;
    bool hasBase = false;
    bool isHeld = false;    ///< What waits is held back for its sync interval.
    bool mayWrite = false;  ///< Nobody else writes into it, and its storage can be written to.
    /// Another one writes into it: tried again when its claim may have gone; where its bytes are in
    /// the way, only when somebody asks.
    bool foreign = false;
    bool isTaken = false;    ///< Another program has claimed it: tried again by itself.
    std::string place = {};  ///< What it shares its speed with: the disk.
    ltx::TxId newest = {};
    ltx::TxId baseAbove = {};  ///< See engine::Uploader.
    Timestamp newestAt = {};
    ltx::TxId confirmed = {};
    engine::SpoolPart sameInSpool = {};  ///< Of its segments, those that are as in the replica.
    engine::Standing standing = {};
    std::optional<Error> failure =
        {};  ///< Of the last try, or why it does not come on; else empty.
    std::optional<engine::Damage> damage = {};  ///< That was ever found in it.
    ltx::TxId base = {};       ///< Where the complete file ends that all else follows.
    bool baseIsOlder = false;  ///< It was there before it was followed.
    std::optional<Proof> proof = {};
    std::optional<state::GivenUp> givenUp = {};  ///< The last time that it lagged too far.

    /// Whether it is left alone until somebody asks.
    [[nodiscard]] bool isRefused() const { return foreign && !isTaken; }
    /// Whether it waits for a snapshot.
    [[nodiscard]] bool lacksBase() const { return looked && !hasBase && !foreign; }
    [[nodiscard]] bool isGivenUp() const { return givenUp && !givenUp->ended; }
    [[nodiscard]] bool isMending() const { return damage && !damage->mendedAt; }
    /// Whether it is ours, and only the room for what is to be written is lacking.
    [[nodiscard]] bool isFull() const
    {
        return mayWrite && failure && failure->code == ErrorCode::NoSpace;
    }
    /// Whether a snapshot is to be written into it: not at once where others became damaged.
    [[nodiscard]] bool wantsBase(Timestamp now) const
    {
        return lacksBase() && mayWrite && !(isMending() && engine::nextBaseAt(*damage, now) > now);
    }
    [[nodiscard]] bool holds(ltx::TxId txId) const { return hasBase && confirmed >= txId; }

    bool operator==(const ReplicaView&) const = default;
};

}  // namespace tidemark::service
