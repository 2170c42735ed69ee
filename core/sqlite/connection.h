#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/sqlite/handle.h"
#include "core/sqlite/open_database.h"
#include "core/sqlite/wal_index.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>

struct sqlite3;
struct sqlite3_file;

namespace tidemark::sqlite {

enum class CheckpointMode { Passive, Truncate };

/// What a checkpoint did.
struct CheckpointOutcome {
    std::uint32_t logFrames = 0;
    std::uint32_t backfilledFrames = 0;

    [[nodiscard]] bool complete() const { return logFrames == backfilledFrames; }
};

/// A connection to a followed database that leaves no trace: no automatic checkpoint, none on
/// close, no waiting inside SQLite (busy timeout 0), no schema read, nothing written but through a
/// checkpoint or by cutLog(). For one thread at a time, but readFile() for any number. SQLite's
/// "busy", "recovery" and "protocol" answers come as Busy.
class Connection {
public:
    /// Opens an existing database. NotFound, Forbidden, Damaged ("not a SQLite file", also for
    /// encrypted ones), Unsupported or Io, with the path in the text. Busy, also in the first
    /// begin, while others here would be disturbed: see OpenDatabase.
    [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const std::string& path);

    /// For beginRead() and the reads alone: in rollback mode nothing at all is written through it,
    /// so that it cannot read what a killed writer left before somebody else rolled that back
    /// (beginRead() is Busy until then).
    [[nodiscard]] static Result<std::unique_ptr<Connection>> openToRead(const std::string& path);

    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Begins a transaction that holds a read mark from now on, or in rollback mode the shared
    /// lock. Busy when SQLite would wait. Makes -wal and -shm when they are not there.
    [[nodiscard]] Status beginRead();

    /// Begins a transaction that holds the write lock; it is never used to write.
    [[nodiscard]] Status beginSeal();

    /// Whether somebody is about to write in rollback mode: holds the reserved lock, and will wait
    /// for every reader before it commits. False when that cannot be told.
    [[nodiscard]] bool isReserved() const;

    /// Ends either; fine without one.
    void rollback();

    [[nodiscard]] bool inTransaction() const;

    /// The wal-index, as it is now; inside a transaction, or after one (the map stays). Where the
    /// index of an empty log leaves them open, page size and page count are the database file's.
    /// Busy while it is torn: the next begin of anybody repairs it. NotInWalMode, also when no
    /// transaction was begun yet.
    [[nodiscard]] Result<WalIndexHeader> walIndex() const;

    /// Busy when another checkpoint or writer stands in the way, NotInWalMode.
    [[nodiscard]] Result<CheckpointOutcome> checkpoint(CheckpointMode mode);

    /// Whether nobody else, under whatever name and in whatever name space, has the database file
    /// open since it was read or written. Nobody opens it from then on, until the connection closes
    /// (the exclusive lock, as the last close takes it). Behind a transaction, not in one
    /// (asserted); for a checkpoint and the end.
    [[nodiscard]] bool shutOthersOut();

    /// A passive checkpoint while nobody can commit, if `mayBegin` still says so then. Behind a
    /// transaction, not in one (asserted). Fails as checkpoint() does; Busy when somebody commits,
    /// or `mayBegin` says no.
    [[nodiscard]] Result<CheckpointOutcome> checkpointIf(const std::function<bool()>& mayBegin);

    /// For a log that is of another file than the one it lies beside, or of which all is in its
    /// own: cuts `wal`, the open -wal file, for good, without a look at the database, of which
    /// SQLite may refuse every transaction while the log is there. `mayCut` is asked while all
    /// locks of the index are held, as for a recovery: nobody reads or writes then. Not in a
    /// transaction (asserted), and this connection is good for none behind it. Busy when somebody
    /// is in the way, or `mayCut` says no.
    [[nodiscard]] Status cutLog(File& wal, const std::function<bool()>& mayCut);

    /// Reads from the database file through SQLite's own descriptor; what lies beyond the end is
    /// zeros.
    [[nodiscard]] Status readFile(std::span<std::byte> into, std::uint64_t offset) const;

    /// Size of the database file; the log may hold more pages, or fewer.
    [[nodiscard]] Result<std::uint64_t> fileSizeBytes() const;

    /// Blocks until the database file is on the medium.
    [[nodiscard]] Status syncFile();

    /// Makes SQLite checkpoint and remove -wal and -shm when this is the last connection and it
    /// closes.
    void cleanUpOnClose();

    [[nodiscard]] const std::string& path() const { return m_path; }

private:
    Connection(std::unique_ptr<OpenDatabase> entry, sqlite3* handle, sqlite3_file* file,
               std::string path);

    [[nodiscard]] static Result<std::unique_ptr<Connection>> opened(
        std::unique_ptr<OpenDatabase> entry, Handle handle, const std::string& path);

    [[nodiscard]] Status cutLogLocked(File& wal, volatile void* index,
                                      const std::function<bool()>& mayCut);
    [[nodiscard]] Status run(const char* sql);
    [[nodiscard]] Status begin(const char* first, const char* second);
    [[nodiscard]] Status noteLog();
    [[nodiscard]] Result<volatile void*> mappedIndex(bool makes) const;
    [[nodiscard]] Status describeEmptyLog(WalIndexHeader& header) const;

    std::unique_ptr<OpenDatabase> m_entry;
    sqlite3* m_handle = nullptr;
    sqlite3_file* m_file = nullptr;  // The database file; belongs to m_handle.
    std::string m_path;
    bool m_logOpen = false;  // SQLite has -wal and -shm open.
    // Held while m_file is read: SQLite built without pread moves the descriptor's position.
    mutable std::mutex m_reading;
};

}  // namespace tidemark::sqlite
