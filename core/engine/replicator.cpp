#include "core/engine/replicator.h"

#include "core/engine/cadence.h"
#include "core/engine/capture.h"
#include "core/engine/checkpointer.h"
#include "core/engine/memory.h"
#include "core/ltx/state_digest.h"
#include "core/sqlite/anchor.h"
#include "core/sqlite/page_snapshot.h"
#include "core/sqlite/source_probe.h"

#include <algorithm>
#include <utility>

namespace tidemark::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// After the last change the log is checkpointed fully, so that who copies the file alone has
// everything.
constexpr seconds kCalm{2};
// The wal-index is looked at this often even if no change is heard of.
constexpr milliseconds kActiveLook{250};
constexpr milliseconds kIdleLook{1000};
// While the application may wait for us to let its checkpoint finish.
constexpr milliseconds kYieldLook{20};
// A flood goes on right behind a sealed checkpoint, and time at zero must be short.
constexpr std::chrono::microseconds kFloodLook{200};
// A cycle that did not come to its end is tried again after this.
constexpr milliseconds kCyclePause{20};
// A log file above this is cut while the anchor lies at zero; it would only keep disk.
constexpr std::uint64_t kHugeLogBytes = std::uint64_t{500} << 20;
// Connections that an idle database does not need are closed after this.
constexpr seconds kRest{5};
// Hashes are saved when calm after this many segments, and in a flood each so often: it bounds what
// a restart replays.
constexpr std::uint64_t kSaveCalmSegments = 16;
constexpr std::uint64_t kSaveSegments = 256;
// What stands in the way is tried again after 1 s, then less and less often.
constexpr milliseconds kFirstRetry{1000};
constexpr milliseconds kLastRetry{30'000};
constexpr int kMaxDetachTurns = 64;

}  // namespace

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
    void learnReplicas(ltx::TxId newest);
    StepOutcome step(std::stop_token stop);
    Status detach(std::stop_token stop);
    [[nodiscard]] SourceView view() const;

    void requestSnapshot() { m_snapshotWanted = true; }
    [[nodiscard]] bool caughtUp() const { return m_anchor && m_caughtUp; }
    [[nodiscard]] ltx::TxId rememberedUpTo() const { return m_savedChecksums; }
    Spool& spool() { return m_spool; }
    state::StateDb& stateDb() { return *m_state; }

private:
    [[nodiscard]] Status attach(StepOutcome& outcome);
    [[nodiscard]] Status catchUp(StepOutcome& outcome);
    [[nodiscard]] Status readWhole(StepOutcome& outcome);
    [[nodiscard]] Status follow(StepOutcome& outcome);
    [[nodiscard]] Status captureDue(const sqlite::WalIndexHeader& header, StepOutcome& outcome);
    [[nodiscard]] Status cycleDue(StepOutcome& outcome);
    [[nodiscard]] Status takeSnapshot(StepOutcome& outcome);
    [[nodiscard]] Status captureUpTo(const sqlite::PageSnapshot& pages, StepOutcome& outcome);
    [[nodiscard]] Status offerSnapshot(std::unique_ptr<sqlite::PageSnapshot> pages,
                                       StepOutcome& outcome);
    [[nodiscard]] Status told(const state::SegmentFacts& facts, StepOutcome& outcome);
    [[nodiscard]] Status saveChecksums();
    void letGo();
    void failed(const Error& error, StepOutcome& outcome);
    void setStanding(Protection state, Message reason = {}, Message next = {});
    void plan(const sqlite::WalIndexHeader& header, StepOutcome& outcome) const;
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
    bool m_caughtUp = false;
    bool m_flooded = false;
    bool m_resting = false;
    ltx::TxId m_savedChecksums = {};
    Clock::Instant m_stepAt = {};
    Clock::Instant m_changedAt = {};
    Clock::Instant m_nextCycle = {};
    std::optional<Clock::Instant> m_nextAttach = {};
    milliseconds m_retry = kFirstRetry;
    std::uint64_t m_walBytes = 0;
    Standing m_standing = {};
};

Status Replicator::Impl::open()
{
    TIDEMARK_TRY(m_state, state::StateDb::open(m_setup.files, m_setup.directory.stateDb()));
    TIDEMARK_TRY_STATUS(m_spool.open());
    m_capture = std::make_unique<Capture>(m_clock, m_spool, *m_state, m_setup.nodeId);
    m_checkpointer = std::make_unique<Checkpointer>(m_clock, m_setup.path, *m_capture);
    TIDEMARK_TRY(auto remembered,
                 recall(m_setup.files, m_setup.directory.checksums(), *m_state, m_spool));
    if (remembered) {
        m_hasMemory = true;
        m_savedChecksums = remembered->storedChecksums;
        m_capture->resume(remembered->source, std::move(remembered->checksums),
                          remembered->positionHolds);
    }
    setStanding(Protection::CatchingUp);
    return {};
}

void Replicator::Impl::learnReplicas(ltx::TxId newest)
{
    m_learned = true;
    if (newest > m_capture->txId()) {
        m_capture->continueAbove(newest);
        letGo();  // The next attach reads everything.
        m_nextAttach.reset();
    }
}

StepOutcome Replicator::Impl::step(std::stop_token)
{
    StepOutcome outcome;
    m_stepAt = m_clock.monotonic();
    outcome.notBefore = m_stepAt;
    outcome.atLatest = m_stepAt;
    if (!m_anchor) {
        if (m_nextAttach && m_stepAt < *m_nextAttach) {
            outcome.notBefore = outcome.atLatest = *m_nextAttach;
            return outcome;
        }
        const Status attached = attach(outcome);
        if (!attached.ok()) {
            failed(attached.error(), outcome);
        }
        return outcome;
    }
    const Status followed = follow(outcome);
    if (!followed.ok()) {
        failed(followed.error(), outcome);
    }
    return outcome;
}

Status Replicator::Impl::attach(StepOutcome& outcome)
{
    if (!m_hasMemory && !m_learned) {
        return Error{.code = ErrorCode::Unavailable,
                     .what = {TIDEMARK_TEXT(
                         "engine", "It is not known yet which transactions the replicas hold.")},
                     .next = {TIDEMARK_TEXT(
                         "engine", "Capture begins as soon as each replica was reached once.")}};
    }
    TIDEMARK_TRY(auto facts, sqlite::probeSource(m_setup.files, m_setup.path));
    if (!facts.isWal && m_setup.switchToWal) {
        TIDEMARK_TRY_STATUS(sqlite::switchToWal(m_setup.path));
        facts.isWal = true;
    }
    if (!facts.isWal) {
        return Error{
            .code = ErrorCode::Unsupported,
            .what = {TIDEMARK_TEXT("engine", "%1 is not in WAL mode."), {m_setup.path}},
            .next = {TIDEMARK_TEXT(
                "engine", "Switch it once with PRAGMA journal_mode=WAL, or allow Tidemark to.")}};
    }
    TIDEMARK_TRY(m_anchor, sqlite::Anchor::attach(m_setup.files, m_setup.path));
    const Status caughtUp = catchUp(outcome);
    if (!caughtUp.ok()) {
        return caughtUp;
    }
    m_hasMemory = true;
    m_retry = kFirstRetry;
    m_changedAt = m_stepAt;
    m_nextCycle = m_stepAt;
    outcome.facts.insert(outcome.facts.begin(), AttachedToSource{});
    setStanding(Protection::Protected);
    return {};
}

/// Goes on in the log where that is possible, else compares every page.
Status Replicator::Impl::catchUp(StepOutcome& outcome)
{
    const sqlite::WalIndexHeader& taken = m_anchor->takenAt();
    if (m_capture->positionKnown() && m_capture->knowsPages() &&
        taken.pageSizeBytes == m_capture->checksums().pageSizeBytes()) {
        TIDEMARK_TRY(const bool holds,
                     sqlite::WalReader(m_anchor->wal()).holds(m_capture->position(), taken));
        const auto captured = holds ? m_capture->captureLog(*m_anchor, taken, UINT64_MAX)
                                    : Result<std::optional<state::SegmentFacts>>(std::nullopt);
        // Until the anchor is handed over, an anchor at zero lets the log restart once: it did not,
        // if the header still tells of the same log behind the reading.
        const auto now = m_anchor->header();
        if (holds && captured.ok() && now.ok() && now.value().salts == taken.salts) {
            return captured.value() ? told(*captured.value(), outcome) : Status();
        }
    }
    return readWhole(outcome);
}

Status Replicator::Impl::readWhole(StepOutcome& outcome)
{
    setStanding(Protection::CatchingUp);
    TIDEMARK_TRY(auto pages, sqlite::PageSnapshot::begin(m_setup.files, m_setup.path));
    if (m_capture->txId() == ltx::TxId{}) {
        TIDEMARK_TRY_STATUS(m_capture->takeBaseline(*pages));
        TIDEMARK_TRY_STATUS(m_capture->remember(m_anchor->identity(), std::nullopt));
        m_snapshotWanted = true;
    } else {
        TIDEMARK_TRY(const auto facts, m_capture->captureDifference(*pages));
        if (facts) {
            TIDEMARK_TRY_STATUS(told(*facts, outcome));
        } else {
            TIDEMARK_TRY_STATUS(m_capture->remember(m_anchor->identity(), std::nullopt));
        }
    }
    TIDEMARK_TRY_STATUS(saveChecksums());
    return m_snapshotWanted ? offerSnapshot(std::move(pages), outcome) : Status();
}

Status Replicator::Impl::follow(StepOutcome& outcome)
{
    TIDEMARK_TRY_STATUS(m_anchor->sameFiles());
    auto header = m_anchor->header();
    if (!header.ok()) {
        // A writer was killed while it wrote the header: a begin makes SQLite mend it.
        TIDEMARK_TRY([[maybe_unused]] const bool mended, handOver());
        outcome.notBefore = outcome.atLatest = m_stepAt + kCyclePause;
        return {};
    }
    if (m_anchor->place() != sqlite::Place::InLog && header.value().mxFrame > 0 &&
        !header.value().sameEnd(m_anchor->takenAt())) {
        TIDEMARK_TRY([[maybe_unused]] const bool moved, handOver());
        TIDEMARK_TRY(header, m_anchor->header());
    }
    if (m_snapshotWanted) {
        TIDEMARK_TRY_STATUS(takeSnapshot(outcome));
    }
    TIDEMARK_TRY_STATUS(captureDue(header.value(), outcome));
    TIDEMARK_TRY_STATUS(cycleDue(outcome));
    TIDEMARK_TRY(const sqlite::WalIndexHeader now, m_anchor->header());
    m_walBytes = now.mxFrame == 0 ? 0 : logBytes(now);
    m_caughtUp = m_capture->isAt(now);
    plan(now, outcome);
    return {};
}

Status Replicator::Impl::captureDue(const sqlite::WalIndexHeader& header, StepOutcome& outcome)
{
    if (m_capture->isAt(header)) {
        return {};
    }
    m_changedAt = m_stepAt;
    m_resting = false;
    if (m_cadence.next(m_stepAt) > m_stepAt && logBytes(header) < kCalmLogBytes) {
        return {};
    }
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

Status Replicator::Impl::cycleDue(StepOutcome& outcome)
{
    TIDEMARK_TRY(const sqlite::WalIndexHeader header, m_anchor->header());
    if (m_anchor->place() == sqlite::Place::AtZero || header.mxFrame == 0) {
        return {};
    }
    if (m_capture->isAt(header) && header.backfilled == header.mxFrame) {
        // Somebody's checkpoint came to the end of the log and may wait for us to leave it.
        TIDEMARK_TRY([[maybe_unused]] const bool moved, handOver());
        return {};
    }
    const bool isLong = logBytes(header) >= kCalmLogBytes;
    const bool isCalm = m_stepAt - m_changedAt >= kCalm;
    if ((!isLong && !isCalm) || m_stepAt < m_nextCycle) {
        return {};
    }
    const std::uint64_t before = logBytes(header);
    TIDEMARK_TRY(const CycleOutcome cycle,
                 m_checkpointer->run(*m_anchor, [this, &outcome](const state::SegmentFacts& facts) {
                     return told(facts, outcome);
                 }));
    m_flooded = cycle.sealed;
    m_nextCycle = m_stepAt + (isCalm && !cycle.landed ? milliseconds(kCalm) : kCyclePause);
    if (cycle.landed) {
        outcome.facts.emplace_back(
            CheckpointDone{.walBytes = before, .sealed = cycle.sealed, .held = cycle.held});
        if (before > kHugeLogBytes) {
            [[maybe_unused]] const bool cut = m_checkpointer->truncate(*m_anchor);
        }
    }
    const std::uint64_t unsaved = m_capture->txId().value - m_savedChecksums.value;
    if (unsaved >= (isCalm ? kSaveCalmSegments : kSaveSegments)) {
        TIDEMARK_TRY_STATUS(saveChecksums());
    }
    return {};
}

Status Replicator::Impl::takeSnapshot(StepOutcome& outcome)
{
    auto pages = sqlite::PageSnapshot::begin(m_setup.files, m_setup.path);
    if (!pages.ok()) {
        // A flood left no exact place this time; the next step tries again.
        return pages.error().code == ErrorCode::Busy ? Status() : Status(pages.error());
    }
    TIDEMARK_TRY_STATUS(captureUpTo(*pages.value(), outcome));
    return offerSnapshot(std::move(pages).value(), outcome);
}

Status Replicator::Impl::captureUpTo(const sqlite::PageSnapshot& pages, StepOutcome& outcome)
{
    TIDEMARK_TRY(sqlite::WalIndexHeader end, m_anchor->header());
    end.salts = pages.position().salts;
    end.mxFrame = pages.position().frame;
    end.checksum = pages.position().checksum;
    end.pageCount = pages.pageCount();
    TIDEMARK_TRY(const auto facts, m_capture->captureLog(*m_anchor, end, UINT64_MAX));
    return facts ? told(*facts, outcome) : Status();
}

Status Replicator::Impl::offerSnapshot(std::unique_ptr<sqlite::PageSnapshot> pages,
                                       StepOutcome& outcome)
{
    ltx::Header header{.pageSizeBytes = pages->pageSizeBytes(),
                       .pageCountAfter = pages->pageCount(),
                       .minTxId = {1},
                       .maxTxId = m_capture->txId(),
                       .createdAt = m_capture->time(),
                       .nodeId = m_setup.nodeId};
    ltx::setDigests(header, {.before = 0, .after = m_capture->checksums().digest()});
    TIDEMARK_TRY(const auto touched, m_capture->touch(*pages));
    TIDEMARK_TRY_STATUS(told(touched, outcome));
    outcome.snapshot = std::make_unique<SnapshotWork>(std::move(pages), header);
    m_snapshotWanted = false;
    return {};
}

Status Replicator::Impl::told(const state::SegmentFacts& facts, StepOutcome& outcome)
{
    outcome.facts.emplace_back(SegmentCaptured{.facts = facts, .seenAt = m_stepAt});
    return m_capture->remember(m_anchor->identity(), facts);
}

Status Replicator::Impl::saveChecksums()
{
    TIDEMARK_TRY_STATUS(state::saveChecksums(m_setup.files, m_setup.directory.checksums(),
                                             m_capture->txId(), m_capture->checksums()));
    m_savedChecksums = m_capture->txId();
    return {};
}

void Replicator::Impl::plan(const sqlite::WalIndexHeader& header, StepOutcome& outcome) const
{
    const bool atZero = m_anchor->place() == sqlite::Place::AtZero;
    const auto quiet = m_stepAt - m_changedAt;
    if (!m_caughtUp) {
        // At zero the anchor must move as soon as there is something in the log.
        const Clock::Instant allowed = m_cadence.next(m_stepAt);
        const bool isLong = logBytes(header) >= kCalmLogBytes;
        outcome.notBefore = isLong || atZero ? m_stepAt : std::min(allowed, m_stepAt + kYieldLook);
        outcome.atLatest = isLong ? m_stepAt : std::min(allowed, m_stepAt + kYieldLook);
        return;
    }
    if (atZero && m_flooded && quiet < kActiveLook) {
        outcome.atLatest = m_stepAt + kFloodLook;
        return;
    }
    if (!atZero && header.mxFrame > 0) {
        outcome.atLatest = m_stepAt + (quiet < 2 * kCalm ? kYieldLook : kActiveLook);
        return;
    }
    if (quiet > kRest && !m_resting) {
        m_anchor->rest();
        m_checkpointer->rest();
    }
    outcome.atLatest = m_stepAt + (quiet < kRest ? kActiveLook : kIdleLook);
}

void Replicator::Impl::letGo()
{
    m_checkpointer->rest();
    m_anchor.reset();
    m_caughtUp = false;
}

void Replicator::Impl::failed(const Error& error, StepOutcome& outcome)
{
    const bool wasAttached = m_anchor != nullptr;
    letGo();
    if (error.code == ErrorCode::Damaged) {
        m_capture->loseLog();
    }
    const bool atOnce = wasAttached && m_retry == kFirstRetry &&
                        (error.code == ErrorCode::Damaged || error.code == ErrorCode::Unavailable);
    setStanding(error.code == ErrorCode::Busy || error.code == ErrorCode::Unavailable
                    ? Protection::Waiting
                    : Protection::Broken,
                error.what, error.next);
    m_nextAttach = m_stepAt + (atOnce ? milliseconds(0) : m_retry);
    m_retry = std::min(2 * m_retry, kLastRetry);
    m_standing.nextTry = m_clock.now() + std::chrono::ceil<milliseconds>(*m_nextAttach - m_stepAt);
    outcome.notBefore = outcome.atLatest = *m_nextAttach;
}

void Replicator::Impl::setStanding(Protection state, Message reason, Message next)
{
    const bool changed = m_standing.state != state || m_standing.reason != reason;
    m_standing = {.state = state,
                  .reason = std::move(reason),
                  .next = std::move(next),
                  .since = changed ? m_clock.now() : m_standing.since};
}

Status Replicator::Impl::detach(std::stop_token stop)
{
    if (!m_anchor) {
        return {};
    }
    Status done;
    for (int turn = 0; turn < kMaxDetachTurns && done.ok() && !stop.stop_requested(); ++turn) {
        StepOutcome outcome;
        m_stepAt = m_clock.monotonic();
        done = m_anchor->sameFiles();
        const auto header = done.ok() ? m_anchor->header() : done.error();
        if (!header.ok() || m_capture->isAt(header.value())) {
            break;
        }
        const auto facts = m_capture->captureLog(*m_anchor, header.value(), kCaptureBytes);
        done = facts.ok() ? (facts.value() ? told(*facts.value(), outcome) : Status())
                          : Status(facts.error());
    }
    if (done.ok()) {
        const auto cycle = m_checkpointer->run(*m_anchor, [this](const state::SegmentFacts& facts) {
            return m_capture->remember(m_anchor->identity(), facts);
        });
        done = cycle.ok() ? saveChecksums() : Status(cycle.error());
    }
    m_checkpointer->rest();
    const bool sameFiles = m_anchor->sameFiles().ok();
    const auto connection = std::move(*m_anchor).release();
    m_anchor.reset();
    m_caughtUp = false;
    if (connection) {
        connection->rollback();
        if (sameFiles) {
            connection->cleanUpOnClose();
        }
    }
    return done;
}

SourceView Replicator::Impl::view() const
{
    SourceView view{.standing = m_standing, .walBytes = m_walBytes};
    if (m_capture) {
        view.pageSizeBytes = m_capture->checksums().pageSizeBytes();
        view.sizeBytes = std::uint64_t{m_capture->checksums().pageCount()} * view.pageSizeBytes;
        view.captured = m_capture->txId();
        if (m_capture->txId() != ltx::TxId{}) {
            view.capturedAt = m_capture->time();
        }
    }
    return view;
}

Replicator::Replicator(const Setup& setup) : m_impl(std::make_unique<Impl>(setup)) {}
Replicator::~Replicator() = default;

Status Replicator::open()
{
    return m_impl->open();
}
void Replicator::learnReplicas(ltx::TxId newest)
{
    m_impl->learnReplicas(newest);
}
void Replicator::requestSnapshot()
{
    m_impl->requestSnapshot();
}
StepOutcome Replicator::step(std::stop_token stop)
{
    return m_impl->step(std::move(stop));
}
Status Replicator::detach(std::stop_token stop)
{
    return m_impl->detach(std::move(stop));
}
bool Replicator::caughtUp() const
{
    return m_impl->caughtUp();
}
SourceView Replicator::view() const
{
    return m_impl->view();
}
ltx::TxId Replicator::rememberedUpTo() const
{
    return m_impl->rememberedUpTo();
}
Spool& Replicator::spool()
{
    return m_impl->spool();
}
state::StateDb& Replicator::stateDb()
{
    return m_impl->stateDb();
}

}  // namespace tidemark::engine
