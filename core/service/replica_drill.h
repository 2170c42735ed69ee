#pragma once

#include "core/base/result.h"
#include "core/restore/restorer.h"
#include "core/service/drill_schedule.h"
#include "core/service/engine_context.h"
#include "core/service/replica_follower.h"
#include "core/service/status.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace tidemark::service {

/// Proves one replica now and then: restores its newest moment into the cache with every check, and
/// deletes it. What fails is tried again, less and less often; a database that was not whole when
/// it was saved, though, at the next regular time or with the next base. One at a time in the whole
/// process, and none where the disk is short of room. step() is for one thread at a time.
class ReplicaDrill {
public:
    /// `context` outlives it.
    ReplicaDrill(EngineContext& context, std::shared_ptr<ReplicaFollower> follower,
                 const DrillRules& rules);

    struct Outcome {
        StepPool::Due due = {};
        /// The drill that ended, if one did: Cancelled when it was stopped, and nothing is known.
        std::optional<Result<Proof>> ended = {};
        bool foundDamage = false;  ///< Objects of the replica were found damaged.
    };

    /// A drill if one is due or asked for, else nothing but the time of the next call. The database
    /// has `databaseBytes`; 0 while nobody knows. Wake it when that becomes known, and when the
    /// replica has a new base or answers again. `turn` is of this call.
    [[nodiscard]] Outcome step(std::uint64_t databaseBytes, StepTurn& turn,
                               const restore::OnProgress& progress, const std::stop_token& stop);

private:
    /// A moment that all objects lead to, and that is no whole database.
    struct Refused {
        Timestamp at = {};
        ltx::TxId txId = {};
    };

    [[nodiscard]] bool readSuspects(const std::stop_token& stop);
    [[nodiscard]] Outcome runIfDue(std::uint64_t databaseBytes, StepTurn& turn,
                                   const restore::OnProgress& progress,
                                   const std::stop_token& stop);
    [[nodiscard]] StepPool::Due nextStep(const ReplicaView& view) const;
    [[nodiscard]] DrillFacts facts(const ReplicaView& view) const;
    [[nodiscard]] Outcome run(const ReplicaView& view, std::uint64_t databaseBytes,
                              const restore::OnProgress& progress, const std::stop_token& stop);
    [[nodiscard]] Result<Proof> drill(const ReplicaView& view, std::uint64_t databaseBytes,
                                      const restore::OnProgress& progress,
                                      const std::stop_token& stop, bool& foundDamage);
    [[nodiscard]] Status requireRoom(const std::string& folder, std::uint64_t databaseBytes) const;

    EngineContext& m_context;
    const std::shared_ptr<ReplicaFollower> m_follower;
    const DrillRules m_rules;
    const Timestamp m_since;
    bool m_isAsked = false;
    std::optional<Refused> m_refused;  // By the newest drill.
    int m_failures = 0;
    Clock::Instant m_notBefore = {};
    std::vector<replica::ObjectInfo> m_suspects;  // To be read a second time.
    Clock::Instant m_secondReadAt = {};
    int m_suspectReads = 0;  // That did not settle it.
};

}  // namespace tidemark::service
