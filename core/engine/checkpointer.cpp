#include "core/engine/checkpointer.h"

#include <algorithm>
#include <utility>

namespace tidemark::engine {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// What a cycle reads into memory: enough for what a fast writer adds while the disk is synced.
constexpr std::uint64_t kHeldBytes = std::uint64_t{64} << 20;

// And under the seal, on top of it: little enough to be read in a few milliseconds.
constexpr std::uint64_t kSealedBytes = std::uint64_t{32} << 20;

// A writer with pauses leaves an instant within a few turns, each shorter than the one before. One
// that never rests leaves none, and the log grows while we chase its end: a long log is not chased
// for long.
constexpr int kTurns = 8;
constexpr int kTurnsOfLongLog = 3;
constexpr milliseconds kPatience{30};
constexpr std::uint64_t kNearBytes = std::uint64_t{1} << 20;

// Somebody else's checkpoint is waited for so long, and looked after this often.
constexpr milliseconds kOtherPatience{100};
constexpr microseconds kOtherPause{500};

// The write lock comes free between two commits: a tight loop catches it, and gives up before
// anybody notices that we were there.
constexpr milliseconds kSealPatience{100};

// A program that begins to read takes its place within microseconds. Who is in the way for longer
// stays.
constexpr milliseconds kReaderPatience{5};

// Somebody else's checkpoint may sync a slow disk: writers are not held for all of that.
constexpr milliseconds kSealedOtherPatience{50};

// When writers were held for so long, whatever is not done yet is left. A sync of SQLite's that has
// begun is not interrupted.
constexpr milliseconds kSealLimit{250};

/// Whether the log is backfilled less far than the anchor allows.
bool isBelowMark(const sqlite::Anchor& anchor, const sqlite::WalIndexHeader& header)
{
    return header.salts == anchor.takenAt().salts && header.backfilled < anchor.mark();
}

microseconds since(const Clock& clock, Clock::Instant start)
{
    return std::chrono::duration_cast<microseconds>(clock.monotonic() - start);
}

}  // namespace

Result<CycleOutcome> Checkpointer::run(sqlite::Anchor& anchor, const OnSegment& captured)
{
    // Into the spool, as most of it is: when that is full, nothing has happened yet.
    TIDEMARK_TRY_STATUS(captureOnce(anchor, captured));
    HeldRange held = m_capture.holdNothing();
    CycleOutcome outcome;
    const Status came = comeToTheEnd(anchor, held, outcome);
    // The anchor may have moved past what is held, so it is stored whatever else happened.
    TIDEMARK_TRY_STATUS(store(held, captured));
    TIDEMARK_TRY_STATUS(came);
    return outcome;
}

/// Nothing of ours is written or synced here: an instant without a commit is over before that.
Status Checkpointer::comeToTheEnd(sqlite::Anchor& anchor, HeldRange& held, CycleOutcome& outcome)
{
    const Clock::Instant patience = m_clock.monotonic() + kPatience;
    bool isLong = false;
    int pinnedTurns = 0;
    for (int turn = 0; turn < (isLong ? kTurnsOfLongLog : kTurns); ++turn) {
        TIDEMARK_TRY([[maybe_unused]] const bool moved, anchor.handOver(held.end()));
        TIDEMARK_TRY(const Backfilled done, backfill(anchor));
        if (done.blocked) {
            outcome.blocked = done.blocked;
            return {};
        }
        TIDEMARK_TRY(const sqlite::WalIndexHeader header, anchor.header());
        isLong = sqlite::frameOffset(header.mxFrame + 1, held.pageSizeBytes()) >= kFloodLogBytes;
        const std::uint64_t added = m_capture.bytesAfter(held, header);
        const std::uint64_t room = kHeldBytes - std::min(kHeldBytes, held.framesBytes());
        // Behind the look at the index, for what it tells of.
        TIDEMARK_TRY_STATUS(anchor.sameFiles());
        TIDEMARK_TRY_STATUS(m_capture.hold(held, anchor, header, room));
        TIDEMARK_TRY(outcome.landed, land(anchor, held));
        if (outcome.landed) {
            return {};
        }
        // Our own mark is at least there: what is less is somebody else's, and holding writers
        // would not help. A program that just takes its place looks like that for an instant.
        const bool isPinned = !done.collided && isBelowMark(anchor, header);
        pinnedTurns = isPinned ? pinnedTurns + 1 : 0;
        const bool isFlood = turn > 0 && !isPinned && added > kNearBytes;
        if (isFlood || room <= added || m_clock.monotonic() > patience) {
            break;
        }
    }
    outcome.pinned = pinnedTurns > 1;
    if (outcome.pinned) {
        return {};
    }
    return isLong ? underSeal(anchor, held, outcome) : Status();
}

/// Whether the end of the log is backfilled and held, so that the anchor could go to zero.
Result<bool> Checkpointer::land(sqlite::Anchor& anchor, const HeldRange& held) const
{
    TIDEMARK_TRY(const sqlite::WalIndexHeader header, anchor.header());
    if (header.mxFrame != header.backfilled || !m_capture.isAt(held, header)) {
        return false;
    }
    TIDEMARK_TRY(const bool moved, anchor.handOver(held.end()));
    return moved && anchor.place() == sqlite::Place::AtZero;
}

Status Checkpointer::store(const HeldRange& held, const OnSegment& captured)
{
    if (held.isEmpty()) {
        return {};
    }
    const auto facts = m_capture.store(held);
    if (!facts.ok()) {
        // It was in memory only: a comparison of pages makes up for it.
        m_capture.loseLog();
        return facts.error();
    }
    return captured(facts.value());
}

bool Checkpointer::truncate(const sqlite::Anchor& anchor)
{
    if (anchor.place() != sqlite::Place::AtZero || !connect(anchor, m_checkpoints).ok()) {
        return false;
    }
    return m_checkpoints->checkpoint(sqlite::CheckpointMode::Truncate).ok();
}

void Checkpointer::rest()
{
    m_checkpoints.reset();
    m_seals.reset();
}

Status Checkpointer::captureOnce(const sqlite::Anchor& anchor, const OnSegment& captured)
{
    TIDEMARK_TRY(const sqlite::WalIndexHeader header, anchor.header());
    TIDEMARK_TRY_STATUS(anchor.sameFiles());
    TIDEMARK_TRY(const auto facts, m_capture.captureLog(anchor, header, kCaptureBytes));
    return facts ? captured(*facts) : Status();
}

/// PASSIVE while writers go on, and the sync that it leaves out when it is not complete: here
/// nobody is held for that.
Result<Checkpointer::Backfilled> Checkpointer::backfill(const sqlite::Anchor& anchor)
{
    TIDEMARK_TRY(const sqlite::WalIndexHeader before, anchor.header());
    TIDEMARK_TRY(Backfilled done, passive(anchor));
    if (done.collided) {
        TIDEMARK_TRY_STATUS(waitForOther(anchor));
    }
    TIDEMARK_TRY(const sqlite::WalIndexHeader after, anchor.header());
    if (!done.complete && !done.blocked && after.backfilled > before.backfilled) {
        if (Status synced = m_checkpoints->syncFile(); !synced.ok()) {
            done.blocked = std::move(synced).error();
        }
    }
    return done;
}

/// The mark that moved up is what the writer's own checkpoint waited for, and it often begins
/// first. Then it stands in one of its commits, and the log does not grow meanwhile.
Status Checkpointer::waitForOther(const sqlite::Anchor& anchor) const
{
    const Clock::Instant patience = m_clock.monotonic() + kOtherPatience;
    TIDEMARK_TRY(sqlite::WalIndexHeader header, anchor.header());
    while (isBelowMark(anchor, header) && m_clock.monotonic() < patience) {
        static_cast<void>(m_clock.waitUntil(m_clock.monotonic() + kOtherPause, {}));
        TIDEMARK_TRY(header, anchor.header());
    }
    return {};
}

/// Fails only when the files are not those of attach.
Result<Checkpointer::Backfilled> Checkpointer::passive(const sqlite::Anchor& anchor)
{
    TIDEMARK_TRY_STATUS(anchor.sameFiles());
    if (Status connected = connect(anchor, m_checkpoints); !connected.ok()) {
        TIDEMARK_TRY_STATUS(anchor.sameFiles());
        return Backfilled{.blocked = std::move(connected).error()};
    }
    auto outcome = m_checkpoints->checkpoint(sqlite::CheckpointMode::Passive);
    if (outcome.ok()) {
        return Backfilled{.complete = outcome.value().complete()};
    }
    // Somebody else checkpoints at this moment: that does as well.
    if (outcome.error().code == ErrorCode::Busy) {
        return Backfilled{.collided = true};
    }
    return Backfilled{.blocked = std::move(outcome).error()};
}

Status Checkpointer::underSeal(sqlite::Anchor& anchor, HeldRange& held, CycleOutcome& outcome)
{
    TIDEMARK_TRY_STATUS(connect(anchor, m_seals));
    const Clock::Instant patience = m_clock.monotonic() + kSealPatience;
    for (auto begun = m_seals->beginSeal(); !begun.ok(); begun = m_seals->beginSeal()) {
        m_seals->rollback();
        if (begun.error().code != ErrorCode::Busy) {
            return begun.error();
        }
        if (m_clock.monotonic() > patience) {
            return {};
        }
    }
    const Clock::Instant start = m_clock.monotonic();
    outcome.sealed = true;
    Status done = whileSealed(anchor, held, outcome);
    m_seals->rollback();
    outcome.held = since(m_clock, start);
    return done;
}

/// Writers are held here: nothing of ours is written, compressed, synced or told.
Status Checkpointer::whileSealed(sqlite::Anchor& anchor, HeldRange& held, CycleOutcome& outcome)
{
    const Clock::Instant limit = m_clock.monotonic() + kSealLimit;
    TIDEMARK_TRY(const sqlite::WalIndexHeader header, anchor.header());
    if (m_capture.bytesAfter(held, header) > kSealedBytes) {
        return {};
    }
    // Behind the look at the index: what it tells of is of no program that opened another file.
    TIDEMARK_TRY_STATUS(anchor.sameFiles());
    TIDEMARK_TRY_STATUS(m_capture.hold(held, anchor, header, UINT64_MAX));
    if (m_clock.monotonic() > limit) {
        return {};
    }
    TIDEMARK_TRY(const bool moved, anchor.handOver(held.end()));
    const Clock::Instant begun = m_clock.monotonic();
    bool complete = false;
    while (moved && !complete && m_clock.monotonic() < limit) {
        TIDEMARK_TRY(const Backfilled done, passive(anchor));
        complete = done.complete;
        // The disk, or a reader of the application that stays: later.
        const auto passed = m_clock.monotonic() - begun;
        outcome.pinned = !complete && !done.collided && passed > kReaderPatience;
        const bool isOtherSlow = done.collided && passed > kSealedOtherPatience;
        if (done.blocked || outcome.pinned || isOtherSlow) {
            break;
        }
    }
    if (complete) {
        TIDEMARK_TRY(outcome.landed, land(anchor, held));
    }
    return {};
}

/// Opened by its name: were the file replaced meanwhile, this would be another one.
Status Checkpointer::connect(const sqlite::Anchor& anchor,
                             std::unique_ptr<sqlite::Connection>& connection) const
{
    if (!connection) {
        TIDEMARK_TRY(connection, sqlite::Connection::open(m_path));
    }
    Status same = anchor.sameFiles();
    if (!same.ok()) {
        connection.reset();
    }
    return same;
}

}  // namespace tidemark::engine
