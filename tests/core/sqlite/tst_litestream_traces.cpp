#include "core/sqlite/litestream_traces.h"

#include "core/base/posix_file_system.h"
#include "core/sqlite/connection.h"
#include "tests/support/sqlite_shell.h"

#include <QDir>
#include <QFile>

using namespace tidemark;
using namespace tidemark::sqlite;

namespace {

PosixFileSystem disk;
constexpr LitestreamTraces kNone{};
constexpr LitestreamTraces kTables{.tables = true};

/// The locks that this process holds, as the system sees them.
QByteArray ownLocks()
{
    QFile file("/proc/locks");
    QByteArray found;
    const QByteArray own = ' ' + QByteArray::number(QCoreApplication::applicationPid()) + ' ';
    if (file.open(QFile::ReadOnly)) {
        for (const QByteArray& line : file.readAll().split('\n')) {
            found += line.contains(own) ? line.mid(line.indexOf(':')) + '\n' : QByteArray();
        }
    }
    return found;
}

}  // namespace

class TestLitestreamTraces : public QObject {
    Q_OBJECT

private slots:
    void aDatabaseOfNobodyElseHasNoneAndNothingIsMade()
    {
        for (const bool wal : {true, false}) {
            const Source source(wal);
            QVERIFY(litestreamTraces(disk, source.name()) == kNone);
            QCOMPARE(QDir(source.folder()).entryList(QDir::Files), QStringList{"a.db"});
        }
    }

    void theFolderBesideItIsSeen()
    {
        const Source source;
        QVERIFY(QDir(source.folder()).mkpath(".a.db-litestream"));
        QVERIFY(litestreamTraces(disk, source.name()) == LitestreamTraces{.folder = true});
    }

    void aFolderOfAnotherDatabaseIsNot()
    {
        const Source source;
        QVERIFY(QDir(source.folder()).mkpath(".b.db-litestream"));
        QVERIFY(litestreamTraces(disk, source.name()) == kNone);
    }

    void eitherTableIsSeen()
    {
        for (const char* name : {"_litestream_lock", "_litestream_seq"}) {
            const Source source;
            SqliteShell(source.path()).run(QString("CREATE TABLE %1 (id INTEGER)").arg(name));
            QVERIFY(litestreamTraces(disk, source.name()) == kTables);
        }
    }

    void namesThatOnlyLookLikeThemAreNot()
    {
        const Source source;
        SqliteShell(source.path())
            .run(
                "CREATE TABLE litestream_lock (id); CREATE VIEW "
                "_litestream_seq AS SELECT 1");
        QVERIFY(litestreamTraces(disk, source.name()) == kNone);
    }

    void aNameFullOfOddCharactersIsOpened()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath("50% ?mode=rw#\xc3\xa4.db");
        SqliteShell(path).run("CREATE TABLE _litestream_seq (id)");
        QVERIFY(litestreamTraces(disk, path.toStdString()) == kTables);
    }

    void whatIsNoDatabaseHasNoTables()
    {
        const QTemporaryDir folder;
        QFile file(folder.filePath("text.db"));
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(QByteArray(5000, 'x'));
        file.close();
        QVERIFY(litestreamTraces(disk, file.fileName().toStdString()) == kNone);
        QVERIFY(litestreamTraces(disk, folder.filePath("none.db").toStdString()) == kNone);
    }

    void theLocksOfThisProcessStay()
    {
        const Source source;
        const auto anchor = Connection::open(source.name());
        QVERIFY(anchor.ok() && anchor.value()->beginRead().ok());
        const QByteArray before = ownLocks();
        QVERIFY(!before.isEmpty());
        QVERIFY(litestreamTraces(disk, source.name()) == kNone);
        QCOMPARE(ownLocks(), before);
    }
};

QTEST_GUILESS_MAIN(TestLitestreamTraces)
#include "tst_litestream_traces.moc"
