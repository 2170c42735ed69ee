#pragma once

#include "core/engine/cadence.h"
#include "core/engine/capture.h"
#include "core/engine/checkpointer.h"
#include "core/engine/replicator.h"
#include "core/sqlite/anchor.h"
#include "core/sqlite/page_snapshot.h"

namespace tidemark::engine {

// A cycle that did not come to its end, or a torn index, is tried again after this.
inline constexpr std::chrono::milliseconds kCyclePause{20};
// What stands in the way is tried again after this, then less and less often.
inline constexpr std::chrono::milliseconds kFirstRetry{1000};
// Somebody else's reader keeps the log: the cycle is tried again after this, then less often.
inline constexpr std::chrono::milliseconds kFirstPinned{500};

/// Whether a failure while following means another log, or another file than the one that was
/// attached to.
[[nodiscard]] constexpr bool isLogLost(ErrorCode code)
{
    return code == ErrorCode::Damaged || code == ErrorCode::NotFound ||
           code == ErrorCode::Unavailable;
}

/// The replicator itself. Its parts: replicator.cpp (a step, and what failures mean),
/// replicator_attach.cpp (from letting go to following), replicator_follow.cpp (capture and
/// cycles).
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
    void retryNow();
    void compareAgain();
    StepOutcome step(const std::stop_token& stop);
    Status detach(StepOutcome& outcome, const std::stop_token& stop);
    [[nodiscard]] SourceView view() const;

    void requestSnapshot() { m_snapshotWanted = true; }
    void heardOfChange() { m_heard = true; }
    [[nodiscard]] bool caughtUp() const { return m_anchor && m_reachedStart; }
    [[nodiscard]] ltx::TxId rememberedUpTo() const { return m_savedChecksums; }
    Spool& spool() { return m_spool; }
    state::StateDb& stateDb() { return *m_state; }

private:
    [[nodiscard]] Status attach(StepOutcome& outcome, const std::stop_token& stop);
    [[nodiscard]] Status catchUp(StepOutcome& outcome, const std::stop_token& stop);
    [[nodiscard]] Result<std::optional<state::SegmentFacts>> goOn(
        const sqlite::WalIndexHeader& taken);
    [[nodiscard]] Status readWhole(StepOutcome& outcome, const std::stop_token& stop);
    [[nodiscard]] Result<std::unique_ptr<sqlite::PageSnapshot>> snapshotOfSource() const;
    [[nodiscard]] Status follow(StepOutcome& outcome);
    [[nodiscard]] Status captureDue(const sqlite::WalIndexHeader& header, StepOutcome& outcome);
    [[nodiscard]] bool mayCapture(const sqlite::WalIndexHeader& header);
    [[nodiscard]] Status cycleDue(StepOutcome& outcome);
    void judgeCycle(const CycleOutcome& cycle, std::uint64_t logBytes, bool isCalm,
                    StepOutcome& outcome);
    void truncateHuge();
    [[nodiscard]] Status saveDue();
    [[nodiscard]] Status takeSnapshot(StepOutcome& outcome);
    [[nodiscard]] Status captureUpTo(const sqlite::PageSnapshot& pages, StepOutcome& outcome);
    [[nodiscard]] Status offerSnapshot(std::unique_ptr<sqlite::PageSnapshot> pages,
                                       StepOutcome& outcome);
    [[nodiscard]] Status told(const state::SegmentFacts& facts, StepOutcome& outcome);
    [[nodiscard]] Status saveChecksums();
    void loseLog();
    void letGo();
    void failed(const Error& error, StepOutcome& outcome);
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
    bool m_hasMemory = false;
    bool m_learned = false;
    bool m_snapshotWanted = false;
    bool m_caughtUp = false;      // At the end of the log at the end of the step.
    bool m_reachedStart = false;  // At what was the end when it began.
    bool m_flooded = false;       // The last cycle had to hold writers.
    bool m_heard = false;
    std::optional<Clock::Instant> m_heardAt;  // Of a write whose commit is not seen yet.
    int m_busySteps = 0;
    std::chrono::milliseconds m_pinnedPause = kFirstPinned;
    std::chrono::milliseconds m_unrestingPause = kCyclePause;
    std::weak_ptr<const void> m_snapshotLives;
    std::optional<sqlite::WalIndexHeader> m_lastLook;
    Clock::Instant m_stillSince = {};
    Clock::Instant m_nextTruncate = {};
    ltx::TxId m_savedChecksums = {};
    Clock::Instant m_stepAt = {};
    Clock::Instant m_changedAt = {};
    Clock::Instant m_nextCycle = {};
    Clock::Instant m_nextLongCycle = {};  // Of a log that is written to.
    std::optional<Clock::Instant> m_nextAttach = {};
    std::chrono::milliseconds m_retry = kFirstRetry;
    std::uint64_t m_walBytes = 0;
    Standing m_standing = {};
    std::optional<Error> m_failure;
};

}  // namespace tidemark::engine
