#pragma once

#include "core/base/result.h"
#include "core/sqlite/wal_index.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

struct sqlite3;

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
/// checkpoint. For one thread at a time. SQLite's "busy", "recovery" and "protocol" answers come as
/// Busy.
class Connection {
public:
    /// Opens an existing database. NotFound, Forbidden, Damaged ("not a SQLite file", also for
    /// encrypted ones), Unsupported or Io, with the path in the text.
    [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const std::string& path);

    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Begins a transaction that holds a read mark from now on. Busy when SQLite would wait.
    [[nodiscard]] Status beginRead();

    /// Begins a transaction that holds the write lock; it is never used to write.
    [[nodiscard]] Status beginSeal();

    /// Ends either; fine without one.
    void rollback();

    [[nodiscard]] bool inTransaction() const;

    /// The wal-index, as it is now; inside a transaction, or after one (the map stays). Unsupported
    /// when the database is not in WAL mode.
    [[nodiscard]] Result<WalIndexHeader> walIndex() const;

    /// Busy when another checkpoint or writer stands in the way, Unsupported when not in WAL mode.
    [[nodiscard]] Result<CheckpointOutcome> checkpoint(CheckpointMode mode);

    /// Reads from the database file through SQLite's own descriptor; what lies beyond the end is
    /// zeros.
    [[nodiscard]] Status readFile(std::span<std::byte> into, std::uint64_t offset) const;

    /// Blocks until the database file is on the medium.
    [[nodiscard]] Status syncFile();

    /// Makes SQLite checkpoint and remove -wal and -shm when this is the last connection and it
    /// closes.
    void cleanUpOnClose();

    [[nodiscard]] const std::string& path() const { return m_path; }

private:
    Connection(sqlite3* handle, std::string path);

    sqlite3* m_handle = nullptr;
    std::string m_path;
};

}  // namespace tidemark::sqlite
