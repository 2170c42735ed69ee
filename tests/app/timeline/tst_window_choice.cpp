#include "app/timeline/window_choice.h"
#include "tests/app/timeline/histories.h"

#include <QTest>

using namespace tidemark::app::timeline;
using namespace tidemark::app::timeline::tests;

namespace {

Extent extentTillNow(const TimelineData& data)
{
    return extentOf(data, kNowMs);
}

Extent fortyDays()
{
    return extentTillNow(historyAt({kNowMs - 40 * kDayMs, kNowMs}));
}

ViewWindow endingBefore(Millis agoMs, Millis spanMs)
{
    return {.fromMs = kNowMs - agoMs - spanMs, .toMs = kNowMs - agoMs};
}

}  // namespace

class TestWindowChoice : public QObject {
    Q_OBJECT

private slots:
    void theFirstWindowIsTheShortestWithEnoughInIt_data()
    {
        QTest::addColumn<qlonglong>("stepMs");
        QTest::addColumn<qlonglong>("spanMs");
        QTest::newRow("busy") << qlonglong{kMinuteMs} << qlonglong{90 * kMinuteMs};
        QTest::newRow("now and then") << qlonglong{kHourMs} << qlonglong{kDayMs};
        QTest::newRow("a few a day") << qlonglong{6 * kHourMs} << qlonglong{7 * kDayMs};
        QTest::newRow("daily") << qlonglong{kDayMs} << qlonglong{30 * kDayMs};
    }
    void theFirstWindowIsTheShortestWithEnoughInIt()
    {
        QFETCH(qlonglong, stepMs);
        QFETCH(qlonglong, spanMs);
        const auto data = evenHistory(500, stepMs);
        const ViewWindow window = firstWindow(data, extentTillNow(data));
        QCOMPARE(window.spanMs(), spanMs);
        QVERIFY(window.contains(kNowMs));
    }

    void aHistoryOfAFewMomentsIsShownWhole()
    {
        const auto weekly = evenHistory(500, 7 * kDayMs);
        QCOMPARE(firstWindow(weekly, extentTillNow(weekly)), fitted(extentTillNow(weekly).limits));
        const auto young = historyAt({kNowMs - 10 * kMinuteMs, kNowMs});
        QVERIFY(firstWindow(young, extentTillNow(young)).contains(kNowMs - 10 * kMinuteMs));
    }

    void aHistoryThatHasEndedIsShownAtItsEnd()
    {
        const Millis end = kNowMs - 300 * kDayMs;
        const auto data = evenHistory(100, kMinuteMs, end);
        QVERIFY(firstWindow(data, extentOf(data, end)).contains(end));
        QVERIFY(!firstWindow(data, extentOf(data, end)).contains(end + kDayMs));
    }

    void theOverviewIsTheShortestOfWhichTheWindowIsAVisiblePart()
    {
        const auto span = [](Millis windowMs) {
            return overviewAround(endingBefore(kMinuteMs, windowMs), fortyDays()).spanMs();
        };
        QCOMPARE(span(kHourMs), kDayMs);
        QCOMPARE(span(10 * kMinuteMs), kDayMs);  // Too small to be seen in anything longer, too.
        QCOMPARE(span(13 * kHourMs), 7 * kDayMs);
        QCOMPARE(span(4 * kDayMs), 30 * kDayMs);
        QCOMPARE(span(16 * kDayMs), fitted(fortyDays().limits).spanMs());
    }

    void theOverviewReachesBackToAWindowThatIsLongAgo()
    {
        const ViewWindow early = endingBefore(3 * kDayMs, 5 * kHourMs);
        QCOMPARE(overviewAround(early, fortyDays()).spanMs(), 7 * kDayMs);
        const ViewWindow first = endingBefore(39 * kDayMs, kMinuteMs);
        QCOMPARE(overviewAround(first, fortyDays()), fitted(fortyDays().limits));
    }

    void aWindowFollowsTheEndUntilItIsMovedAway()
    {
        const ViewWindow following = lastStretch(kHourMs, fortyDays());
        QVERIFY(endsAtEnd(following, fortyDays()));
        QVERIFY(endsAtEnd(panned(following, -kMinuteMs, fortyDays().limits), fortyDays()));
        QVERIFY(!endsAtEnd(panned(following, -3 * kMinuteMs, fortyDays().limits), fortyDays()));
    }

    void zoomingAtTheRightEdgeGoesOnFollowing()
    {
        const ViewWindow window = lastStretch(kHourMs, fortyDays());
        const ViewWindow closer = zoomedFollowing(window, 0.5, kNowMs, fortyDays());
        QCOMPARE(closer, lastStretch(30 * kMinuteMs, fortyDays()));
        const Millis middle = window.fromMs + 30 * kMinuteMs;
        const ViewWindow inside = zoomedFollowing(window, 0.5, middle, fortyDays());
        QVERIFY(!endsAtEnd(inside, fortyDays()));
        QCOMPARE(inside.fromMs + 15 * kMinuteMs, middle);
    }
};

QTEST_GUILESS_MAIN(TestWindowChoice)
#include "tst_window_choice.moc"
