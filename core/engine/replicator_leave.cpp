// A log that is left because its file was replaced, removed or written over: what of it is still
// captured, and what becomes of it.

#include "core/engine/replicator_impl.h"
#include "core/ltx/state_digest.h"
#include "core/sqlite/held_files.h"
#include "core/sqlite/log_readers.h"
#include "core/sqlite/wal_reader.h"

#include <utility>
#include <vector>

namespace tidemark::engine {

/// Its file is not what was followed, or the log itself was lost.
void Replicator::Impl::leaveLog(StepOutcome& outcome)
{
    if (!m_anchor || isIndexCut()) {
        loseLog();
        return;
    }
    const auto before = m_anchor->header();
    if (!m_isFollowing) {
        leaveUnknownLog(before);
        return;
    }
    const bool isKnown = before.ok() && m_capture->isAt(before.value());
    const bool isOverwritten = wasLogOverwritten();
    m_isCopiedOver = isOverwritten;
    if (isOverwritten || isLogReplaced()) {
        noteBrought(before);
    }
    if (isOverwritten || (!isKnown && !m_anchor->sameFiles().ok() && mayBeOfNewFile(before))) {
        // Nothing of it is to be taken for the old file's, nor to be cut. Its index goes with us.
        m_log.reset();
        m_isLogSuspect = false;
        loseLog();
        giveUpSnapshots();
        return;
    }
    if (before.ok()) {
        captureRest(before.value(), outcome);
    }
    const auto end = m_anchor->header();
    const bool isCaptured = end.ok() && m_capture->isAt(end.value());
    if (end.ok()) {
        noteLogToLeave(end.value());
    }
    loseLog();
    if (isCaptured && m_log && !m_log->isWhole &&
        !isOurs(m_setup.path, m_anchor->identity().database)) {
        noteUnderneath(end.value());
    }
    if (isCaptured) {
        endOldLog(end.value());
    }
}

/// While the anchor is held no program removes the log of this file, or puts another one there: but
/// one that has closed another file of its name.
bool Replicator::Impl::isLogReplaced() const
{
    const std::string name = sqlite::walPath(m_setup.path);
    const auto log = m_setup.files.stat(name);
    return log.ok() && (log.value() ? !isOurs(name, m_anchor->identity().wal)
                                    : isOurs(m_setup.path, m_anchor->identity().database));
}

/// Somebody brings files: what ours was like, as far as that is known.
void Replicator::Impl::noteBrought(const Result<sqlite::WalIndexHeader>& header)
{
    m_broughtAt = m_broughtAt ? m_broughtAt : m_stepAt;
    const auto stood = header.ok() ? stoodAs(header.value()) : std::nullopt;
    m_fileAtCopy.reset();
    if (stood) {
        m_fileAtCopy = Judged{.file = m_anchor->identity().database, .stamp = *stood};
    }
}

/// One of which nothing was captured yet.
void Replicator::Impl::leaveUnknownLog(const Result<sqlite::WalIndexHeader>& header)
{
    const bool isOther = !header.ok() || mayBeOfNewFile(header);
    if (header.ok()) {
        noteLogToLeave(header.value());
    }
    loseLog();
    if (isOther) {
        return;
    }
    if (m_log && !m_log->isWhole && !isOurs(m_setup.path, m_anchor->identity().database)) {
        noteUnderneath(header.value());
    }
    endOldLog(header.value());
}

bool Replicator::Impl::isOurs(const std::string& path,
                              const std::optional<sqlite::FileId>& id) const
{
    const auto facts = m_setup.files.stat(path);
    return id && facts.ok() && facts.value() && facts.value()->device == id->device &&
           facts.value()->inode == id->inode;
}

/// What was committed before the file was replaced, removed or written over: its log is open here,
/// whatever lies under its name. Up to `end` alone: what came since was not asked about.
void Replicator::Impl::captureRest(const sqlite::WalIndexHeader& end, StepOutcome& outcome)
{
    if (m_capture->isAt(end) || m_anchor->sameFiles().ok()) {
        return;
    }
    const auto& shm = m_anchor->identity().shm;
    const bool isMuch = m_capture->uncapturedBytes(end) > kHeldAtAttachBytes;
    if (isMuch && (!shm || sqlite::othersHaveOpen(*shm))) {
        return;
    }
    // A log that nobody else has open stands still, however long it is.
    const auto rest = isMuch ? m_capture->captureLog(*m_anchor, end, UINT64_MAX) : goOn(end);
    if (rest.ok() && rest.value()) {
        // Should this fail, the next start finds the segment in the spool.
        static_cast<void>(told(*rest.value(), outcome));
    }
}

/// The application closed its database and had it replaced. Without us the old file, which may have
/// another name now, would have all of its log; and there would be none any more. So the file is
/// completed, and a log of which all is in it is cut, but where it may be of the file that is there
/// now, as of a copy of the old one: that is left to noLogOfAnother().
void Replicator::Impl::endOldLog(const sqlite::WalIndexHeader& end)
{
    const sqlite::SourceIdentity ours = m_anchor->identity();
    const auto header = m_anchor->header();
    if (!header.ok() || !header.value().sameEnd(end) || end.mxFrame == 0 || wasLogOverwritten()) {
        return;
    }
    // A reader of ours would be in the way of what is to be done at once; the next snapshot is of
    // the file that comes.
    giveUpSnapshots();
    const bool isWhole = header.value().backfilled == header.value().mxFrame;
    const auto stood = stoodAs(header.value());
    m_checkpointer->rest();
    const auto connection = std::move(*m_anchor).release();
    m_anchor.reset();
    connection->rollback();
    if (isWhole) {
        cutOldLog(*connection, ours, end);
    } else if (!isOurs(m_setup.path, ours.database) && connection->shutOthersOut() &&
               isUntouched(ours, stood)) {
        // Whoever has the log open goes on in it with the file that is there now, and would take it
        // for backfilled. Else the index goes with us, the last to have it open.
        const auto done = connection->checkpointIf([&] {
            const auto now = connection->walIndex();
            return ours.shm && !sqlite::othersHaveOpen(*ours.shm) && now.ok() &&
                   now.value().sameEnd(end);
        });
        const bool isComplete = done.ok() && done.value().complete();
        if (isComplete && m_log && m_log->frame == 0) {
            m_log->frame = end.mxFrame;
            m_log->isCaptured = false;
        }
        if (isComplete && isNameFree()) {
            cutOldLog(*connection, ours, end);
        }
    }
}

/// Whether no database lies there: one that comes has a log of its own, or none.
bool Replicator::Impl::isNameFree() const
{
    const auto there = m_setup.files.stat(m_setup.path);
    return there.ok() && (!there.value() || there.value()->sizeBytes == 0);
}

/// All of it is in its file, and whoever opens the file that lies there now may find it at any
/// time.
void Replicator::Impl::cutOldLog(sqlite::Connection& connection, const sqlite::SourceIdentity& ours,
                                 const sqlite::WalIndexHeader& end)
{
    const std::string name = sqlite::walPath(m_setup.path);
    const auto wal = m_setup.files.open(name, OpenFor::Updating);
    if (!wal.ok()) {
        return;
    }
    const Status cut = connection.cutLog(*wal.value(), [&] {
        const auto now = connection.walIndex();
        return isOurs(name, ours.wal) && isOurs(sqlite::shmPath(m_setup.path), ours.shm) &&
               !sqlite::othersHaveOpen(*ours.shm) && now.ok() && now.value().sameEnd(end);
    });
    if (cut.ok()) {
        m_log.reset();
        m_isLogSuspect = false;
    }
}

/// What the file was like when so much of the log was in it. Empty: behind a checkpoint that nobody
/// has looked at yet.
std::optional<sqlite::FileStamp> Replicator::Impl::stoodAs(const sqlite::WalIndexHeader& log) const
{
    if (m_anchor->standing()) {
        return m_anchor->standing();
    }
    const bool isSeen =
        m_seenFile && m_seenFile->salts == log.salts && m_seenFile->backfilled == log.backfilled;
    return isSeen ? std::optional(m_seenFile->stamp) : std::nullopt;
}

/// Whether nobody has used the old file under a name of its own, where he knows nothing of this
/// log. While we hold it open no last close of it removes the files that he made beside it. If it
/// was moved on since, his checkpoint has changed it from what it `stood` like.
bool Replicator::Impl::isUntouched(const sqlite::SourceIdentity& ours,
                                   const std::optional<sqlite::FileStamp>& stood) const
{
    if (sqlite::hasNoName(ours.database)) {
        return true;
    }
    const auto name = sqlite::onlyNameOf(ours.database);
    const auto isOfOther = [this](const std::string& path, const auto& id) {
        const auto facts = m_setup.files.stat(path);
        return !facts.ok() || (facts.value() && !isOurs(path, id));
    };
    if (!name || isOfOther(sqlite::walPath(*name), ours.wal) ||
        isOfOther(sqlite::shmPath(*name), ours.shm)) {
        return false;
    }
    const auto now = sqlite::stampOf(m_setup.files, *name);
    return now.ok() && (!stood || (now.value().sizeBytes == stood->sizeBytes &&
                                   now.value().modifiedNs == stood->modifiedNs));
}

/// When its file is not what was followed: what of it is not in the file would come into another.
void Replicator::Impl::noteLogToLeave(const sqlite::WalIndexHeader& end)
{
    if (end.mxFrame == 0) {
        m_log.reset();  // There is nothing in it.
        return;
    }
    m_log = FollowedLog{.file = m_anchor->identity().database,
                        .wal = m_anchor->identity().wal,
                        .salts = end.salts,
                        .frame = m_capture->isAt(end) ? end.mxFrame : 0,
                        .isWhole = end.mxFrame == end.backfilled};
    m_isLogSuspect = true;
}

void Replicator::Impl::noteUnderneath(const sqlite::WalIndexHeader& end)
{
    const auto log = sqlite::WalReader(m_anchor->wal()).read({.salts = end.salts}, end, UINT64_MAX);
    if (!log.ok()) {
        return;
    }
    m_log->pageSizeBytes = end.pageSizeBytes;
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

/// To touch the map of a file that was cut is the end of the process.
bool Replicator::Impl::isIndexCut() const
{
    const auto shm = m_setup.files.stat(sqlite::shmPath(m_setup.path));
    return isOurs(sqlite::shmPath(m_setup.path), m_anchor->identity().shm) && shm.ok() &&
           shm.value() && shm.value()->sizeBytes < sqlite::kIndexRegionBytes;
}

/// Whether more of the log is in a file than our anchor lets into the old one: only who was the
/// last to close another file does not heed it. What lies below our mark tells nothing.
bool Replicator::Impl::wasBackfilledByOther(const sqlite::WalIndexHeader& header) const
{
    const sqlite::WalIndexHeader& taken = m_anchor->takenAt();
    return header.backfilled > (header.salts == taken.salts ? taken.mxFrame : 0);
}

/// Whether what is new in the log may be of a program that opened the file that lies there now: its
/// programs find the log by its name. Whoever was the last to close that file has removed the log,
/// and had begun it anew or has put all of it into that file. In one tick of the kernel's clock a
/// file can be put there, opened, written to and closed.
bool Replicator::Impl::mayBeOfNewFile(const Result<sqlite::WalIndexHeader>& header) const
{
    if (header.ok() && wasBackfilledByOther(header.value())) {
        return true;
    }
    const auto log = sqlite::stampOf(m_setup.files, sqlite::walPath(m_setup.path));
    const auto file = sqlite::stampOf(m_setup.files, m_setup.path);
    const sqlite::SourceIdentity& ours = m_anchor->identity();
    if (!file.ok()) {
        return false;
    }
    if (!log.ok() || !isOurs(sqlite::walPath(m_setup.path), ours.wal)) {
        return !header.ok() || header.value().salts != m_capture->position().salts;
    }
    const auto now = sqlite::identify(m_setup.files, m_setup.path);
    if (ours.shm && now.ok() && sqlite::othersUse(*ours.shm, now.value().database)) {
        return true;
    }
    if (log.value().modifiedNs != file.value().changedNs) {
        return log.value().modifiedNs > file.value().changedNs;
    }
    // Another file is not closed without its log going, and over a database that was written to
    // just now nobody copies.
    return isOurs(m_setup.path, ours.database) || !ours.shm || sqlite::othersHaveOpen(*ours.shm);
}

/// Whether the log begins and ends as its index tells: two small reads instead of all of it.
bool Replicator::Impl::holdsWhatItsIndexTells(const sqlite::WalIndexHeader& index) const
{
    const sqlite::WalReader log(m_anchor->wal());
    if (index.mxFrame == 0) {
        const auto size = m_anchor->wal().sizeBytes();
        return size.ok() && size.value() == 0;
    }
    const auto header = log.header();
    const auto holds = log.holds(
        {.salts = index.salts, .frame = index.mxFrame, .checksum = index.checksum}, index);
    return header.ok() && header.value().salts == index.salts && holds.ok() && holds.value();
}

/// The same, and that it goes on from what was followed.
bool Replicator::Impl::looksLikeOurs(const sqlite::WalIndexHeader& index) const
{
    const bool goesOn =
        index.mxFrame == 0 || isSameOrLater(m_capture->position().salts, index.salts);
    return goesOn && holdsWhatItsIndexTells(index);
}

/// Whether what lies there as the log is not what its index tells of, or that not what was
/// followed. Only while nobody else has it open: whoever copies files over those of a closed
/// database may bring a log, too, or even an index.
bool Replicator::Impl::isLogForeign(const sqlite::WalIndexHeader& index) const
{
    const auto log = sqlite::WalReader(m_anchor->wal()).recover();
    const auto again = m_anchor->header();
    if (!log.ok() || !again.ok() || !again.value().sameEnd(index)) {
        // Somebody opened it and writes, or it cannot be read.
        return !log.ok() && log.error().code == ErrorCode::Unsupported;
    }
    if (index.mxFrame == 0) {
        return log.value().to.frame > 0;
    }
    const sqlite::WalPosition& known = m_capture->position();
    const bool isKnown = m_capture->positionKnown() && known.salts != sqlite::Salts{};
    // Whoever did not cut a log himself begins it with any salts (wal.c: nCkpt); the index counts
    // commits on.
    const bool isNext =
        m_lastCaught && index.changeCounter - m_lastCaught->changeCounter == log.value().commits;
    const bool isOther = isKnown && !isSameOrLater(known.salts, index.salts) && !isNext;
    return isOther || log.value().to.salts != index.salts || log.value().to.frame < index.mxFrame;
}

/// Whether the log was written to just now and is not what its index tells of: a program has begun
/// a transaction that it did not commit, or somebody copies a log there and has not come to its
/// first commit.
bool Replicator::Impl::isLogBegun() const
{
    const std::string name = sqlite::walPath(m_setup.path);
    const auto stamp = sqlite::stampOf(m_setup.files, name);
    const auto index = m_anchor->header();
    return stamp.ok() && index.ok() && isOurs(name, m_anchor->identity().wal) &&
           leftToRest(stamp.value().changedNs, restOf(stamp.value())) &&
           !holdsWhatItsIndexTells(index.value());
}

/// The same as isLogForeign(), asked where it may be asked; false where not.
bool Replicator::Impl::wasLogOverwritten() const
{
    const auto& shm = m_anchor->identity().shm;
    const auto index = m_anchor->header();
    if (!shm || !index.ok() || looksLikeOurs(index.value()) || sqlite::othersHaveOpen(*shm)) {
        return false;
    }
    // Who opened it meanwhile may be in the midst of a commit.
    return isLogForeign(index.value()) && !sqlite::othersHaveOpen(*shm);
}

}  // namespace tidemark::engine
