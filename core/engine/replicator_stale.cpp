// A log that is not of the file beside which it lies: SQLite takes it for that file's own, whoever
// put the file there, and would write old changes into it.

#include "core/base/byte_order.h"
#include "core/engine/page_difference.h"
#include "core/engine/replicator_impl.h"
#include "core/sqlite/log_readers.h"
#include "core/sqlite/page_snapshot.h"
#include "core/sqlite/wal_reader.h"

#include <span>
#include <string>

namespace tidemark::engine {
namespace {

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
    const auto wal = m_setup.files.open(sqlite::walPath(m_setup.path), OpenFor::Reading);
    const auto header = wal.ok() ? sqlite::WalReader(*wal.value()).header() : wal.error();
    return header.ok() && isSameOrLater(m_log->salts, header.value().salts);
}

/// Whether file and log are the database that was captured last. Unknown where the log goes on.
Result<Fit> Replicator::Impl::fitOfLog(const std::stop_token& stop) const
{
    const state::PageChecksums& known = m_capture->checksums();
    TIDEMARK_TRY(const auto pages, sqlite::PageSnapshot::begin(m_setup.files, m_setup.path));
    const sqlite::WalPosition& end = pages->position();
    if (end.frame == 0) {
        return Fit::Yes;  // There is nothing in it.
    }
    if (known.pageCount() == 0 || end.salts != m_log->salts || end.frame != m_log->frame) {
        return Fit::Unknown;
    }
    if (known.pageSizeBytes() != pages->pageSizeBytes() ||
        known.pageCount() != pages->pageCount()) {
        return Fit::No;
    }
    TIDEMARK_TRY(const auto changed, changedPages(known, *pages, stop));
    return changed.empty() ? Fit::Yes : Fit::No;
}

/// Where another file was put beside a log of which all is saved, that log is cut without a word of
/// it in the file: without us whoever closed the old file last would have removed it.
Status Replicator::Impl::noLogOfAnother(bool isWal, const std::stop_token& stop)
{
    TIDEMARK_TRY(const bool isThere, isLogOfAnother());
    if (isThere) {
        const auto fit = isWal ? fitOfLog(stop) : Result<Fit>(Fit::No);
        if (!fit.ok()) {
            return fit.error();
        }
        TIDEMARK_TRY(const auto now, sqlite::identify(m_setup.files, m_setup.path));
        const bool isItsFile = fit.value() == Fit::Unknown && now.database == m_log->file;
        const bool isSettled =
            fit.value() == Fit::Yes || isItsFile || (fit.value() == Fit::No && disownLog().ok());
        if (!isSettled) {
            return logOfAnother(m_setup.path, m_capture->txId());
        }
    }
    m_isLogSuspect = false;
    return {};
}

Status Replicator::Impl::disownLog() const
{
    TIDEMARK_TRY(const auto connection, sqlite::Connection::open(m_setup.path));
    TIDEMARK_TRY_STATUS(connection->beginSeal());
    TIDEMARK_TRY(const auto now, sqlite::identify(m_setup.files, m_setup.path));
    if (now.wal != m_log->wal || !now.shm || sqlite::othersHaveOpen(*now.shm)) {
        return logOfAnother(m_setup.path, m_capture->txId());
    }
    TIDEMARK_TRY_STATUS(connection->disownLog(m_log->salts, m_log->frame));
    connection->rollback();
    const auto cut = connection->checkpoint(sqlite::CheckpointMode::Truncate);
    return cut.ok() ? Status() : Status(cut.error());
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
    noteLog();
    TIDEMARK_TRY(const Fit fit, fitOfLog(stop));
    if (fit == Fit::No) {
        return sqlite::overwritten(m_setup.path);
    }
    m_seenFile->stamp = stamp;
    return {};
}

bool Replicator::Impl::isOurs(const std::string& path,
                              const std::optional<sqlite::FileId>& id) const
{
    const auto facts = m_setup.files.stat(path);
    return id && facts.ok() && facts.value() && facts.value()->device == id->device &&
           facts.value()->inode == id->inode;
}

/// Its file is not what was followed, or the log itself was lost.
void Replicator::Impl::leaveLog(StepOutcome& outcome)
{
    if (!m_anchor || !m_isFollowing) {
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
    if (isCaptured) {
        cutLogOfAnother(end.value());
    }
}

/// What was committed before the file was replaced, removed or written over: its log is open here.
void Replicator::Impl::captureRest(StepOutcome& outcome)
{
    const auto end = m_anchor->header();
    const bool isOurLog = isOurs(sqlite::walPath(m_setup.path), m_anchor->identity().wal);
    if (!end.ok() || m_capture->isAt(end.value()) || !isOurLog || m_anchor->sameFiles().ok()) {
        return;
    }
    const auto rest = goOn(end.value());
    if (rest.ok() && rest.value()) {
        // Should this fail, the next start finds the segment in the spool.
        static_cast<void>(told(*rest.value(), outcome));
    }
}

/// The application closed its database and had it replaced: without us there would be no log any
/// more. All of it is captured, so it is cut before we let go, unless something of it would be
/// written into the file that is there now.
void Replicator::Impl::cutLogOfAnother(const sqlite::WalIndexHeader& captured)
{
    const sqlite::SourceIdentity& ours = m_anchor->identity();
    const bool isOurLog = isOurs(sqlite::walPath(m_setup.path), ours.wal) &&
                          isOurs(sqlite::shmPath(m_setup.path), ours.shm);
    const bool isOurFile = isOurs(m_setup.path, ours.database);
    const auto header = m_anchor->header();
    if (!isOurLog || !header.ok() || !header.value().sameEnd(captured) ||
        (isOurFile && header.value().backfilled != header.value().mxFrame)) {
        return;
    }
    m_checkpointer->rest();
    const auto connection = std::move(*m_anchor).release();
    m_anchor.reset();
    if (connection) {
        connection->rollback();
        // Whoever reads is in the way: then it stays.
        static_cast<void>(connection->checkpoint(sqlite::CheckpointMode::Truncate));
    }
}

}  // namespace tidemark::engine
