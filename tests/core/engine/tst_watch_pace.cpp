#include "core/engine/watch_pace.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::engine;
using namespace std::chrono_literals;

namespace {

constexpr Clock::Instant kStart{1h};

}  // namespace

class TestWatchPace : public QObject {
    Q_OBJECT

private slots:
    void withoutAChangeNothingIsDue() { QVERIFY(!WatchPace().due()); }

    void aChangeIsLookedAtWhenItsWriterRests()
    {
        WatchPace pace;
        pace.noticed(kStart);
        QVERIFY(pace.due() == kStart + 250ms);
        pace.noticed(kStart + 200ms);
        QVERIFY(pace.due() == kStart + 450ms);
    }

    void aWriterThatDoesNotRestIsNotWaitedForLongerThanASecond()
    {
        WatchPace pace;
        for (auto at = kStart; at < kStart + 2s; at += 50ms) {
            pace.noticed(at);
        }
        QVERIFY(pace.due() == kStart + 1s);
    }

    void aLookIsOverWithItsChange()
    {
        WatchPace pace;
        pace.noticed(kStart);
        pace.looked(kStart + 250ms, kStart + 260ms);
        QVERIFY(!pace.isPending() && !pace.due());
    }

    void looksNeverTakeMoreThanATwentiethOfTheTime()
    {
        WatchPace pace;
        Clock::Instant now = kStart;
        Clock::Instant::duration looking{};
        for (int i = 0; i < 10; ++i) {
            pace.noticed(now);
            now = *pace.due();
            pace.looked(now, now + 400ms);
            now += 400ms;
            looking += 400ms;
        }
        pace.noticed(now);
        QVERIFY(20 * looking <= *pace.due() - kStart);
        QVERIFY(WatchPace::period(400ms) == 8s);
    }

    void aLockedDatabaseIsTriedSoonAndThenLessOften()
    {
        WatchPace pace;
        pace.noticed(kStart);
        const auto now = kStart + 250ms;
        pace.hindered(now);
        QVERIFY(pace.due() == now + 20ms);
        for (int i = 0; i < 10; ++i) {
            pace.hindered(now);
        }
        QVERIFY(pace.due() == now + 500ms);
        pace.looked(now, now);
        pace.noticed(now);
        pace.hindered(now + 250ms);
        QVERIFY(pace.due() == now + 270ms);
    }

    void aWriterRestsAQuarterOfASecondBehindItsLastWrite()
    {
        WatchPace pace;
        QVERIFY(pace.isAtRest(kStart));
        pace.noticed(kStart);
        QVERIFY(!pace.isAtRest(kStart + 249ms));
        QVERIFY(pace.isAtRest(kStart + 250ms));
    }

    void onlyACounterThatKeepsMovingTellsOfCommits()
    {
        WatchPace pace;
        pace.noticed(kStart);
        QVERIFY(!pace.areCommits(7, kStart));
        QVERIFY(pace.notBefore() == kStart + 50ms);
        QVERIFY(!pace.areCommits(8, kStart));
        QVERIFY(!pace.areCommits(8, kStart));
        QVERIFY(!pace.areCommits(9, kStart));
        QVERIFY(pace.areCommits(10, kStart));
        pace.looked(kStart, kStart);
        QVERIFY(!pace.areCommits(11, kStart));
    }

    void wayIsGivenToAWriterOnlySoOften()
    {
        WatchPace pace;
        pace.noticed(kStart);
        int given = 0;
        for (; pace.mayGiveWay() && given < 100; ++given) {
            pace.gaveWay(kStart);
            QVERIFY(pace.isPending());
        }
        QCOMPARE(given, 10);
        pace.looked(kStart, kStart);
        QVERIFY(pace.mayGiveWay());
    }
};

QTEST_APPLESS_MAIN(TestWatchPace)
#include "tst_watch_pace.moc"
