// A log that is not of the file beside which it lies: SQLite takes it for that file's own, whoever
// put the file there, and would write old changes into it.

#include "core/engine/pinned_log.h"
#include "core/engine/replicator_impl.h"
#include "core/sqlite/held_files.h"
#include "core/sqlite/log_readers.h"
#include "core/sqlite/wal_reader.h"

#include <string>
#include <vector>

namespace tidemark::engine {
namespace {

/// That of one which is empty, none at all, or of a newer kind.
bool isOfLog(ErrorCode code)
{
    return code == ErrorCode::NotFound || code == ErrorCode::Damaged ||
           code == ErrorCode::Unsupported;
}

// A stop looks this often whether a file that was put in the place of the database rests.
constexpr std::chrono::milliseconds kLeaveLook{100};

/// SQLite takes whatever log lies beside a database for its own.
Error logOfAnother(const std::string& path, ltx::TxId saved)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("engine",
                                   "%1 was replaced, and the write-ahead log of the file before "
                                   "still lies beside it: SQLite would write its old changes into "
                                   "the new file."),
                     {path}},
            .next = {TIDEMARK_TEXT("engine",
                                   "Close the programs that use the database. If %1-wal still lies "
                                   "there then, delete it and %1-shm. The old file's changes up to "
                                   "transaction %2 are saved."),
                     {path, std::to_string(saved.value)}}};
}

/// The same, where not all of it is saved.
Error unsavedLogOfAnother(const std::string& path)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("engine",
                                   "%1 was replaced, and the write-ahead log of the file before "
                                   "still lies beside it, not all of it saved: SQLite would write "
                                   "its changes into the new file."),
                     {path}},
            .next = {TIDEMARK_TEXT("engine",
                                   "Close the programs that use the database. If %1-wal still lies "
                                   "there then, move it beside the file before, under that file's "
                                   "name and -wal, and delete %1-shm. What was committed last is "
                                   "in that log alone."),
                     {path}}};
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

/// What was killed with us has left its log, and a file that was copied over its own has the same
/// number: nobody knows whether the log is of it.
void Replicator::Impl::suspectLogAtStart()
{
    const auto stamp = sqlite::stampOf(m_setup.files, m_setup.path);
    if (!stamp.ok()) {
        return;
    }
    const bool isKnown = m_known && m_known->mark.stamp == stamp.value();
    const bool isFirst = !m_attachedStamp;
    m_isLogSuspect =
        m_isLogSuspect || (isFirst && m_capture->checksums().pageCount() > 0 && !isKnown);
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
    // Who has both of them open was given it by SQLite, whatever it was.
    if (now.shm && sqlite::othersUse(*now.shm, now.database)) {
        return false;
    }
    if (m_othersLog == now.wal) {
        return true;
    }
    if (m_log->salts == sqlite::Salts{}) {
        return !isLogNewer();
    }
    TIDEMARK_TRY(const auto wal,
                 m_setup.files.open(sqlite::walPath(m_setup.path), OpenFor::Reading));
    const auto header = sqlite::WalReader(*wal).header();
    if (!header.ok() && !isOfLog(header.error().code)) {
        return header.error();
    }
    // One of which all is in the file is begun anew by whoever opens it next.
    return header.ok() && (m_log->isWhole ? header.value().salts == m_log->salts
                                          : isSameOrLater(m_log->salts, header.value().salts));
}

Result<Fit> Replicator::Impl::fitOfLog(const sqlite::WalRange& log,
                                       const std::stop_token& stop) const
{
    TIDEMARK_TRY(const auto file, sqlite::Connection::openToRead(m_setup.path));
    return fitOf(*file, log, *m_log, m_capture->checksums(), stop);
}

bool Replicator::Impl::isLogLeft() const
{
    return m_log && isOurs(sqlite::walPath(m_setup.path), m_log->wal);
}

/// Also beside what is no database yet: it may become one in place of the old one at any time.
Status Replicator::Impl::logIsItsOwn(const std::stop_token& stop)
{
    TIDEMARK_TRY_STATUS(noUserOfAnother());
    TIDEMARK_TRY_STATUS(filesRest());
    suspectLogAtStart();
    return noLogOfAnother(stop);
}

/// Where another file was put beside a log of which all is saved, that log is cut without a word of
/// it in the file: without us whoever closed the old file last would have removed it.
Status Replicator::Impl::noLogOfAnother(const std::stop_token& stop)
{
    m_judged.reset();
    TIDEMARK_TRY(const bool isThere, isLogOfAnother());
    if (isThere) {
        TIDEMARK_TRY(const bool isSettled, settleLog(stop));
        if (!isSettled) {
            return m_othersLog || m_log->frame == 0 || !m_log->isCaptured
                       ? unsavedLogOfAnother(m_setup.path)
                       : logOfAnother(m_setup.path, m_capture->txId());
        }
    }
    m_isLogSuspect = false;
    m_othersLog.reset();
    return {};
}

Result<Judged> Replicator::Impl::judge() const
{
    TIDEMARK_TRY(const sqlite::SourceIdentity now, sqlite::identify(m_setup.files, m_setup.path));
    TIDEMARK_TRY(const sqlite::FileStamp stamp, sqlite::stampOf(m_setup.files, m_setup.path));
    return Judged{.file = now.database, .stamp = stamp};
}

/// Behind the attach: files come and go while a large one is compared.
Status Replicator::Impl::isStillJudged() const
{
    if (!m_judged) {
        return {};
    }
    TIDEMARK_TRY(const Judged now, judge());
    return now == *m_judged ? Status()
                            : Status(beingWrittenTo(
                                  {TIDEMARK_TEXT("engine", "It is read as soon as it rests.")}));
}

/// Whether it may be read: the file is its own, or it is cut.
Result<bool> Replicator::Impl::settleLog(const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto wal,
                 m_setup.files.open(sqlite::walPath(m_setup.path), OpenFor::Reading));
    TIDEMARK_TRY(const sqlite::WalRange log, sqlite::WalReader(*wal).recover());
    if (goesOn(log, *m_log)) {
        TIDEMARK_TRY(const auto now, sqlite::identify(m_setup.files, m_setup.path));
        return now.database == m_log->file;
    }
    TIDEMARK_TRY_STATUS(contentRests());
    TIDEMARK_TRY(const Judged judged, judge());
    const auto fit = fitOfLog(log, stop);
    if (!fit.ok() && fit.error().code != ErrorCode::Damaged) {
        return fit.error();
    }
    if (fit.ok() && fit.value() == Fit::Yes) {
        m_judged = judged;
        return true;
    }
    const bool isSame = judged.file == m_log->file;
    if (fit.ok() && fit.value() == Fit::Unknown) {
        return isSame;
    }
    // A page may have gone bad under the log: only who wrote over the file wrote behind it.
    return fit.ok() && !(isSame && isLogNewer()) && disownLog(judged).ok();
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

/// Whoever has the log open, but not the file that lies beside it now, goes on in that log with
/// another file: nothing of it may come into this one, nor when he has ended and left it.
Status Replicator::Impl::noUserOfAnother()
{
    TIDEMARK_TRY(const sqlite::SourceIdentity now, sqlite::identify(m_setup.files, m_setup.path));
    const sqlite::FileId& before = m_capture->file();
    if (!now.shm || !m_hasMemory || before == now.database) {
        return {};
    }
    const auto users = sqlite::usersOfOther(*now.shm, before, now.database);
    if (users.empty()) {
        return {};
    }
    m_othersLog = now.wal;
    if (!m_log || m_log->wal != now.wal) {
        m_log = FollowedLog{.file = before, .wal = now.wal};
    }
    return inUseAsBefore(m_setup.path, users);
}

/// Who starts meanwhile waits for the locks: the log is read before.
Status Replicator::Impl::disownLog(const Judged& judged) const
{
    const std::string name = sqlite::walPath(m_setup.path);
    TIDEMARK_TRY(const sqlite::FileStamp stamp, sqlite::stampOf(m_setup.files, name));
    TIDEMARK_TRY(const auto wal, m_setup.files.open(name, OpenFor::Updating));
    TIDEMARK_TRY(const sqlite::WalRange log, sqlite::WalReader(*wal).recover());
    if (goesOn(log, *m_log)) {
        return logOfAnother(m_setup.path, m_capture->txId());
    }
    TIDEMARK_TRY(const auto connection, sqlite::Connection::open(m_setup.path));
    return connection->cutLog(*wal, [&] {
        const auto now = sqlite::identify(m_setup.files, m_setup.path);
        const auto header = sqlite::WalReader(*wal).header();
        const auto again = sqlite::stampOf(m_setup.files, name);
        const auto file = judge();
        return file.ok() && file.value() == judged && now.ok() && now.value().wal == m_log->wal &&
               now.value().shm && !sqlite::othersHaveOpen(*now.value().shm) && header.ok() &&
               header.value().salts == m_log->salts && again.ok() && again.value() == stamp;
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
    if (wasLogOverwritten()) {
        return sqlite::overwritten(sqlite::walPath(m_setup.path));
    }
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

/// Whether the log was written to behind the last change of the file that lies beside it now.
bool Replicator::Impl::isLogNewer() const
{
    const auto log = sqlite::stampOf(m_setup.files, sqlite::walPath(m_setup.path));
    const auto file = sqlite::stampOf(m_setup.files, m_setup.path);
    return log.ok() && file.ok() && log.value().modifiedNs > file.value().changedNs;
}

}  // namespace tidemark::engine
