// A log that is not of the file beside which it lies: SQLite takes it for that file's own, whoever
// put the file there, and would write old changes into it.

#include "core/base/byte_order.h"
#include "core/engine/replicator_impl.h"
#include "core/ltx/state_digest.h"
#include "core/sqlite/log_readers.h"
#include "core/sqlite/wal_reader.h"

#include <span>
#include <string>
#include <vector>

namespace tidemark::engine {
namespace {

// A stop looks this often whether a file that was put in the place of the database rests.
constexpr std::chrono::milliseconds kLeaveLook{100};

std::uint32_t firstSalt(const sqlite::Salts& salts)
{
    return loadBigEndian<std::uint32_t>(std::span<const std::byte, 8>(salts.bytes).first<4>());
}

/// SQLite counts the first salt up when it begins a log anew (walRestartHdr), and takes any number
/// for one that it makes.
bool isSameOrLater(const sqlite::Salts& then, const sqlite::Salts& now)
{
    constexpr std::uint32_t kMostLogs = 1U << 16;
    return firstSalt(now) - firstSalt(then) < kMostLogs;
}

/// SQLite takes whatever log lies beside a database for its own.
Error logOfAnother(const std::string& path, ltx::TxId saved)
{
    return {
        .code = ErrorCode::Unavailable,
        .what = {TIDEMARK_TEXT("engine",
                               "%1 was replaced, and the write-ahead log of the file before "
                               "still lies beside it: SQLite would write its old changes into "
                               "the new file."),
                 {path}},
        .next = {TIDEMARK_TEXT("engine",
                               "Close the programs that use the database, and delete %1-wal and "
                               "%1-shm. The old file's changes up to transaction %2 are saved."),
                 {path, std::to_string(saved.value)}}};
}

}  // namespace

void Replicator::Impl::noteLog()
{
    if (m_anchor && m_capture->position().frame > 0) {
        m_log = FollowedLog{.file = m_anchor->identity().database,
                            .wal = m_anchor->identity().wal,
                            .salts = m_capture->position().salts,
                            .frame = m_capture->position().frame};
    }
}

/// When its file is not what was followed: what of it is not in the file would come into another.
void Replicator::Impl::noteLogToLeave(const sqlite::WalIndexHeader& end)
{
    m_log = FollowedLog{.file = m_anchor->identity().database,
                        .wal = m_anchor->identity().wal,
                        .salts = end.salts,
                        .frame = m_capture->isAt(end) ? end.mxFrame : 0};
    m_isLogSuspect = end.mxFrame > end.backfilled;
}

Result<bool> Replicator::Impl::isLogOfAnother() const
{
    if (!m_log) {
        return false;
    }
    TIDEMARK_TRY(const sqlite::SourceIdentity now, sqlite::identify(m_setup.files, m_setup.path));
    const bool isOfName = now.database == m_log->file && !m_isLogSuspect;
    // Files that were put there together with their log are another matter.
    if (isOfName || !now.wal || now.wal != m_log->wal) {
        return false;
    }
    if (m_log->salts == sqlite::Salts{}) {
        return !mayBeOfNewFile(*now.wal);
    }
    const auto wal = m_setup.files.open(sqlite::walPath(m_setup.path), OpenFor::Reading);
    const auto header = wal.ok() ? sqlite::WalReader(*wal.value()).header() : wal.error();
    return header.ok() && isSameOrLater(m_log->salts, header.value().salts);
}

/// Of the file and the log that lie there now.
Result<Fit> Replicator::Impl::fitOfLogThere(const std::stop_token& stop) const
{
    TIDEMARK_TRY(const auto wal,
                 m_setup.files.open(sqlite::walPath(m_setup.path), OpenFor::Reading));
    TIDEMARK_TRY(const sqlite::WalRange log, sqlite::WalReader(*wal).recover());
    return fitOfLog(log, stop);
}

Result<Fit> Replicator::Impl::fitOfLog(const sqlite::WalRange& log,
                                       const std::stop_token& stop) const
{
    TIDEMARK_TRY(const auto file, sqlite::Connection::openToRead(m_setup.path));
    return fitOf(*file, log, *m_log, m_capture->checksums(), stop);
}

void Replicator::Impl::noteUnderneath(const sqlite::WalIndexHeader& end)
{
    const auto log = sqlite::WalReader(m_anchor->wal()).read({.salts = end.salts}, end, UINT64_MAX);
    if (!log.ok()) {
        return;
    }
    std::vector<std::byte> page(end.pageSizeBytes);
    for (const sqlite::PageFrame& each : log.value().pages) {
        const std::uint64_t offset = std::uint64_t{each.pageNumber - 1} * page.size();
        if (!m_anchor->connection().readFile(page, offset).ok()) {
            m_log->underneath.clear();
            return;
        }
        m_log->underneath.emplace_back(each.pageNumber, ltx::pageHash(each.pageNumber, page));
    }
}

/// Where another file was put beside a log of which all is saved, that log is cut without a word of
/// it in the file: without us whoever closed the old file last would have removed it.
Status Replicator::Impl::noLogOfAnother(const std::stop_token& stop)
{
    TIDEMARK_TRY(const bool isThere, isLogOfAnother());
    if (isThere) {
        TIDEMARK_TRY_STATUS(contentRests());
        const auto fit = fitOfLogThere(stop);
        const bool isNoDatabase = !fit.ok() && fit.error().code == ErrorCode::Damaged;
        if (!fit.ok() && !isNoDatabase) {
            return fit.error();
        }
        TIDEMARK_TRY(const auto now, sqlite::identify(m_setup.files, m_setup.path));
        const bool isItsFile =
            fit.ok() && fit.value() == Fit::Unknown && now.database == m_log->file;
        const bool isSettled = fit.ok() && (fit.value() == Fit::Yes || isItsFile ||
                                            (fit.value() == Fit::No && disownLog().ok()));
        if (!isSettled) {
            return logOfAnother(m_setup.path, m_capture->txId());
        }
    }
    m_isLogSuspect = false;
    return {};
}

/// Nobody looks behind this, and a file that was put there just now is not looked into at once.
Status Replicator::Impl::noLogOfAnotherToLeave(const std::stop_token& stop)
{
    const Clock::Instant patience = m_clock.monotonic() + kSettleTime;
    Status done = noLogOfAnother(stop);
    while (!done.ok() && done.error().code == ErrorCode::Busy && m_clock.monotonic() < patience &&
           m_clock.waitUntil(m_clock.monotonic() + kLeaveLook, stop)) {
        done = noLogOfAnother(stop);
    }
    return done;
}

/// Half of a copy of the very file would not fit its log. By the time of the content: a file that
/// was moved there is whole.
Status Replicator::Impl::contentRests() const
{
    TIDEMARK_TRY(const sqlite::FileStamp stamp, sqlite::stampOf(m_setup.files, m_setup.path));
    const std::chrono::nanoseconds written(stamp.modifiedNs);
    const auto ago = m_clock.now().time_since_epoch() - written;
    const bool isFresh =
        ago >= ago.zero() && ago < (hasFineTimes(stamp) ? kFreshTime : kSettleTime);
    return isFresh ? Status(beingWrittenTo(
                         {TIDEMARK_TEXT("engine", "It is read as soon as it rests.")}))
                   : Status();
}

Status Replicator::Impl::disownLog() const
{
    TIDEMARK_TRY(const auto connection, sqlite::Connection::open(m_setup.path));
    TIDEMARK_TRY(const auto wal,
                 m_setup.files.open(sqlite::walPath(m_setup.path), OpenFor::Updating));
    return connection->cutLog(*wal, [this, &wal] {
        const auto now = sqlite::identify(m_setup.files, m_setup.path);
        const bool isOurs = now.ok() && now.value().wal == m_log->wal && now.value().shm &&
                            !sqlite::othersHaveOpen(*now.value().shm);
        const auto log = sqlite::WalReader(*wal).recover();
        return isOurs && log.ok() && log.value().to.salts == m_log->salts &&
               log.value().to.frame == m_log->frame;
    });
}

void Replicator::Impl::noteSeenFile(const sqlite::WalIndexHeader& header)
{
    const auto isSame = [this](const sqlite::WalIndexHeader& other) {
        return m_seenFile && m_seenFile->salts == other.salts &&
               m_seenFile->backfilled == other.backfilled;
    };
    if (isSame(header)) {
        return;
    }
    const auto stamp = sqlite::stampOf(m_setup.files, m_setup.path);
    const auto now = m_anchor->header();
    if (stamp.ok()) {
        m_seenFile = SeenFile{
            .stamp = stamp.value(), .salts = header.salts, .backfilled = header.backfilled};
    }
    if (!now.ok() || !isSame(now.value())) {
        m_seenFile.reset();  // Next time.
    }
}

/// Before a checkpoint of ours writes into the file. While the anchor lies at zero it is known in
/// any case: then nobody writes into it.
Status Replicator::Impl::notWrittenOver(const std::stop_token& stop)
{
    TIDEMARK_TRY(const sqlite::FileStamp stamp, sqlite::stampOf(m_setup.files, m_setup.path));
    TIDEMARK_TRY(const sqlite::WalIndexHeader now, m_anchor->header());
    const bool isCheckpoint =
        !m_seenFile || m_seenFile->salts != now.salts || m_seenFile->backfilled != now.backfilled;
    if (isCheckpoint || m_seenFile->stamp == stamp || !m_capture->isAt(now)) {
        return {};
    }
    // A checkpoint of somebody else writes before it says so: all pages are not read for that.
    const auto& shm = m_anchor->identity().shm;
    if (!shm || sqlite::othersHaveOpen(*shm)) {
        return {};
    }
    noteLog();
    const auto log = sqlite::WalReader(m_anchor->wal()).read({.salts = now.salts}, now, UINT64_MAX);
    if (!m_log || !log.ok()) {
        return {};
    }
    TIDEMARK_TRY(const Fit fit, fitOfLog(log.value(), stop));
    if (fit == Fit::No) {
        return sqlite::overwritten(m_setup.path);
    }
    m_seenFile->stamp = stamp;
    return {};
}

/// Whether the log was written to behind the last change of the file that lies beside it now, whose
/// programs find the log by its name: what is new in it may be theirs. Where both times are one,
/// whoever put the file there had no time to open it.
bool Replicator::Impl::mayBeOfNewFile(const std::optional<sqlite::FileId>& followed) const
{
    const std::string wal = sqlite::walPath(m_setup.path);
    const auto log = sqlite::stampOf(m_setup.files, wal);
    const auto file = sqlite::stampOf(m_setup.files, m_setup.path);
    return isOurs(wal, followed) && log.ok() && file.ok() &&
           log.value().modifiedNs > file.value().changedNs;
}

/// Its file is not what was followed, or the log itself was lost.
void Replicator::Impl::leaveLog(StepOutcome& outcome)
{
    if (!m_anchor || !m_isFollowing) {
        loseLog();
        return;
    }
    const auto before = m_anchor->header();
    const bool isKnown = before.ok() && m_capture->isAt(before.value());
    if (!isKnown && !m_anchor->sameFiles().ok() && mayBeOfNewFile(m_anchor->identity().wal)) {
        // Nothing of it is to be taken for the old file's, nor to be cut.
        m_log.reset();
        loseLog();
        return;
    }
    captureRest(outcome);
    const auto end = m_anchor->header();
    const bool isCaptured = end.ok() && m_capture->isAt(end.value());
    if (end.ok()) {
        noteLogToLeave(end.value());
    }
    loseLog();
    if (isCaptured && !isOurs(m_setup.path, m_anchor->identity().database)) {
        noteUnderneath(end.value());
    }
    if (isCaptured) {
        completeOldFile(end.value());
    }
}

bool Replicator::Impl::isOurs(const std::string& path,
                              const std::optional<sqlite::FileId>& id) const
{
    const auto facts = m_setup.files.stat(path);
    return id && facts.ok() && facts.value() && facts.value()->device == id->device &&
           facts.value()->inode == id->inode;
}

/// What was committed before the file was replaced, removed or written over: its log is open here,
/// whatever lies under its name.
void Replicator::Impl::captureRest(StepOutcome& outcome)
{
    const auto end = m_anchor->header();
    if (!end.ok() || m_capture->isAt(end.value()) || m_anchor->sameFiles().ok()) {
        return;
    }
    const auto& shm = m_anchor->identity().shm;
    const bool isMuch = m_capture->uncapturedBytes(end.value()) > kHeldAtAttachBytes;
    if (isMuch && (!shm || sqlite::othersHaveOpen(*shm))) {
        return;
    }
    // A log that nobody else has open stands still, however long it is.
    const auto rest =
        isMuch ? m_capture->captureLog(*m_anchor, end.value(), UINT64_MAX) : goOn(end.value());
    if (rest.ok() && rest.value()) {
        // Should this fail, the next start finds the segment in the spool.
        static_cast<void>(told(*rest.value(), outcome));
    }
}

/// The application closed its database and had it replaced. Without us the old file, which may have
/// another name now, would have all of its log; and there would be none any more. A log of which
/// all is in the file is cut. One that may be of the file that is there now, as of a copy of the
/// old one, is left to noLogOfAnother().
void Replicator::Impl::completeOldFile(const sqlite::WalIndexHeader& captured)
{
    const sqlite::SourceIdentity& ours = m_anchor->identity();
    const bool isOurLog = isOurs(sqlite::walPath(m_setup.path), ours.wal) &&
                          isOurs(sqlite::shmPath(m_setup.path), ours.shm);
    const auto header = m_anchor->header();
    if (!isOurLog || !header.ok() || !header.value().sameEnd(captured)) {
        return;
    }
    const bool isWhole = header.value().backfilled == header.value().mxFrame;
    const bool isOurFile = isOurs(m_setup.path, ours.database);
    // Whoever opened it under its new name knows nothing of this log.
    if (!isWhole && (isOurFile || sqlite::othersHaveOpen(*ours.shm) ||
                     sqlite::othersHaveFileOpen(ours.database))) {
        return;
    }
    m_checkpointer->rest();
    const auto connection = std::move(*m_anchor).release();
    m_anchor.reset();
    if (connection) {
        connection->rollback();
        // Whoever reads is in the way: then it stays. The index goes with us, the last to have it
        // open, so that whoever opens the log next does not take it for backfilled.
        static_cast<void>(connection->checkpoint(isWhole ? sqlite::CheckpointMode::Truncate
                                                         : sqlite::CheckpointMode::Passive));
    }
}

}  // namespace tidemark::engine
