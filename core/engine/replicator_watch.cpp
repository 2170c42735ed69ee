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

// Some file systems tell the time of a write in steps of two seconds: a stamp that was older when
// the change counter was read is changed by the next write.
constexpr milliseconds kSettleTime{2500};
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
// A snapshot for which there was no room is tried again after this.
constexpr seconds kCopyPause{30};
// Left free by what is put aside in a file.
constexpr std::uint64_t kSpareBytes = std::uint64_t{64} << 20;

std::uint64_t bytesOf(const sqlite::PageSnapshot& pages)
{
    return std::uint64_t{pages.pageCount()} * pages.pageSizeBytes();
}

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

/// Busy when a writer is at it.
Status Replicator::Impl::look(Look how, StepOutcome& outcome, const std::stop_token& stop)
{
    // Nobody is locked out for what could not be kept again.
    if (how == Look::Read && m_failure && m_failure->code == ErrorCode::NoSpace && !hasRoom()) {
        return *m_failure;
    }
    TIDEMARK_TRY(auto pages, sqlite::PageSnapshot::beginShared(m_setup.files, m_setup.path));
    return lookAt(std::move(pages), how, outcome, stop);
}

/// Also Busy when it was written to meanwhile.
Status Replicator::Impl::lookAt(std::unique_ptr<sqlite::PageSnapshot> pages, Look how,
                                StepOutcome& outcome, const std::stop_token& stop)
{
    const Clock::Instant begun = m_clock.monotonic();
    TIDEMARK_TRY(const sqlite::FileMark mark, markOf(*pages));
    if (isKnown(mark) && !isCopyDue(m_stepAt)) {
        m_pace.looked();
        noteMark(mark);
        return {};
    }
    if (how == Look::Check) {
        m_watched->settled = false;
        m_pace.noticed(m_stepAt);
        return {};
    }
    if (!isWhole(how, mark)) {
        return {};
    }
    const std::uint64_t readBytes = bytesOf(*pages);
    auto reading = readUnderLock(std::move(pages), how, mark, stop);
    const Clock::Instant ended = m_clock.monotonic();
    m_pace.charge(begun, ended);
    if (!reading.ok()) {
        return reading.error();
    }
    if (reading.value().end == ReadEnd::GaveWay) {
        m_pace.gaveWay(ended);
        return {};
    }
    noteLook(begun, ended, readBytes);
    return keep(std::move(reading).value(), mark, outcome, stop);
}

/// Whether it is none that is half written, by a program that copies another file over it: it
/// rests, or commits are what moves it.
bool Replicator::Impl::isWhole(Look how, const sqlite::FileMark& mark)
{
    if (how != Look::Read && !WatchPace::isFresh(mark.stamp, m_clock.now())) {
        return true;
    }
    if (how != Look::Read && m_watched->stamp != mark.stamp) {
        // Nobody watched it before.
        m_watched->stamp = mark.stamp;
        m_watched->stampSince = m_stepAt;
        m_pace.noticed(m_stepAt);
    }
    return (m_pace.isAtRest(m_stepAt) && mark.stamp == m_watched->stamp) ||
           m_pace.areCommits(mark, m_stepAt);
}

/// `pages` hold the lock, and go.
Result<Reading> Replicator::Impl::readUnderLock(std::unique_ptr<sqlite::PageSnapshot> pages,
                                                Look how, const sqlite::FileMark& mark,
                                                const std::stop_token& stop)
{
    Reading reading;
    const bool isFirst = m_capture->txId() == ltx::TxId{};
    if (isFirst || isCopyDue(m_stepAt)) {
        const Status copied = copyAll(*pages, stop);
        if (copied.ok()) {
            TIDEMARK_TRY_STATUS(isStill(mark, *pages));
            pages->keepCopyOnly();
            reading.copy = std::move(pages);
            return reading;
        }
        if (isFirst || copied.error().code == ErrorCode::Cancelled) {
            return copied.error();
        }
        noteNoCopy(copied.error());
    }
    const state::PageChecksums nothing(pages->pageSizeBytes());
    const state::PageChecksums& known = m_capture->checksums();
    const ReadLimits limits{
        .heldBytes = kHeldPagesBytes,
        .makeFile = [this] { return fileFor(kHeldPagesBytes); },
        .givesWay = how == Look::Yield || (how == Look::Read && m_pace.mayGiveWay())};
    TIDEMARK_TRY(reading.end,
                 findDifference(known.pageSizeBytes() == nothing.pageSizeBytes() ? known : nothing,
                                *pages, limits, stop, reading.difference));
    if (reading.end == ReadEnd::Complete) {
        TIDEMARK_TRY_STATUS(isStill(mark, *pages));
    }
    return reading;
}

/// Whether what is captured is the database as it is with this mark.
bool Replicator::Impl::isKnown(const sqlite::FileMark& mark) const
{
    return m_mark == mark && m_capture->positionKnown() && m_capture->checksums().pageCount() > 0;
}

/// Under the lock, so that no write of SQLite is under way.
Result<sqlite::FileMark> Replicator::Impl::markOf(const sqlite::PageSnapshot& pages) const
{
    TIDEMARK_TRY(const sqlite::FileStamp stamp, sqlite::stampOf(m_setup.files, m_setup.path));
    // Opened by its name: were the file replaced meanwhile, this would be another one.
    TIDEMARK_TRY(const sqlite::SourceIdentity now, sqlite::identify(m_setup.files, m_setup.path));
    if (auto difference =
            sqlite::differenceTo({.database = m_watched->identity.database}, now, m_setup.path)) {
        return std::move(*difference);
    }
    return sqlite::FileMark{
        .file = now.database, .stamp = stamp, .changeCounter = pages.changeCounter()};
}

/// Behind a reading. Under the lock no commit writes the file; a program that takes no lock (cp
/// over it) may have, and what was read would be half of both.
Status Replicator::Impl::isStill(const sqlite::FileMark& mark,
                                 const sqlite::PageSnapshot& pages) const
{
    TIDEMARK_TRY(const sqlite::FileMark now, markOf(pages));
    if (now == mark) {
        return {};
    }
    return Error{.code = ErrorCode::Busy,
                 .what = {TIDEMARK_TEXT("engine",
                                        "%1 was written to while it was read, by a program that "
                                        "does not keep to SQLite's locks."),
                          {m_setup.path}},
                 .next = {TIDEMARK_TEXT("engine", "It is read again when that program is done.")}};
}

/// It is known and kept as it was with this mark.
void Replicator::Impl::noteMark(const sqlite::FileMark& mark)
{
    if (m_watched->stamp != mark.stamp) {
        m_watched->stamp = mark.stamp;
        m_watched->stampSince = m_stepAt;
    }
    m_watched->seen = mark;
    m_watched->settled = m_stepAt - m_watched->stampSince >= kSettleTime;
    m_watched->nextCheck = m_stepAt + kSettledCheck;
    m_watched->looked = true;
    m_watched->lockedSince.reset();
    if (m_standing.state != Protection::Protected) {
        setStanding(Protection::Protected);
    }
}

void Replicator::Impl::noteLook(Clock::Instant begun, Clock::Instant ended, std::uint64_t readBytes)
{
    const auto took = std::chrono::ceil<std::chrono::microseconds>(ended - begun);
    m_watched->cost = {.readBytes = readBytes, .took = took, .every = WatchPace::period(took)};
}

/// Changes are captured all the same.
void Replicator::Impl::noteNoCopy(const Error& error)
{
    m_nextCopy = m_stepAt + kCopyPause;
    setStanding(Protection::Protected, error.what, error.next);
}

/// What was read, when the lock is gone.
Status Replicator::Impl::keep(Reading reading, const sqlite::FileMark& mark, StepOutcome& outcome,
                              const std::stop_token& stop)
{
    m_watched->seen = mark;  // It is remembered with the segment.
    const bool isCopied = reading.copy != nullptr;
    Status kept;
    if (isCopied) {
        kept = compareWhole(std::move(reading.copy), outcome, stop);
    } else {
        const auto facts = m_capture->store(reading.difference);
        kept = !facts.ok()
                   ? Status(facts.error())
                   : (facts.value() ? told(*facts.value(), outcome) : remember(std::nullopt));
    }
    if (!kept.ok()) {
        m_watched->seen = {};
        return kept;
    }
    m_retry = kFirstRetry;
    m_pace.looked();
    noteMark(mark);
    if (isCopied) {
        setStanding(Protection::Protected);  // It may have been said that there was no room.
    }
    return {};
}

/// For a snapshot: all of it is copied under the lock.
Status Replicator::Impl::copyAll(sqlite::PageSnapshot& pages, const std::stop_token& stop) const
{
    TIDEMARK_TRY(auto file, fileFor(bytesOf(pages)));
    return pages.copyTo(std::move(file), stop);
}

/// For so many bytes.
Result<std::unique_ptr<File>> Replicator::Impl::fileFor(std::uint64_t sizeBytes) const
{
    const std::string& folder = m_setup.directory.path;
    TIDEMARK_TRY(const Space space, m_setup.files.space(folder));
    if (space.freeBytes < sizeBytes + kSpareBytes) {
        return Error{
            .code = ErrorCode::NoSpace,
            .what = {TIDEMARK_TEXT("engine",
                                   "%1 is not in WAL mode, so its pages have to be copied for a "
                                   "moment, and there is no room for them in %2."),
                     {m_setup.path, folder}},
            .next = {TIDEMARK_TEXT("engine", "Free some space there; it is tried again.")}};
    }
    auto unnamed = m_setup.files.createUnnamed(folder);
    if (unnamed.ok() || unnamed.error().code != ErrorCode::Unsupported) {
        return unnamed;
    }
    // Its name goes at once; a kill in between leaves one that the next copy removes.
    const std::string name = folder + "/copy";
    TIDEMARK_TRY_STATUS(m_setup.files.remove(name));
    TIDEMARK_TRY(auto file, m_setup.files.open(name, OpenFor::Creating));
    TIDEMARK_TRY_STATUS(m_setup.files.remove(name));
    return file;
}

/// Whether what a look finds could be kept, as far as that can be told before.
bool Replicator::Impl::hasRoom() const
{
    const auto space = m_setup.files.space(m_setup.directory.path);
    return !space.ok() ||
           space.value().freeBytes >= std::min(m_watched->stamp.sizeBytes, kHeldPagesBytes);
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
