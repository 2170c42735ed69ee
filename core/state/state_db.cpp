#include "core/state/state_db.h"

#include "core/sqlite/sqlite_error.h"
#include "core/state/statement.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace tidemark::state {
namespace {

// Only another Tidemark program that looks for a moment can hold it.
constexpr int kBusyTimeoutMs = 2000;

/// Each makes a file of the version that is its place into one of the next. Only added to.
constexpr std::array kSteps = {
    "CREATE TABLE source(one INTEGER PRIMARY KEY CHECK(one = 1), tx, time, digest, page_size,"
    " page_count, salts, frame, sum1, sum2, db_device, db_inode, wal_device, wal_inode,"
    " shm_device, shm_inode);"
    "CREATE TABLE segments(tx INTEGER PRIMARY KEY, time, pages, database_pages, bytes, commits);"
    "CREATE TABLE replicas(id TEXT PRIMARY KEY, base, confirmed) WITHOUT ROWID;",
    "CREATE TABLE proof(one INTEGER PRIMARY KEY CHECK(one = 1), at, tx, by_digest);",
    "CREATE TABLE damaged(replica TEXT, name TEXT, found, moments, first, last, mended, based,"
    " size, modified, PRIMARY KEY(replica, name)) WITHOUT ROWID;"
    "CREATE TABLE proofs(replica TEXT PRIMARY KEY, at, tx, by_digest) WITHOUT ROWID;",
    "ALTER TABLE source ADD COLUMN file_bytes;"
    "ALTER TABLE source ADD COLUMN modified_ns;"
    "ALTER TABLE source ADD COLUMN changed_ns;"
    "ALTER TABLE source ADD COLUMN change_counter;",
    "CREATE TABLE given_up(replica TEXT PRIMARY KEY, first, last, first_time, last_time, began,"
    " ended, limit_bytes) WITHOUT ROWID;",
    "CREATE TABLE unfinished(replica TEXT PRIMARY KEY, names) WITHOUT ROWID;",
    "ALTER TABLE source ADD COLUMN mark_tx DEFAULT 0;",
    "ALTER TABLE segments ADD COLUMN digest;"
    "CREATE TABLE went_back(one INTEGER PRIMARY KEY CHECK(one = 1), at, tx, time, last, "
    "last_time);",
    "CREATE TABLE suspected(replica TEXT PRIMARY KEY, names) WITHOUT ROWID;",
};
constexpr std::size_t kVersion = kSteps.size();

struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
};
using Handle = std::unique_ptr<sqlite3, Close>;

Status run(sqlite3* handle, const char* sql)
{
    const int code = sqlite3_exec(handle, sql, nullptr, nullptr, nullptr);
    return code == SQLITE_OK ? Status() : Status(statementError(handle, code));
}

/// Of a file that this version can read; 0 for an empty one.
Result<std::uint64_t> versionOf(sqlite3* handle, const std::string& path)
{
    Statement asked(handle, "PRAGMA user_version");
    TIDEMARK_TRY(const bool there, asked.next());
    const std::uint64_t version = there ? asked.number() : 0;
    if (version > kVersion) {
        return Error{
            .code = ErrorCode::Unsupported,
            .what = {TIDEMARK_TEXT("state", "%1 was written by a newer version of Tidemark."),
                     {path}},
            .next = {TIDEMARK_TEXT("state", "Install that version again, or a newer one.")}};
    }
    return version;
}

Status checkPages(sqlite3* handle, const std::string& path)
{
    Statement check(handle, "SELECT quick_check <> 'ok' FROM pragma_quick_check(1)");
    TIDEMARK_TRY(const bool there, check.next());
    if (there && check.number() != 0) {
        return sqlite::sqliteError(nullptr, SQLITE_CORRUPT, path);
    }
    return {};
}

Status setUp(sqlite3* handle, const std::string& path)
{
    TIDEMARK_TRY_STATUS(run(handle, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"));
    TIDEMARK_TRY(const std::uint64_t version, versionOf(handle, path));
    if (version != 0) {
        TIDEMARK_TRY_STATUS(checkPages(handle, path));
    }
    for (std::size_t step = version; step < kSteps.size(); ++step) {
        const std::string reached = std::to_string(step + 1);
        const std::string sql = std::string("BEGIN IMMEDIATE;") + kSteps[step] +
                                "PRAGMA user_version = " + reached + ";COMMIT;";
        TIDEMARK_TRY_STATUS(run(handle, sql.c_str()));
    }
    return {};
}

Result<Handle> openHandle(const std::string& path, int flags)
{
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
    Handle handle(opened);
    if (code != SQLITE_OK) {
        return sqlite::sqliteError(
            opened, opened != nullptr ? sqlite3_extended_errcode(opened) : code, path);
    }
    sqlite3_extended_result_codes(opened, 1);
    sqlite3_busy_timeout(opened, kBusyTimeoutMs);
    return handle;
}

Result<Handle> openOrMake(const std::string& path)
{
    TIDEMARK_TRY(Handle handle, openHandle(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
    TIDEMARK_TRY_STATUS(setUp(handle.get(), path));
    return handle;
}

Status setAside(FileSystem& files, const std::string& path)
{
    for (const char* const suffix : {"-wal", "-shm", ""}) {
        TIDEMARK_TRY(const auto facts, files.stat(path + suffix));
        if (facts) {
            TIDEMARK_TRY_STATUS(files.renameReplacing(path + suffix, path + ".damaged" + suffix));
        }
    }
    return {};
}

Status writeSource(sqlite3* handle, const SourceState& source)
{
    Statement put(handle,
                  "INSERT OR REPLACE INTO source VALUES(1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                  " ?, ?, ?, ?, ?, ?, ?)");
    put.add(source.txId.value).add(source.time).add(source.digest);
    put.add(std::uint64_t{source.pageSizeBytes}).add(std::uint64_t{source.pageCount});
    put.add(std::span<const std::byte>(source.position.salts.bytes));
    put.add(std::uint64_t{source.position.frame});
    put.add(std::uint64_t{source.position.checksum.first});
    put.add(std::uint64_t{source.position.checksum.second});
    put.add(std::optional(source.identity.database));
    put.add(source.identity.wal).add(source.identity.shm).add(source.mark);
    put.add(source.markTxId.value);
    return put.finish();
}

Status writeSegment(sqlite3* handle, const SegmentFacts& segment, std::uint64_t digest)
{
    Statement put(handle, "INSERT OR REPLACE INTO segments VALUES(?, ?, ?, ?, ?, ?, ?)");
    put.add(segment.txId.value).add(segment.time).add(std::uint64_t{segment.pages});
    put.add(std::uint64_t{segment.databasePages}).add(segment.bytes);
    put.add(std::uint64_t{segment.commits}).add(digest);
    return put.finish();
}

SegmentFacts segmentIn(Statement& row)
{
    SegmentFacts segment{.txId = {row.number()}};
    segment.time = row.time();
    segment.pages = row.number32();
    segment.databasePages = row.number32();
    segment.bytes = row.number();
    segment.commits = row.number32();
    return segment;
}

}  // namespace

Result<std::unique_ptr<StateDb>> StateDb::open(FileSystem& files, const std::string& path)
{
    auto handle = openOrMake(path);
    if (!handle.ok() && handle.error().code == ErrorCode::Damaged) {
        TIDEMARK_TRY_STATUS(setAside(files, path));
        handle = openOrMake(path);
    }
    TIDEMARK_TRY(Handle opened, std::move(handle));
    return std::unique_ptr<StateDb>(new StateDb(opened.release()));
}

Result<std::unique_ptr<StateDb>> StateDb::openToRead(FileSystem& files, const std::string& path)
{
    TIDEMARK_TRY(const auto facts, files.stat(path));
    if (!facts) {
        return Error{.code = ErrorCode::NotFound,
                     .what = {TIDEMARK_TEXT("state", "There is no %1."), {path}}};
    }
    // Not "read only": the log's index may have to be made again after a power loss.
    TIDEMARK_TRY(Handle handle, openHandle(path, SQLITE_OPEN_READWRITE));
    TIDEMARK_TRY_STATUS(versionOf(handle.get(), path));
    return std::unique_ptr<StateDb>(new StateDb(handle.release()));
}

StateDb::~StateDb()
{
    sqlite3_close(m_handle);
}

Result<std::optional<SourceState>> StateDb::source() const
{
    const std::scoped_lock lock(m_mutex);
    Statement row(m_handle, "SELECT * FROM source");
    TIDEMARK_TRY(const bool there, row.next());
    if (!there) {
        return std::optional<SourceState>();
    }
    row.number();
    SourceState source;
    source.txId = {row.number()};
    source.time = row.time();
    source.digest = row.number();
    source.pageSizeBytes = row.number32();
    source.pageCount = row.number32();
    row.bytes(source.position.salts.bytes);
    source.position.frame = row.number32();
    source.position.checksum.first = row.number32();
    source.position.checksum.second = row.number32();
    source.identity.database = row.file().value_or(sqlite::FileId());
    source.identity.wal = row.file();
    source.identity.shm = row.file();
    source.mark = row.mark(source.identity.database);
    source.markTxId = {source.mark ? row.number() : 0};
    return std::optional(source);
}

Status StateDb::record(const SourceState& source, const std::optional<SegmentFacts>& segment)
{
    const std::scoped_lock lock(m_mutex);
    TIDEMARK_TRY_STATUS(run(m_handle, "BEGIN IMMEDIATE"));
    Status written = writeSource(m_handle, source);
    if (written.ok() && segment) {
        written = writeSegment(m_handle, *segment, source.digest);
    }
    if (written.ok()) {
        written = run(m_handle, "COMMIT");
    }
    if (!written.ok() && sqlite3_get_autocommit(m_handle) == 0) {
        static_cast<void>(run(m_handle, "ROLLBACK"));
    }
    return written;
}

Result<std::optional<Timestamp>> StateDb::timeOf(ltx::TxId txId) const
{
    const std::scoped_lock lock(m_mutex);
    Statement row(m_handle, "SELECT time FROM segments WHERE tx = ?");
    TIDEMARK_TRY(const bool there, row.add(txId.value).next());
    return there ? std::optional(row.time()) : std::nullopt;
}

Result<std::optional<SegmentFacts>> StateDb::lastOfDigest(std::uint64_t digest,
                                                          ltx::TxId newest) const
{
    const std::scoped_lock lock(m_mutex);
    Statement row(m_handle,
                  "SELECT * FROM segments WHERE digest = ? AND tx <= ? ORDER BY tx DESC LIMIT 1");
    TIDEMARK_TRY(const bool there, row.add(digest).add(newest.value).next());
    return there ? std::optional(segmentIn(row)) : std::nullopt;
}

Result<std::optional<WentBack>> StateDb::wentBack() const
{
    const std::scoped_lock lock(m_mutex);
    Statement row(m_handle, "SELECT at, tx, time, last, last_time FROM went_back");
    TIDEMARK_TRY(const bool there, row.next());
    if (!there) {
        return std::optional<WentBack>();
    }
    WentBack wentBack{.at = row.time()};
    wentBack.to = {row.number()};
    wentBack.toAt = row.time();
    wentBack.last = {row.number()};
    wentBack.lastAt = row.time();
    return std::optional(wentBack);
}

Status StateDb::setWentBack(const WentBack& wentBack)
{
    const std::scoped_lock lock(m_mutex);
    Statement put(m_handle, "INSERT OR REPLACE INTO went_back VALUES(1, ?, ?, ?, ?, ?)");
    put.add(wentBack.at).add(wentBack.to.value).add(wentBack.toAt);
    put.add(wentBack.last.value).add(wentBack.lastAt);
    return put.finish();
}

Result<std::vector<SegmentFacts>> StateDb::segments() const
{
    std::vector<SegmentFacts> segments;
    TIDEMARK_TRY_STATUS(eachSegment([&segments](const SegmentFacts& segment) {
        segments.push_back(segment);
        return true;
    }));
    return segments;
}

Status StateDb::eachSegment(const std::function<bool(const SegmentFacts&)>& each) const
{
    const std::scoped_lock lock(m_mutex);
    Statement row(m_handle, "SELECT * FROM segments ORDER BY tx");
    for (;;) {
        TIDEMARK_TRY(const bool there, row.next());
        if (!there) {
            return {};
        }
        if (!each(segmentIn(row))) {
            return {};
        }
    }
}

}  // namespace tidemark::state
