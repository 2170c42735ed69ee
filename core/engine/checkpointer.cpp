#include "core/engine/checkpointer.h"

#include <utility>

namespace tidemark::engine {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// Under the seal the rest of the log goes into memory: enough for what a fast writer adds during
// one fsync, little enough to be read in a few milliseconds.
constexpr std::uint64_t kHeldBytes = std::uint64_t{32} << 20;

// The write lock comes free between two commits: a tight loop catches it, and gives up before
// anybody notices that we were there.
constexpr milliseconds kSealPatience{100};

// Nobody is held for longer, whatever happens.
constexpr milliseconds kSealLimit{250};

microseconds since(const Clock& clock, Clock::Instant start)
{
    return std::chrono::duration_cast<microseconds>(clock.monotonic() - start);
}

}  // namespace

Result<CycleOutcome> Checkpointer::run(sqlite::Anchor& anchor, const OnSegment& captured)
{
    TIDEMARK_TRY_STATUS(captureOnce(anchor, captured));
    TIDEMARK_TRY(const bool moved, anchor.handOver(m_capture.position()));
    if (!moved) {
        return CycleOutcome{};
    }
    TIDEMARK_TRY(const Backfilled done, backfill(anchor));
    TIDEMARK_TRY_STATUS(captureOnce(anchor, captured));
    if (done.blocked) {
        return CycleOutcome{.blocked = done.blocked};
    }

    TIDEMARK_TRY(const sqlite::WalIndexHeader header, anchor.header());
    if (header.mxFrame == header.backfilled && m_capture.isAt(header)) {
        TIDEMARK_TRY(const bool landed, anchor.handOver(m_capture.position()));
        return CycleOutcome{.landed = landed && anchor.place() == sqlite::Place::AtZero};
    }
    // Our own mark is at least there: what is less is somebody else's, and holding writers would
    // not help.
    const bool sameLog = header.salts == anchor.takenAt().salts;
    if (sameLog && header.backfilled < anchor.takenAt().mxFrame) {
        return CycleOutcome{.pinned = true};
    }
    const std::uint32_t pageSize = m_capture.checksums().pageSizeBytes();
    if (sqlite::frameOffset(header.mxFrame + 1, pageSize) < kFloodLogBytes) {
        return CycleOutcome{};
    }
    return sealedCycle(anchor, captured);
}

Result<CycleOutcome> Checkpointer::sealedCycle(sqlite::Anchor& anchor, const OnSegment& captured)
{
    TIDEMARK_TRY(const Sealed sealed, underSeal(anchor));
    if (sealed.held) {
        // In memory only: should this fail, the log is lost and a comparison of pages makes up for
        // it.
        const auto facts = m_capture.store(*sealed.held);
        if (!facts.ok()) {
            m_capture.loseLog();
            return facts.error();
        }
        TIDEMARK_TRY_STATUS(captured(facts.value()));
    }
    TIDEMARK_TRY_STATUS(sealed.failure);
    return CycleOutcome{.landed = sealed.landed,
                        .sealed = sealed.held.has_value() || sealed.landed,
                        .held = sealed.duration};
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
    TIDEMARK_TRY(const auto facts, m_capture.captureLog(anchor, header, kCaptureBytes));
    return facts ? captured(*facts) : Status();
}

Result<Checkpointer::Backfilled> Checkpointer::backfill(const sqlite::Anchor& anchor)
{
    TIDEMARK_TRY(const sqlite::WalIndexHeader before, anchor.header());
    TIDEMARK_TRY(Backfilled done, passive(anchor));
    if (!done.complete && !done.blocked && done.frames > before.backfilled) {
        // An incomplete checkpoint was not synced: do it here, while nobody is held for it.
        if (Status synced = m_checkpoints->syncFile(); !synced.ok()) {
            done.blocked = std::move(synced).error();
        }
    }
    return done;
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
        return Backfilled{.complete = outcome.value().complete(),
                          .frames = outcome.value().backfilledFrames};
    }
    // Somebody else checkpoints at this moment: that does as well.
    if (outcome.error().code == ErrorCode::Busy) {
        return Backfilled{};
    }
    return Backfilled{.blocked = std::move(outcome).error()};
}

Result<Checkpointer::Sealed> Checkpointer::underSeal(sqlite::Anchor& anchor)
{
    TIDEMARK_TRY_STATUS(connect(anchor, m_seals));
    const Clock::Instant patience = m_clock.monotonic() + kSealPatience;
    for (auto begun = m_seals->beginSeal(); !begun.ok(); begun = m_seals->beginSeal()) {
        m_seals->rollback();
        if (begun.error().code != ErrorCode::Busy || m_clock.monotonic() > patience) {
            return begun.error().code == ErrorCode::Busy ? Result<Sealed>(Sealed{})
                                                         : Result<Sealed>(begun.error());
        }
    }
    const Clock::Instant start = m_clock.monotonic();
    Sealed sealed;
    sealed.failure = whileSealed(anchor, sealed);
    m_seals->rollback();
    sealed.duration = since(m_clock, start);
    return sealed;
}

/// Writers are held here: nothing of ours is written, compressed, synced or told. What `sealed`
/// holds stays to be stored even when this fails, since the anchor may have moved behind it.
Status Checkpointer::whileSealed(sqlite::Anchor& anchor, Sealed& sealed)
{
    const Clock::Instant limit = m_clock.monotonic() + kSealLimit;
    TIDEMARK_TRY(const sqlite::WalIndexHeader header, anchor.header());
    auto held = m_capture.hold(anchor, header, kHeldBytes);
    if (!held.ok()) {
        return held.error().code == ErrorCode::Unavailable ? Status() : Status(held.error());
    }
    sealed.held = std::move(held).value();
    const sqlite::WalPosition end = sealed.held ? sealed.held->range.to : m_capture.position();
    if (m_clock.monotonic() > limit) {
        return {};
    }
    TIDEMARK_TRY(const bool moved, anchor.handOver(end));
    bool complete = false;
    while (moved && !complete && m_clock.monotonic() < limit) {
        TIDEMARK_TRY(const Backfilled done, passive(anchor));
        complete = done.complete;
        TIDEMARK_TRY(const sqlite::WalIndexHeader now, anchor.header());
        if (done.blocked || (!complete && now.backfilled < now.mxFrame)) {
            break;  // A reader of the application, or the disk: later.
        }
    }
    if (complete) {
        TIDEMARK_TRY(const bool landed, anchor.handOver(end));
        sealed.landed = landed && anchor.place() == sqlite::Place::AtZero;
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
