#include "core/sqlite/anchor.h"

#include "core/sqlite/sqlite_error.h"

#include <utility>

namespace tidemark::sqlite {
namespace {

// A begin takes some 10 us, a flat-out writer commits each 25 us: the first tries mostly do.
constexpr int kAttachTries = 64;

/// Whether a transaction that began between both looks keeps every frame of that log in place.
///
/// Slot 0 is taken only while nBackfill = mxFrame. nBackfill never falls within a log but by a
/// recovery, mxFrame never falls, so nBackfill(after) < mxFrame(before) says that it was not so at
/// the begin: the fresh one is on a slot >= 1, and the log cannot be restarted. (A recovery between
/// begin and look, with the fresh one on slot 0, puts nBackfill to 0: then slot 0 forbids to
/// backfill, and what is not backfilled is not restarted: it keeps the frames just as well.)
bool keepsTheLog(const WalIndexHeader& before, const WalIndexHeader& after)
{
    return before.salts == after.salts && after.backfilled < before.mxFrame;
}

/// Whether nothing was left to backfill all the time: a begin between both looks is on slot 0.
bool landedAtZero(const WalIndexHeader& before, const WalIndexHeader& after)
{
    return before.sameEnd(after) && before.backfilled == before.mxFrame &&
           after.backfilled == after.mxFrame;
}

Place placeOf(const WalIndexHeader& before, const WalIndexHeader& after)
{
    if (keepsTheLog(before, after)) {
        return Place::InLog;
    }
    return landedAtZero(before, after) ? Place::AtZero : Place::Unknown;
}

}  // namespace

Anchor::Anchor(FileSystem& files, std::string path) : m_files(files), m_path(std::move(path)) {}

Result<std::unique_ptr<Anchor>> Anchor::attach(FileSystem& files, const std::string& path)
{
    std::unique_ptr<Anchor> anchor(new Anchor(files, path));
    TIDEMARK_TRY(const SourceIdentity found, identify(files, path));
    TIDEMARK_TRY(anchor->m_held, Connection::open(path));
    TIDEMARK_TRY_STATUS(anchor->take());
    TIDEMARK_TRY(anchor->m_wal, files.open(walPath(path), OpenFor::Reading));
    TIDEMARK_TRY(anchor->m_identity, identify(files, path));
    // Replaced while it was opened: the file that is held has no name any more.
    if (auto difference = differenceTo({.database = found.database}, anchor->m_identity, path)) {
        return std::move(*difference);
    }
    return anchor;
}

Status Anchor::take()
{
    // The first transaction opens the log and its index; only then there is a header to look at.
    TIDEMARK_TRY_STATUS(m_held->beginRead());
    for (int i = 0; i < kAttachTries; ++i) {
        m_held->rollback();
        TIDEMARK_TRY(const WalIndexHeader before, m_held->walIndex());
        TIDEMARK_TRY_STATUS(m_held->beginRead());
        TIDEMARK_TRY(m_takenAt, m_held->walIndex());
        // Nothing is captured yet, so that a restart between the looks would lose nothing; but the
        // position must be the one that the transaction sees.
        if (before.sameEnd(m_takenAt)) {
            m_mark = m_takenAt.mxFrame;
            m_place = placeOf(before, m_takenAt);
            TIDEMARK_TRY(m_standing, standingFile(m_place));
            return {};
        }
    }
    return noExactPosition(m_path);
}

Result<WalIndexHeader> Anchor::header() const
{
    return m_held->walIndex();
}

Status Anchor::sameFiles() const
{
    TIDEMARK_TRY(const SourceIdentity now, identify(m_files, m_path));
    if (auto difference = differenceTo(m_identity, now, m_path)) {
        return std::move(*difference);
    }
    if (m_standing) {
        TIDEMARK_TRY(const FileStamp stamp, stampOf(m_files, m_path));
        if (stamp != *m_standing) {
            return overwritten(m_path);
        }
    }
    return {};
}

Result<std::optional<FileStamp>> Anchor::standingFile(Place place) const
{
    if (place != Place::AtZero) {
        return std::optional<FileStamp>();
    }
    TIDEMARK_TRY(const FileStamp stamp, stampOf(m_files, m_path));
    return std::optional(stamp);
}

/// Begins on the spare connection. False when SQLite does not let us now; fails when the files are
/// not those of attach.
Result<bool> Anchor::beginSpare()
{
    TIDEMARK_TRY_STATUS(sameFiles());
    if (m_spare == nullptr) {
        auto opened = Connection::open(m_path);
        if (!opened.ok()) {
            return false;
        }
        m_spare = std::move(opened).value();
    }
    if (!m_spare->beginRead().ok()) {
        return false;
    }
    // Opened by its name: were the file replaced since the first look, the spare would hold another
    // one, and the old anchor must not end for it.
    if (Status same = sameFiles(); !same.ok()) {
        m_spare.reset();
        return std::move(same).error();
    }
    return true;
}

/// The header before the begin. A torn one stays torn until somebody begins: that may be us.
Result<WalIndexHeader> Anchor::headerBefore()
{
    auto before = header();
    if (before.ok() || before.error().code != ErrorCode::Busy) {
        return before;
    }
    TIDEMARK_TRY(const bool repaired, beginSpare());
    if (repaired) {
        m_spare->rollback();
    }
    return header();
}

Result<bool> Anchor::handOver(const WalPosition& captured)
{
    const auto before = headerBefore();
    if (!before.ok()) {
        TIDEMARK_TRY_STATUS(sameFiles());
        return false;
    }
    TIDEMARK_TRY(const bool begun, beginSpare());
    if (!begun) {
        return false;
    }
    const auto after = header();
    // (b) With all captured up to this look, both held, it does not matter where the fresh one
    // landed. On a slot >= 1 the log goes on. On slot 0 nothing is backfilled from now on: either
    // the log goes on (a reader of the application on a slot >= 1), or it is restarted, which
    // overwrites captured frames only, and not again, since the new log's frames stay unbackfilled.
    // While a new log has no commit yet, mxFrame = nBackfill = 0, it may get other salts any number
    // of times: there is nothing in it to lose.
    const bool isCaptured = after.ok() && after.value().salts == captured.salts &&
                            after.value().mxFrame == captured.frame;
    if (!after.ok() || (!isCaptured && !keepsTheLog(before.value(), after.value()))) {
        m_spare->rollback();
        return false;
    }
    // While both are held: the end of the old one may let somebody backfill.
    const Place place = placeOf(before.value(), after.value());
    const auto standing = standingFile(place);
    if (!standing.ok()) {
        m_spare.reset();
        return standing.error();
    }
    m_takenAt = after.value();
    m_mark = before.value().salts == m_takenAt.salts ? before.value().mxFrame : 0;
    m_place = place;
    m_standing = standing.value();
    std::swap(m_held, m_spare);
    m_spare->rollback();
    return true;
}

void Anchor::rest()
{
    m_spare.reset();
}

std::unique_ptr<Connection> Anchor::release() &&
{
    m_spare.reset();
    return std::move(m_held);
}

}  // namespace tidemark::sqlite
