#pragma once

#include "core/engine/replicator.h"
#include "core/restore/restorer.h"
#include "core/service/engine_context.h"
#include "core/service/replica_follower.h"
#include "core/service/status_board.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace tidemark::service {

/// One database that is followed: a step of its source on the capture pool, one of each replica on
/// the upload pool, its snapshot and drill on the pool for long work. Any thread may call it; no
/// call blocks. Shared by the service and by its steps in the pools; it goes with the last of them.
class FollowedDatabase : public std::enable_shared_from_this<FollowedDatabase> {
public:
    /// `changed` is called after each change of the status; `finished` once, when all of it has
    /// stopped.
    FollowedDatabase(EngineContext& context, DatabaseConfig config, std::string path,
                     std::function<void()> changed, std::function<void()> finished);

    ~FollowedDatabase();

    void start();

    /// Other replicas from now on; new ones get what they lack.
    void setReplicas(const std::vector<ReplicaConfig>& replicas);

    [[nodiscard]] bool hasReplica(const storage::StorageAddress& address) const;

    void setPaused(bool paused);
    void retryNow();

    /// Stops cleanly: captures to the end and uploads, within a bounded time. Then `finished`.
    void leave();

    /// Stops at once, wherever it is; leave() was called before.
    void abandon();

    [[nodiscard]] DatabaseStatus status() const { return m_board.status(); }

    /// For bringUpToDate: notes all that is committed now; outcomeOf then says when each replica
    /// has it, or why one will not.
    [[nodiscard]] std::uint64_t noteNow();
    [[nodiscard]] std::optional<Status> outcomeOf(std::uint64_t note) const;

private:
    /// A replica with its place in the upload pool.
    struct Upload {
        std::shared_ptr<ReplicaFollower> follower;
        StepPool::Key key = 0;
        bool leaving = false;
        bool left = false;
    };

    /// What others want of the source's next step.
    struct Wants {
        bool leaving = false;
        bool paused = false;
        bool replicaNews = false;  ///< Something about a replica changed.
        std::uint64_t note = 0;
    };

    // The source, on the capture pool.
    [[nodiscard]] StepPool::Due sourceStep();
    [[nodiscard]] Status openSource();
    [[nodiscard]] StepPool::Due openFailed(const Error& error);
    [[nodiscard]] StepPool::Due follow(const Wants& wants);
    [[nodiscard]] StepPool::Due pauseSource();
    [[nodiscard]] StepPool::Due leaveSource();
    /// False while it is worth waiting for what a replica says.
    [[nodiscard]] bool tellReplicasToReplicator();
    void takeFacts(const std::vector<engine::Fact>& facts);
    void showSource();

    // Replicas, on the upload pool.
    void addReplica(const ReplicaConfig& config);
    [[nodiscard]] StepPool::Due replicaStep(const std::shared_ptr<ReplicaFollower>& follower);
    [[nodiscard]] bool mayLeave(const ReplicaFollower& follower);
    void leaveReplica(const ReplicaFollower& follower);
    void showReplicas();
    void announceSegments();
    void trimSpool();

    // Snapshots and drills, on the pool for long work.
    void takeSnapshot(engine::SnapshotWork& work);
    [[nodiscard]] bool writeBase(engine::SnapshotWork& work, ReplicaFollower& follower);
    void snapshotEnded();
    void startDrill(const ReplicaConfig& replica, ltx::TxId txId);
    [[nodiscard]] Result<Proof> drill(const ReplicaConfig& replica, ltx::TxId txId);
    void showDrill(const restore::Progress& progress);
    void rememberProof(const Proof& proof);
    void tellRememberedProof();

    // With m_mutex held.
    [[nodiscard]] std::optional<Status> sourceOutcome(const engine::Standing& own) const;
    [[nodiscard]] std::optional<Status> replicasOutcome() const;

    [[nodiscard]] std::vector<std::shared_ptr<ReplicaFollower>> replicas() const;
    void wakeReplicas();
    void finishIfAllLeft();

    EngineContext& m_context;
    const DatabaseConfig m_config;
    const std::string m_path;
    const DatabaseId m_id;
    std::function<void()> m_finished;
    StatusBoard m_board;
    std::stop_source m_stop;      // Of steps: abandon().
    std::stop_source m_longStop;  // Of snapshots and drills: leave().

    // For the source's step; the replicator's spool and state for the replicas' steps too.
    std::unique_ptr<FileLock> m_lock;
    std::unique_ptr<engine::Replicator> m_replicator;
    bool m_told = false;  // The replicator knows what all replicas hold.
    Clock::Instant m_lookLimit = {};
    std::optional<engine::SourceView> m_shown;  // On the board.

    mutable std::mutex m_mutex;  // Guards what follows.
    Wants m_wants;
    std::vector<ReplicaConfig> m_replicaConfigs;
    std::vector<Upload> m_uploads;
    StepPool::Key m_sourceKey = 0;
    std::optional<Error> m_openFailure;
    bool m_sourceOpen = false;
    bool m_sourceLeft = false;
    bool m_finishedCalled = false;
    bool m_snapshotRunning = false;
    Clock::Instant m_snapshotNotBefore = {};
    int m_drills = 0;  // Queued or running.
    Clock::Instant m_leaveLimit = {};
    ltx::TxId m_captured;
    ltx::TxId m_remembered;
    std::deque<engine::SegmentCaptured> m_unannounced;
    std::uint64_t m_noteReached = 0;
    ltx::TxId m_noteTxId;  // The last captured one at that time.
    Clock::Instant m_notedAt = {};
};

}  // namespace tidemark::service
