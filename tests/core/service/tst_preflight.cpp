#include "core/service/preflight.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::service;

class TestPreflight : public QObject {
    Q_OBJECT

private slots:
    void threeHundredDatabasesNeedMoreThanTheUsualLimit()
    {
        QVERIFY(openFilesCaution(300, 1024));
        QVERIFY(!openFilesCaution(300, 4096));
        const std::string said = inEnglish(openFilesCaution(300, 1024)->what);
        QVERIFY(said.find("300 databases") != std::string::npos);
        QVERIFY(said.find("1024") != std::string::npos);
    }

    void whatFitsIsExactlyWhatIsNotWarnedOf()
    {
        for (const std::uint64_t limit : {256U, 1024U, 4096U, 20'000U, 1U << 20}) {
            const std::size_t fits = databasesWithin(limit);
            QVERIFY(!openFilesCaution(fits, limit));
            QVERIFY(openFilesCaution(fits + 1, limit));
        }
    }

    void oneDatabaseIsTriedWhateverTheLimit()
    {
        QCOMPARE(databasesWithin(0), 0U);
        QCOMPARE(databasesWithin(100), 0U);
        QVERIFY(!openFilesCaution(1, 0));
    }

    void theFilesOfADatabaseAreNoPlaceForAHistory()
    {
        QVERIFY(!keepsClearOf("/a.db", {.path = "/a.db"}).ok());
        QVERIFY(!keepsClearOf("/a.db", {.path = "/a.db-wal/below"}).ok());
        QVERIFY(keepsClearOf("/a.db", {.path = "/a.db-history"}).ok());
    }
};

QTEST_APPLESS_MAIN(TestPreflight)
#include "tst_preflight.moc"
