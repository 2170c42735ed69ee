#pragma once

#include "core/base/result.h"
#include "core/engine/compaction.h"
#include "core/engine/spool.h"
#include "core/service/engine_context.h"
#include "core/service/replica_follower.h"
#include "core/service/replica_retention.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::service {

/// What a replica needs besides uploads: its levels built from the ones below, a snapshot now and
/// then, and, where its policy says so, what it gives up deleted. What supersedes is written first:
/// while anything is to be written, or could not be, nothing is deleted; but for want of room in
/// the replica, which nothing else would make. step() is for one thread at a time.
class ReplicaMaintenance {
public:
    /// `context` and `spool` outlive it.
    ReplicaMaintenance(EngineContext& context, std::shared_ptr<ReplicaFollower> follower,
                       const engine::Spool& spool)
        : m_context(context),
          m_follower(std::move(follower)),
          m_spool(spool),
          m_scratchFolder(context.directories.cache + "/merges"),
          m_retention(context, m_follower)
    {
    }

    struct Outcome {
        StepPool::Due due = {};
        std::optional<replica::ObjectInfo> made = {};  ///< What is in the replica now.
        std::optional<Thinned> thinned = {};           ///< What was deleted from it.
        std::optional<Error> failure = {};  ///< What stands in the way; empty when nothing does.
        bool isLacking = false;             ///< It has lost what it had confirmed, or has it again.
        std::optional<Error> refused = {};  ///< Why the snapshot that was tried was not made.
        bool foundDamage = false;           ///< Objects of it were found damaged.
    };

    /// One object at most, or a piece of retention, else nothing but the time of the next call.
    /// Wake it when an object was added or the replica answers again: that may make it due sooner.
    /// `turn` is of this call; where it is not that of the replica's place, nothing is done.
    /// A snapshot that reaches `ordered` (0: none is) is made as soon as the replica does, whatever
    /// the schedule says.
    [[nodiscard]] Outcome step(ltx::TxId ordered, StepTurn& turn, const std::stop_token& stop);

    /// Whether uploads that were held have their turn since the last call: wake who uploads.
    [[nodiscard]] bool takeWakesUploads() { return std::exchange(m_wakesUploads, false); }

private:
    /// Merges and snapshots fail, and are tried again, each for itself.
    struct Work {
        int failures = 0;
        Clock::Instant notBefore = {};
        std::optional<Error> failure = {};
        bool isSuspecting = false;  ///< What was read as damaged is read again by the next try.
        bool lacksScratch = false;  ///< It failed for want of room on this computer.

        /// Whether it failed for want of room in the replica.
        [[nodiscard]] bool lacksRoom() const
        {
            return failure && failure->code == ErrorCode::NoSpace && !lacksScratch;
        }
    };

    /// What one step does: the first of these that there is.
    struct Choice {
        std::optional<engine::Merge> merge = {};
        bool isSnapshot = false;
        bool isThinning = false;
        bool isOrdered = false;  ///< A snapshot is, and is not there yet.
        bool isRefused = false;  ///< The ordered one cannot be made.
    };

    [[nodiscard]] Choice choose(const ReplicaView& view, const engine::ReplicaLevels& levels,
                                ltx::TxId ordered, bool isBehind);
    [[nodiscard]] std::optional<Outcome> notYet(const ReplicaView& view,
                                                const std::stop_token& stop);
    /// The object of `merge`, or without it a snapshot of what `inputs` lead to.
    [[nodiscard]] Outcome make(Work& work, const std::optional<engine::Merge>& merge,
                               const std::vector<replica::ObjectInfo>& inputs,
                               const std::stop_token& stop);
    [[nodiscard]] Outcome failed(Work& work, const Error& error, const std::stop_token& stop);
    [[nodiscard]] bool hasLost(const std::stop_token& stop);
    [[nodiscard]] Outcome thin(const std::stop_token& stop);
    [[nodiscard]] bool isSnapshotDue(const engine::ReplicaLevels& levels, Timestamp now) const;
    [[nodiscard]] bool mayTry(const Work& work) const;
    [[nodiscard]] bool waitsForRoom() const;
    void thereIsRoom();
    void letUploadsGoOn();
    void letGoOfUploads();
    [[nodiscard]] bool mayMerge(const ReplicaView& view) const;
    [[nodiscard]] bool mayGrow(bool isBehind) const;
    [[nodiscard]] bool mayDelete(const engine::ReplicaLevels& levels, bool isBehind,
                                 Timestamp now) const;
    [[nodiscard]] engine::SnapshotSchedule schedule() const;
    [[nodiscard]] StepPool::Due nextStep(const engine::ReplicaLevels& levels, bool isBehind);
    [[nodiscard]] const std::optional<Error>& failure() const
    {
        return m_merges.failure      ? m_merges.failure
               : m_snapshots.failure ? m_snapshots.failure
               : m_forMarks.failure  ? m_forMarks.failure
                                     : m_retention.failure();
    }

    EngineContext& m_context;
    const std::shared_ptr<ReplicaFollower> m_follower;
    const engine::Spool& m_spool;
    const std::string m_scratchFolder;
    Work m_merges;
    Work m_snapshots;
    Work m_forMarks;  ///< Snapshots that retention wants: without them it deletes less.
    bool m_wakesUploads = false;
    ReplicaRetention m_retention;
};

}  // namespace tidemark::service
