#include "core/base/posix_file_system.h"
#include "core/sqlite/page_snapshot.h"
#include "tests/support/sqlite_shell.h"

#include <QDir>
#include <QFile>

using namespace tidemark;
using namespace tidemark::sqlite;

namespace {

PosixFileSystem posix;
FileSystem& disk = posix;

constexpr const char* kModes[] = {"DELETE", "TRUNCATE", "PERSIST", "MEMORY", "OFF"};

QByteArray pagesOf(const PageSnapshot& snapshot)
{
    QByteArray bytes(
        static_cast<qsizetype>(std::size_t{snapshot.pageCount()} * snapshot.pageSizeBytes()), '\0');
    const std::span into(bytes.data(), static_cast<std::size_t>(bytes.size()));
    return snapshot.read(1, snapshot.pageCount(), std::as_writable_bytes(into)).ok() ? bytes
                                                                                     : QByteArray();
}

QByteArray bytesOf(const QString& path)
{
    QFile file(path);
    return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray();
}

QString rows(int count)
{
    return QString(
               "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT %1) "
               "INSERT INTO t(v) SELECT randomblob(700) FROM n")
        .arg(count);
}

std::unique_ptr<PageSnapshot> begin(const Source& source)
{
    auto snapshot = PageSnapshot::beginShared(disk, source.name());
    return snapshot.ok() ? std::move(snapshot).value() : nullptr;
}

}  // namespace

/// The database file is compared only when no snapshot of this process is open: its close would
/// drop the locks.
class TestSharedSnapshot : public QObject {
    Q_OBJECT

private slots:
    void itIsTheFileInEachJournalModeAndLeavesNoTrace()
    {
        for (const char* const mode : kModes) {
            const Source source(false);
            SqliteShell application(source.path());
            application.run(QString("PRAGMA journal_mode=%1").arg(mode));
            for (const QString& sql :
                 {rows(300), QString("DELETE FROM t WHERE k%3=0"), QString("VACUUM")}) {
                application.run(sql);
                const QStringList before = QDir(source.folder()).entryList(QDir::Files);
                auto snapshot = begin(source);
                QVERIFY2(snapshot, mode);
                const QByteArray pages = pagesOf(*snapshot);
                QCOMPARE(QDir(source.folder()).entryList(QDir::Files), before);
                snapshot.reset();
                QVERIFY2(pages == bytesOf(source.path()), mode);
            }
            QCOMPARE(application.run("PRAGMA journal_mode").toUpper(), mode);
        }
    }

    void eachCommitCountsUpItsCounter()
    {
        const Source source(false);
        SqliteShell application(source.path());
        auto snapshot = begin(source);
        const std::uint32_t before = snapshot->changeCounter();
        snapshot.reset();
        application.run("INSERT INTO t(v) VALUES(1)");
        QCOMPARE(begin(source)->changeCounter(), before + 1);
        application.run("SELECT count(*) FROM t");
        QCOMPARE(begin(source)->changeCounter(), before + 1);
    }

    void nobodyCommitsWhileItLives()
    {
        const Source source(false);
        SqliteShell application(source.path());
        auto snapshot = begin(source);
        const QByteArray before = pagesOf(*snapshot);
        QVERIFY(!snapshot->isInTheWay());
        application.run("BEGIN; INSERT INTO t(v) VALUES(1)");
        QVERIFY(snapshot->isInTheWay());
        QVERIFY(application.run("COMMIT").contains("locked"));
        QVERIFY(pagesOf(*snapshot) == before);
        snapshot.reset();
        QCOMPARE(application.run("COMMIT"), QString());
    }

    void aWriterThatIsCommittingIsBusy()
    {
        const Source source(false);
        SqliteShell application(source.path());
        application.run("BEGIN EXCLUSIVE; INSERT INTO t(v) VALUES(1)");
        auto snapshot = PageSnapshot::beginShared(disk, source.name());
        QVERIFY(!snapshot.ok() && snapshot.error().code == ErrorCode::Busy);
        application.run("COMMIT");
        QVERIFY(begin(source));
    }

    /// A killed writer leaves half a transaction in the file, and what undoes it in the journal.
    void whatAKilledWriterLeftIsReadWhenSomebodyRolledItBack()
    {
        const Source source(false);
        {
            SqliteShell application(source.path());
            application.run(rows(2000));
        }
        const QByteArray before = bytesOf(source.path());
        SqliteShell application(source.path());
        application.run("PRAGMA cache_size=5; BEGIN; UPDATE t SET v=randomblob(700)");
        application.kill();
        QVERIFY(QFile::exists(source.path() + "-journal"));
        const QByteArray left = bytesOf(source.path());
        QVERIFY(left != before);
        auto refused = PageSnapshot::beginShared(disk, source.name());
        QVERIFY(!refused.ok() && refused.error().code == ErrorCode::Busy);
        QVERIFY(refused.error().what.source.find("killed") != std::string::npos);
        QVERIFY(bytesOf(source.path()) == left);
        QVERIFY(QFile::exists(source.path() + "-journal"));

        SqliteShell(source.path()).run("SELECT count(*) FROM t");
        auto snapshot = begin(source);
        QVERIFY(snapshot);
        QVERIFY(pagesOf(*snapshot) == before);
    }

    void behindTheSizeInTheHeaderThereIsNothing()
    {
        const Source source(false);
        const QByteArray before = bytesOf(source.path());
        QFile file(source.path());
        QVERIFY(file.resize(file.size() + 3 * 4096));
        auto snapshot = begin(source);
        QVERIFY(snapshot);
        QVERIFY(pagesOf(*snapshot) == before);
    }

    void otherPageSizesWork()
    {
        for (const char* const size : {"512", "65536"}) {
            QTemporaryDir directory;
            const QString path = directory.filePath("a.db");
            SqliteShell(path).run(QString("PRAGMA page_size=%1; CREATE TABLE t(v); "
                                          "INSERT INTO t VALUES(randomblob(100000))")
                                      .arg(size));
            auto snapshot = std::move(PageSnapshot::beginShared(disk, path.toStdString())).value();
            QCOMPARE(QString::number(snapshot->pageSizeBytes()), size);
            const QByteArray pages = pagesOf(*snapshot);
            snapshot.reset();
            QVERIFY(pages == bytesOf(path));
        }
    }

    void aCopyIsReadWhileOthersCommit()
    {
        const Source source(false);
        SqliteShell application(source.path());
        application.run(rows(3000));
        auto snapshot = begin(source);
        const QByteArray before = pagesOf(*snapshot);
        auto file = disk.createUnnamed(source.folder().toStdString());
        QVERIFY(file.ok());
        QVERIFY(snapshot->copyTo(std::move(file).value(), {}).ok());
        snapshot->keepCopyOnly();
        QVERIFY(!snapshot->isInTheWay());
        QCOMPARE(application.run("UPDATE t SET v=1"), QString());
        QVERIFY(pagesOf(*snapshot) == before);
    }

    void aCopyCanBeStopped()
    {
        const Source source(false);
        auto snapshot = begin(source);
        std::stop_source stop;
        stop.request_stop();
        auto file = disk.createUnnamed(source.folder().toStdString());
        const Status copied = snapshot->copyTo(std::move(file).value(), stop.get_token());
        QVERIFY(!copied.ok() && copied.error().code == ErrorCode::Cancelled);
    }

    /// That of another database, or of a newer file of this one: SQLite would take it for its own.
    void aLogBesideItIsNotOpened()
    {
        const Source source(false);
        const Source other;
        SqliteShell application(other.path());
        application.run("INSERT INTO t(v) VALUES(2)");
        QVERIFY(QFile::copy(other.path() + "-wal", source.path() + "-wal"));
        const QStringList before = QDir(source.folder()).entryList(QDir::Files);
        const QByteArray log = bytesOf(source.path() + "-wal");
        const auto refused = PageSnapshot::beginShared(disk, source.name());
        QVERIFY(!refused.ok() && refused.error().code == ErrorCode::Busy);
        QVERIFY(refused.error().what.source.find("write-ahead log") != std::string::npos);
        QCOMPARE(QDir(source.folder()).entryList(QDir::Files), before);
        QVERIFY(bytesOf(source.path() + "-wal") == log);
        QVERIFY(QFile::remove(source.path() + "-wal"));
        QVERIFY(begin(source));
    }

    void theLogBesideAnEmptyFileStays()
    {
        const Source source(false);
        QVERIFY(QFile(source.path()).resize(0));
        QFile log(source.path() + "-wal");
        QVERIFY(log.open(QFile::WriteOnly) && log.write("a log") > 0);
        log.close();
        const auto refused = PageSnapshot::beginShared(disk, source.name());
        QVERIFY(!refused.ok() && refused.error().code == ErrorCode::Busy);
        QVERIFY(bytesOf(log.fileName()) == "a log");
        QVERIFY(QFile::remove(log.fileName()));
        QVERIFY(PageSnapshot::beginShared(disk, source.name()).error().code == ErrorCode::Busy);
    }

    void aLogOfItsOwnTellsThatItIsInWalMode()
    {
        const Source source;
        SqliteShell application(source.path());
        application.run("INSERT INTO t(v) VALUES(2)");
        const auto snapshot = PageSnapshot::beginShared(disk, source.name());
        QVERIFY(!snapshot.ok() && snapshot.error().code == ErrorCode::Unavailable);
    }

    void aDatabaseInWalModeIsFollowedInAnotherWay()
    {
        const Source source;
        const auto snapshot = PageSnapshot::beginShared(disk, source.name());
        QVERIFY(!snapshot.ok() && snapshot.error().code == ErrorCode::Unavailable);
    }
};

QTEST_GUILESS_MAIN(TestSharedSnapshot)
#include "tst_shared_snapshot.moc"
