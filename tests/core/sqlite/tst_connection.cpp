#include "core/base/posix_file_system.h"
#include "core/sqlite/connection.h"
#include "tests/support/sqlite_shell.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

using namespace tidemark;
using namespace tidemark::sqlite;

namespace {

ErrorCode codeOf(const QString& path)
{
    const auto connection = Connection::open(path.toStdString());
    return connection.ok() ? ErrorCode::Bug : connection.error().code;
}

QStringList filesIn(const Source& source)
{
    return QDir(source.folder()).entryList(QDir::Files, QDir::Name);
}

}  // namespace

class TestConnection : public QObject {
    Q_OBJECT

private slots:
    void whatIsNoDatabaseIsNamed()
    {
        const Source source;
        QVERIFY(codeOf(source.folder() + "/none.db") == ErrorCode::NotFound);
        QVERIFY(codeOf(source.folder()) == ErrorCode::Unsupported);
        QFile file(source.folder() + "/text");
        QVERIFY(file.open(QFile::WriteOnly) && file.write(QByteArray(5000, 'x')) == 5000);
        file.close();
        QVERIFY(codeOf(file.fileName()) == ErrorCode::Damaged);
    }

    void aReadTransactionHoldsAMarkWithoutReadingTheSchema()
    {
        const Source source;
        SqliteShell application(source.path());
        application.run(
            "PRAGMA writable_schema=ON; INSERT INTO sqlite_master "
            "VALUES('table','x','x',99,'CREATE NONSENSE')");
        const auto connection = Connection::open(source.name());
        QVERIFY(connection.ok());
        QVERIFY(connection.value()->beginRead().ok());
        QVERIFY(connection.value()->inTransaction());
        const auto header = connection.value()->walIndex();
        QVERIFY(header.ok());
        QVERIFY(header.value().mxFrame > 0);
        QCOMPARE(header.value().pageSizeBytes, 4096U);
        // The mark: a restart needs every reader of the log gone.
        QCOMPARE(application.run("PRAGMA wal_checkpoint(RESTART)").section('|', 0, 0), "1");
        connection.value()->rollback();
        QCOMPARE(application.run("PRAGMA wal_checkpoint(RESTART)").section('|', 0, 0), "0");
    }

    void anIndexOverAnEmptyLogTellsTheFilesSize()
    {
        const Source source;
        const auto connection = Connection::open(source.name());
        QVERIFY(connection.value()->beginRead().ok());
        const auto header = connection.value()->walIndex();
        QVERIFY(header.ok());
        QCOMPARE(header.value().mxFrame, 0U);
        QCOMPARE(header.value().pageSizeBytes, 4096U);
        QCOMPARE(header.value().pageCount, 2U);
    }

    void theSealHoldsWritersOff()
    {
        const Source source;
        SqliteShell application(source.path());
        const auto connection = Connection::open(source.name());
        QVERIFY(connection.value()->beginSeal().ok());
        QVERIFY(application.run("INSERT INTO t(v) VALUES(1)").contains("locked"));
        connection.value()->rollback();
        QCOMPARE(application.run("INSERT INTO t(v) VALUES(1)"), "");
        application.run("BEGIN IMMEDIATE");
        const Status sealed = connection.value()->beginSeal();
        QVERIFY(!sealed.ok() && sealed.error().code == ErrorCode::Busy);
        QVERIFY(!connection.value()->inTransaction());
    }

    void aCheckpointSaysWhatItDid()
    {
        const Source source;
        SqliteShell application(source.path());
        application.run("INSERT INTO t(v) VALUES(1)");
        const auto connection = Connection::open(source.name());
        const auto done = connection.value()->checkpoint(CheckpointMode::Passive);
        QVERIFY(done.ok() && done.value().complete());
        QVERIFY(done.value().logFrames > 0);
        application.run("BEGIN IMMEDIATE");
        const auto busy = connection.value()->checkpoint(CheckpointMode::Truncate);
        QVERIFY(!busy.ok() && busy.error().code == ErrorCode::Busy);
    }

    void aLogIsCutWithoutALookAtTheDatabase()
    {
        const Source source;
        const Source other;
        SqliteShell(other.path()).run("INSERT INTO t VALUES (2, randomblob(50000))");
        SqliteShell application(source.path());
        const auto ours = Connection::open(source.name());
        application.run("UPDATE t SET v = 'two'");
        QVERIFY(QFile::remove(source.path()) && QFile::copy(other.path(), source.path()));
        application.kill();
        const QString wal = source.path() + "-wal";
        PosixFileSystem files;
        const auto log = files.open(wal.toStdString(), OpenFor::Updating, kPrivateFile);
        const qint64 logBytes = QFileInfo(wal).size();
        QVERIFY(logBytes > 0);
        // SQLite can read nothing: the log says that the database is smaller.
        QVERIFY(!Connection::open(source.name()).value()->beginRead().ok());
        const auto cut = [&](bool may) {
            return Connection::open(source.name()).value()->cutLog(*log.value(), [may] {
                return may;
            });
        };
        QCOMPARE(cut(false).error().code, ErrorCode::Busy);
        QCOMPARE(QFileInfo(wal).size(), logBytes);
        QVERIFY(cut(true).ok());
        QCOMPARE(QFileInfo(wal).size(), qint64{0});
        SqliteShell newcomer(source.path());
        QCOMPARE(newcomer.run("SELECT count(*) FROM t; PRAGMA integrity_check"), "2\nok");
    }

    void aLogThatSomebodyReadsOrWritesIsNotCut()
    {
        const Source source;
        SqliteShell application(source.path());
        application.run("UPDATE t SET v = 'two'");
        PosixFileSystem files;
        const auto log = files.open(source.name() + "-wal", OpenFor::Updating, kPrivateFile);
        const auto cut = [&] {
            return Connection::open(source.name()).value()->cutLog(*log.value(), [] {
                return true;
            });
        };
        for (const char* const begin : {"BEGIN; SELECT * FROM t", "BEGIN IMMEDIATE"}) {
            application.run(begin);
            QCOMPARE(cut().error().code, ErrorCode::Busy);
            application.run("ROLLBACK");
        }
        QCOMPARE(application.run("SELECT v FROM t"), "two");
        // Who has it open at rest goes on with what is there then.
        QVERIFY(cut().ok());
        QCOMPARE(application.run("SELECT v FROM t"), "one");
        application.run("UPDATE t SET v = 'three'");
        QCOMPARE(SqliteShell(source.path()).run("SELECT v FROM t"), "three");
    }

    void aLogIsNotCutUnderAProgramThatLocksOthersOut()
    {
        const Source source;
        SqliteShell application(source.path());
        application.run("PRAGMA locking_mode=EXCLUSIVE; UPDATE t SET v = 'two'");
        PosixFileSystem files;
        const auto wal = files.open(source.name() + "-wal", OpenFor::Updating, kPrivateFile);
        const auto cut =
            Connection::open(source.name()).value()->cutLog(*wal.value(), [] { return true; });
        QCOMPARE(cut.error().code, ErrorCode::Busy);
        QCOMPARE(application.run("SELECT v FROM t"), "two");
    }

    void withoutWalModeNothingIsMade()
    {
        const Source source(false);
        const auto connection = Connection::open(source.name());
        QVERIFY(connection.value()->beginRead().ok());
        QVERIFY(connection.value()->walIndex().error().code == ErrorCode::NotInWalMode);
        connection.value()->rollback();
        const auto done = connection.value()->checkpoint(CheckpointMode::Passive);
        QVERIFY(!done.ok() && done.error().code == ErrorCode::NotInWalMode);
        QCOMPARE(filesIn(source), QStringList{"a.db"});
    }

    void beyondTheEndOfTheFileIsZeros()
    {
        const Source source;
        const auto connection = Connection::open(source.name());
        std::vector<std::byte> bytes(200'000, std::byte{1});
        QVERIFY(connection.value()->readFile(bytes, 0).ok());
        QCOMPARE(static_cast<char>(bytes[0]), 'S');
        const auto size = connection.value()->fileSizeBytes().value();
        QCOMPARE(size, 8192U);
        QVERIFY(std::all_of(bytes.begin() + 8192, bytes.end(),
                            [](std::byte byte) { return byte == std::byte{0}; }));
    }

    void theLogStaysOnCloseAndGoesWhenAsked()
    {
        const Source source;
        {
            SqliteShell application(source.path());
            application.run("INSERT INTO t(v) VALUES(1)");
            application.kill();
        }
        for (const bool cleanUp : {false, true}) {
            auto connection = std::move(Connection::open(source.name())).value();
            QVERIFY(connection->beginRead().ok());
            if (cleanUp) {
                connection->cleanUpOnClose();
            }
            connection.reset();
            const QStringList expected =
                cleanUp ? QStringList{"a.db"} : QStringList{"a.db", "a.db-shm", "a.db-wal"};
            QCOMPARE(filesIn(source), expected);
        }
        SqliteShell application(source.path());
        QCOMPARE(application.run("SELECT count(*) FROM t"), "2");
    }
};

QTEST_GUILESS_MAIN(TestConnection)
#include "tst_connection.moc"
