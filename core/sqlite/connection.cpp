#include "core/sqlite/connection.h"

#include "core/sqlite/file_header.h"
#include "core/sqlite/sqlite_error.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace tidemark::sqlite {
namespace {

// The locks of the wal-index: https://www.sqlite.org/walformat.html, 2.3. SQLite takes the one for
// writers first, and for a recovery all others at once.
constexpr int kWriteLock = 0;
constexpr int kOtherLocks = 1;
constexpr int kOtherLocksCount = SQLITE_SHM_NLOCK - kOtherLocks;

// SQLite's own reads are never longer than a page, and it checks in debug builds that they stay
// below 128 KiB.
constexpr std::size_t kLongestReadBytes = 65536;

/// No trace, no waiting: of all that may be set on a connection, only what reads no schema
/// (PRAGMA cache_size does).
int configure(sqlite3* handle)
{
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, 0);
    sqlite3_wal_autocheckpoint(handle, 0);
    sqlite3_int64 noMap = 0;
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_MMAP_SIZE, &noMap);
    // A connection for each database: its scratch memory is worth saving. May be compiled out.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_LOOKASIDE, nullptr, 0, 0);
    return sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

Error readOnly(const std::string& path)
{
    return sqliteError(nullptr, SQLITE_READONLY, path);
}

/// All locks of the mapped wal-index of `file`, until it goes.
class IndexLocks {
public:
    explicit IndexLocks(sqlite3_file& file) : m_file(file) {}
    IndexLocks(const IndexLocks&) = delete;
    IndexLocks& operator=(const IndexLocks&) = delete;
    ~IndexLocks()
    {
        if (m_hasOthers) {
            change(kOtherLocks, kOtherLocksCount, SQLITE_SHM_UNLOCK);
        }
        if (m_hasWrite) {
            change(kWriteLock, 1, SQLITE_SHM_UNLOCK);
        }
    }

    /// Whether nobody had the one for writers.
    [[nodiscard]] bool takeWrite()
    {
        m_hasWrite = change(kWriteLock, 1, SQLITE_SHM_LOCK);
        return m_hasWrite;
    }

    /// Whether nobody had any of them.
    [[nodiscard]] bool take()
    {
        m_hasOthers = takeWrite() && change(kOtherLocks, kOtherLocksCount, SQLITE_SHM_LOCK);
        return m_hasOthers;
    }

private:
    bool change(int first, int count, int how)
    {
        return m_file.pMethods->xShmLock(&m_file, first, count, how | SQLITE_SHM_EXCLUSIVE) ==
               SQLITE_OK;
    }

    sqlite3_file& m_file;
    bool m_hasWrite = false;
    bool m_hasOthers = false;
};

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path)
{
    TIDEMARK_TRY(auto entry, OpenDatabase::enter(path));
    TIDEMARK_TRY(Handle handle, openHandle(path, SQLITE_OPEN_READWRITE, nullptr, path));
    // SQLite falls back to reading where it may not write.
    if (sqlite3_db_readonly(handle.get(), "main") != 0) {
        return readOnly(path);
    }
    return opened(std::move(entry), std::move(handle), path);
}

Result<std::unique_ptr<Connection>> Connection::openToRead(const std::string& path)
{
    TIDEMARK_TRY(auto entry, OpenDatabase::enter(path));
    TIDEMARK_TRY(Handle handle, openHandle(path, SQLITE_OPEN_READONLY, nullptr, path));
    return opened(std::move(entry), std::move(handle), path);
}

Result<std::unique_ptr<Connection>> Connection::opened(std::unique_ptr<OpenDatabase> entry,
                                                       Handle handle, const std::string& path)
{
    sqlite3_file* file = nullptr;
    int code = configure(handle.get());
    if (code == SQLITE_OK) {
        code = sqlite3_file_control(handle.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    }
    if (code != SQLITE_OK) {
        return sqliteError(handle.get(), code, path);
    }
    std::unique_ptr<Connection> connection(
        new Connection(std::move(entry), handle.release(), file, path));
    std::array<std::byte, 16> start = {};
    TIDEMARK_TRY(const std::uint64_t size, connection->fileSizeBytes());
    TIDEMARK_TRY_STATUS(connection->readFile(start, 0));
    if (size > 0 && !startsLikeDatabase(start)) {
        return notADatabase(path);
    }
    return connection;
}

Connection::Connection(std::unique_ptr<OpenDatabase> entry, sqlite3* handle, sqlite3_file* file,
                       std::string path)
    : m_entry(std::move(entry)), m_handle(handle), m_file(file), m_path(std::move(path))
{
}

Connection::~Connection()
{
    sqlite3_close(m_handle);
}

Status Connection::run(const char* sql)
{
    const int code = sqlite3_exec(m_handle, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        return sqliteError(m_handle, code, m_path);
    }
    return {};
}

Status Connection::begin(const char* first, const char* second)
{
    Status status = run(first);
    if (status.ok()) {
        status = run(second);
    }
    if (status.ok() && !m_logOpen) {
        status = noteLog();
    }
    if (!status.ok()) {
        rollback();
    }
    return status;
}

Status Connection::noteLog()
{
    // SQLite opens the log by the same bytes, and also where one lies there already; they cannot
    // change while it is open.
    constexpr std::byte kWal{2};
    std::array<std::byte, 2> versions = {};
    TIDEMARK_TRY_STATUS(readFile(versions, 18));
    if (versions[0] != kWal || versions[1] != kWal) {
        return {};
    }
    TIDEMARK_TRY_STATUS(m_entry->logOpened());
    m_logOpen = true;
    return {};
}

Status Connection::beginRead()
{
    // BEGIN takes no lock yet. Of the statements that take the read mark this one needs no schema,
    // so a broken or unknown one does not matter.
    return begin("BEGIN", "PRAGMA user_version");
}

Status Connection::beginSeal()
{
    return begin("BEGIN IMMEDIATE", "PRAGMA user_version");
}

bool Connection::isReserved() const
{
    int reserved = 0;
    return m_file->pMethods->xCheckReservedLock(m_file, &reserved) == SQLITE_OK && reserved != 0;
}

void Connection::rollback()
{
    if (inTransaction()) {
        sqlite3_exec(m_handle, "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

bool Connection::inTransaction() const
{
    return sqlite3_get_autocommit(m_handle) == 0;
}

Result<volatile void*> Connection::mappedIndex(bool makes) const
{
    volatile void* mapped = nullptr;
    const int code =
        m_file->pMethods->xShmMap(m_file, 0, kIndexRegionBytes, makes ? 1 : 0, &mapped);
    if (code != SQLITE_OK || mapped == nullptr) {
        return sqliteError(nullptr, code != SQLITE_OK ? code : SQLITE_BUSY, m_path);
    }
    return mapped;
}

Result<WalIndexHeader> Connection::walIndex() const
{
    // Without WAL mode the call below would make a -shm file.
    if (!m_logOpen) {
        return notInWalMode(m_path);
    }
    TIDEMARK_TRY(volatile void* const mapped, mappedIndex(false));
    TIDEMARK_TRY(WalIndexHeader header, readWalIndexHeader(mapped));
    if (header.mxFrame == 0 && (header.pageSizeBytes == 0 || header.pageCount == 0)) {
        TIDEMARK_TRY_STATUS(describeEmptyLog(header));
    }
    return header;
}

Status Connection::describeEmptyLog(WalIndexHeader& header) const
{
    // An index made over an empty log knows nothing of the database (SQLite's recovery).
    std::array<std::byte, kFileHeaderSize> bytes = {};
    TIDEMARK_TRY_STATUS(readFile(bytes, 0));
    TIDEMARK_TRY(const FileHeader file, decodeFileHeader(bytes, m_path));
    TIDEMARK_TRY(const std::uint64_t size, fileSizeBytes());
    header.pageSizeBytes = file.pageSizeBytes;
    header.pageCount = static_cast<std::uint32_t>(size / file.pageSizeBytes);
    return {};
}

Result<CheckpointOutcome> Connection::checkpoint(CheckpointMode mode)
{
    if (!m_logOpen) {
        // SQLite opens the log with the first transaction; before, it says "not in WAL mode".
        TIDEMARK_TRY_STATUS(beginRead());
        rollback();
    }
    const int how =
        mode == CheckpointMode::Passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE;
    int log = -1;
    int backfilled = -1;
    const int code = sqlite3_wal_checkpoint_v2(m_handle, "main", how, &log, &backfilled);
    if (code != SQLITE_OK) {
        return sqliteError(m_handle, code, m_path);
    }
    if (log < 0 || backfilled < 0) {
        return notInWalMode(m_path);
    }
    return CheckpointOutcome{.logFrames = static_cast<std::uint32_t>(log),
                             .backfilledFrames = static_cast<std::uint32_t>(backfilled)};
}

bool Connection::shutOthersOut()
{
    assert(!inTransaction() && m_logOpen);
    if (m_file->pMethods->xLock(m_file, SQLITE_LOCK_EXCLUSIVE) == SQLITE_OK) {
        return true;
    }
    // It may have come as far as to the pending lock.
    m_file->pMethods->xUnlock(m_file, SQLITE_LOCK_SHARED);
    return false;
}

Result<CheckpointOutcome> Connection::checkpointIf(const std::function<bool()>& mayBegin)
{
    assert(!inTransaction() && m_logOpen);
    TIDEMARK_TRY([[maybe_unused]] volatile void* const mapped, mappedIndex(false));
    IndexLocks locks(*m_file);
    if (!locks.takeWrite() || !mayBegin()) {
        return sqliteError(nullptr, SQLITE_BUSY, m_path);
    }
    return checkpoint(CheckpointMode::Passive);
}

Status Connection::cutLog(File& wal, const std::function<bool()>& mayCut)
{
    assert(!inTransaction());
    // Who locks others out of the database has no index that they would find locked.
    if (!m_logOpen && m_file->pMethods->xLock(m_file, SQLITE_LOCK_SHARED) != SQLITE_OK) {
        return sqliteError(nullptr, SQLITE_BUSY, m_path);
    }
    const auto mapped = mappedIndex(!m_logOpen);
    Status done = mapped.ok() ? Status() : Status(mapped.error());
    if (done.ok() && !m_logOpen) {
        done = m_entry->logOpened();
    }
    if (done.ok()) {
        done = cutLogLocked(wal, mapped.value(), mayCut);
    }
    if (!m_logOpen) {
        m_file->pMethods->xShmUnmap(m_file, 0);
        m_file->pMethods->xUnlock(m_file, SQLITE_LOCK_NONE);
    }
    return done;
}

Status Connection::cutLogLocked(File& wal, volatile void* index,
                                const std::function<bool()>& mayCut)
{
    IndexLocks locks(*m_file);
    if (!locks.take() || !mayCut()) {
        return sqliteError(nullptr, SQLITE_BUSY, m_path);
    }
    // Killed in between, whoever comes next recovers the log as it was.
    invalidateWalIndex(index);
    TIDEMARK_TRY_STATUS(wal.resize(0));
    // Its frames are in no file that could make up for it: after a loss of power they would be
    // written into this one.
    return wal.sync();
}

Status Connection::readFile(std::span<std::byte> into, std::uint64_t offset) const
{
    for (std::size_t done = 0; done < into.size();) {
        const std::size_t length = std::min(into.size() - done, kLongestReadBytes);
        const std::uint64_t at = offset + done;
        int code = SQLITE_OK;
        {
            const std::scoped_lock lock(m_reading);
            code = m_file->pMethods->xRead(m_file, into.data() + done, static_cast<int>(length),
                                           static_cast<sqlite3_int64>(at));
        }
        // A short read comes with zeros in place of the rest.
        if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) {
            return sqliteError(nullptr, code, m_path);
        }
        done += length;
    }
    return {};
}

Result<std::uint64_t> Connection::fileSizeBytes() const
{
    sqlite3_int64 size = 0;
    if (const int code = m_file->pMethods->xFileSize(m_file, &size); code != SQLITE_OK) {
        return sqliteError(nullptr, code, m_path);
    }
    return static_cast<std::uint64_t>(size);
}

Status Connection::syncFile()
{
    if (const int code = m_file->pMethods->xSync(m_file, SQLITE_SYNC_NORMAL); code != SQLITE_OK) {
        return sqliteError(nullptr, code, m_path);
    }
    return {};
}

void Connection::cleanUpOnClose()
{
    sqlite3_db_config(m_handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

}  // namespace tidemark::sqlite
