#include "core/base/posix_file_system.h"
#include "core/sqlite/connection.h"
#include "core/sqlite/held_files.h"
#include "tests/support/sqlite_shell.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <memory>

using namespace tidemark;
using namespace tidemark::sqlite;

/// A database that this process has open, and what another one does.
class TestHeldFiles : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Connection> m_ours;
    SourceIdentity m_files;

    [[nodiscard]] QString path(const char* name) const { return m_folder->filePath(name); }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        const QString name = path("app.db");
        SqliteShell(name).run("PRAGMA journal_mode=WAL; CREATE TABLE t(x)");
        m_ours = Connection::open(name.toStdString()).value();
        QVERIFY(m_ours->beginRead().ok());
        m_files = identify(PosixFileSystem(), name.toStdString()).value();
    }
    void cleanup() { m_ours.reset(); }

    void othersAreSeenAsLongAsTheyHaveItOpen()
    {
        QVERIFY(!othersHaveOpen(*m_files.shm));
        SqliteShell shell(path("app.db"));
        shell.run("SELECT * FROM t");
        QVERIFY(othersHaveOpen(*m_files.shm));
        shell.close();
        QVERIFY(!othersHaveOpen(*m_files.shm));
    }

    void toAskTakesNoLockOff()
    {
        for (int i = 0; i < 3; ++i) {
            QVERIFY(!othersHaveOpen(*m_files.shm));
            QVERIFY(onlyNameOf(m_files.database).has_value());
        }
        // Were ours the last to have it open, it would remove the log.
        SqliteShell(path("app.db")).run("INSERT INTO t VALUES (1)");
        QVERIFY(QFile::exists(path("app.db-wal")));
        SqliteShell shell(path("app.db"));
        QVERIFY(shell.run("PRAGMA wal_checkpoint(TRUNCATE)").startsWith('1'));
    }

    void ofWhatIsNotOpenHereNothingIsKnown()
    {
        m_ours.reset();
        QVERIFY(othersHaveOpen(*m_files.shm));
        QVERIFY(!onlyNameOf(m_files.database));
    }

    void oneThatIsOpenedAgainIsFoundAgain()
    {
        QVERIFY(!othersHaveOpen(*m_files.shm));
        m_ours.reset();
        // Another file has its descriptor now.
        QFile other(path("other"));
        QVERIFY(other.open(QIODevice::WriteOnly));
        m_ours = Connection::open(path("app.db").toStdString()).value();
        QVERIFY(m_ours->beginRead().ok());
        const auto shm = identify(PosixFileSystem(), path("app.db").toStdString()).value().shm;
        QVERIFY(!othersHaveOpen(*shm));
        SqliteShell shell(path("app.db"));
        shell.run("SELECT * FROM t");
        QVERIFY(othersHaveOpen(*shm));
    }

    void theNameOfOneThatWasMovedIsItsNewOne()
    {
        QVERIFY(QFile::rename(path("app.db"), path("moved.db")));
        QCOMPARE(onlyNameOf(m_files.database), path("moved.db").toStdString());
        std::filesystem::create_hard_link(path("moved.db").toStdString(),
                                          path("twice.db").toStdString());
        QVERIFY(!onlyNameOf(m_files.database));
        QVERIFY(QFile::remove(path("twice.db")));
        QVERIFY(onlyNameOf(m_files.database).has_value());
        QVERIFY(QFile::remove(path("moved.db")));
        QVERIFY(!onlyNameOf(m_files.database));
    }

    void nobodyIsShutOutWhoHasTheFileUnderAnotherName()
    {
        QVERIFY(QFile::rename(path("app.db"), path("moved.db")));
        SqliteShell shell(path("moved.db"));
        shell.run("SELECT * FROM t");
        m_ours->rollback();
        QVERIFY(!m_ours->shutOthersOut());
        // And he goes on.
        shell.run("INSERT INTO t VALUES (1)");
        QVERIFY(shell.run("SELECT count(*) FROM t").startsWith('1'));
        shell.close();
        QVERIFY(m_ours->shutOthersOut());
        QVERIFY(m_ours->checkpoint(CheckpointMode::Passive).ok());
        SqliteShell late(path("moved.db"));
        QVERIFY(late.run("SELECT * FROM t").contains("locked"));
    }
};

QTEST_GUILESS_MAIN(TestHeldFiles)
#include "tst_held_files.moc"
