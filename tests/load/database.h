#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

/// What the loads need of SQLite, as thin as it can be. The loads stand for other people's
/// programs: they link SQLite and the C library and nothing of Tidemark. One thread each.
namespace load {

/// Another connection holds a lock for longer than the busy timeout ("database is locked").
struct Busy {};

/// Anything else that SQLite refuses; `code` is its extended result code.
struct Failure : std::runtime_error {
    Failure(int resultCode, const std::string& text) : std::runtime_error(text), code(resultCode) {}
    int code;
};

/// A prepared statement. Binding is by position, from 1; columns are read by position, from 0.
class Statement {
public:
    Statement(sqlite3* database, const std::string& sql);

    Statement& bind(int at, std::int64_t value);
    Statement& bindText(int at, const std::string& value);
    Statement& bindBlob(int at, std::span<const std::uint8_t> value);

    /// True on a row, false at the end (the statement is then reset). Throws Busy or Failure,
    /// reset.
    bool step();
    /// Steps to the end.
    void run();
    /// The first column of the first row, 0 without a row.
    std::int64_t value();
    void reset() { sqlite3_reset(m_statement.get()); }

    std::int64_t integer(int column) const;
    std::string text(int column) const;
    sqlite3_stmt* get() const { return m_statement.get(); }

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    std::unique_ptr<sqlite3_stmt, Finalize> m_statement;
};

struct OpenOptions {
    int busyTimeoutMs = 5000;
    bool readOnly = false;
    /// For a file that no other process has open: no locks, and no -wal or -shm appears beside it.
    bool immutable = false;
};

/// One connection. Throws Failure when the file cannot be opened.
class Database {
public:
    Database(const std::string& path, const OpenOptions& options);

    /// Runs statements without results. Throws Busy or Failure.
    void run(const std::string& sql);
    /// As run(), but false where it failed: for what may fail, such as a ROLLBACK after an error.
    bool tryRun(const std::string& sql);
    std::int64_t value(const std::string& sql);
    Statement prepare(const std::string& sql) { return Statement(m_database.get(), sql); }
    sqlite3* get() const { return m_database.get(); }

private:
    struct Close {
        void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
    };
    std::unique_ptr<sqlite3, Close> m_database;
};

}  // namespace load
