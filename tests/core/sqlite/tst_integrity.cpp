#include "core/sqlite/integrity.h"

#include "tests/core/sqlite/sqlite_shell.h"

#include <QDir>
#include <QFile>

using namespace tidemark;
using namespace tidemark::sqlite;

class TestIntegrity : public QObject {
    Q_OBJECT

private slots:
    void aGoodFilePassesAndNothingIsMade()
    {
        const Source source;
        for (const bool full : {false, true}) {
            QVERIFY(checkIntegrity(source.name(), full, {}).ok());
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
        QFile file(source.path());
        QVERIFY(file.open(QFile::ReadWrite) && file.seek(4096));
        QVERIFY(file.write(QByteArray(4096, '\x5a')) == 4096);
        file.close();
        const Status status = checkIntegrity(source.name(), false, {});
        QVERIFY(!status.ok() && status.error().code == ErrorCode::Damaged);
        QVERIFY(!status.error().what.arguments.at(1).empty());
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
        const Status status = checkIntegrity(source.name(), true, stop.get_token());
        QVERIFY(!status.ok() && status.error().code == ErrorCode::Cancelled);
    }

    void aMissingFileIsNotFound()
    {
        const Status status = checkIntegrity("/nowhere/a.db", false, {});
        QVERIFY(!status.ok() && status.error().code == ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestIntegrity)
#include "tst_integrity.moc"
