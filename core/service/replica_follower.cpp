#include "core/service/replica_follower.h"

#include <algorithm>
#include <span>
#include <utility>

namespace tidemark::service {
namespace {

/// A storage that cannot even be opened is not tried more often than this.
constexpr std::chrono::seconds kOpenPause{30};

/// A replica that another program has is tried ever less often, at last each five minutes.
constexpr int kMostOpenPauses = 10;

/// Who does not answer keeps a thread for as long as it is waited for: no more than a part of the
/// time, but at last each five minutes.
constexpr int kPausesATry = 4;

/// What is confirmed is looked for this often at most, and at rest never.
constexpr std::chrono::hours kSeekPause{1};

/// One that the same database is still letting go of is free soon.
constexpr std::chrono::seconds kClaimPause{1};

/// So many segments tell how much a step may have to upload.
constexpr std::size_t kCounted = 256;

/// A database is compared with a history that is found, which may be read as a whole, so much
/// faster than anything is uploaded.
constexpr std::uint64_t kReadFaster = 16;

engine::Standing standingFor(const Error& error, Timestamp since)
{
    const bool mayHeal = error.code == ErrorCode::Unavailable ||
                         error.code == ErrorCode::Cancelled || error.code == ErrorCode::Busy;
    return {.state = mayHeal ? engine::Protection::Waiting : engine::Protection::Broken,
            .reason = error.what,
            .next = error.next,
            .since = since};
}

}  // namespace

ReplicaFollower::ReplicaFollower(EngineContext& context, std::string path, ReplicaConfig config,
                                 engine::Spool& spool, state::StateDb& state, Numbering& numbering)
    : m_context(context),
      m_path(std::move(path)),
      m_config(std::move(config)),
      m_id(storage::replicaId(m_config.address)),
      m_spool(spool),
      m_state(state),
      m_numbering(numbering),
      m_damageBook(context.clock, state, spool, m_id),
      m_progress(context.clock, storage::describeAddress(m_config.address)),
      m_keep(m_config.keep),
      m_syncInterval(m_config.syncInterval)
{
    m_view.standing = {.state = engine::Protection::CatchingUp, .since = context.clock.now()};
    readBacklog();
}

StepPool::Due ReplicaFollower::step(ltx::TxId captured, bool isAwaited, const std::stop_token& stop)
{
    const StepPool::Due due = goOn(captured, isAwaited, stop);
    m_hasStallEnded = m_progress.setStalled(Stalled::No);
    return due;
}

StepPool::Due ReplicaFollower::goOn(ltx::TxId captured, bool isAwaited, const std::stop_token& stop)
{
    if (isPausing()) {
        return {.notBefore = m_context.clock.monotonic(), .atLatest = m_nextOpen};
    }
    noteBegin();
    leaveRefused(stop);
    if (const Status opened = open(stop); !opened.ok()) {
        return leftForLater(opened.error());
    }
    // A back-off outlasts the wakes of new segments, not the wish to try again.
    if (!takeRetry() && nextTry().value_or(Clock::Instant::min()) > m_context.clock.monotonic()) {
        return nextStep(false);
    }
    m_uploader->setInterval(syncInterval());
    if (isAwaited) {
        m_uploader->hurry();
    }
    const auto more = advance(captured, stop);
    if (m_isTaken) {
        // Until it is free; then it is looked at as if for the first time.
        m_uploader.reset();
        return leftForLater(more.error());
    }
    if (m_uploader->isForeign()) {
        // Its bytes are not ours, so we write nothing: a claim would only keep others out.
        m_tenure->release(stop);
    }
    const bool hasMore = more.ok() && more.value();
    remember(more.ok() ? std::nullopt : std::optional(more.error()), hasMore);
    return nextStep(hasMore);
}

void ReplicaFollower::noteBegin()
{
    std::uint64_t bytes = 0;
    for (const engine::SpooledSegment& each : m_spool.above(has(), kCounted)) {
        bytes += each.sizeBytes;
    }
    if (!view().looked) {
        const auto source = m_context.files.stat(m_path);
        bytes += source.ok() && source.value() ? source.value()->sizeBytes / kReadFaster : 0;
    }
    m_progress.stepBegins(bytes);
}

/// Segments come ten times a second; who asks to try again, or to leave, is not kept waiting.
bool ReplicaFollower::isPausing() const
{
    const std::scoped_lock lock(m_mutex);
    return !m_uploader && !m_retry && m_context.clock.monotonic() < m_nextOpen;
}

StepPool::Due ReplicaFollower::leftForLater(const Error& error)
{
    const Clock::Instant now = m_context.clock.monotonic();
    const std::scoped_lock lock(m_mutex);
    m_retry = false;
    m_isRetrying = false;
    m_turn.letGo();
    m_view.failure = error;
    // Nothing that the capture of the source has to wait for.
    m_view.foreign = error.code == ErrorCode::AlreadyExists;
    m_view.looked = m_view.foreign;
    m_wasLooked = m_wasLooked || m_view.looked;
    m_view.isTaken = std::exchange(m_isTaken, false);
    m_view.mayWrite = false;
    m_view.confirmed = std::max(m_view.confirmed, m_remembered);
    m_view.standing = standingFor(error, m_view.standing.since);
    showBacklog();
    m_refusals = m_view.foreign ? m_refusals + 1 : 0;
    const Clock::Instant::duration longest = kOpenPause * kMostOpenPauses;
    const auto took = std::min(kPausesATry * (now - m_progress.step().since), longest);
    m_nextOpen = now + (error.code == ErrorCode::Busy
                            ? kClaimPause
                            : std::max<Clock::Instant::duration>(
                                  kOpenPause * std::clamp(m_refusals, 1, kMostOpenPauses), took));
    m_view.standing.nextTry =
        m_context.clock.now() + std::chrono::ceil<std::chrono::milliseconds>(m_nextOpen - now);
    return {.notBefore = now, .atLatest = m_nextOpen};
}

StepPool::Due ReplicaFollower::nextStep(bool hasMore) const
{
    if (hasMore) {
        return after(m_context.clock, Clock::Instant::duration::zero());
    }
    StepPool::Due due = whenWoken(m_context.clock);
    const auto next = nextTry();
    due.atLatest = next.value_or(m_uploader->heldUntil().value_or(due.atLatest));
    const std::scoped_lock lock(m_mutex);
    // Before the next try nothing is looked at.
    if (maybeMended() && next.value_or(due.notBefore) <= due.notBefore) {
        due.atLatest = std::min(due.atLatest, std::max(due.notBefore, m_proveMendedAt));
    }
    return due;
}

/// Empty: nothing stands in the way.
std::optional<Clock::Instant> ReplicaFollower::nextTry() const
{
    const auto next = m_uploader->nextTry();
    const std::scoped_lock lock(m_mutex);
    // What is to be looked at anew may not be its own any more.
    const bool isHeld = m_turn.isHeld(m_context.clock.monotonic()) && !m_lookAgain;
    return isHeld ? std::max(next, std::optional(m_turn.heldUntil())) : next;
}

bool ReplicaFollower::takeRetry()
{
    const std::scoped_lock lock(m_mutex);
    const bool isAsked = m_turn.beginStep();
    const bool retry = std::exchange(m_retry, false) || isAsked;
    if (retry) {
        m_isRetrying = true;
        m_uploader->retryNow();
        m_snapshotFailure.reset();
    }
    return retry;
}

Result<bool> ReplicaFollower::advance(ltx::TxId captured, const std::stop_token& stop)
{
    seekNewest(stop);
    const bool isAgain = takeLookAgain();
    if (!m_uploader->looked() || isAgain) {
        if (Status looked = look(stop); !looked.ok()) {
            if (isAgain && !m_uploader->isForeign()) {
                lookAgain();
            }
            return looked.error();
        }
    }
    TIDEMARK_TRY_STATUS(takeNews());
    noteMended(stop);
    auto more = m_uploader->step(captured, stop);
    if (!more.ok() && !m_uploader->isForeign() && !m_tenure->isHeld()) {
        // The claim was found gone just now: whose it is is known at once.
        m_uploader->retryNow();
        if (Status looked = look(stop); !looked.ok()) {
            if (!m_isTaken && !m_uploader->isForeign()) {
                lookAgain();
            }
            return looked.error();
        }
        more = m_uploader->step(captured, stop);
    }
    if (const auto suspect = m_uploader->takeSuspect()) {
        m_hasFoundDamage =
            inspect(std::span(&*suspect, 1), engine::Suspecting::Reader, stop) >= Inspection::Known;
    }
    if (!more.ok() && more.error().code == ErrorCode::Unavailable) {
        // What comes back need not be all that went.
        lookAgain();
    }
    return more;
}

/// Nobody else writes into it from then on, so that what is found stays. Where it can only be read,
/// it is known all the same what it holds.
Status ReplicaFollower::look(const std::stop_token& stop)
{
    Status taken = takeTenure(stop);
    m_isTaken = !taken.ok() && taken.error().code == ErrorCode::AlreadyExists;
    if (m_isTaken) {
        return taken;
    }
    if (taken.ok() || !m_uploader->looked()) {
        TIDEMARK_TRY_STATUS(m_uploader->look(stop));
    }
    if (!taken.ok()) {
        m_uploader->failed(taken.error());
        lookAgain();
        return taken;
    }
    m_refusals = 0;
    TIDEMARK_TRY_STATUS(m_claim->note());
    m_nextSeek = m_context.clock.monotonic() + kSeekPause;
    const std::scoped_lock lock(m_mutex);
    m_proveMendedAt = {};
    return {};
}

bool ReplicaFollower::isUploadDue() const
{
    return m_uploader->hasBase() && !m_uploader->isForeign() &&
           m_spool.newest().value_or(ltx::TxId()) > m_uploader->confirmed();
}

/// Nothing more is to hang onto what was confirmed and has gone since.
void ReplicaFollower::seekNewest(const std::stop_token& stop)
{
    if (m_context.clock.monotonic() < m_nextSeek || view().failure || !isUploadDue()) {
        return;
    }
    const std::string name = newestName();
    if (name.empty()) {
        return;
    }
    // Who does not answer says so to the upload as well.
    const auto found = m_storage->find(name, stop);
    if (found.ok()) {
        m_nextSeek = m_context.clock.monotonic() + kSeekPause;
        if (!found.value()) {
            lookAgain();
        }
    }
}

/// What a snapshot came to.
Status ReplicaFollower::takeNews()
{
    std::unique_lock lock(m_mutex);
    const auto baseWritten = m_baseWritten;
    if (m_snapshotFailure && m_snapshotFailure->code == ErrorCode::AlreadyExists) {
        m_uploader->failed(*std::exchange(m_snapshotFailure, std::nullopt));
    }
    lock.unlock();
    if (!baseWritten) {
        return {};
    }
    TIDEMARK_TRY_STATUS(m_uploader->baseWritten(*baseWritten));
    lock.lock();
    m_baseWritten.reset();
    m_view.base = m_uploader->base();
    m_view.confirmed = m_uploader->confirmed();
    m_proveMendedAt = {};
    return {};
}

void ReplicaFollower::remember(const std::optional<Error>& failure, bool hasMore)
{
    const std::scoped_lock lock(m_mutex);
    m_isRetrying = false;
    m_turn.endStep(hasMore, m_context.clock.monotonic());
    const bool hasBase = m_uploader->hasBase() || m_baseWritten.has_value();
    if (hasBase) {
        m_snapshotFailure.reset();
    }
    const auto since = m_view.standing.since;
    m_view = {.looked = m_uploader->looked(),
              .hasBase = hasBase,
              .isHeld = m_uploader->heldUntil().has_value(),
              .mayWrite = m_tenure->isHeld(),
              .foreign = m_uploader->isForeign(),
              .place = m_place,
              .newest = m_uploader->newest(),
              .baseAbove = m_uploader->baseAbove(),
              .newestAt = m_uploader->newestAt(),
              .confirmed = m_uploader->confirmed(),
              .sameInSpool = m_uploader->sameInSpool(),
              .standing = m_uploader->standing(),
              .failure = failure ? failure : m_snapshotFailure,
              .damage = m_view.damage,
              .base = m_uploader->base(),
              .baseIsOlder = m_uploader->base() != m_ownBase,
              .proof = m_view.proof,
              .givenUp = m_view.givenUp};
    if (m_snapshotFailure && !failure) {
        m_view.standing = standingFor(*m_snapshotFailure, since);
    }
    m_wasLooked = m_wasLooked || m_view.looked;
    noteBacklogEnd();
    showBacklog();
    showDamage();
}

bool ReplicaFollower::takeLookAgain()
{
    const std::scoped_lock lock(m_mutex);
    return std::exchange(m_lookAgain, false);
}

}  // namespace tidemark::service
