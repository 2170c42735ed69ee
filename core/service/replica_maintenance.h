#pragma once

#include "core/base/result.h"
#include "core/engine/compaction.h"
#include "core/engine/spool.h"
#include "core/service/engine_context.h"
#include "core/service/replica_follower.h"

#include <memory>
#include <optional>
#include <stop_token>

namespace tidemark::service {

/// What a replica needs besides uploads: its levels built from the ones below, and a snapshot now
/// and then. Nothing is removed. step() is for one thread at a time.
class ReplicaMaintenance {
public:
    /// `context` and `spool` outlive it.
    ReplicaMaintenance(EngineContext& context, std::shared_ptr<ReplicaFollower> follower,
                       const engine::Spool& spool)
        : m_context(context), m_follower(std::move(follower)), m_spool(spool)
    {
    }

    struct Outcome {
        StepPool::Due due = {};
        std::optional<replica::ObjectInfo> made = {};  ///< What is in the replica now.
        std::optional<Error> failure = {};  ///< Of the last try; empty when it went well.
    };

    /// One object at most, else nothing but the time of the next call. Wake it when an object was
    /// added: that may make it due sooner.
    [[nodiscard]] Outcome step(const std::stop_token& stop);

private:
    [[nodiscard]] Result<std::optional<replica::ObjectInfo>> makeNext(
        const engine::ReplicaLevels& levels, const std::stop_token& stop);
    [[nodiscard]] Outcome failed(const Error& error, const std::stop_token& stop);
    [[nodiscard]] StepPool::Due nextStep() const;

    EngineContext& m_context;
    const std::shared_ptr<ReplicaFollower> m_follower;
    const engine::Spool& m_spool;
    /// While nothing is deleted, only what was paid for by as many changes: a history with
    /// snapshots is then at most twice as large as without.
    const engine::SnapshotSchedule m_snapshots = {.every = engine::kForEver,
                                                  .partOfDatabasePercent = 100};
    int m_failures = 0;
    std::optional<Error> m_failure = {};
};

}  // namespace tidemark::service
