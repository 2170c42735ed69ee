#include "tests/core/service/followed_place.h"
#include "tests/support/hurried_clock.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::service;

/// The levels of a replica while its database is followed, in time that is hurried: a window of
/// half a minute is over in three seconds.
class TestMaintenance : public QObject, private FollowedPlace {
    Q_OBJECT

    HurriedClock m_clock{10};

    void follow()
    {
        m_service = makeService(m_clock);
        m_service->follow({.path = path("a.db"), .replicas = {{.address = address()}}});
    }

    /// Whether every segment has its object of level 1.
    [[nodiscard]] bool isMerged()
    {
        const auto segments = level(0);
        const auto merged = level(1);
        return !segments.empty() && !merged.empty() &&
               merged.back().maxTxId == segments.back().maxTxId;
    }

private slots:
    void init() { begin(); }
    void cleanup() { end(); }

    void aWindowIsMergedWhileTheDatabaseIsFollowed()
    {
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(!level(9).empty(), 10'000);
        for (std::size_t count = level(0).size(); count < 5; count = level(0).size()) {
            write();
            QTRY_VERIFY_WITH_TIMEOUT(level(0).size() > count, 10'000);
        }
        QTRY_VERIFY_WITH_TIMEOUT(isMerged(), 10'000);
        QVERIFY(level(1).size() < level(0).size());
        // Nothing is removed; every moment is there, and the newest is what the application has.
        const auto segments = level(0);
        QCOMPARE(segments.front().minTxId.value, level(9).front().maxTxId.value + 1);
        QCOMPARE(rowsAt(level(0).back().maxTxId), m_rows);
        for (const replica::ObjectInfo& each : segments) {
            QVERIFY(rowsAt(each.maxTxId) >= 0);
        }
    }

    void whatWasLeftOpenIsMergedAfterTheNextStart()
    {
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(!level(9).empty(), 10'000);
        write();
        QTRY_VERIFY_WITH_TIMEOUT(!level(0).empty(), 10'000);
        m_service.reset();
        const auto merged = level(1).size();
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(level(1).size() > merged, 10'000);
        QCOMPARE(level(1).back().maxTxId, level(0).back().maxTxId);
    }

    void anIdleDatabaseGetsNoObjects()
    {
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(!level(9).empty(), 10'000);
        write();
        QTRY_VERIFY_WITH_TIMEOUT(isMerged(), 10'000);
        const auto segments = level(0).size();
        const auto merged = level(1).size();
        // The window of a higher level may end, once; nothing else happens.
        QVERIFY(m_clock.waitUntil(m_clock.monotonic() + std::chrono::seconds(70), {}));
        QCOMPARE(level(0).size(), segments);
        QCOMPARE(level(1).size(), merged);
        QCOMPARE(level(9).size(), std::size_t{1});
        QVERIFY(level(2).size() <= 1);
    }
};

QTEST_GUILESS_MAIN(TestMaintenance)
#include "tst_maintenance.moc"
