#pragma once

#include "core/base/result.h"
#include "core/engine/damage_book.h"
#include "core/engine/replica_levels.h"
#include "core/engine/spool.h"
#include "core/engine/uploader.h"
#include "core/ltx/file_name.h"
#include "core/replica/ltx_replica.h"
#include "core/service/engine_context.h"
#include "core/service/numbering.h"
#include "core/service/replica_claim.h"
#include "core/service/replica_progress.h"
#include "core/service/replica_tenure.h"
#include "core/service/replica_view.h"
#include "core/service/service.h"
#include "core/service/upload_turn.h"
#include "core/state/given_up.h"
#include "core/state/state_db.h"
#include "core/storage/storage.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>

namespace tidemark::service {

using engine::Inspection;

/// What somebody wants of the next drill.
enum class DrillWish {
    None,
    Retry,  ///< If it waits because it failed, now.
    Now,    ///< Whether it is due or not.
};

/// One replica of a followed database: its storage and who uploads into it. step() is for one
/// thread at a time; the rest for any. Its parts: replica_follower.cpp (a step),
/// replica_follower_wishes.cpp (what is asked of it between two), replica_follower_place.cpp (how
/// it is opened), replica_follower_tenure.cpp (that nobody else writes into it),
/// replica_follower_contents.cpp (what it holds), replica_follower_damage.cpp (what of it is
/// damaged), replica_follower_backlog.cpp (what it never gets).
class ReplicaFollower {
public:
    /// `path` is the database's, as is `numbering`, which outlives it like `spool` and `state`.
    ReplicaFollower(EngineContext& context, std::string path, ReplicaConfig config,
                    engine::Spool& spool, state::StateDb& state, Numbering& numbering);

    /// Opens, looks, uploads: whatever comes next, a bounded piece of it. All up to `captured` was
    /// in the spool once.
    /// `isAwaited`: somebody waits for what is in the spool, whatever the interval says.
    [[nodiscard]] StepPool::Due step(ltx::TxId captured, bool isAwaited,
                                     const std::stop_token& stop);

    /// Before somebody else than step() writes into it: Unavailable when it is not known any more
    /// that nobody else does. Then the next step finds out whose it is: wake it after lookAgain().
    /// Blocks on the storage at times.
    [[nodiscard]] Status mayWrite(const std::stop_token& stop) const;
    /// The same for a replica::LtxReplica that does not outlive this. Both once storage() is known.
    [[nodiscard]] replica::MayWrite gate() const
    {
        return [this](const std::stop_token& stop) { return mayWrite(stop); };
    }

    /// Another database, and another program, may have the replica from now on. No step runs and
    /// none follows. Blocks on the storage, for a few seconds at most.
    void letGo();

    /// The snapshot was written into it; the next step takes note.
    void baseWritten(const replica::ObjectInfo& snapshot);

    /// What is to be compacted.
    [[nodiscard]] engine::ReplicaLevels levels() const;
    /// Segments up to this one are merged.
    [[nodiscard]] ltx::TxId mergedUpTo() const;
    /// Whether the transaction, of those that were uploaded last, can be restored from it: not when
    /// it is in the midst of a batch.
    [[nodiscard]] bool holdsMoment(ltx::TxId txId) const;
    /// An object was written into it.
    void noteObject(const replica::ObjectInfo& object);
    /// Lists it again, and takes in what is there: the catalog without what is damaged.
    [[nodiscard]] Result<replica::Catalog> relist(const std::stop_token& stop);
    /// How often it was listed as a whole: what was planned by one listing is not to be done after
    /// the next.
    [[nodiscard]] std::uint64_t listings() const;
    /// Reads each of `suspects` to find out which of them are damaged. With Known and News what is
    /// to be compacted goes without them from then on, and the next step looks whether a new base
    /// is needed: tell of it, call damageTold(), and wake that step. They are left as they are.
    [[nodiscard]] Inspection inspect(std::span<const replica::ObjectInfo> suspects,
                                     engine::Suspecting who, const std::stop_token& stop);
    /// What was read as damaged once, also before a restart: to be inspected kSecondRead later.
    [[nodiscard]] std::vector<replica::ObjectInfo> suspected() { return m_damageBook.suspected(); }
    /// All objects that are known to be damaged. Fails as the state does.
    [[nodiscard]] Result<replica::ObjectNames> damaged() const { return m_damageBook.found(); }
    /// Whether the last step found some of them: tell of it. For the thread of step().
    [[nodiscard]] bool takeFoundDamage() { return std::exchange(m_hasFoundDamage, false); }
    /// Whether it is one of them.
    [[nodiscard]] bool isDamaged(const std::string& name) const;
    /// Those of them that are not in the spool either.
    [[nodiscard]] replica::ObjectNames missing() const;
    /// What is mended may be told of from now on.
    void damageTold();
    /// Once at the start, and when it was asked to try again: reads what is known to be damaged
    /// once more. Whether any of it is whole; then the next step looks anew. Blocks on the storage.
    [[nodiscard]] bool readDamagedAgain(const std::stop_token& stop);

    /// The damage, if it was mended since the last call.
    [[nodiscard]] std::optional<engine::Damage> takeMended();

    /// Up to where it has all; as it is remembered until it was looked at.
    [[nodiscard]] ltx::TxId has() const;
    /// These went from the spool, since that came to its limit of so many bytes, while it had, or
    /// its new snapshot will have, everything up to `had`; `captured` is the last there is. What it
    /// did not have of them it never gets; remembered. True when it was not given up before.
    [[nodiscard]] bool noteCut(ltx::TxRange gone, ltx::TxId had, std::uint64_t limitBytes,
                               ltx::TxId captured);
    /// What it did not get, if it went on behind that since the last call.
    [[nodiscard]] std::optional<state::GivenUp> takeGivenUpEnd();

    /// The newest moment was proven; remembered.
    void noteProof(const Proof& proof);
    /// The next drill is due now.
    void askForDrill();
    [[nodiscard]] DrillWish takeDrillWish();
    /// It reaches less far than was confirmed: the next step lists and compares it anew.
    void lookAgain();
    /// The newest one in it; empty until it was looked at.
    [[nodiscard]] std::optional<SnapshotFacts> snapshot() const;
    /// What stood in the way of the last try; empty when nothing did, or when it was asked to try
    /// again and has not done so yet.
    [[nodiscard]] std::optional<Error> obstacle() const;
    /// Whether somebody asked to try again since the last call.
    [[nodiscard]] bool takeMaintenanceRetry();

    /// What a deletion from it that broke off was about to delete; remembered. For one thread.
    [[nodiscard]] Result<replica::ObjectNames> unfinished() const;
    void setUnfinished(const replica::ObjectNames& names);

    /// What of its history stays, from now on.
    void setKeep(const engine::RetentionPolicy& keep);
    [[nodiscard]] engine::RetentionPolicy keep() const;

    /// How often it is uploaded to, from the next step on.
    void setSyncInterval(std::chrono::milliseconds interval);
    [[nodiscard]] std::chrono::milliseconds syncInterval() const;

    /// What of it is in use in this process; see PinBoards::of().
    [[nodiscard]] replica::PinBoard& pins() const;

    /// It could not take a snapshot; what is shown until it can.
    void snapshotFailed(const Error& error);

    /// The next step tries again whatever failed.
    void retryNow();
    /// The next step uploads, however often that failed: wake it.
    void uploadAgain();
    /// Merges go before uploads now and then (service/upload_turn.h). Behind uploadAStep() and
    /// letGoOfUploads() wake its step, where they are true: something was held.
    void holdUploads();
    void renewHold();
    bool uploadAStep();
    bool letGoOfUploads();
    [[nodiscard]] bool mergesGoFirst() const;

    /// How far what is written into it is, and what is said when it does not come on: part of
    /// view(). For any thread.
    [[nodiscard]] ReplicaProgress& progress() { return m_progress; }
    /// Whether the step that ended had stalled. For the thread of step().
    [[nodiscard]] bool takeStallEnd() { return std::exchange(m_hasStallEnded, false); }

    [[nodiscard]] ReplicaView view() const;
    /// As it was made; what stays of its history keep() says, how often it is uploaded to
    /// syncInterval().
    [[nodiscard]] const ReplicaConfig& config() const { return m_config; }
    [[nodiscard]] const std::string& id() const { return m_id; }

    /// Where it is; null until it was looked at. It stays as long as this.
    [[nodiscard]] storage::Storage* storage() const;

private:
    /// Of what is known to be damaged.
    enum class ReadAgain { Nothing, Changed, All };

    void leaveRefused(const std::stop_token& stop);
    [[nodiscard]] Status open(const std::stop_token& stop);
    [[nodiscard]] Status openStorage();
    [[nodiscard]] Result<ReplicaTenure::Ours> ownTenure(const std::string& realId) const;
    [[nodiscard]] Status makePlace();
    [[nodiscard]] Status takeTenure(const std::stop_token& stop);
    [[nodiscard]] Status refuseLegacy(const std::stop_token& stop) const;
    [[nodiscard]] std::string placeName() const;
    [[nodiscard]] Status mayAdopt(const replica::Catalog& catalog, const std::stop_token& stop);
    [[nodiscard]] bool isPausing() const;
    [[nodiscard]] StepPool::Due leftForLater(const Error& error);
    [[nodiscard]] Result<bool> advance(ltx::TxId captured, const std::stop_token& stop);
    [[nodiscard]] Status look(const std::stop_token& stop);
    [[nodiscard]] bool isUploadDue() const;
    [[nodiscard]] std::string newestName() const;
    void seekNewest(const std::stop_token& stop);
    void relisted(const replica::Catalog& catalog, ltx::TxId known);
    void readDamage();
    void readProof();
    void readBacklog();
    void noteBacklogEnd();                                   // With m_mutex held.
    [[nodiscard]] bool isWaitingUpTo(ltx::TxId last) const;  // Likewise.
    void showBacklog();                                      // Also.
    void showDamage();
    void noteMended(const std::stop_token& stop);
    [[nodiscard]] bool maybeMended() const;  // With m_mutex held.
    [[nodiscard]] Status takeNews();
    [[nodiscard]] bool takeRetry();
    [[nodiscard]] bool takeLookAgain();
    [[nodiscard]] StepPool::Due nextStep(bool hasMore) const;
    [[nodiscard]] std::optional<Clock::Instant> nextTry() const;
    void remember(const std::optional<Error>& failure, bool hasMore);
    [[nodiscard]] StepPool::Due goOn(ltx::TxId captured, bool isAwaited,
                                     const std::stop_token& stop);
    void noteBegin();

    EngineContext& m_context;
    const std::string m_path;
    const ReplicaConfig m_config;
    const std::string m_id;
    engine::Spool& m_spool;
    state::StateDb& m_state;
    Numbering& m_numbering;
    engine::DamageBook m_damageBook;
    ReplicaProgress m_progress;

    // Set by step() for good before storage() gives anything; then for any thread. Shared with what
    // letGo() does not wait for.
    std::shared_ptr<storage::Storage> m_storage;
    std::shared_ptr<ReplicaTenure> m_tenure;

    // For the thread of step(); made by the first one.
    std::optional<ReplicaClaim> m_claim;
    std::unique_ptr<replica::LtxReplica> m_replica;
    std::unique_ptr<engine::Uploader> m_uploader;
    std::string m_place;
    Clock::Instant m_nextOpen = {};  // When it could not be opened, or is another one's.
    bool m_isTaken = false;
    int m_refusals = 0;  // In a row.
    bool m_hasFoundDamage = false;
    bool m_hasStallEnded = false;
    Clock::Instant m_nextSeek = {};  // Of the newest object, if there are more.

    mutable std::mutex m_mutex;  // Guards what follows.
    ReplicaView m_view;
    engine::ReplicaLevels m_levels;
    engine::RetentionPolicy m_keep;
    std::chrono::milliseconds m_syncInterval;
    std::optional<ltx::TxId> m_baseWritten;
    std::optional<Error> m_snapshotFailure;
    std::uint64_t m_listings = 0;
    bool m_wasLooked = false;  // storage() gave it.
    bool m_retry = false;
    UploadTurn m_turn;
    bool m_isRetrying = false;
    bool m_retryMaintenance = false;
    bool m_lookAgain = false;
    bool m_isMended = false;              // And nobody was told.
    bool m_isDamageTold = true;           // All of it.
    Clock::Instant m_proveMendedAt = {};  // Not before.
    ReadAgain m_readAgain = ReadAgain::Changed;
    ltx::TxId m_ownBase = {};       // The newest that was written since it is followed.
    ltx::TxId m_remembered = {};    // To be there, when nobody has looked yet.
    bool m_isGivenUpEnded = false;  // And nobody was told.
    DrillWish m_drillWish = DrillWish::None;
};

}  // namespace tidemark::service
