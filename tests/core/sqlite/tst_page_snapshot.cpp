#include "core/sqlite/page_snapshot.h"

#include "core/base/posix_file_system.h"
#include "core/sqlite/integrity.h"
#include "tests/support/sqlite_shell.h"

#include <QFile>

#include <thread>
#include <vector>

using namespace tidemark;
using namespace tidemark::sqlite;

namespace {

PosixFileSystem disk;

QByteArray read(const PageSnapshot& snapshot, std::uint32_t first, std::uint32_t count)
{
    QByteArray bytes(static_cast<qsizetype>(std::size_t{count} * snapshot.pageSizeBytes()), '\0');
    const std::span into(bytes.data(), static_cast<std::size_t>(bytes.size()));
    return snapshot.read(first, count, std::as_writable_bytes(into)).ok() ? bytes : QByteArray();
}

QByteArray read(const PageSnapshot& snapshot)
{
    return read(snapshot, 1, snapshot.pageCount());
}

/// The database of the snapshot as a file, and what the sqlite3 program finds in it.
QString contentOf(const Source& source, const QByteArray& bytes)
{
    const QString path = source.folder() + "/copy.db";
    QFile file(path);
    if (!file.open(QFile::WriteOnly) || file.write(bytes) != bytes.size()) {
        return "cannot write";
    }
    file.close();
    if (!checkIntegrity(path.toStdString(), true, {}).ok()) {
        return "damaged";
    }
    return SqliteShell(path).run(".sha3sum\nSELECT 1");
}

QString contentOf(const Source& source)
{
    return SqliteShell(source.path()).run(".sha3sum\nSELECT 1");
}

void fill(SqliteShell& application, int rows)
{
    application.run(
        QString("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT %1) "
                "INSERT INTO t(v) SELECT randomblob(700) FROM n")
            .arg(rows));
}

}  // namespace

class TestPageSnapshot : public QObject {
    Q_OBJECT

private slots:
    void itEqualsTheDatabaseInEachPlace()
    {
        const Source source;
        SqliteShell application(source.path());
        application.run("PRAGMA wal_autocheckpoint=0");
        fill(application, 300);
        for (const char* const sql :
             {"SELECT 1", "PRAGMA wal_checkpoint(PASSIVE)", "UPDATE t SET v=randomblob(500)",
              "PRAGMA wal_checkpoint(TRUNCATE)", "DELETE FROM t WHERE k>100; VACUUM"}) {
            application.run(sql);
            const auto snapshot = PageSnapshot::begin(disk, source.name());
            QVERIFY(snapshot.ok());
            QCOMPARE(contentOf(source, read(*snapshot.value())), contentOf(source));
        }
    }

    void itStaysTheSameWhileWritersAndCheckpointsGoOn()
    {
        for (const bool atZero : {false, true}) {
            const Source source;
            SqliteShell application(source.path());
            application.run("PRAGMA wal_autocheckpoint=0");
            fill(application, 500);
            if (atZero) {
                application.run("PRAGMA wal_checkpoint(PASSIVE)");
            }
            const QString truth = contentOf(source);
            const auto snapshot = PageSnapshot::begin(disk, source.name());
            const QByteArray first = read(*snapshot.value());
            for (const char* const sql :
                 {"UPDATE t SET v=randomblob(900)", "PRAGMA wal_checkpoint(TRUNCATE)",
                  "DELETE FROM t WHERE k%2", "PRAGMA wal_checkpoint(PASSIVE)", "VACUUM",
                  "PRAGMA wal_checkpoint(RESTART)", "INSERT INTO t(v) VALUES(1)"}) {
                application.run(sql);
                QVERIFY(read(*snapshot.value()) == first);
            }
            QCOMPARE(contentOf(source, first), truth);
        }
    }

    void manyThreadsReadTheSameBytes()
    {
        const Source source;
        SqliteShell application(source.path());
        application.run("PRAGMA wal_autocheckpoint=0");
        fill(application, 500);
        application.run("PRAGMA wal_checkpoint(PASSIVE)");
        application.run("UPDATE t SET v=randomblob(700) WHERE k%5=0");
        const auto snapshot = PageSnapshot::begin(disk, source.name());
        const PageSnapshot& pages = *snapshot.value();
        const QByteArray whole = read(pages);
        std::atomic<int> different = 0;
        {
            std::vector<std::jthread> threads;
            for (std::uint32_t width = 1; width <= 4; ++width) {
                threads.emplace_back([&, width] {
                    for (std::uint32_t page = 1; page + width <= pages.pageCount(); ++page) {
                        const auto at = static_cast<qsizetype>(page - 1) * 4096;
                        different += read(pages, page, width) != whole.mid(at, width * 4096);
                    }
                });
            }
        }
        QCOMPARE(different.load(), 0);
    }

    void otherPageSizesWork()
    {
        for (const char* const size : {"512", "65536"}) {
            QTemporaryDir directory;
            const QString path = directory.filePath("a.db");
            SqliteShell application(path);
            application.run(QString("PRAGMA page_size=%1; PRAGMA journal_mode=WAL; "
                                    "CREATE TABLE t(v); INSERT INTO t VALUES(randomblob(100000))")
                                .arg(size));
            const auto snapshot = PageSnapshot::begin(disk, path.toStdString());
            QVERIFY(snapshot.ok());
            QCOMPARE(QString::number(snapshot.value()->pageSizeBytes()), size);
            const QByteArray bytes = read(*snapshot.value());
            application.run("PRAGMA wal_checkpoint(PASSIVE)");
            QFile file(path);
            QVERIFY(file.open(QFile::ReadOnly));
            QVERIFY(file.readAll() == bytes);
        }
    }

    void withoutWalModeItIsRefused()
    {
        const Source source(false);
        const auto snapshot = PageSnapshot::begin(disk, source.name());
        QVERIFY(!snapshot.ok() && snapshot.error().code == ErrorCode::NotInWalMode);
    }
};

QTEST_GUILESS_MAIN(TestPageSnapshot)
#include "tst_page_snapshot.moc"
