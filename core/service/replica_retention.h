#pragma once

#include "core/base/result.h"
#include "core/engine/retention_look.h"
#include "core/engine/retention_run.h"
#include "core/service/engine_context.h"
#include "core/service/replica_follower.h"
#include "core/service/unfinished_deletion.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::service {

/// Retention of one replica of a followed database, for its maintenance: looks about once an hour,
/// less often where nothing happens, and deletes what the policy gives up. For one thread at a
/// time.
///
/// Only what this process knows to be its own is touched: a replica whose levels end elsewhere than
/// by what was listed at the start and written since is left as it is, and so is one that another
/// program reads or marks just now. What a deletion counts on is read to its end before, once. The
/// objects that merges and snapshots go on from are never among those that go, so what the follower
/// keeps in mind stays right.
class ReplicaRetention {
public:
    /// `context` outlives it.
    ReplicaRetention(EngineContext& context, std::shared_ptr<ReplicaFollower> follower);

    /// When the next step is due, sooner where the replica `isFull`; empty while it keeps
    /// everything.
    [[nodiscard]] std::optional<Clock::Instant> dueAt(bool isFull);

    /// One look, or the next piece of a long one, and a bounded number of deletions. To be called
    /// when it is due, the replica has all that was captured and nothing is to be written into it,
    /// or it is full; nobody else in this process merges it meanwhile. What was deleted, where
    /// something was. With `mayWant` it may instead want a snapshot for a mark first: takeWanted().
    [[nodiscard]] std::optional<Thinned> step(storage::Storage& storage, bool mayWant,
                                              const std::stop_token& stop);

    /// What is to be merged into a snapshot before the next step (engine/mark_snapshots.h); empty
    /// for nothing.
    [[nodiscard]] std::vector<replica::ObjectInfo> takeWanted()
    {
        return std::exchange(m_wanted, {});
    }

    /// Whether objects turned out to be damaged since the last call.
    [[nodiscard]] bool takeFoundDamage() { return std::exchange(m_hasFoundDamage, false); }

    /// Looks soon, whatever failed before.
    void retry();

    /// What stands in the way; empty when nothing does.
    [[nodiscard]] const std::optional<Error>& failure() const { return m_failure; }

private:
    /// Where there is no room, all that waits for some waits for the next look; where that deletes
    /// nothing, it is worth less and less.
    static constexpr std::chrono::seconds kPauseOfFull{60};

    /// What the replica was known to hold at one time.
    struct Known {
        std::uint64_t listings = 0;
        ltx::TxId confirmed = {};
        engine::ReplicaLevels levels = {};
        replica::ObjectNames damaged = {};
    };

    [[nodiscard]] Result<Known> known() const;
    [[nodiscard]] Status look(storage::Storage& storage, std::optional<Thinned>& thinned,
                              const std::stop_token& stop);
    [[nodiscard]] Status checkOurs(const storage::Storage& storage, const Known& before,
                                   const engine::RetentionLook& look) const;
    [[nodiscard]] Status checkUnused(const engine::RetentionPlan& plan) const;
    [[nodiscard]] Result<bool> checkCountedOn(const storage::Storage& storage,
                                              const engine::RetentionLook& look,
                                              const std::stop_token& stop);
    [[nodiscard]] Status carryOut(storage::Storage& storage, const engine::RetentionLook& look,
                                  const Known& before, std::optional<Thinned>& thinned,
                                  const std::stop_token& stop);
    [[nodiscard]] Status mayGoOn(const storage::Storage& storage, const engine::RetentionLook& look,
                                 const Known& before, const std::stop_token& stop) const;
    [[nodiscard]] Status checkLeft(const engine::RetentionLook& look, const replica::Catalog& left);
    void rest(ltx::TxId position, bool hasDeleted);
    void goOnAtOnce();
    void failed(const Error& error);

    EngineContext& m_context;
    const std::shared_ptr<ReplicaFollower> m_follower;
    engine::WrittenHeaders m_headers;  // And what deletions counted on and found whole.
    replica::ObjectNames m_damaged;    // As it was known when the last look began.
    UnfinishedDeletion m_unfinished;
    bool m_hasFoundDamage = false;
    bool m_mayWant = false;
    std::vector<replica::ObjectInfo> m_wanted;
    engine::RetentionPolicy m_policy = engine::kKeepEverything;  // Of the last look.
    Clock::Instant m_lookedAt = {};
    std::chrono::seconds m_pause{0};  // From then to the next one, if nothing is written.
    std::chrono::seconds m_pauseOfFull = kPauseOfFull;  // At most, where there is no room.
    ltx::TxId m_position;                               // What the replica reached then.
    bool m_isBroken = false;                            // It deleted what was to stay: never again.
    int m_failures = 0;                                 // In a row.
    std::optional<Error> m_failure;
};

}  // namespace tidemark::service
