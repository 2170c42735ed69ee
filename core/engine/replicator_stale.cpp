#include "core/engine/replicator_impl.h"
#include "core/sqlite/wal_reader.h"

#include <string>

namespace tidemark::engine {
namespace {

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
                            .salts = m_capture->position().salts};
    }
}

/// Files that were put there together with their log are another matter.
Status Replicator::Impl::noLogOfAnother() const
{
    if (!m_log) {
        return {};
    }
    TIDEMARK_TRY(const sqlite::SourceIdentity now, sqlite::identify(m_setup.files, m_setup.path));
    if (now.database == m_log->file || !now.wal || now.wal != m_log->wal) {
        return {};
    }
    const auto wal = m_setup.files.open(sqlite::walPath(m_setup.path), OpenFor::Reading);
    const auto header = wal.ok() ? sqlite::WalReader(*wal.value()).header() : wal.error();
    return header.ok() && header.value().salts == m_log->salts
               ? Status(logOfAnother(m_setup.path, m_capture->txId()))
               : Status();
}

/// The application closed its database and had it replaced: without us there would be no log any
/// more. All of it is captured, so it is cut before we let go, unless something of it would be
/// written into the file that is there now.
void Replicator::Impl::cutLogOfAnother(const sqlite::WalIndexHeader& captured)
{
    const auto idOf = [this](const std::string& path) {
        const auto facts = m_setup.files.stat(path);
        return facts.ok() && facts.value()
                   ? std::optional(sqlite::FileId{.device = facts.value()->device,
                                                  .inode = facts.value()->inode})
                   : std::nullopt;
    };
    const sqlite::SourceIdentity& ours = m_anchor->identity();
    const bool isOurLog = idOf(sqlite::walPath(m_setup.path)) == ours.wal &&
                          idOf(sqlite::shmPath(m_setup.path)) == ours.shm;
    const bool isOurFile = idOf(m_setup.path) == ours.database;
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
