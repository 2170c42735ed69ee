#pragma once

#include <sqlite3.h>

#include <QByteArray>
#include <QString>

namespace tidemark::cli {

/// An application with one connection to a database, in WAL mode unless told otherwise.
class SampleDatabase {
public:
    explicit SampleDatabase(const QString& path, const QByteArray& journalMode = "WAL")
    {
        sqlite3_open(path.toUtf8().constData(), &m_handle);
        run("PRAGMA journal_mode=" + journalMode);
        run("PRAGMA synchronous=OFF");
        run("CREATE TABLE IF NOT EXISTS notes(id INTEGER PRIMARY KEY, text TEXT)");
    }
    ~SampleDatabase() { sqlite3_close(m_handle); }
    SampleDatabase(const SampleDatabase&) = delete;
    SampleDatabase& operator=(const SampleDatabase&) = delete;

    bool run(const QByteArray& sql)
    {
        return sqlite3_exec(m_handle, sql.constData(), nullptr, nullptr, nullptr) == SQLITE_OK;
    }

    bool addNote() { return run("INSERT INTO notes(text) VALUES (hex(randomblob(1000)))"); }

private:
    sqlite3* m_handle = nullptr;
};

/// The only value of a query on another connection, -1 when there is none.
inline int valueIn(const QString& path, const QByteArray& sql)
{
    sqlite3* handle = nullptr;
    int value = -1;
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_open_v2(path.toUtf8().constData(), &handle, SQLITE_OPEN_READONLY, nullptr) ==
            SQLITE_OK &&
        sqlite3_prepare_v2(handle, sql.constData(), -1, &statement, nullptr) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        value = sqlite3_column_int(statement, 0);
    }
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return value;
}

inline int notesIn(const QString& path)
{
    return valueIn(path, "SELECT count(*) FROM notes");
}

}  // namespace tidemark::cli
