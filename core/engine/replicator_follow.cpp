#include "core/engine/pinned_log.h"
#include "core/engine/replicator_impl.h"

#include <algorithm>
#include <utility>

namespace tidemark::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// After the last change the log is checkpointed fully, so that who copies the file alone has
// everything.
constexpr seconds kCalm{2};
// A log is checkpointed from this size on. SQLite tries a checkpoint at each commit from 1,000
// frames on, and could not finish one: a writer should not come to that.
constexpr std::uint64_t kLongLogFrames = 900;
constexpr std::uint64_t kLongLogBytes = std::uint64_t{4} << 20;
// Writers that leave no instant for it are asked again this late at last, until the log is so long
// that they are held.
constexpr milliseconds kLastUnresting{1000};
// The wal-index is looked at this often even if no change is heard of.
constexpr milliseconds kActiveLook{250};
constexpr milliseconds kIdleLook{5000};
// While the application may wait for us to let its checkpoint finish.
constexpr milliseconds kYieldLook{20};
// News of a write comes before its commit: SQLite syncs the log first and then changes the index in
// memory, of which nobody tells. So it is looked for again, after a quarter of the time that
// passed.
constexpr std::chrono::microseconds kFirstCommitLook{250};
constexpr int kCommitLookShare = 4;
constexpr seconds kCommitPatience{2};
// A flood goes on right behind a sealed checkpoint, and time at zero must be short.
constexpr std::chrono::microseconds kFloodLook{200};
// Hashes are saved when calm after this many segments, and in a flood each so often: it bounds what
// a restart replays.
constexpr std::uint64_t kSaveCalmSegments = 16;
constexpr std::uint64_t kSaveSegments = 256;
// Even while the anchor lies at zero, where the application should not wait for our disk.
constexpr std::uint64_t kSaveInAnyCase = 1024;
// A log that stands still while not all of it is captured may be one whose checkpointer waits for
// our mark to move: it gets a segment this soon, whatever the cadence.
constexpr milliseconds kStandstill{250};
// A cycle that somebody else's reader hinders is tried again this often at last.
constexpr milliseconds kLastPinned{5000};
constexpr int kMaxDetachTurns = 64;

}  // namespace

Status Replicator::Impl::follow(StepOutcome& outcome, const std::stop_token& stop)
{
    TIDEMARK_TRY_STATUS(m_anchor->sameFiles());
    auto header = m_anchor->header();
    if (!header.ok()) {
        // A writer was killed while it wrote the header: a begin makes SQLite mend it.
        TIDEMARK_TRY(const bool mended, handOver());
        if (!mended) {
            return header.error();
        }
        outcome.notBefore = outcome.atLatest = m_stepAt + kCyclePause;
        return {};
    }
    // Before the anchor moves: behind that somebody may backfill.
    noteSeenFile(header.value());
    if (m_anchor->place() != sqlite::Place::InLog && header.value().mxFrame > 0 &&
        !header.value().sameEnd(m_anchor->takenAt())) {
        TIDEMARK_TRY([[maybe_unused]] const bool moved, handOver());
        TIDEMARK_TRY(header, m_anchor->header());
    }
    noteSeenFile(header.value());
    if (isCopyDue(m_stepAt)) {
        TIDEMARK_TRY_STATUS(takeSnapshot(outcome));
    }
    TIDEMARK_TRY_STATUS(captureDue(header.value(), outcome));
    TIDEMARK_TRY_STATUS(cycleDue(outcome, stop));
    rememberFile();
    TIDEMARK_TRY_STATUS(saveDue());
    m_reachedStart = m_capture->hasReached(header.value());
    TIDEMARK_TRY(const sqlite::WalIndexHeader now, m_anchor->header());
    m_walBytes = now.mxFrame == 0 ? 0 : logBytes(now);
    m_caughtUp = m_capture->isAt(now);
    if (m_caughtUp) {
        m_lastCaught = now;
    }
    plan(now, outcome);
    return {};
}

/// Whether what lies in the log may become a segment now.
bool Replicator::Impl::mayCapture(const sqlite::WalIndexHeader& header)
{
    const bool isStill = m_lastLook && header.sameEnd(*m_lastLook);
    m_stillSince = isStill ? m_stillSince : m_stepAt;
    m_lastLook = header;
    return m_cadence.next(m_stepAt) <= m_stepAt ||
           m_capture->uncapturedBytes(header) >= kFloodLogBytes ||
           m_stepAt - m_stillSince >= kStandstill;
}

Status Replicator::Impl::captureDue(const sqlite::WalIndexHeader& header, StepOutcome& outcome)
{
    if (m_capture->isAt(header)) {
        return {};
    }
    m_changedAt = m_stepAt;
    m_nextClosedLook = {};
    if (!mayCapture(header)) {
        return {};
    }
    // Behind the look at the index: what it tells of is of no program that opened another file.
    TIDEMARK_TRY_STATUS(m_anchor->sameFiles());
    TIDEMARK_TRY(const auto facts, m_capture->captureLog(*m_anchor, header, kCaptureBytes));
    if (!facts) {
        return {};
    }
    m_cadence.captured(m_stepAt);
    TIDEMARK_TRY_STATUS(told(*facts, outcome));
    // The mark moves up, so that a checkpoint of the application can reach the end.
    TIDEMARK_TRY([[maybe_unused]] const bool moved, handOver());
    return {};
}

Status Replicator::Impl::cycleDue(StepOutcome& outcome, const std::stop_token& stop)
{
    watchCopies();
    TIDEMARK_TRY(const sqlite::WalIndexHeader header, m_anchor->header());
    if (m_anchor->place() == sqlite::Place::AtZero || header.mxFrame == 0) {
        return truncateLog();
    }
    if (m_capture->isAt(header) && header.backfilled == header.mxFrame) {
        // Somebody's checkpoint came to the end of the log and may wait for us to leave it.
        TIDEMARK_TRY([[maybe_unused]] const bool moved, handOver());
        return {};
    }
    const bool isCalm = m_stepAt - m_changedAt >= kCalm || wasClosed();
    // Nothing can be gained before it is through.
    if (isPinnedBySnapshot()) {
        watchPinnedLog(logBytes(header));
        return {};
    }
    if ((!isCalm && !isLong(header)) || m_stepAt < m_nextCycle) {
        return {};
    }
    TIDEMARK_TRY_STATUS(notWrittenOver(stop));
    TIDEMARK_TRY(const CycleOutcome cycle,
                 m_checkpointer->run(*m_anchor, [this, &outcome](const state::SegmentFacts& facts) {
                     m_cadence.captured(m_stepAt);
                     return told(facts, outcome);
                 }));
    if (const auto backfilled = m_anchor->header(); backfilled.ok()) {
        m_seenFile.reset();
        noteSeenFile(backfilled.value());
    }
    judgeCycle(cycle, logBytes(header), isCalm, outcome);
    return {};
}

/// Whether the log is so long that it should be checkpointed now though it is written to.
bool Replicator::Impl::isLong(const sqlite::WalIndexHeader& header) const
{
    if (logBytes(header) >= kFloodLogBytes) {
        return true;
    }
    // Under a flood each try costs the writer, and would be in vain.
    return !m_flooded && m_stepAt >= m_nextLongCycle &&
           (header.mxFrame >= kLongLogFrames || logBytes(header) >= kLongLogBytes);
}

void Replicator::Impl::judgeCycle(const CycleOutcome& cycle, std::uint64_t logBytes, bool isCalm,
                                  StepOutcome& outcome)
{
    m_flooded = cycle.sealed;
    const bool isHindered = cycle.pinned || cycle.blocked;
    if (isHindered) {
        m_nextCycle = m_stepAt + m_pinnedPause;
        m_pinnedPause = std::min(2 * m_pinnedPause, kLastPinned);
    } else {
        m_nextCycle = m_stepAt + (isCalm && !cycle.landed ? milliseconds(kCalm) : kCyclePause);
        m_pinnedPause = kFirstPinned;
    }
    m_unrestingPause = cycle.landed ? kCyclePause : std::min(2 * m_unrestingPause, kLastUnresting);
    m_nextLongCycle = m_stepAt + m_unrestingPause;
    if (cycle.landed) {
        outcome.facts.emplace_back(
            CheckpointDone{.walBytes = logBytes, .sealed = cycle.sealed, .held = cycle.held});
    }
    if (cycle.blocked) {
        m_pinning.reset();
        setStanding(Protection::Protected, cycle.blocked->what, cycle.blocked->next);
    } else if (cycle.pinned && logBytes >= kWorrisomeLogBytes) {
        tellPinned();
    } else {
        m_pinning.reset();
        setStanding(Protection::Protected);
    }
}

Status Replicator::Impl::saveDue()
{
    const std::uint64_t unsaved = m_capture->txId().value - m_savedChecksums.value;
    const bool isCalm = m_stepAt - m_changedAt >= kCalm;
    const bool atZero = m_anchor->place() == sqlite::Place::AtZero;
    const bool isMuch = unsaved >= kSaveSegments || m_unsavedBytes >= worthSavingBytes();
    const bool isDue = unsaved >= kSaveInAnyCase || (isCalm && unsaved >= kSaveCalmSegments) ||
                       ((isCalm || !atZero) && isMuch);
    return isDue ? saveChecksums() : Status();
}

/// Those of a large database are large themselves, and written as a whole.
std::uint64_t Replicator::Impl::worthSavingBytes() const
{
    return std::max<std::uint64_t>(m_setup.replayBytes, m_capture->checksums().sizeBytes());
}

Status Replicator::Impl::saveChecksums()
{
    TIDEMARK_TRY_STATUS(state::saveChecksums(m_setup.files, m_setup.directory.checksums(),
                                             m_capture->txId(), m_capture->checksums()));
    m_savedChecksums = m_capture->txId();
    m_unsavedBytes = 0;
    return {};
}

void Replicator::Impl::hearOfChange()
{
    // A transaction that is too large for the cache of its program is heard of all the time, long
    // before its commit: each piece of it is no reason to look more often.
    const bool isNew = !m_heardAt || m_stepAt - *m_heardAt >= kYieldLook;
    if (std::exchange(m_heard, false) && isNew) {
        m_heardAt = m_stepAt;
    }
}

/// A commit of which the news came before it: when to look for it next. Empty: none is awaited.
std::optional<Clock::Instant> Replicator::Impl::nextCommitLook()
{
    if (m_heardAt && (m_changedAt >= *m_heardAt || m_stepAt - *m_heardAt > kCommitPatience)) {
        m_heardAt.reset();
    }
    if (!m_heardAt) {
        return std::nullopt;
    }
    const auto passed = m_stepAt - *m_heardAt;
    return m_stepAt +
           std::max<Clock::Instant::duration>(kFirstCommitLook, passed / kCommitLookShare);
}

void Replicator::Impl::plan(const sqlite::WalIndexHeader& header, StepOutcome& outcome)
{
    planByState(header, outcome);
    if (const auto look = nextCommitLook()) {
        outcome.atLatest = std::min(outcome.atLatest, std::max(*look, outcome.notBefore));
    }
}

void Replicator::Impl::planByState(const sqlite::WalIndexHeader& header, StepOutcome& outcome) const
{
    const bool atZero = m_anchor->place() == sqlite::Place::AtZero;
    const auto quiet = m_stepAt - m_changedAt;
    if (!m_caughtUp) {
        // At zero the anchor must move as soon as there is something in the log.
        const Clock::Instant allowed = m_cadence.next(m_stepAt);
        const bool isMuch = m_capture->uncapturedBytes(header) >= kFloodLogBytes;
        outcome.notBefore = isMuch || atZero ? m_stepAt : std::min(allowed, m_stepAt + kYieldLook);
        outcome.atLatest = isMuch ? m_stepAt : std::min(allowed, m_stepAt + kYieldLook);
        return;
    }
    if (atZero && m_flooded && quiet < kActiveLook) {
        outcome.atLatest = m_stepAt + kFloodLook;
        return;
    }
    if (!atZero && header.mxFrame > 0) {
        // Pinned, only what is written matters, and that is heard of.
        outcome.atLatest = m_stepAt + (quiet < 2 * kCalm ? kYieldLook : kActiveLook);
        return;
    }
    if (quiet > kRest) {
        m_anchor->rest();
        m_checkpointer->rest();
    }
    outcome.atLatest = m_stepAt + (quiet < kRest ? kActiveLook : kIdleLook);
}

/// What was committed since the last try is worth one look more.
Status Replicator::Impl::attachToLeave(StepOutcome& outcome, const std::stop_token& stop)
{
    m_stepAt = m_clock.monotonic();
    m_pace = {};
    Status attached = attach(outcome, stop);
    if (!attached.ok()) {
        letGo();
    }
    return attached.ok() || !m_isOverwritten
               ? attached
               : beingWrittenTo(
                     {TIDEMARK_TEXT("engine", "It is read when it is followed the next time.")});
}

Status Replicator::Impl::captureToTheEnd(StepOutcome& outcome, const std::stop_token& stop)
{
    for (int turn = 0; turn < kMaxDetachTurns && !stop.stop_requested(); ++turn) {
        m_stepAt = m_clock.monotonic();
        const auto header = m_anchor->header();
        TIDEMARK_TRY_STATUS(m_anchor->sameFiles());
        if (!header.ok() || m_capture->isAt(header.value())) {
            break;
        }
        TIDEMARK_TRY(const auto facts,
                     m_capture->captureLog(*m_anchor, header.value(), kCaptureBytes));
        TIDEMARK_TRY_STATUS(facts ? told(*facts, outcome) : Status());
    }
    TIDEMARK_TRY_STATUS(notWrittenOver(stop));
    TIDEMARK_TRY([[maybe_unused]] const CycleOutcome cycle,
                 m_checkpointer->run(*m_anchor, [this, &outcome](const state::SegmentFacts& facts) {
                     return told(facts, outcome);
                 }));
    return saveChecksums();
}

/// `isKept`: the last one to close it leaves no log.
void Replicator::Impl::closeLog(bool isKept)
{
    m_checkpointer->rest();
    if (m_anchor) {
        const bool cleansUp =
            isKept && m_anchor->sameFiles().ok() && !isLogBegun() && !wasLogOverwritten();
        const sqlite::FileId file = m_anchor->identity().database;
        auto connection = std::move(*m_anchor).release();
        m_anchor.reset();
        connection->rollback();
        if (cleansUp) {
            connection->cleanUpOnClose();
        }
        connection.reset();
        if (cleansUp) {
            forgetRemovedLog(file);
        }
    }
    letGo();
}

/// One that was attached to when a stop came: without us whoever closed the file last would have
/// left none. False when its file is not what was attached to, or the log was written over.
bool Replicator::Impl::closeUnknownLog()
{
    const auto stamp = sqlite::stampOf(m_setup.files, m_setup.path);
    const bool isUntouched = stamp.ok() && m_attachedStamp == stamp.value() &&
                             m_anchor->sameFiles().ok() && !wasLogOverwritten();
    if (isUntouched) {
        closeLog(true);
    }
    return isUntouched;
}

/// Another log may have its number next.
void Replicator::Impl::forgetRemovedLog(const sqlite::FileId& file)
{
    const auto log = m_setup.files.stat(sqlite::walPath(m_setup.path));
    if (log.ok() && !log.value() && m_capture->txId() != ltx::TxId{}) {
        // Should this fail, its salts tell it from another one, if it ever had any.
        static_cast<void>(m_capture->remember({.database = file}, std::nullopt, m_known));
    }
}

Status Replicator::Impl::detach(StepOutcome& outcome, Parting parting, const std::stop_token& stop)
{
    const bool isWaiting = m_attachRests || m_isOverwritten || (m_isAttachOpen && m_hasMemory);
    if (!m_anchor && !m_watched && isWaiting && parting == Parting::ForGood) {
        TIDEMARK_TRY_STATUS(attachToLeave(outcome, stop));
    }
    m_isAttachOpen = false;
    if (m_watched) {
        return detachWatched(outcome, parting, stop);
    }
    if (!m_anchor) {
        static_cast<void>(noLogOfAnotherToLeave(stop));
        return {};
    }
    Status done = captureToTheEnd(outcome, stop);
    if (done.ok()) {
        rememberFileForStart(stop);
        // It was synced and waited for since the last look.
        done = m_anchor->sameFiles();
    }
    const bool isLost = !done.ok() && isLogLost(done.error().code);
    if (isLost) {
        leaveLog(outcome);
    }
    // One that broke off before may have come to a file that was written over.
    closeLog(done.ok() || (!isLost && notWrittenOver(stop).ok()));
    if (isLost) {
        // The next start would not know of it.
        static_cast<void>(noLogOfAnotherToLeave(stop));
    }
    return done;
}

}  // namespace tidemark::engine
