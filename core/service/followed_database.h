#pragma once

#include "core/engine/replicator.h"
#include "core/engine/spool_room.h"
#include "core/restore/restorer.h"
#include "core/service/engine_context.h"
#include "core/service/litestream_watch.h"
#include "core/service/numbering.h"
#include "core/service/replica_drill.h"
#include "core/service/replica_follower.h"
#include "core/service/replica_maintenance.h"
#include "core/service/status_board.h"
#include "core/service/watchdog.h"
#include "core/sqlite/source_probe.h"
#include "core/state/database_directory.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace tidemark::service {

/// One database that is followed: a step of its source on the capture pool, one of each replica on
/// the upload pool, one on the maintenance pool and one, its drills, on the pool for long work,
/// where snapshots run, too. Any thread may call it; no call blocks. Shared by the service and by
/// its steps in the pools; it goes with the last of them.
class FollowedDatabase : public std::enable_shared_from_this<FollowedDatabase> {
public:
    /// `changed` is called after each change of the status; `finished` once, when all of it has
    /// stopped.
    FollowedDatabase(EngineContext& context, DatabaseConfig config, std::function<void()> changed,
                     std::function<void()> finished);

    ~FollowedDatabase();

    void start();

    /// Other replicas from now on; new ones get what they lack.
    void setReplicas(const std::vector<ReplicaConfig>& replicas);

    [[nodiscard]] bool hasReplica(const storage::StorageAddress& address) const;

    void setPaused(bool paused);
    void retryNow();
    void networkIsBack();
    void proveNow();

    /// Stops cleanly: captures to the end and uploads, within a bounded time. Then `finished`.
    void leave();

    /// Stops at once, wherever it is; leave() was called before.
    void abandon();

    /// A look of the watchdog, each WatchRounds::kRound. For its thread.
    void watchOver(bool isLate);

    [[nodiscard]] DatabaseStatus status() const { return m_board.status(); }

    /// For bringUpToDate: notes all that is committed now; outcomeOf then says when each replica
    /// has it, or why one will not.
    [[nodiscard]] std::uint64_t noteNow();
    [[nodiscard]] std::optional<Status> outcomeOf(std::uint64_t note) const;
    /// status() tells what is known of the replicas by now: a step shows it only when it ends.
    void showReplicas();

    /// Orders a snapshot of what is committed now, of the replica or, where `replicaId` is empty,
    /// of each. Gives the ticket of SnapshotOrders. NotFound when there is no such replica, Busy
    /// while it is paused or when too many are ordered.
    [[nodiscard]] Result<std::uint64_t> orderSnapshot(const std::string& replicaId);

private:
    /// Smaller ones are read in a moment.
    static constexpr std::uint64_t kLargeBytes = std::uint64_t{64} << 20;

    /// A replica with its places in the pools.
    struct Upload {
        std::shared_ptr<ReplicaFollower> follower;
        StepPool::Key key = 0;
        StepPool::Key maintenance = 0;
        StepPool::Key drill = 0;
        Watchdog watchdog = {};          ///< For its thread.
        Watchdog snapshotWatchdog = {};  ///< Also.
        int snapshotFailures = 0;        ///< In a row.
        Clock::Instant snapshotNotBefore = {};
        std::stop_source workStop = {};  ///< Of its snapshots, maintenance and drills.
        bool leaving = false;
        bool hadLastTry = false;  ///< Since the source left.
        bool uploadsLeft = false;
        bool maintenanceLeft = false;
        bool drillLeft = false;
        bool left = false;  ///< All of them, and another one may have the replica.
        std::optional<Error> maintenanceFailure = {};
        std::optional<Unproven> unproven = {};

        [[nodiscard]] bool allPartsLeft() const
        {
            return uploadsLeft && maintenanceLeft && drillLeft;
        }
    };

    /// A snapshot that is written.
    struct RunningSnapshot {
        ltx::TxId txId = {};
        HeldSlot slot;
    };

    /// The hash of each page after a transaction, as a replica tells.
    struct Recall {
        ltx::TxId txId = {};
        Clock::Instant limit = {};  ///< Of the patience for it.
        std::stop_source stop = {};
        bool isOver = false;
        std::optional<state::PageChecksums> checksums = {};
    };

    /// A snapshot of one replica that was ordered and is not there yet.
    struct Order {
        std::uint64_t ticket = 0;
        storage::StorageAddress replica = {};
        std::uint64_t note = 0;                ///< What was committed then is to be in it.
        std::optional<ltx::TxId> target = {};  ///< That, once it is captured.
        std::optional<ltx::TxId> before = {};  ///< The newest when the replica was looked at.
        bool isTold = false;                   ///< The maintenance knows that it can be made.
    };

    /// What others want of the source's next step.
    struct Wants {
        bool leaving = false;
        bool paused = false;
        bool replicaNews = false;   ///< Something about a replica changed.
        bool compareAgain = false;  ///< The pages did not add up.
        bool retry = false;         ///< Whatever waits for its next try.
        std::uint64_t note = 0;
    };

    // The source, on the capture pool.
    [[nodiscard]] StepPool::Due sourceStep();
    [[nodiscard]] StepPool::Due stepSource();
    [[nodiscard]] Status openSource();
    [[nodiscard]] Status takeLock(const state::DatabaseDirectory& directory);
    [[nodiscard]] Status takeFile(const std::string& path);
    [[nodiscard]] Status openReplicator(const std::string& path,
                                        const state::DatabaseDirectory& directory);
    void sourceIsOpen(const sqlite::SourceFacts& facts);
    void giveBackFile();
    void noteFollowedElsewhere(bool isElsewhere);
    [[nodiscard]] bool recallChecksums();
    void startRecall(ltx::TxId txId);
    void forgetRecall();
    void runRecall(Recall& recall, const std::vector<std::shared_ptr<ReplicaFollower>>& able);
    [[nodiscard]] std::optional<state::PageChecksums> checksumsFrom(
        const std::vector<std::shared_ptr<ReplicaFollower>>& able, Recall& recall) const;
    [[nodiscard]] StepPool::Due openFailed(const Error& error, std::uint64_t note);
    [[nodiscard]] StepPool::Due follow(const Wants& wants);
    [[nodiscard]] std::optional<StepPool::Due> prepare(const Wants& wants);
    void noteOutcome(const engine::SourceView& view, std::uint64_t note);
    [[nodiscard]] StepPool::Due dueAfter(const engine::StepOutcome& outcome) const;
    [[nodiscard]] std::optional<engine::StepOutcome> stepReplicator();
    void noteReading(bool isWhole);
    void askForSnapshot();
    void reservePlaces();  // With m_mutex held.
    [[nodiscard]] Slots& snapshotSlots() const;
    void keepLines();
    void runSnapshot(std::unique_ptr<engine::SnapshotWork> work);
    [[nodiscard]] StepPool::Due pauseSource();
    void showPaused();
    void resume();
    void noteCaptured();
    void listen(bool toFile);
    void stopListening();
    [[nodiscard]] StepPool::Due leaveSource();
    /// What the replicas told by now.
    struct Heard {
        ltx::TxId newest = {};
        Timestamp newestAt = {};
        bool isAnyKnown = false;  ///< What one holds, that can be gone on above.
        bool isLooking = false;   ///< One is about to tell.
        bool oneLacksBase = false;
    };
    [[nodiscard]] Heard heardOfReplicas() const;
    [[nodiscard]] bool tellReplicasToReplicator();
    void takeFacts(const std::vector<engine::Fact>& facts);
    void showSource();
    void noteDetached();
    void showNews(const engine::SourceView& view);
    void tellNoCopy(const std::optional<Error>& why);

    // The watchdog, on its thread.
    void watchOverSource(bool isLate);
    void watchOverReplicas(bool isLate);
    [[nodiscard]] bool watchOver(Upload& upload, bool isLate);             // With m_mutex held.
    [[nodiscard]] bool lookAtSnapshot(Upload& upload, bool isLate) const;  // Also.
    [[nodiscard]] std::optional<Watchdog::Sight> lookFromOutside();

    // Replicas, on the upload pool.
    void addMissingReplicas();  // With m_mutex held.
    [[nodiscard]] StepPool::Due replicaStep(const std::shared_ptr<ReplicaFollower>& follower);
    void startLastTry(ReplicaFollower& follower);
    [[nodiscard]] bool isAwaited(const ReplicaFollower& follower) const;
    [[nodiscard]] bool mayLeave(const ReplicaFollower& follower) const;
    void leaveReplica(ReplicaFollower& follower, bool Upload::*part);
    [[nodiscard]] StepPool::Due maintenanceStep(ReplicaFollower& follower,
                                                ReplicaMaintenance& maintenance);
    [[nodiscard]] bool mayLeaveMaintenance(const ReplicaFollower& follower) const;
    void showMaintenance(const ReplicaFollower& follower, const std::optional<Error>& failure);
    void tellOfDamage(ReplicaFollower& follower);
    void wakeMaintenance(const ReplicaFollower& follower);
    void hurryMaintenance();  // With m_mutex held.
    void announceSegments();

    // The spool, which both fill and empty.
    void trimSpool();
    void keepSpoolWithinRoom();
    [[nodiscard]] std::uint64_t spoolRoom() const;
    [[nodiscard]] engine::SpoolReader readerOf(const ReplicaFollower& follower) const;

    // Snapshots and drills, on the pool for long work.
    void takeSnapshot(const engine::SnapshotWork& work, const std::string& place);
    [[nodiscard]] bool mayTrySnapshot(const ReplicaFollower& follower) const;
    void writeBase(const engine::SnapshotWork& work, ReplicaFollower& follower);
    void snapshotFailed(ReplicaFollower& follower, const Error& error);
    void snapshotTaken(const ReplicaFollower& follower);
    void delaySnapshot(const ReplicaFollower& follower);
    void snapshotEnded(const std::string& place);
    [[nodiscard]] DrillRules drillRules(const ReplicaFollower& follower) const;
    [[nodiscard]] StepPool::Due drillStep(ReplicaFollower& follower, ReplicaDrill& drill);
    void drillEnded(const ReplicaFollower& follower, const Result<Proof>& proof);
    void showUnproven(const ReplicaFollower& follower, const std::optional<Error>& failure);
    void hurryDrills();  // With m_mutex held.
    void wakeDrills();
    void showDrill(const restore::Progress& progress);
    void rememberProof(const Proof& proof);
    void tellRememberedProof();

    // Ordered snapshots.
    void settleOrders();
    void refuseOrders(const ReplicaFollower& follower, const Error& error);
    [[nodiscard]] bool isSnapshotOrdered(const ReplicaFollower& follower) const;
    /// What the ordered snapshots have to reach; 0 when none can be made now.
    [[nodiscard]] ltx::TxId orderedUpTo(const ReplicaFollower& follower) const;
    // The same with m_mutex held.
    [[nodiscard]] Result<std::uint64_t> addOrders(const std::string& replicaId);
    [[nodiscard]] bool isSettled(Order& order);
    [[nodiscard]] const Upload* uploadOf(const Order& order) const;
    [[nodiscard]] std::optional<SnapshotFacts> snapshotFor(Order& order, const Upload& upload);
    [[nodiscard]] std::optional<Error> whyNoSnapshot(const Order& order,
                                                     const Upload* upload) const;

    // With m_mutex held.
    [[nodiscard]] std::optional<Status> sourceOutcome() const;
    [[nodiscard]] std::optional<Status> sourceTrouble() const;
    [[nodiscard]] bool isBorne(const Error& error) const;
    [[nodiscard]] std::optional<Status> replicasOutcome() const;

    [[nodiscard]] std::optional<Error> whatIsLacking() const;
    [[nodiscard]] std::optional<Error> replicaFailure() const;

    /// Of what a stop or a pause need not wait for: the steps of the source, snapshots, drills.
    [[nodiscard]] std::stop_token workStop() const;
    /// The same of one replica, which may leave alone.
    [[nodiscard]] std::stop_token workStop(const ReplicaFollower& follower) const;
    void stopWork();  // With m_mutex held.

    /// With m_mutex held; null when it has left.
    [[nodiscard]] Upload* uploadOf(const ReplicaFollower& follower);
    [[nodiscard]] const Upload* uploadOf(const ReplicaFollower& follower) const;
    /// 0 when it has left.
    [[nodiscard]] StepPool::Key keyOf(const ReplicaFollower& follower,
                                      StepPool::Key Upload::*part) const;
    [[nodiscard]] std::vector<std::shared_ptr<ReplicaFollower>> replicas() const;
    void wakeReplicas();
    void finishIfAllLeft();

    EngineContext& m_context;
    const DatabaseConfig m_config;
    const std::string m_path;  // As it was given; it may lead through links.
    const DatabaseId m_id;
    std::function<void()> m_finished;
    StatusBoard m_board;
    std::stop_source m_stop;  // Of all: abandon().

    // For the source's step; the replicator's spool and state for the replicas' steps too.
    std::optional<LockOwner> m_owner;
    std::unique_ptr<FileLock> m_lock;
    std::unique_ptr<engine::Replicator> m_replicator;
    std::string m_listensTo;        // By the watcher; empty: to nothing.
    std::optional<Error> m_untold;  // Why the watcher does not tell of changes.
    std::optional<LitestreamWatch> m_litestream;
    std::atomic<bool> m_heardOfChange = false;
    Clock::Instant m_heardAt = {};               // Of the last one.
    bool m_told = false;                         // The replicator knows what all replicas hold.
    bool m_attached = false;                     // The next step goes on in the log.
    bool m_isLarge = false;                      // Reading all of it takes long.
    std::chrono::milliseconds m_lockedPause{0};  // While it cannot be opened.
    Clock::Instant m_lookLimit = {};
    std::optional<engine::SourceView> m_shown;  // On the board.

    // What the watchdog learns of the source's step without m_mutex, which the step may hold.
    std::atomic<StepPool::Key> m_sourceKey = 0;
    std::atomic<std::uint64_t> m_readingBytes = 0;  // The step that runs may have to read.

    // For the watchdog's thread.
    Watchdog m_watchdog;
    bool m_isExcused = false;  // When that could be had last.
    std::optional<std::chrono::minutes> m_stalledFor;

    Numbering m_numbering;

    // Held while segments are told, so that they are in their order; taken before m_mutex and the
    // board's own, never with either held.
    std::mutex m_announcing;

    mutable std::mutex m_mutex;  // Guards what follows.
    std::stop_source m_workStop;
    Wants m_wants;
    std::string m_takenFile;  // Of the context's sources.
    std::string m_realPath;   // What m_path led to; written by the source's step alone.
    std::vector<ReplicaConfig> m_replicaConfigs;
    std::vector<Upload> m_uploads;
    std::shared_ptr<Recall> m_recall;  // The last one; its job shares it.
    std::optional<Error> m_openFailure;
    bool m_isFollowedElsewhere = false;  // By another program, or here by another name.
    std::optional<Error> m_sourceFailure;
    int m_failedSteps = 0;  // In a row.
    bool m_sourceOpen = false;
    bool m_sourceLooked = false;  // What was captured is all that there was to, once.
    bool m_sourceLeft = false;
    bool m_finishedCalled = false;
    std::optional<Error> m_leaveFailure;  // Of the last capture.
    // By the place that is written into: those that run, what is held for the one that is asked
    // for, and where its step is in line for one.
    std::map<std::string, RunningSnapshot> m_snapshots;
    std::map<std::string, HeldSlot> m_snapshotPlaces;
    std::set<std::string> m_snapshotLines;
    Clock::Instant m_leaveLimit = {};
    ltx::TxId m_captured;
    ltx::TxId m_remembered;
    std::deque<engine::SegmentCaptured> m_unannounced;
    std::vector<Order> m_orders;
    std::uint64_t m_noteTried = 0;  // A step of the source began after it and has ended.
    std::uint64_t m_noteReached = 0;
    ltx::TxId m_noteTxId;  // The last captured one at that time.
    Clock::Instant m_notedAt = {};
};

}  // namespace tidemark::service
