#pragma once

#include "core/engine/cadence.h"
#include "core/engine/capture.h"
#include "core/engine/checkpointer.h"
#include "core/engine/log_fit.h"
#include "core/engine/replicator.h"
#include "core/engine/watch_pace.h"
#include "core/sqlite/anchor.h"
#include "core/sqlite/log_readers.h"
#include "core/sqlite/page_snapshot.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace tidemark::engine {

// A cycle that did not come to its end, or a torn index, is tried again after this.
inline constexpr std::chrono::milliseconds kCyclePause{20};
// What stands in the way is tried again after this, then less and less often.
inline constexpr std::chrono::milliseconds kFirstRetry{1000};
// Somebody else's reader keeps the log: the cycle is tried again after this, then less often.
inline constexpr std::chrono::milliseconds kFirstPinned{500};
// A flood that left no exact place, or the lock of a program, is tried again after this.
inline constexpr std::chrono::milliseconds kBusyRetry{100};
inline constexpr std::chrono::milliseconds kFirstCutPause{20};
// Between two tries at a file that is being written over; each of them waits for it to rest.
inline constexpr std::chrono::milliseconds kOverwrittenPause{500};

// Connections that an idle database does not need are closed after this.
inline constexpr std::chrono::seconds kRest{5};
// From here on a log that cannot be shortened is worth a word.
inline constexpr std::uint64_t kWorrisomeLogBytes = std::uint64_t{64} << 20;

// Left free by what is put aside in a file.
inline constexpr std::uint64_t kSpareBytes = std::uint64_t{64} << 20;

// Of a watched database at rest the lock is taken this often to see that it is what it was.
inline constexpr std::chrono::minutes kSettledCheck{1};

/// Whether a failure while following means another log, or another file than the one that was
/// attached to.
[[nodiscard]] constexpr bool isLogLost(ErrorCode code)
{
    return code == ErrorCode::Damaged || code == ErrorCode::NotFound ||
           code == ErrorCode::Unavailable;
}

/// Some file systems tell the time of a write in steps of two seconds: a stamp that was older when
/// the change counter was read is changed by the next write.
inline constexpr std::chrono::milliseconds kSettleTime{2500};
/// Where the steps are small: the kernel's clock for files has some of ten milliseconds at most.
inline constexpr std::chrono::milliseconds kFineSettleTime{20};

/// Whether the file system tells times finer than a millisecond. Either time proves it: that of the
/// content may have been set to a whole one, the other nobody sets.
[[nodiscard]] constexpr bool hasFineTimes(const sqlite::FileStamp& stamp)
{
    constexpr std::int64_t kNanosecondsAMillisecond = 1'000'000;
    return stamp.modifiedNs % kNanosecondsAMillisecond != 0 ||
           stamp.changedNs % kNanosecondsAMillisecond != 0;
}

/// What was written to in the last moment may be in the midst of being written.
inline constexpr std::chrono::milliseconds kFreshTime{1500};

/// Where the anchor lies at zero the rest of a log is read into memory up to this size.
inline constexpr std::uint64_t kHeldAtAttachBytes = std::uint64_t{64} << 20;

/// A database in rollback mode while it is watched. Nothing of it is open between two looks.
struct Watched {
    sqlite::SourceIdentity identity = {};
    sqlite::FileMark seen = {};      ///< At the last look of which all is kept.
    sqlite::FileStamp stamp = {};    ///< At the last glance,
    Clock::Instant stampSince = {};  ///< which it had since then.
    bool looked = false;             ///< In this step.
    /// Nothing was written since the last look for so long that the next write changes the stamp,
    /// however coarse the clock of the file system.
    bool settled = false;
    Clock::Instant nextCheck = {};  ///< Of one that is settled: a stamp can be deceived.
    std::optional<Clock::Instant> lockedSince = {};
    WatchCost cost = {};
};

/// What a look at a watched database may do.
enum class Look {
    Check,   ///< See whether it changed; it is read when its time has come.
    Read,    ///< Read it, but give way to a writer that is about to commit, now and then.
    Yield,   ///< Read it unless a writer is about to commit.
    Insist,  ///< Read it.
};

/// A reading of the database that somebody carries out: it pins the log until it is gone or copied.
struct LivingSnapshot {
    std::weak_ptr<HeldPages> pages;
    std::stop_source giveUp;
};

/// Since when the database file was seen to be as it is, while nothing is backfilled.
struct Stood {
    sqlite::FileStamp stamp = {};
    Clock::Instant since = {};
};

/// What the database file was like when the log was backfilled so far: only a checkpoint, which
/// goes further, writes into it.
struct SeenFile {
    sqlite::FileStamp stamp = {};
    sqlite::Salts salts = {};
    std::uint32_t backfilled = 0;
};

/// The file of which it was found out whether a log is its own.
struct Judged {
    sqlite::FileId file = {};
    sqlite::FileStamp stamp = {};
    bool operator==(const Judged&) const = default;
};

/// A log that old read transactions of others keep from being cut.
struct Pinning {
    std::vector<sqlite::LogReader> readers = {};  ///< When it was found out.
    bool isTold = false;
};

/// The newest moment at some time.
struct Newest {
    ltx::TxId txId = {};
    Timestamp time = {};
};

/// What was found under the lock, which is gone by then.
struct Reading {
    ReadEnd end = ReadEnd::Complete;
    PageDifference difference = {};
    std::unique_ptr<sqlite::PageSnapshot> copy = {};  ///< Of all, where a snapshot needs it.
};

/// The replicator itself. Its parts: replicator.cpp (a step, and what failures mean),
/// replicator_attach.cpp (from letting go to following), replicator_follow.cpp (capture and
/// cycles), replicator_log.cpp (a log that grows), replicator_leave.cpp (one that is left),
/// replicator_stale.cpp (one of another file), replicator_rest.cpp (files that are copied there),
/// replicator_known.cpp (what a start trusts), replicator_watch.cpp (a database that is not in WAL
/// mode), replicator_look.cpp (a look at one).
class Replicator::Impl {
public:
    explicit Impl(const Setup& setup)
        : m_setup(setup),
          m_clock(setup.clock),
          m_spool(setup.files, setup.random, setup.directory.spool()),
          m_cadence(setup.burstInterval)
    {
    }

    Status open();
    void learnReplicas(ltx::TxId newest, Timestamp newestAt);
    [[nodiscard]] std::optional<ltx::TxId> lacksChecksums() const;
    void learnChecksums(ltx::TxId txId, state::PageChecksums checksums);
    void retryNow();
    void compareAgain();
    StepOutcome step(const std::stop_token& stop);
    Status detach(StepOutcome& outcome, Parting parting, const std::stop_token& stop);
    [[nodiscard]] bool readsWholeNext() const;
    [[nodiscard]] SourceView view() const;

    void giveUpSnapshots();
    void requestSnapshot() { m_snapshotWanted = true; }
    void heardOfChange() { m_heard = true; }
    [[nodiscard]] bool caughtUp() const { return (m_anchor || m_watched) && m_reachedStart; }
    [[nodiscard]] ltx::TxId rememberedUpTo() const { return m_savedChecksums; }
    Spool& spool() { return m_spool; }
    state::StateDb& stateDb() { return *m_state; }

private:
    [[nodiscard]] Status attach(StepOutcome& outcome, const std::stop_token& stop);
    [[nodiscard]] Status attachToLeave(StepOutcome& outcome, const std::stop_token& stop);
    [[nodiscard]] Status captureToTheEnd(StepOutcome& outcome, const std::stop_token& stop);
    void closeLog(bool isKept);
    [[nodiscard]] bool closeUnknownLog();
    [[nodiscard]] bool isLogLeft() const;
    void forgetRemovedLog(const sqlite::FileId& file);
    [[nodiscard]] Status logIsItsOwn(const std::stop_token& stop);
    [[nodiscard]] Status isReadingOn(const std::stop_token& stop);
    [[nodiscard]] Status noLogOfAnother(const std::stop_token& stop);
    [[nodiscard]] Status noLogOfAnotherToLeave(const std::stop_token& stop);
    [[nodiscard]] Result<bool> isLogOfAnother() const;
    [[nodiscard]] Result<bool> settleLog(const std::stop_token& stop);
    [[nodiscard]] Result<Fit> fitOfLog(const sqlite::WalRange& log,
                                       const std::stop_token& stop) const;
    [[nodiscard]] Status contentRests();
    [[nodiscard]] Status filesRest();
    [[nodiscard]] bool isLogUnfinished(const sqlite::FileStamp& stamp) const;
    [[nodiscard]] static std::chrono::milliseconds restOf(const sqlite::FileStamp& stamp);
    [[nodiscard]] std::optional<std::chrono::milliseconds> leftToRest(
        std::int64_t writtenNs, std::chrono::milliseconds rest) const;
    [[nodiscard]] Status rests(const sqlite::FileStamp& stamp, std::int64_t writtenNs);
    [[nodiscard]] Status noUserOfAnother();
    [[nodiscard]] std::optional<sqlite::FileStamp> standing() const;
    [[nodiscard]] Result<Judged> judge() const;
    [[nodiscard]] Status disownLog(const Judged& judged) const;
    [[nodiscard]] Status isStillJudged() const;
    void suspectLogAtStart();
    [[nodiscard]] Status notWrittenOver(const std::stop_token& stop);
    void noteSeenFile(const sqlite::WalIndexHeader& header);
    [[nodiscard]] Error beingWrittenTo(Message next) const;
    [[nodiscard]] Status rested(std::chrono::milliseconds rest, const std::stop_token& stop);
    [[nodiscard]] Status waitForRest(const sqlite::FileStamp& stood, std::chrono::milliseconds rest,
                                     const std::stop_token& stop);
    [[nodiscard]] Status catchUp(StepOutcome& outcome, const std::stop_token& stop);
    [[nodiscard]] Result<std::optional<state::SegmentFacts>> goOn(
        const sqlite::WalIndexHeader& taken);
    [[nodiscard]] Status readWhole(StepOutcome& outcome, const std::stop_token& stop);
    [[nodiscard]] Status compareWhole(std::unique_ptr<sqlite::PageSnapshot> pages,
                                      StepOutcome& outcome, const std::stop_token& stop);
    [[nodiscard]] Result<std::unique_ptr<sqlite::PageSnapshot>> snapshotOfSource() const;
    [[nodiscard]] Status attachWatched(StepOutcome& outcome, const std::stop_token& stop);
    [[nodiscard]] Status watchStep(StepOutcome& outcome, const std::stop_token& stop);
    [[nodiscard]] Status glance();
    [[nodiscard]] std::optional<Look> lookDue() const;
    [[nodiscard]] bool isReadDue(Clock::Instant now) const;
    [[nodiscard]] bool isCopyDue(Clock::Instant now) const
    {
        return m_snapshotWanted && now >= m_nextCopy;
    }
    [[nodiscard]] Status look(Look how, StepOutcome& outcome, const std::stop_token& stop);
    [[nodiscard]] Status lookAt(std::unique_ptr<sqlite::PageSnapshot> pages, Look how,
                                StepOutcome& outcome, const std::stop_token& stop);
    [[nodiscard]] Status lookFailed(Look how, const Error& error);
    [[nodiscard]] bool isWhole(Look how, const sqlite::FileMark& mark);
    [[nodiscard]] Result<Reading> readUnderLock(std::unique_ptr<sqlite::PageSnapshot> pages,
                                                Look how, const sqlite::FileMark& mark,
                                                const std::stop_token& stop);
    [[nodiscard]] bool isKnown(const sqlite::FileMark& mark) const;
    [[nodiscard]] Result<sqlite::FileMark> markOf(const sqlite::PageSnapshot& pages) const;
    [[nodiscard]] Status isStill(const sqlite::FileMark& mark,
                                 const sqlite::PageSnapshot& pages) const;
    void noteMark(const sqlite::FileMark& mark);
    void noteLook(Clock::Instant begun, Clock::Instant ended, std::uint64_t readBytes);
    void noteNoCopy(const Error& error, std::chrono::milliseconds pause);
    [[nodiscard]] Status keep(Reading reading, const sqlite::FileMark& mark, StepOutcome& outcome,
                              const std::stop_token& stop);
    [[nodiscard]] Status copyAll(sqlite::PageSnapshot& pages, const std::stop_token& stop) const;
    [[nodiscard]] Result<std::unique_ptr<File>> fileFor(std::uint64_t sizeBytes) const;
    [[nodiscard]] Result<std::unique_ptr<File>> unnamedFile() const;
    [[nodiscard]] bool hasRoom() const;
    void hindered(const Error& error);
    void planWatch(StepOutcome& outcome) const;
    [[nodiscard]] Status detachWatched(StepOutcome& outcome, Parting parting,
                                       const std::stop_token& stop);
    [[nodiscard]] Status follow(StepOutcome& outcome, const std::stop_token& stop);
    [[nodiscard]] Status captureDue(const sqlite::WalIndexHeader& header, StepOutcome& outcome);
    [[nodiscard]] bool mayCapture(const sqlite::WalIndexHeader& header);
    [[nodiscard]] Status cycleDue(StepOutcome& outcome, const std::stop_token& stop);
    void watchPinnedLog(std::uint64_t logBytes);
    void copyAside(std::uint64_t logBytes);
    void watchCopies();
    void judgeCycle(const CycleOutcome& cycle, std::uint64_t logBytes, bool isCalm,
                    StepOutcome& outcome);
    void tellPinned();
    [[nodiscard]] bool wasClosed();
    [[nodiscard]] Status truncateLog();
    [[nodiscard]] Status saveDue();
    [[nodiscard]] Status takeSnapshot(StepOutcome& outcome);
    [[nodiscard]] Status captureUpTo(const sqlite::PageSnapshot& pages, StepOutcome& outcome);
    [[nodiscard]] Status offerSnapshot(std::unique_ptr<sqlite::PageSnapshot> pages,
                                       StepOutcome& outcome);
    [[nodiscard]] Status told(const state::SegmentFacts& facts, StepOutcome& outcome);
    [[nodiscard]] Status toldDifference(const std::optional<state::SegmentFacts>& facts,
                                        const std::optional<Newest>& before, StepOutcome& outcome);
    [[nodiscard]] Status noteWentBack(const Newest& before, StepOutcome& outcome);
    [[nodiscard]] Newest newest() const { return {m_capture->txId(), m_capture->time()}; }
    [[nodiscard]] Status remember(const std::optional<state::SegmentFacts>& facts);
    [[nodiscard]] std::optional<KnownFile> knownNow();
    [[nodiscard]] bool isSettled(const sqlite::FileStamp& stamp);
    [[nodiscard]] bool isSoonSettled(const sqlite::FileStamp& stamp) const;
    void rememberFile();
    void rememberFileForStart(const std::stop_token& stop);
    [[nodiscard]] Status saveChecksums();
    [[nodiscard]] std::uint64_t worthSavingBytes() const;
    void loseLog();
    void letGoToCompare();
    void letGo();
    [[nodiscard]] bool isOurs(const std::string& path,
                              const std::optional<sqlite::FileId>& id) const;
    void leaveLog(StepOutcome& outcome);
    void captureRest(const sqlite::WalIndexHeader& end, StepOutcome& outcome);
    [[nodiscard]] bool isIndexCut() const;
    [[nodiscard]] bool isLogNewer() const;
    [[nodiscard]] bool wasBackfilledByOther(const sqlite::WalIndexHeader& header) const;
    [[nodiscard]] bool mayBeOfNewFile(const Result<sqlite::WalIndexHeader>& header) const;
    [[nodiscard]] bool holdsWhatItsIndexTells(const sqlite::WalIndexHeader& index) const;
    [[nodiscard]] bool looksLikeOurs(const sqlite::WalIndexHeader& index) const;
    [[nodiscard]] bool isLogReplaced() const;
    void noteBrought(const Result<sqlite::WalIndexHeader>& header);
    [[nodiscard]] bool isLogBegun() const;
    [[nodiscard]] bool isLogForeign(const sqlite::WalIndexHeader& index) const;
    [[nodiscard]] bool wasLogOverwritten() const;
    void noteUnderneath(const sqlite::WalIndexHeader& end);
    void leaveUnknownLog(const Result<sqlite::WalIndexHeader>& header);
    void endOldLog(const sqlite::WalIndexHeader& end);
    void cutOldLog(sqlite::Connection& connection, const sqlite::SourceIdentity& ours,
                   const sqlite::WalIndexHeader& end);
    [[nodiscard]] bool isNameFree() const;
    [[nodiscard]] std::optional<sqlite::FileStamp> stoodAs(const sqlite::WalIndexHeader& log) const;
    [[nodiscard]] bool isUntouched(const sqlite::SourceIdentity& ours,
                                   const std::optional<sqlite::FileStamp>& stood) const;
    void noteLog();
    void noteLogToLeave(const sqlite::WalIndexHeader& end);
    void failed(const Error& error, StepOutcome& outcome);
    [[nodiscard]] bool isPinnedBySnapshot() const;
    void attachLater(ErrorCode code, bool isLocked, bool atOnce, StepOutcome& outcome);
    void attachAt(Clock::Instant then, Clock::Instant whenHeard, StepOutcome& outcome);
    void setStanding(Protection state, Message reason = {}, Message next = {});
    [[nodiscard]] bool isLong(const sqlite::WalIndexHeader& header) const;
    void hearOfChange();
    [[nodiscard]] std::optional<Clock::Instant> nextCommitLook();
    void plan(const sqlite::WalIndexHeader& header, StepOutcome& outcome);
    void planByState(const sqlite::WalIndexHeader& header, StepOutcome& outcome) const;
    [[nodiscard]] std::uint64_t logBytes(const sqlite::WalIndexHeader& header) const
    {
        return sqlite::frameOffset(header.mxFrame + 1, m_capture->checksums().pageSizeBytes());
    }
    /// Behind a handover that was right the log before is complete; see Capture::captureLog.
    [[nodiscard]] Result<bool> handOver() { return m_anchor->handOver(m_capture->position()); }

    Setup m_setup;
    Clock& m_clock;
    Spool m_spool;
    Cadence m_cadence;
    std::unique_ptr<state::StateDb> m_state;
    std::unique_ptr<Capture> m_capture;
    std::unique_ptr<Checkpointer> m_checkpointer;
    std::unique_ptr<sqlite::Anchor> m_anchor;
    std::unique_ptr<Watched> m_watched;      // At most one of both.
    WatchPace m_pace;                        // Also between two of them: locks are paid for.
    Clock::Instant m_nextLook = {};          // Behind a failure to keep what was read.
    Clock::Instant m_nextCopy = {};          // For a snapshot.
    std::optional<KnownFile> m_known;        // Of the file when it had what is captured.
    std::optional<KnownFile> m_storedKnown;  // The same as it is remembered.
    std::optional<FollowedLog> m_log;        // The last of which it matters whose it is.
    bool m_isFollowing = false;              // The log of m_anchor, from where all was captured.
    bool m_isLogSuspect = false;             // It may be of another file than the one of its name.
    bool m_isCopiedOver = false;             // Somebody brings a log of his own.
    std::optional<Judged> m_fileAtCopy;      // What was there when somebody brought a log,
    std::optional<Clock::Instant> m_broughtAt;  // first, since the last attach.
    std::optional<Judged> m_judged;             // The log that lies there is of this file.
    std::optional<sqlite::FileId> m_othersLog;  // In which somebody went on with the file before.
    std::optional<SeenFile> m_seenFile;         // Since attach.
    std::optional<sqlite::WalIndexHeader> m_lastCaught;  // The end when all was captured.
    std::optional<sqlite::FileStamp> m_attachedStamp;    // Of the file when the anchor was taken.
    std::optional<Stood> m_stood;
    Clock::Instant m_nextKnown = {};            // To remember it, behind a failure.
    bool m_isOverwritten = false;               // The file is being written over,
    std::chrono::milliseconds m_restLeft = {};  // and rests for long enough after this.
    bool m_hasMemory = false;
    bool m_learned = false;
    bool m_snapshotWanted = false;
    std::optional<Error> m_noCopy;
    bool m_caughtUp = false;      // At the end of the log at the end of the step.
    bool m_reachedStart = false;  // At what was the end when it began.
    bool m_flooded = false;       // The last cycle had to hold writers.
    bool m_heard = false;
    std::optional<Clock::Instant> m_heardAt;  // Of a write whose commit is not seen yet.
    int m_busySteps = 0;
    std::chrono::milliseconds m_pinnedPause = kFirstPinned;
    std::chrono::milliseconds m_unrestingPause = kCyclePause;
    std::optional<Pinning> m_pinning;
    std::vector<LivingSnapshot> m_snapshots;  // May have ended since.
    std::optional<sqlite::WalIndexHeader> m_lastLook;
    Clock::Instant m_stillSince = {};
    Clock::Instant m_nextTruncate = {};
    std::chrono::milliseconds m_cutPause = kFirstCutPause;  // Behind one that somebody hindered.
    Clock::Instant m_nextClosedLook = {};  // Whether others have the database open.
    Clock::Instant m_nextFilesLook = {};   // While all of a database is read.
    Clock::Instant m_nextRoomLook = {};    // While a snapshot pins a long log,
    Clock::Instant m_nextCopyLook = {};    // or is copied aside.
    ltx::TxId m_savedChecksums = {};
    std::uint64_t m_unsavedBytes = 0;  // Of the segments since.
    Clock::Instant m_stepAt = {};
    Clock::Instant m_changedAt = {};
    Clock::Instant m_nextCycle = {};
    Clock::Instant m_nextLongCycle = {};  // Of a log that is written to.
    std::optional<Clock::Instant> m_nextAttach = {};
    Clock::Instant m_nextAttachHeard = {};  // If a change is heard of.
    bool m_attachRests = false;             // It is m_pace that it waits for.
    bool m_isAttachOpen = false;            // It was not tried since the start, or broken off.
    std::chrono::milliseconds m_lockedPause = kBusyRetry;
    std::chrono::milliseconds m_retry = kFirstRetry;
    std::uint64_t m_walBytes = 0;
    Standing m_standing = {};
    std::optional<Error> m_failure;
    std::optional<state::WentBack> m_wentBack;
};

}  // namespace tidemark::engine
