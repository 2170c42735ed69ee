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
    TIDEMARK_TRY_STATUS(backfill(anchor));
    TIDEMARK_TRY_STATUS(captureOnce(anchor, captured));

    TIDEMARK_TRY(const sqlite::WalIndexHeader header, anchor.header());
    if (header.mxFrame == header.backfilled && m_capture.isAt(header)) {
        TIDEMARK_TRY(const bool landed, anchor.handOver(m_capture.position()));
        return CycleOutcome{.landed = landed && anchor.place() == sqlite::Place::AtZero};
    }
    const std::uint32_t pageSize = m_capture.checksums().pageSizeBytes();
    if (sqlite::frameOffset(header.mxFrame + 1, pageSize) < kFloodLogBytes) {
        return CycleOutcome{};
    }
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
    return CycleOutcome{
        .landed = sealed.landed, .sealed = sealed.duration.count() > 0, .held = sealed.duration};
}

bool Checkpointer::truncate(const sqlite::Anchor& anchor)
{
    if (anchor.place() != sqlite::Place::AtZero || !anchor.sameFiles().ok() ||
        !connect(m_checkpoints).ok()) {
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

Status Checkpointer::backfill(const sqlite::Anchor& anchor)
{
    TIDEMARK_TRY(const bool complete, passive(anchor));
    if (!complete) {
        // An incomplete checkpoint was not synced: do it here, while nobody is held for it.
        TIDEMARK_TRY_STATUS(m_checkpoints->syncFile());
    }
    return {};
}

Result<bool> Checkpointer::passive(const sqlite::Anchor& anchor)
{
    TIDEMARK_TRY_STATUS(anchor.sameFiles());
    TIDEMARK_TRY_STATUS(connect(m_checkpoints));
    const auto outcome = m_checkpoints->checkpoint(sqlite::CheckpointMode::Passive);
    if (!outcome.ok() && outcome.error().code != ErrorCode::Busy) {
        return outcome.error();
    }
    return outcome.ok() && outcome.value().complete();
}

Result<Checkpointer::Sealed> Checkpointer::underSeal(sqlite::Anchor& anchor)
{
    TIDEMARK_TRY_STATUS(anchor.sameFiles());
    TIDEMARK_TRY_STATUS(connect(m_seals));
    const Clock::Instant patience = m_clock.monotonic() + kSealPatience;
    for (auto sealed = m_seals->beginSeal(); !sealed.ok(); sealed = m_seals->beginSeal()) {
        m_seals->rollback();
        if (sealed.error().code != ErrorCode::Busy || m_clock.monotonic() > patience) {
            return sealed.error().code == ErrorCode::Busy ? Result<Sealed>(Sealed{})
                                                          : Result<Sealed>(sealed.error());
        }
    }
    const Clock::Instant start = m_clock.monotonic();
    auto result = whileSealed(anchor);
    m_seals->rollback();
    if (!result.ok()) {
        return result;
    }
    Sealed sealed = std::move(result).value();
    sealed.duration = since(m_clock, start);
    return sealed;
}

/// Writers are held here: nothing of ours is written, compressed, synced or told.
Result<Checkpointer::Sealed> Checkpointer::whileSealed(sqlite::Anchor& anchor)
{
    const Clock::Instant limit = m_clock.monotonic() + kSealLimit;
    TIDEMARK_TRY(const sqlite::WalIndexHeader header, anchor.header());
    auto held = m_capture.hold(anchor, header, kHeldBytes);
    if (!held.ok()) {
        return held.error().code == ErrorCode::Unavailable ? Result<Sealed>(Sealed{})
                                                           : Result<Sealed>(held.error());
    }
    Sealed sealed{.held = std::move(held).value()};
    const sqlite::WalPosition end = sealed.held ? sealed.held->range.to : m_capture.position();
    TIDEMARK_TRY(const bool moved, anchor.handOver(end));
    if (!moved) {
        return sealed;
    }
    bool complete = false;
    while (!complete && m_clock.monotonic() < limit) {
        TIDEMARK_TRY(complete, passive(anchor));
        TIDEMARK_TRY(const sqlite::WalIndexHeader now, anchor.header());
        if (!complete && now.backfilled < now.mxFrame) {
            break;  // A reader of the application holds it: later.
        }
    }
    if (complete) {
        TIDEMARK_TRY(const bool landed, anchor.handOver(end));
        sealed.landed = landed && anchor.place() == sqlite::Place::AtZero;
    }
    return sealed;
}

Status Checkpointer::connect(std::unique_ptr<sqlite::Connection>& connection) const
{
    if (!connection) {
        TIDEMARK_TRY(connection, sqlite::Connection::open(m_path));
    }
    return {};
}

}  // namespace tidemark::engine
