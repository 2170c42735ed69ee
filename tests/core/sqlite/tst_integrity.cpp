#include "core/sqlite/integrity.h"

#include "tests/support/sqlite_shell.h"

#include <sqlite3.h>

#include <QDir>
#include <QFile>

#include <string_view>

using namespace tidemark;
using namespace tidemark::sqlite;

namespace {

int compareBytes(void*, int aSize, const void* a, int bSize, const void* b)
{
    const std::string_view left(static_cast<const char*>(a), static_cast<std::size_t>(aSize));
    const std::string_view right(static_cast<const char*>(b), static_cast<std::size_t>(bSize));
    return left.compare(right);
}

/// As an application does that brings an order of its own: nobody else can check its index.
void orderByOwnCollation(const QString& path)
{
    sqlite3* opened = nullptr;
    QCOMPARE(sqlite3_open(path.toUtf8().constData(), &opened), SQLITE_OK);
    sqlite3_create_collation(opened, "own", SQLITE_UTF8, nullptr, compareBytes);
    QCOMPARE(sqlite3_exec(opened,
                          "CREATE TABLE names(n TEXT COLLATE own UNIQUE);"
                          "INSERT INTO names VALUES ('a'), ('b');"
                          "PRAGMA wal_checkpoint(TRUNCATE)",
                          nullptr, nullptr, nullptr),
             SQLITE_OK);
    sqlite3_close(opened);
}

/// Page 2 is the root of t.
void breakTable(const QString& path)
{
    QFile file(path);
    QVERIFY(file.open(QFile::ReadWrite) && file.seek(4096));
    QVERIFY(file.write(QByteArray(4096, '\x5a')) == 4096);
}

}  // namespace

class TestIntegrity : public QObject {
    Q_OBJECT

private slots:
    void aGoodFilePassesAndNothingIsMade()
    {
        const Source source;
        for (const bool full : {false, true}) {
            QVERIFY(checkIntegrity(source.name(), full, {}).value() == Integrity::Sound);
        }
        QCOMPARE(QDir(source.folder()).entryList(QDir::Files), QStringList{"a.db"});
    }

    void aNameWithLettersOfUrisIsFound()
    {
        const Source source;
        const QString path = source.folder() + "/100% sure? #1.db";
        QVERIFY(QFile::copy(source.path(), path));
        QVERIFY(checkIntegrity(path.toStdString(), true, {}).ok());
    }

    void aBrokenPageIsNamed()
    {
        const Source source;
        breakTable(source.path());
        const auto status = checkIntegrity(source.name(), false, {});
        QVERIFY(!status.ok() && status.error().code == ErrorCode::Damaged);
        QVERIFY(!status.error().what.arguments.at(1).empty());
    }

    void aCollationOfTheApplicationIsNoDamage()
    {
        const Source source;
        orderByOwnCollation(source.path());
        for (const bool full : {false, true}) {
            const auto checked = checkIntegrity(source.name(), full, {});
            QVERIFY(checked.ok() && checked.value() == Integrity::SoundInPart);
        }
    }

    void besideACollationOfTheApplicationABrokenTableIsFound()
    {
        const Source source;
        orderByOwnCollation(source.path());
        breakTable(source.path());
        const auto status = checkIntegrity(source.name(), false, {});
        QVERIFY(!status.ok() && status.error().code == ErrorCode::Damaged);
    }

    void aSchemaThatCannotBeReadIsNotSoundInPart()
    {
        const Source source;
        QFile file(source.path());
        // A schema format that no version of SQLite has.
        QVERIFY(file.open(QFile::ReadWrite) && file.seek(47) && file.putChar(9));
        file.close();
        QVERIFY(!checkIntegrity(source.name(), false, {}).ok());
    }

    void itStopsWhenAsked()
    {
        const Source source;
        SqliteShell(source.path())
            .run(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 50000) "
                "INSERT INTO t(v) SELECT 'x' FROM n");
        std::stop_source stop;
        stop.request_stop();
        const auto status = checkIntegrity(source.name(), true, stop.get_token());
        QVERIFY(!status.ok() && status.error().code == ErrorCode::Cancelled);
    }

    void aMissingFileIsNotFound()
    {
        const auto status = checkIntegrity("/nowhere/a.db", false, {});
        QVERIFY(!status.ok() && status.error().code == ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestIntegrity)
#include "tst_integrity.moc"
