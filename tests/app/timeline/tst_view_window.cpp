#include "app/timeline/view_window.h"
#include "tests/app/timeline/histories.h"

#include <QTest>

using namespace tidemark::app::timeline;
using namespace tidemark::app::timeline::tests;

class TestViewWindow : public QObject {
    Q_OBJECT

private slots:
    void whatIsUnderThePointerStaysThereWhileZooming()
    {
        const ViewLimits limits{kNowMs - 100 * kDayMs, kNowMs};
        ViewWindow window{kNowMs - 50 * kDayMs, kNowMs - 40 * kDayMs};
        const Millis anchor = window.fromMs + 3 * kDayMs;
        const double before = TimeScale(window, 0, 1000).pxAt(anchor);
        for (int i = 0; i < 20; ++i) {
            window = zoomed(window, 0.7, anchor, limits);
        }
        QVERIFY(std::abs(TimeScale(window, 0, 1000).pxAt(anchor) - before) < 1.0);
    }

    void zoomingInEndsAtOneSecondAndOutAtTheWholeHistory()
    {
        const ViewLimits limits{kNowMs - 100 * kDayMs, kNowMs};
        ViewWindow window{kNowMs - 50 * kDayMs, kNowMs - 40 * kDayMs};
        for (int i = 0; i < 200; ++i) {
            window = zoomed(window, 0.5, window.fromMs + window.spanMs() / 2, limits);
        }
        QCOMPARE(window.spanMs(), kSmallestSpanMs);
        for (int i = 0; i < 200; ++i) {
            window = zoomed(window, 1e9, window.fromMs, limits);
        }
        QVERIFY(window == fitted(limits));
    }

    void panningStopsAtTheEnds()
    {
        const ViewLimits limits{0, 1'000'000};
        const ViewWindow window{400'000, 500'000};
        QVERIFY(panned(window, -10'000'000, limits) == (ViewWindow{0, 100'000}));
        QVERIFY(panned(window, 10'000'000, limits) == (ViewWindow{900'000, 1'000'000}));
    }

    void oneMomentAndNoneStillHaveAMinuteAroundThem()
    {
        QVERIFY(fitted(limitsOf({}, kNowMs)).spanMs() >= kSmallestFitMs);
        const auto one = historyAt({kNowMs});
        QVERIFY(fitted(limitsOf(one, kNowMs)).contains(kNowMs));
        QVERIFY(fitted(limitsOf(one, kNowMs)).spanMs() >= kSmallestFitMs);
    }

    void theLimitsReachToTheEndOfAGapBehindTheLastMoment()
    {
        const Millis last = kNowMs - kHourMs;
        const auto data =
            TimelineData::fromCatalog(tornCatalog(10, 1'000, last, kNowMs), timestamp(kNowMs));
        QVERIFY(fitted(limitsOf(data, last)).contains(kNowMs));
    }

    void aMomentIsRevealedByTheLeastMove()
    {
        const ViewLimits limits{0, 1'000'000'000};
        const ViewWindow window{500'000, 600'000};
        QVERIFY(revealing(window, 550'000, limits) == window);
        QCOMPARE(revealing(window, 610'000, limits).toMs, 618'000);
        QCOMPARE(revealing(window, 100'000, limits).fromMs, 92'000);
    }
};

QTEST_GUILESS_MAIN(TestViewWindow)
#include "tst_view_window.moc"
