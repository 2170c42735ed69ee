#include "core/base/system_clock.h"
#include "tests/core/service/followed_place.h"

#include <QTest>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace tidemark;
using namespace tidemark::service;

/// A new database with two replicas, of which one cannot be reached at first.
class TestLateReplica : public QObject, private FollowedPlace {
    Q_OBJECT

    static constexpr int kPatienceMs = 20'000;

    SystemClock m_clock;

    [[nodiscard]] static ReplicaConfig named(const char* name, const storage::StorageAddress& place)
    {
        return {.name = name, .address = place};
    }
    DatabaseId follow(const std::vector<const char*>& replicas)
    {
        m_service = makeService(m_clock);
        DatabaseConfig config{.path = path("a.db")};
        for (const char* name : replicas) {
            config.replicas.push_back(named(name, address(name)));
        }
        return m_service->follow(config);
    }
    /// Everything that is known here, as if on another computer.
    void forget()
    {
        m_service->stop();
        m_service.reset();
        QVERIFY(QDir(QString::fromStdString(path("data"))).removeRecursively());
    }
    /// Each as a transaction of its own.
    void writeEach(int rows)
    {
        for (int i = 0; i < rows; ++i) {
            write();
            static_cast<void>(m_service->bringUpToDate({}));
        }
    }

    void move(const char* from, const char* to)
    {
        QVERIFY(QDir().rename(m_directory->filePath(from), m_directory->filePath(to)));
    }
    /// A file that lies where the folder of the replica would be made.
    void block(const char* name)
    {
        QFile file(m_directory->filePath(name));
        QVERIFY(file.open(QFile::WriteOnly));
    }
    void unblock(const char* name) { QVERIFY(QFile::remove(m_directory->filePath(name))); }

    [[nodiscard]] bool isUpToDate(std::size_t replica) const
    {
        const DatabaseStatus status = m_service->statuses().front();
        return status.replicas.size() > replica && status.captured != ltx::TxId() &&
               status.replicas[replica].confirmed == status.captured;
    }

    /// Row counts of what was restored from each of its moments.
    [[nodiscard]] std::map<ltx::TxId, int> rowsOf(const char* name)
    {
        std::map<ltx::TxId, int> rows;
        for (const replica::Moment& moment : catalog(name).moments) {
            rows[moment.txId] = rowsAt(moment.txId, name);
        }
        return rows;
    }

private slots:
    void init() { begin(); }
    void cleanup() { end(); }

    void itDelaysNoOther()
    {
        write();
        block("late");
        follow({"replica", "late"});
        QTRY_VERIFY_WITH_TIMEOUT(isUpToDate(0), kPatienceMs);
        QCOMPARE(rowsAt(catalog().moments.back().txId), m_rows);
    }

    void oneRunSaysWhatFailedAndServesTheOther()
    {
        write();
        block("late");
        follow({"late", "replica"});
        const Status outcome = m_service->bringUpToDate({});
        QVERIFY(!outcome.ok());
        QVERIFY(isUpToDate(1));
    }

    void withNoneThatAnswersNothingIsNumbered()
    {
        write();
        block("late");
        block("replica");
        follow({"replica", "late"});
        QVERIFY(!m_service->bringUpToDate({}).ok());
        QCOMPARE(m_service->statuses().front().captured, ltx::TxId());
    }

    /// What is numbered while nobody knows what it holds meets no number of it.
    void whatItHoldsIsGoneOnAbove_data()
    {
        QTest::addColumn<int>("before");
        QTest::addColumn<int>("meanwhile");
        QTest::newRow("nothing") << 0 << 3;
        QTest::newRow("more than was captured") << 9 << 3;
        QTest::newRow("less than was captured") << 3 << 9;
        QTest::newRow("as much as was captured") << 5 << 4;
        QTest::newRow("one more") << 5 << 3;
        QTest::newRow("one less") << 5 << 5;
    }
    void whatItHoldsIsGoneOnAbove()
    {
        QFETCH(int, before);
        QFETCH(int, meanwhile);
        if (before > 0) {
            follow({"late"});
            writeEach(before);
            forget();
            move("late", "away");
        }
        block("late");
        const DatabaseId id = follow({"replica", "late"});
        writeEach(meanwhile);
        QVERIFY(isUpToDate(0));
        unblock("late");
        if (before > 0) {
            move("away", "late");
        }
        const auto heldEarlier = rowsOf("late");
        const auto savedMeanwhile = rowsOf("replica");
        m_service->retryNow(id);
        QTRY_VERIFY_WITH_TIMEOUT(isUpToDate(1), kPatienceMs);
        writeEach(2);
        const Status last = m_service->bringUpToDate({});
        QVERIFY2(last.ok(), last.ok() ? "" : inEnglish(last.error().what).c_str());
        const auto here = rowsOf("replica");
        const auto late = rowsOf("late");
        QCOMPARE(here.rbegin()->second, m_rows);
        QCOMPARE(late.rbegin()->second, m_rows);
        QVERIFY(std::ranges::includes(here, savedMeanwhile));
        QVERIFY(std::ranges::includes(late, heldEarlier));
    }
};

QTEST_GUILESS_MAIN(TestLateReplica)
#include "tst_late_replica.moc"
