#include "core/engine/memory.h"
#include "core/engine/replicator_impl.h"
#include "core/sqlite/open_database.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tidemark::engine {
namespace {

using std::chrono::milliseconds;

// What stands in the way is tried again this often at last; a lock of another program more often,
// and when something is heard of it.
constexpr milliseconds kLastRetry{30'000};
constexpr milliseconds kLastLocked{4000};
// While a log lies there without its database: SQLite would give it to whatever file comes.
constexpr milliseconds kLeftLogPause{500};
// A torn index heals within microseconds, or by the next begin. After this many looks, 20 ms apart,
// something is wrong that only a new connection can mend.
constexpr int kMaxBusySteps = 250;

/// What heals with time waits; the rest needs somebody.
Protection standingFor(ErrorCode code)
{
    switch (code) {
    case ErrorCode::Busy:
    case ErrorCode::Unavailable:
    case ErrorCode::NoSpace: return Protection::Waiting;
    case ErrorCode::NotInWalMode: return Protection::NotSetUp;
    default: return Protection::Broken;
    }
}

}  // namespace

Status Replicator::Impl::open()
{
    TIDEMARK_TRY(m_state, state::StateDb::open(m_setup.files, m_setup.directory.stateDb()));
    TIDEMARK_TRY_STATUS(m_spool.open());
    m_capture = std::make_unique<Capture>(m_clock, m_spool, *m_state, m_setup.nodeId);
    m_checkpointer = std::make_unique<Checkpointer>(m_clock, m_setup.path, *m_capture);
    TIDEMARK_TRY(auto remembered,
                 recall(m_setup.files, m_setup.directory.checksums(), *m_state, m_spool));
    TIDEMARK_TRY(m_wentBack, m_state->wentBack());
    if (remembered) {
        m_hasMemory = remembered->hasState;
        m_savedChecksums = remembered->storedChecksums;
        if (const auto& mark = remembered->source.mark) {
            m_known = {.mark = *mark, .txId = remembered->source.markTxId};
            m_storedKnown = m_known;
        }
        m_log =
            FollowedLog{.file = remembered->source.identity.database,
                        .wal = remembered->source.identity.wal,
                        .salts = remembered->source.position.salts,
                        .frame = remembered->positionHolds ? remembered->source.position.frame : 0};
        m_capture->resume(remembered->source, std::move(remembered->checksums),
                          remembered->positionHolds);
    }
    m_isAttachOpen = true;
    setStanding(Protection::CatchingUp);
    return {};
}

void Replicator::Impl::retryNow()
{
    m_nextAttach.reset();
    m_nextCycle = {};
    m_nextLook = {};
    m_nextCopy = {};
    m_retry = kFirstRetry;
    m_lockedPause = kBusyRetry;
}

StepOutcome Replicator::Impl::step(const std::stop_token& stop)
{
    StepOutcome outcome;
    m_stepAt = m_clock.monotonic();
    outcome.notBefore = m_stepAt;
    outcome.atLatest = m_stepAt;
    m_reachedStart = false;
    if (m_watched) {
        const Status watched = watchStep(outcome, stop);
        if (!watched.ok()) {
            failed(watched.error(), outcome);
        }
        return outcome;
    }
    if (!m_anchor && m_nextAttach && m_stepAt < (m_heard ? m_nextAttachHeard : *m_nextAttach)) {
        outcome.notBefore = std::min(std::max(m_nextAttachHeard, m_stepAt), *m_nextAttach);
        outcome.atLatest = m_heard ? outcome.notBefore : *m_nextAttach;
        return outcome;
    }
    hearOfChange();
    if (!m_anchor) {
        const Status attached = attach(outcome, stop);
        if (!attached.ok()) {
            failed(attached.error(), outcome);
        }
        return outcome;
    }
    const Status followed = follow(outcome, stop);
    if (followed.ok()) {
        m_busySteps = 0;
    } else if (followed.error().code == ErrorCode::Busy && m_capture->positionKnown() &&
               ++m_busySteps < kMaxBusySteps) {
        // A writer was interrupted between both copies of the header: the anchor holds all the
        // same.
        outcome.notBefore = outcome.atLatest = m_stepAt + kCyclePause;
    } else {
        failed(followed.error(), outcome);
    }
    return outcome;
}

void Replicator::Impl::failed(const Error& error, StepOutcome& outcome)
{
    const bool isBusy = error.code == ErrorCode::Busy;
    // One that is watched and locked is locked for a while.
    const bool isLocked = isBusy && m_setup.watch && !m_anchor;
    const bool wasAttached = m_anchor || (m_watched && !isBusy);
    const bool isLost = isLogLost(error.code);
    if (error.code == ErrorCode::Cancelled && m_isFollowing) {
        // Whoever asks to stop asks for all that was committed next.
        outcome.notBefore = outcome.atLatest = m_stepAt + m_retry;
        return;
    }
    m_isAttachOpen = error.code == ErrorCode::Cancelled && !m_watched;
    if (isLost || (m_anchor && m_isOverwritten)) {
        leaveLog(outcome);
    } else if (error.code == ErrorCode::Cancelled && m_anchor && !closeUnknownLog()) {
        leaveLog(outcome);
    }
    letGo();
    m_isOverwritten = m_isOverwritten && isBusy;
    // One that reads a database as it was before its files were replaced: nothing can be attached
    // to until it has ended, and what is committed meanwhile is held by nobody.
    const Status mayEnter = sqlite::OpenDatabase::mayEnter(m_setup.path);
    if (isPinnedBySnapshot() && !mayEnter.ok() && mayEnter.error().code == ErrorCode::Busy) {
        giveUpSnapshots();
    }
    if (error.code == ErrorCode::Cancelled) {
        outcome.notBefore = outcome.atLatest = m_stepAt + m_retry;
        return;
    }
    setStanding(standingFor(error.code), error.what, error.next);
    m_failure = error;
    // One that is being written over has been waited for already, with a thread that others want.
    const bool atOnce = wasAttached && m_retry == kFirstRetry && (isLost || isBusy) &&
                        error.code != ErrorCode::NotFound && !m_isOverwritten;
    attachLater(error.code, isLocked, atOnce, outcome);
}

/// Behind a failure. A database that is locked mostly stays so for a while.
void Replicator::Impl::attachLater(ErrorCode code, bool isLocked, bool atOnce, StepOutcome& outcome)
{
    const bool isBusy = code == ErrorCode::Busy;
    const milliseconds busyPause = m_isOverwritten
                                       ? std::min<milliseconds>(m_restLeft, kOverwrittenPause)
                                   : isLocked ? m_lockedPause
                                              : std::min(m_retry, kBusyRetry);
    const milliseconds pause = atOnce ? milliseconds(0) : (isBusy ? busyPause : m_retry);
    const bool isLeft = isLogLeft() && !isBusy && code != ErrorCode::Unavailable;
    attachAt(m_stepAt + (isLeft ? std::min(pause, kLeftLogPause) : pause),
             m_stepAt + (isLocked || isLeft ? std::min(pause, kBusyRetry) : pause), outcome);
    m_retry = isBusy ? m_retry : std::min(2 * m_retry, kLastRetry);
    m_lockedPause = isLocked ? std::min(2 * m_lockedPause, kLastLocked) : kBusyRetry;
}

bool Replicator::Impl::isPinnedBySnapshot() const
{
    return std::ranges::any_of(m_snapshots, [](const LivingSnapshot& each) {
        const auto pages = each.pages.lock();
        return pages && pages->isHeld();
    });
}

void Replicator::Impl::giveUpSnapshots()
{
    for (LivingSnapshot& each : m_snapshots) {
        each.giveUp.request_stop();
        if (const auto pages = each.pages.lock()) {
            pages->letGo();
        }
    }
}

void Replicator::Impl::attachAt(Clock::Instant then, Clock::Instant whenHeard, StepOutcome& outcome)
{
    m_nextAttach = then;
    m_nextAttachHeard = whenHeard;
    m_standing.nextTry = m_clock.now() + std::chrono::ceil<milliseconds>(then - m_stepAt);
    outcome.notBefore = whenHeard;
    outcome.atLatest = then;
}

/// Ok: it is watched on.
Status Replicator::Impl::lookFailed(Look how, const Error& error)
{
    if (isLogLost(error.code) || error.code == ErrorCode::Cancelled) {
        return error;
    }
    if (error.code == ErrorCode::Busy) {
        if (how == Look::Check && m_watched->settled) {
            m_watched->nextCheck = m_stepAt + kSettledCheck;
        } else {
            hindered(error);
        }
        return {};
    }
    // What was read could not be kept, or not be read.
    setStanding(standingFor(error.code), error.what, error.next);
    m_failure = error;
    if (!m_pace.isPending()) {
        m_pace.noticed(m_stepAt);
    }
    m_nextLook = m_stepAt + m_retry;
    m_retry = std::min(2 * m_retry, kLastRetry);
    const Clock::Instant next = std::max(m_nextLook, m_pace.notBefore());
    m_standing.nextTry = m_clock.now() + std::chrono::ceil<milliseconds>(next - m_stepAt);
    return {};
}

/// For a restart of the program, too: it would take the place that is remembered for good.
void Replicator::Impl::loseLog()
{
    m_capture->loseLog();
    if (m_anchor && m_capture->txId() != ltx::TxId{}) {
        // Should this fail: the log has mostly gone on by then, which is noticed as well.
        static_cast<void>(m_capture->remember(m_anchor->identity(), std::nullopt));
    }
}

void Replicator::Impl::letGo()
{
    m_checkpointer->rest();
    m_anchor.reset();
    m_watched.reset();
    m_pinning.reset();
    m_seenFile.reset();
    m_lastCaught.reset();
    m_isFollowing = false;
    m_caughtUp = false;
}

Status Replicator::Impl::told(const state::SegmentFacts& facts, StepOutcome& outcome)
{
    outcome.facts.emplace_back(SegmentCaptured{.facts = facts, .seenAt = m_stepAt});
    m_unsavedBytes += facts.bytes;
    return remember(facts);
}

/// Of a comparison of all pages, before which `before` was captured; empty: the database cannot
/// have gone back.
Status Replicator::Impl::toldDifference(const std::optional<state::SegmentFacts>& facts,
                                        const std::optional<Newest>& before, StepOutcome& outcome)
{
    if (!facts) {
        return remember(std::nullopt);
    }
    TIDEMARK_TRY_STATUS(told(*facts, outcome));
    return before ? noteWentBack(*before, outcome) : Status();
}

/// Told where the database is what it was behind a segment: commits that were captured as one are
/// no moments each.
Status Replicator::Impl::noteWentBack(const Newest& before, StepOutcome& outcome)
{
    TIDEMARK_TRY(const auto earlier,
                 m_state->lastOfDigest(m_capture->checksums().digest(), before.txId));
    if (!earlier || earlier->txId == before.txId) {
        return {};
    }
    m_wentBack = {.at = m_clock.now(),
                  .to = earlier->txId,
                  .toAt = earlier->time,
                  .last = before.txId,
                  .lastAt = before.time};
    outcome.facts.emplace_back(*m_wentBack);
    return m_state->setWentBack(*m_wentBack);
}

void Replicator::Impl::setStanding(Protection state, Message reason, Message next)
{
    m_failure.reset();
    if (m_stepAt >= m_nextCopy) {
        m_noCopy.reset();
    }
    // Another word for the same trouble does not begin it anew.
    const bool changed = m_standing.state != state;
    m_standing = {.state = state,
                  .reason = std::move(reason),
                  .next = std::move(next),
                  .since = changed ? m_clock.now() : m_standing.since};
}

SourceView Replicator::Impl::view() const
{
    SourceView view{.standing = m_standing,
                    .failure = m_failure,
                    .walBytes = m_walBytes,
                    .noCopy = m_noCopy,
                    .wentBack = m_wentBack};
    if (m_watched) {
        view.watch = m_watched->cost;
    }
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
void Replicator::learnReplicas(ltx::TxId newest, Timestamp newestAt)
{
    m_impl->learnReplicas(newest, newestAt);
}
std::optional<ltx::TxId> Replicator::lacksChecksums() const
{
    return m_impl->lacksChecksums();
}

void Replicator::learnChecksums(ltx::TxId txId, state::PageChecksums checksums)
{
    m_impl->learnChecksums(txId, std::move(checksums));
}

void Replicator::retryNow()
{
    m_impl->retryNow();
}
void Replicator::compareAgain()
{
    m_impl->compareAgain();
}
void Replicator::giveUpSnapshots()
{
    m_impl->giveUpSnapshots();
}

void Replicator::heardOfChange()
{
    m_impl->heardOfChange();
}
void Replicator::requestSnapshot()
{
    m_impl->requestSnapshot();
}
StepOutcome Replicator::step(const std::stop_token& stop)
{
    return m_impl->step(stop);
}
Status Replicator::detach(std::vector<Fact>& facts, const std::stop_token& stop, Parting parting)
{
    StepOutcome outcome;
    Status done = m_impl->detach(outcome, parting, stop);
    std::ranges::move(outcome.facts, std::back_inserter(facts));
    return done;
}
bool Replicator::readsWholeNext() const
{
    return m_impl->readsWholeNext();
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
