#pragma once

#include "core/base/result.h"
#include "core/sqlite/source_identity.h"

#include <list>
#include <memory>
#include <string>

namespace tidemark::sqlite {

/// Tells the connections of this process from one another, for the sake of two of its properties:
///
/// SQLite has one wal-index for each database file in a process. Who opens a database whose -shm
/// was replaced, while somebody here still has the old one, is given that: nobody else sees the
/// locks in it, and a checkpoint by it copies pages that the log does not hold any more.
///
/// POSIX takes all locks of a process off a file when any descriptor of it is closed. A database
/// that was replaced beside its old -shm would lose its locks when the last connection to the
/// replaced one ends.
///
/// So where only one of database and -shm is that of a connection here, there is no second
/// connection. One of these lives as long as its connection.
///
/// One table for the process; asks the real disk, as SQLite does. For any thread.
class OpenDatabase {
public:
    /// Busy while a connection here has only one of database and -shm, or has the database under
    /// another name; else fails as identify() does.
    [[nodiscard]] static Status mayEnter(const std::string& path);

    /// Before the file is opened. Fails as mayEnter() does.
    [[nodiscard]] static Result<std::unique_ptr<OpenDatabase>> enter(const std::string& path);

    ~OpenDatabase();
    OpenDatabase(const OpenDatabase&) = delete;
    OpenDatabase& operator=(const OpenDatabase&) = delete;

    /// SQLite has opened -shm, which may not have been there before. Fails as enter() does, and
    /// with Unavailable when the database was replaced since: the connection is to be closed.
    [[nodiscard]] Status logOpened();

private:
    explicit OpenDatabase(std::string path);

    std::string m_path;
    std::list<SourceIdentity>::iterator m_entry;
};

}  // namespace tidemark::sqlite
