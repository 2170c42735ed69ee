// A database that is not in WAL mode. It has no log to follow: each look at it reads every page
// under the shared lock of a reader, for which whoever wants to commit has to wait. So nothing slow
// is done under the lock: what differs is held in memory, or all is copied into a file without a
// name, and segment or snapshot are written when the lock is gone.

#include "core/engine/replicator_impl.h"

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
// Left free by a copy of the database.
constexpr std::uint64_t kSpareBytes = std::uint64_t{64} << 20;

std::uint64_t bytesOf(const sqlite::PageSnapshot& pages)
{
    return std::uint64_t{pages.pageCount()} * pages.pageSizeBytes();
}

}  // namespace

Status Replicator::Impl::attachWatched(StepOutcome& outcome, const std::stop_token& stop)
{
    setStanding(Protection::CatchingUp);
    m_walBytes = 0;
    m_watched = std::make_unique<Watched>();
    TIDEMARK_TRY(m_watched->identity, sqlite::identify(m_setup.files, m_setup.path));
    TIDEMARK_TRY_STATUS(look(Look::Insist, outcome, stop));
    m_reachedStart = true;
    return {};
}

Status Replicator::Impl::watchStep(StepOutcome& outcome, const std::stop_token& stop)
{
    m_watched->looked = false;
    TIDEMARK_TRY_STATUS(glance());
    if (const auto how = lookDue()) {
        Status looked = look(*how, outcome, stop);
        if (!looked.ok() && looked.error().code != ErrorCode::Busy) {
            return looked;
        }
        if (!looked.ok()) {
            hindered(looked.error());
        }
    }
    m_reachedStart = m_watched->looked || (m_watched->settled && !m_watched->pace.isPending());
    if (m_capture->txId().value - m_savedChecksums.value >= kSaveLooks) {
        TIDEMARK_TRY_STATUS(saveChecksums());
    }
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
    if (isNew || (isHeard && m_watched->pace.isPending())) {
        m_watched->pace.noticed(m_stepAt);
    }
    return {};
}

std::optional<Look> Replicator::Impl::lookDue() const
{
    const WatchPace& pace = m_watched->pace;
    const auto due = pace.due();
    if (m_stepAt < pace.notBefore()) {
        return std::nullopt;
    }
    if (m_snapshotWanted || (due && m_stepAt >= *due)) {
        return Look::Read;
    }
    // The stamp says nothing yet: a step comes since somebody wants to know, or when it will.
    return !due && !m_watched->settled ? std::optional(Look::Check) : std::nullopt;
}

/// Busy when a writer is at it.
Status Replicator::Impl::look(Look how, StepOutcome& outcome, const std::stop_token& stop)
{
    const Clock::Instant begun = m_clock.monotonic();
    TIDEMARK_TRY(auto pages, sqlite::PageSnapshot::beginShared(m_setup.path));
    TIDEMARK_TRY(const sqlite::FileMark mark, markOf(*pages));
    if (isKnown(mark) && !m_snapshotWanted) {
        m_watched->pace.looked(begun, begun);
        noteMark(mark);
        return {};
    }
    if (how == Look::Check) {
        m_watched->pace.noticed(m_stepAt);
        return {};
    }
    WatchPace& pace = m_watched->pace;
    const bool isAtRest = pace.isAtRest(m_stepAt) && mark.stamp == m_watched->stamp;
    if (how == Look::Read && !isAtRest && !pace.areCommits(mark.changeCounter, m_stepAt)) {
        return {};  // Maybe a copy of another file that is under way: half of it is no state.
    }
    if (!m_snapshotWanted && m_capture->checksums().pageSizeBytes() == pages->pageSizeBytes()) {
        PageDifference difference;
        const ReadLimits limits{.heldBytes = kHeldPagesBytes,
                                .givesWay = how == Look::Read && pace.mayGiveWay()};
        TIDEMARK_TRY(const ReadEnd end,
                     findDifference(m_capture->checksums(), *pages, limits, stop, difference));
        if (end == ReadEnd::GaveWay) {
            pace.gaveWay(m_clock.monotonic());
            return {};
        }
        if (end == ReadEnd::Complete) {
            TIDEMARK_TRY_STATUS(isStill(mark, *pages));
            const std::uint64_t readBytes = bytesOf(*pages);
            pages.reset();
            noteLook(begun, readBytes);
            noteMark(mark);
            return keep(difference, outcome);
        }
    }
    return keepCopy(std::move(pages), mark, begun, outcome, stop);
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

void Replicator::Impl::noteMark(const sqlite::FileMark& mark)
{
    if (m_watched->stamp != mark.stamp) {
        m_watched->stamp = mark.stamp;
        m_watched->stampSince = m_stepAt;
    }
    m_watched->seen = mark;
    m_watched->settled = m_stepAt - m_watched->stampSince >= kSettleTime;
    m_watched->looked = true;
    m_watched->lockedSince.reset();
    if (m_standing.state == Protection::Waiting) {
        setStanding(Protection::Protected);
    }
}

/// All was read, and the lock is gone.
void Replicator::Impl::noteLook(Clock::Instant begun, std::uint64_t readBytes)
{
    const Clock::Instant ended = m_clock.monotonic();
    m_watched->pace.looked(begun, ended);
    const auto took = std::chrono::ceil<std::chrono::microseconds>(ended - begun);
    m_watched->cost = {.readBytes = readBytes, .took = took, .every = WatchPace::period(took)};
}

Status Replicator::Impl::keep(const PageDifference& difference, StepOutcome& outcome)
{
    if (difference.numbers.empty()) {
        return remember(std::nullopt);
    }
    TIDEMARK_TRY(const state::SegmentFacts facts, m_capture->store(difference));
    return told(facts, outcome);
}

/// For a first snapshot, or a change of half the database: all of it is copied under the lock.
Status Replicator::Impl::keepCopy(std::unique_ptr<sqlite::PageSnapshot> pages,
                                  const sqlite::FileMark& mark, Clock::Instant begun,
                                  StepOutcome& outcome, const std::stop_token& stop)
{
    TIDEMARK_TRY(auto file, fileForCopy(bytesOf(*pages)));
    TIDEMARK_TRY_STATUS(pages->copyTo(std::move(file), stop));
    TIDEMARK_TRY_STATUS(isStill(mark, *pages));
    pages->keepCopyOnly();
    noteLook(begun, bytesOf(*pages));
    noteMark(mark);
    return compareWhole(std::move(pages), outcome, stop);
}

Result<std::unique_ptr<File>> Replicator::Impl::fileForCopy(std::uint64_t sizeBytes) const
{
    const std::string& folder = m_setup.directory.path;
    TIDEMARK_TRY(const Space space, m_setup.files.space(folder));
    if (space.freeBytes < sizeBytes + kSpareBytes) {
        return Error{
            .code = ErrorCode::NoSpace,
            .what = {TIDEMARK_TEXT("engine",
                                   "%1 is not in WAL mode, so it has to be copied for a moment, "
                                   "and there is no room for it in %2."),
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

void Replicator::Impl::hindered(const Error& error)
{
    m_watched->pace.hindered(m_clock.monotonic());
    m_watched->lockedSince = m_watched->lockedSince.value_or(m_stepAt);
    if (m_stepAt - *m_watched->lockedSince >= kLongLock) {
        setStanding(Protection::Waiting, error.what, error.next);
        m_failure = error;
    }
}

void Replicator::Impl::planWatch(StepOutcome& outcome) const
{
    const WatchPace& pace = m_watched->pace;
    if (const auto due = pace.due()) {
        outcome.atLatest = std::max(*due, m_stepAt);
        outcome.notBefore = std::min(outcome.atLatest, m_stepAt + kNoticePause);
    } else if (m_snapshotWanted) {
        outcome.atLatest = std::max(pace.notBefore(), m_stepAt);
    } else if (!m_watched->settled) {
        outcome.atLatest =
            std::max({pace.notBefore(), m_watched->stampSince + kSettleTime, m_stepAt});
    } else {
        outcome.atLatest = m_stepAt + kIdleGlance;
    }
}

Status Replicator::Impl::detachWatched(StepOutcome& outcome, const std::stop_token& stop)
{
    m_snapshotWanted = false;
    Status done;
    for (int tries = 0; tries < kMaxDetachTries; ++tries) {
        m_stepAt = m_clock.monotonic();
        done = look(Look::Insist, outcome, stop);
        if (done.ok() || done.error().code != ErrorCode::Busy ||
            !m_clock.waitUntil(m_stepAt + kDetachPause, stop)) {
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
