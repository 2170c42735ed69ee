// A database that is not in WAL mode. It has no log to follow: each look at it reads every page
// under the shared lock of a reader, for which whoever wants to commit has to wait. So nothing slow
// is done under the lock: what differs is held in memory, or what is too much of it in a file
// without a name, and the segment is written when the lock is gone. For a snapshot all is copied
// into such a file. Each reading is paid for by a rest, whatever comes of it.

#include "core/engine/replicator_impl.h"

#include <algorithm>
#include <utility>

namespace tidemark::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A file at rest is glanced at this often even if nothing is heard of it.
constexpr seconds kIdleGlance{5};
// A writer that does not rest is listened to this often.
constexpr milliseconds kNoticePause{50};
// A lock that lasts so long is worth a word.
constexpr seconds kLongLock{10};
// Of one that is let go of, the end of a commit is waited for so long.
constexpr int kMaxDetachTries = 100;
constexpr milliseconds kDetachPause{10};
// Hashes are saved after this many segments: it bounds what a restart replays.
constexpr std::uint64_t kSaveLooks = 16;

Error unresting(const std::string& path)
{
    return {.code = ErrorCode::Busy,
            .what = {TIDEMARK_TEXT("engine", "%1 is being written to."), {path}},
            .next = {TIDEMARK_TEXT("engine", "It is read when its writer rests.")}};
}

}  // namespace

Status Replicator::Impl::attachWatched(StepOutcome& outcome, const std::stop_token& stop)
{
    m_walBytes = 0;
    m_watched = std::make_unique<Watched>();
    TIDEMARK_TRY(m_watched->identity, sqlite::identify(m_setup.files, m_setup.path));
    TIDEMARK_TRY(auto pages, sqlite::PageSnapshot::beginShared(m_setup.files, m_setup.path));
    setStanding(Protection::CatchingUp);
    TIDEMARK_TRY_STATUS(lookAt(std::move(pages), Look::Insist, outcome, stop));
    m_reachedStart = m_watched->looked;
    return {};
}

Status Replicator::Impl::watchStep(StepOutcome& outcome, const std::stop_token& stop)
{
    m_watched->looked = false;
    TIDEMARK_TRY_STATUS(glance());
    if (const auto how = lookDue()) {
        Status looked = look(*how, outcome, stop);
        const bool isMuch = m_capture->txId().value - m_savedChecksums.value >= kSaveLooks ||
                            m_unsavedBytes >= worthSavingBytes();
        if (looked.ok() && isMuch) {
            looked = saveChecksums();
        }
        if (!looked.ok()) {
            TIDEMARK_TRY_STATUS(lookFailed(*how, looked.error()));
        }
    }
    m_reachedStart = m_watched->looked || (m_watched->settled && !m_pace.isPending());
    planWatch(outcome);
    return {};
}

/// Notices changes without a lock.
Status Replicator::Impl::glance()
{
    TIDEMARK_TRY(const sqlite::SourceIdentity now, sqlite::identify(m_setup.files, m_setup.path));
    if (auto difference =
            sqlite::differenceTo({.database = m_watched->identity.database}, now, m_setup.path)) {
        return std::move(*difference);
    }
    TIDEMARK_TRY(const sqlite::FileStamp stamp, sqlite::stampOf(m_setup.files, m_setup.path));
    const bool isHeard = std::exchange(m_heard, false);
    const bool isNew = stamp != m_watched->stamp;
    if (isNew) {
        m_watched->stamp = stamp;
        m_watched->stampSince = m_stepAt;
    }
    if (stamp != m_watched->seen.stamp) {
        m_watched->settled = false;
    }
    if (isNew || (isHeard && m_pace.isPending())) {
        m_pace.noticed(m_stepAt);
    }
    return {};
}

bool Replicator::Impl::isReadDue(Clock::Instant now) const
{
    const auto due = m_pace.due();
    return now >= std::max(m_pace.notBefore(), m_nextLook) &&
           (isCopyDue(now) || (due && now >= *due));
}

bool Replicator::Impl::readsWholeNext() const
{
    return m_watched && isReadDue(m_clock.monotonic());
}

std::optional<Look> Replicator::Impl::lookDue() const
{
    if (isReadDue(m_stepAt)) {
        return Look::Read;
    }
    if (m_pace.isPending() || m_stepAt < m_pace.notBefore()) {
        return std::nullopt;
    }
    // As long as the stamp says nothing: a step comes since somebody wants to know, or when it
    // will.
    const bool isDue = !m_watched->settled || m_stepAt >= m_watched->nextCheck;
    return isDue ? std::optional(Look::Check) : std::nullopt;
}

void Replicator::Impl::hindered(const Error& error)
{
    m_pace.hindered(m_clock.monotonic());
    m_watched->lockedSince = m_watched->lockedSince.value_or(m_stepAt);
    if (m_stepAt - *m_watched->lockedSince >= kLongLock) {
        setStanding(Protection::Waiting, error.what, error.next);
        m_failure = error;
    }
}

void Replicator::Impl::planWatch(StepOutcome& outcome) const
{
    const Clock::Instant allowed = std::max({m_pace.notBefore(), m_nextLook, m_stepAt});
    if (const auto due = m_pace.due()) {
        outcome.atLatest = std::max(*due, allowed);
        outcome.notBefore = std::min(outcome.atLatest, m_stepAt + kNoticePause);
        return;
    }
    outcome.atLatest = m_watched->settled ? m_stepAt + kIdleGlance
                                          : std::max(allowed, m_watched->stampSince + kSettleTime);
    if (m_snapshotWanted) {
        outcome.atLatest = std::min(outcome.atLatest, std::max(allowed, m_nextCopy));
    }
}

Status Replicator::Impl::detachWatched(StepOutcome& outcome, Parting parting,
                                       const std::stop_token& stop)
{
    m_snapshotWanted = false;
    const bool isForGood = parting == Parting::ForGood;
    const Look how = isForGood ? Look::Insist : Look::Yield;
    Status done;
    // Where nothing was captured yet there is no history to bring to its end.
    const int tries = m_capture->txId() == ltx::TxId{} ? 0 : (isForGood ? kMaxDetachTries : 1);
    for (int i = 0; i < tries; ++i) {
        m_stepAt = m_clock.monotonic();
        m_watched->looked = false;
        auto pages = sqlite::PageSnapshot::beginShared(m_setup.files, m_setup.path);
        const bool isBegun = pages.ok();
        done =
            isBegun ? lookAt(std::move(pages).value(), how, outcome, stop) : Status(pages.error());
        // What was read in vain is not read again: nobody could commit meanwhile.
        const bool isOver =
            isBegun ? !done.ok() || m_watched->looked : done.error().code != ErrorCode::Busy;
        if (isOver) {
            break;
        }
        done = done.ok() ? Status(unresting(m_setup.path)) : done;
        if (!m_clock.waitUntil(m_stepAt + kDetachPause, stop)) {
            break;
        }
    }
    if (done.ok()) {
        done = saveChecksums();
    } else if (isLogLost(done.error().code)) {
        m_capture->loseLog();
    }
    m_watched.reset();
    return done;
}

}  // namespace tidemark::engine
