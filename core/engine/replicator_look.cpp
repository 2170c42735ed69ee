// A look at a database that is not in WAL mode: what is read under its lock, and what becomes of it
// (replicator_watch.cpp says when, and why so).

#include "core/engine/replicator_impl.h"

#include <utility>

namespace tidemark::engine {
namespace {

// A snapshot for which there was no room is tried again after this.
constexpr std::chrono::seconds kCopyPause{30};

std::uint64_t bytesOf(const sqlite::PageSnapshot& pages)
{
    return std::uint64_t{pages.pageCount()} * pages.pageSizeBytes();
}

}  // namespace

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
        noteNoCopy(copied.error(), kCopyPause);
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
    return m_known && m_known->mark == mark && m_capture->positionKnown() &&
           m_capture->checksums().pageCount() > 0;
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
void Replicator::Impl::noteNoCopy(const Error& error, std::chrono::milliseconds pause)
{
    m_nextCopy = m_stepAt + pause;
    setStanding(Protection::Protected, error.what, error.next);
    m_noCopy = error;
}

/// What was read, when the lock is gone.
Status Replicator::Impl::keep(Reading reading, const sqlite::FileMark& mark, StepOutcome& outcome,
                              const std::stop_token& stop)
{
    const bool isOlder = m_known && mark.changeCounter < m_known->mark.changeCounter;
    const auto before = isOlder ? std::optional(newest()) : std::nullopt;
    m_watched->seen = mark;  // It is remembered with the segment.
    const bool isCopied = reading.copy != nullptr;
    Status kept;
    if (isCopied) {
        kept = compareWhole(std::move(reading.copy), outcome, stop);
    } else {
        const auto facts = m_capture->store(reading.difference);
        kept = facts.ok() ? toldDifference(facts.value(), before, outcome) : Status(facts.error());
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
    return unnamedFile();
}

/// Beside what else is kept of the database.
Result<std::unique_ptr<File>> Replicator::Impl::unnamedFile() const
{
    const std::string& folder = m_setup.directory.path;
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

}  // namespace tidemark::engine
