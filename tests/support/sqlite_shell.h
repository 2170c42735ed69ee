#pragma once

#include <QProcess>
#include <QString>
#include <QTemporaryDir>
#include <QTest>

#include <string>

namespace tidemark::sqlite {

/// The application: the sqlite3 program, or a copy of it under another name, a process of its own
/// with one connection that stays open.
class SqliteShell {
public:
    explicit SqliteShell(const QString& path, const QString& program = "sqlite3")
    {
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.start(program, {"-batch", path});
        m_process.waitForStarted();
    }
    ~SqliteShell() { close(); }

    void close()
    {
        if (m_process.state() == QProcess::Running) {
            m_process.closeWriteChannel();
            m_process.waitForFinished();
        }
    }

    /// Runs `sql` to its end and gives what the program says: rows and errors.
    QString run(const QString& sql)
    {
        const QByteArray mark = "--done--\n";
        m_process.write((sql + ";\n.print --done--\n").toUtf8());
        QByteArray said;
        while (!said.endsWith(mark) && m_process.waitForReadyRead(20'000)) {
            said += m_process.readAll();
        }
        said.chop(mark.size());
        return QString::fromUtf8(said).trimmed();
    }

    [[nodiscard]] qint64 processId() const { return m_process.processId(); }

    /// kill -9.
    void kill()
    {
        m_process.kill();
        m_process.waitForFinished();
    }

private:
    QProcess m_process;
};

/// A folder with a database in WAL mode in it.
class Source {
public:
    explicit Source(bool wal = true)
    {
        SqliteShell shell(path());
        shell.run(wal ? "PRAGMA journal_mode=WAL" : "PRAGMA journal_mode=DELETE");
        shell.run("CREATE TABLE t(k INTEGER PRIMARY KEY, v); INSERT INTO t VALUES(1,'one')");
    }
    [[nodiscard]] QString path() const { return m_directory.filePath("a.db"); }
    [[nodiscard]] std::string name() const { return path().toStdString(); }
    [[nodiscard]] QString folder() const { return m_directory.path(); }

private:
    QTemporaryDir m_directory;
};

}  // namespace tidemark::sqlite
