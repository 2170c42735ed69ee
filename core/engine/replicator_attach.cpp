#include "core/engine/replicator_impl.h"
#include "core/ltx/state_digest.h"
#include "core/sqlite/held_files.h"
#include "core/sqlite/source_probe.h"
#include "core/sqlite/sqlite_error.h"

#include <utility>

namespace tidemark::engine {
namespace {

using std::chrono::milliseconds;

// How often a wait for rest looks whether somebody commits: a writer may wait for the anchor.
constexpr milliseconds kLogLook{20};

// While all of a database is read it is looked this often whether it is the same.
constexpr milliseconds kFilesLook{100};

Error logWentOn()
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("engine", "The log went on in another one.")}};
}

}  // namespace

void Replicator::Impl::learnReplicas(ltx::TxId newest, Timestamp newestAt)
{
    if (!m_learned && !m_hasMemory) {
        m_nextAttach.reset();  // It waited for this.
    }
    m_learned = true;
    if (newest > m_capture->txId()) {
        m_capture->continueAbove(newest, newestAt);
        letGoToCompare();
    }
}

void Replicator::Impl::compareAgain()
{
    m_capture->loseLog();
    letGoToCompare();
}

/// The next attach reads everything. Until then nothing is captured.
void Replicator::Impl::letGoToCompare()
{
    letGo();
    m_nextAttach.reset();
    if (m_standing.state == Protection::Protected) {
        setStanding(Protection::CatchingUp);
    }
}

Status Replicator::Impl::attach(StepOutcome& outcome, const std::stop_token& stop)
{
    if (!m_hasMemory && !m_learned) {
        return Error{
            .code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("engine",
                                   "It is not known yet which transactions the replicas hold.")},
            .next = {TIDEMARK_TEXT("engine", "Capture begins as soon as one of them is reached.")}};
    }
    auto probed = sqlite::probeSource(
        m_setup.files, m_setup.path,
        m_setup.watch ? sqlite::SourceUse::Watched : sqlite::SourceUse::Followed);
    const Status log = logIsItsOwn(stop);
    TIDEMARK_TRY(auto facts, std::move(probed));
    TIDEMARK_TRY_STATUS(log);
    const bool isWatched = !facts.isWal && m_setup.watch;
    m_attachRests = isWatched && m_stepAt < m_pace.notBefore();
    if (!facts.isWal && !isWatched && m_setup.switchToWal) {
        TIDEMARK_TRY_STATUS(sqlite::switchToWal(m_setup.path));
        facts.isWal = true;
    }
    if (!facts.isWal && !isWatched) {
        return sqlite::notInWalMode(m_setup.path);
    }
    if (m_attachRests) {
        // What failed behind its look, or was told to begin anew, locked others out all the same.
        if (m_standing.state == Protection::Protected) {
            setStanding(Protection::CatchingUp);
        }
        attachAt(m_pace.notBefore(), m_pace.notBefore(), outcome);
        return {};
    }
    if (isWatched) {
        TIDEMARK_TRY_STATUS(attachWatched(outcome, stop));
    } else {
        TIDEMARK_TRY(m_anchor, sqlite::Anchor::attach(m_setup.files, m_setup.path));
        TIDEMARK_TRY_STATUS(isStillJudged());
        noteSeenFile(m_anchor->takenAt());
        TIDEMARK_TRY_STATUS(catchUp(outcome, stop));
    }
    m_hasMemory = true;
    m_isOverwritten = false;
    m_isCopiedOver = false;
    m_broughtAt.reset();
    m_isAttachOpen = false;
    m_isFollowing = !isWatched;
    m_retry = kFirstRetry;
    m_lockedPause = kBusyRetry;
    m_busySteps = 0;
    m_lastLook.reset();
    m_changedAt = m_stepAt;
    m_nextCycle = m_stepAt;
    outcome.facts.insert(outcome.facts.begin(), AttachedToSource{});
    if (!isWatched) {
        setStanding(Protection::Protected);
    }
    return {};
}

std::optional<ltx::TxId> Replicator::Impl::lacksChecksums() const
{
    const bool isFollowed = m_anchor || m_watched;
    const bool isKnown = m_capture->checksums().pageCount() > 0;
    return isFollowed || isKnown || m_capture->txId() == ltx::TxId{}
               ? std::nullopt
               : std::optional(m_capture->txId());
}

void Replicator::Impl::learnChecksums(ltx::TxId txId, state::PageChecksums checksums)
{
    const auto source = m_state->source();
    const bool isKnown = source.ok() && source.value() && source.value()->txId == txId;
    const bool isOther = isKnown && source.value()->digest != checksums.digest();
    if (lacksChecksums() == txId && !isOther) {
        m_capture->learnPages(std::move(checksums));
    }
}

/// Goes on in the log where that is possible, else compares every page.
Status Replicator::Impl::catchUp(StepOutcome& outcome, const std::stop_token& stop)
{
    const sqlite::WalIndexHeader& taken = m_anchor->takenAt();
    // With the anchor held, and before a checkpoint of ours. A file that was copied over while
    // nobody looked has its inode, and SQLite recovers the log of the old one on top of it.
    TIDEMARK_TRY(const sqlite::FileStamp stamp, sqlite::stampOf(m_setup.files, m_setup.path));
    m_attachedStamp = stamp;
    const bool isUntouched = m_known && m_known->mark.stamp == stamp;
    if (isUntouched && m_capture->canGoOn(m_anchor->identity()) &&
        taken.pageSizeBytes == m_capture->checksums().pageSizeBytes()) {
        TIDEMARK_TRY(const bool holds,
                     sqlite::WalReader(m_anchor->wal()).holds(m_capture->position(), taken));
        // The file is what was captured, so the log, which is another one, is all that came since:
        // of a log in between something would have been backfilled.
        const bool isAll = m_known->txId == m_capture->txId();
        if (!holds && isAll) {
            m_capture->beginLog(taken);
        }
        if (holds || isAll) {
            const auto captured = goOn(taken);
            if (captured.ok()) {
                return captured.value() ? told(*captured.value(), outcome) : remember(std::nullopt);
            }
            // A full disk would be no less full after reading everything.
            if (captured.error().code != ErrorCode::Damaged) {
                return captured.error();
            }
        }
    }
    return readWhole(outcome, stop);
}

Error Replicator::Impl::beingWrittenTo(Message next) const
{
    return {.code = ErrorCode::Busy,
            .what = {TIDEMARK_TEXT("engine",
                                   "%1 is being written to, as when a file is copied over it."),
                     {m_setup.path}},
            .next = std::move(next)};
}

/// What SQLite leaves as it is from attach on: all, while the anchor lies at zero, and in the log
/// while nobody else is there who could backfill. Empty: not known.
std::optional<sqlite::FileStamp> Replicator::Impl::standing() const
{
    if (!m_anchor || m_anchor->standing()) {
        return m_anchor ? m_anchor->standing() : std::nullopt;
    }
    const auto& shm = m_anchor->identity().shm;
    const bool isAlone = shm && !sqlite::othersHaveOpen(*shm);
    return isAlone ? m_attachedStamp : std::nullopt;
}

/// A file that is being copied over is no state of the database: what was read is kept when the
/// file has stood still, for `rest` where its times have small steps.
Status Replicator::Impl::rested(milliseconds rest, const std::stop_token& stop)
{
    m_isOverwritten = false;
    if (const auto stands = standing()) {
        const sqlite::FileStamp stood = *stands;
        TIDEMARK_TRY_STATUS(waitForRest(stood, hasFineTimes(stood) ? rest : kSettleTime, stop));
        TIDEMARK_TRY(const sqlite::FileStamp now, sqlite::stampOf(m_setup.files, m_setup.path));
        m_isOverwritten = now != stood;
        m_restLeft = kOverwrittenPause;
    }
    if (m_isOverwritten) {
        return beingWrittenTo({TIDEMARK_TEXT("engine", "It is read as soon as it rests.")});
    }
    return m_anchor ? m_anchor->sameFiles() : Status();
}

/// Until the file was last written to `rest` ago. The anchor at zero may keep a program waiting
/// that wants to begin the log anew, and that others wait for: where somebody commits the file is a
/// database, and nobody copies.
Status Replicator::Impl::waitForRest(const sqlite::FileStamp& stood, milliseconds rest,
                                     const std::stop_token& stop)
{
    // Not the time of the content, which whoever copies may set.
    const Timestamp changed(
        std::chrono::floor<milliseconds>(std::chrono::nanoseconds(stood.changedNs)));
    const auto left = rest - (m_clock.now() - changed);
    // A time to come tells nothing.
    const Clock::Instant end = m_clock.monotonic() + (left <= rest ? left : milliseconds(0));
    while (m_clock.monotonic() < end) {
        if (!m_clock.waitUntil(std::min(end, m_clock.monotonic() + kLogLook), stop)) {
            return cancelled();
        }
        const auto header = m_anchor->header();
        if (header.ok() && !header.value().sameEnd(m_anchor->takenAt())) {
            return {};
        }
    }
    return {};
}

/// What the log holds behind the position that was remembered. Damaged: it cannot be had from
/// there.
Result<std::optional<state::SegmentFacts>> Replicator::Impl::goOn(
    const sqlite::WalIndexHeader& taken)
{
    if (m_anchor->place() == sqlite::Place::InLog || m_capture->isAt(taken)) {
        return m_capture->captureLog(*m_anchor, taken, UINT64_MAX);
    }
    // An anchor at zero lets the log restart once: it did not while it was read, if the header
    // still tells of the same log behind the reading. Only then there is a segment.
    HeldRange held = m_capture->holdNothing();
    if (m_capture->uncapturedBytes(taken) > kHeldAtAttachBytes) {
        return logWentOn();
    }
    TIDEMARK_TRY_STATUS(m_capture->hold(held, *m_anchor, taken, UINT64_MAX));
    TIDEMARK_TRY(const sqlite::WalIndexHeader now, m_anchor->header());
    if (held.isEmpty() || now.salts != taken.salts) {
        return logWentOn();
    }
    TIDEMARK_TRY(const state::SegmentFacts facts, m_capture->store(held));
    return std::optional(facts);
}

Result<std::unique_ptr<sqlite::PageSnapshot>> Replicator::Impl::snapshotOfSource() const
{
    TIDEMARK_TRY_STATUS(m_anchor->sameFiles());
    TIDEMARK_TRY(auto pages, sqlite::PageSnapshot::begin(m_setup.files, m_setup.path));
    // Opened by its name: were the file replaced meanwhile, this would be another one.
    TIDEMARK_TRY_STATUS(m_anchor->sameFiles());
    return pages;
}

Status Replicator::Impl::readWhole(StepOutcome& outcome, const std::stop_token& stop)
{
    // What is written into it from now on gives it another stamp; and one that is being written
    // over would only be read again.
    TIDEMARK_TRY_STATUS(rested(m_isOverwritten ? kFreshTime : kFineSettleTime, stop));
    setStanding(Protection::CatchingUp);
    TIDEMARK_TRY(auto pages, snapshotOfSource());
    return compareWhole(std::move(pages), outcome, stop);
}

/// To read a large database takes minutes. Were it replaced meanwhile, its log would lie beside the
/// next one as long.
Status Replicator::Impl::isReadingOn(const std::stop_token& stop)
{
    if (stop.stop_requested()) {
        return cancelled();
    }
    const Clock::Instant now = m_clock.monotonic();
    if (!m_anchor || now < m_nextFilesLook) {
        return {};
    }
    m_nextFilesLook = now + kFilesLook;
    return m_anchor->sameFiles();
}

Status Replicator::Impl::compareWhole(std::unique_ptr<sqlite::PageSnapshot> pages,
                                      StepOutcome& outcome, const std::stop_token& stop)
{
    const WholeReading reading{.goesOn = [this, &stop] { return isReadingOn(stop); },
                               .isStill = [this, &stop] { return rested(kFreshTime, stop); }};
    if (m_capture->txId() == ltx::TxId{}) {
        TIDEMARK_TRY_STATUS(m_capture->takeBaseline(*pages, reading));
        TIDEMARK_TRY_STATUS(remember(std::nullopt));
        m_snapshotWanted = true;
    } else {
        const Newest before = newest();
        TIDEMARK_TRY(const auto facts, m_capture->captureDifference(*pages, reading));
        TIDEMARK_TRY_STATUS(toldDifference(facts, before, outcome));
    }
    TIDEMARK_TRY_STATUS(saveChecksums());
    return m_snapshotWanted ? offerSnapshot(std::move(pages), outcome) : Status();
}

Status Replicator::Impl::takeSnapshot(StepOutcome& outcome)
{
    auto pages = snapshotOfSource();
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
    std::erase_if(m_snapshots, [](const auto& each) { return each.pages.expired(); });
    m_snapshots.push_back(
        {.pages = outcome.snapshot->pages(), .giveUp = outcome.snapshot->giveUp()});
    m_snapshotWanted = false;
    m_noCopy.reset();
    return {};
}

}  // namespace tidemark::engine
