#include "app/timeline/shown_window.h"
#include "tests/app/timeline/histories.h"

#include <QTest>

using namespace tidemark::app::timeline;
using namespace tidemark::app::timeline::tests;

namespace {

Extent fortyDaysTill(Millis endMs)
{
    return extentOf(historyAt({kNowMs - 40 * kDayMs, kNowMs}), endMs);
}

/// The last day of forty.
ShownWindow lastDay()
{
    ShownWindow shown;
    shown.begin(lastStretch(kDayMs, fortyDaysTill(kNowMs)));
    shown.keepUp(fortyDaysTill(kNowMs));
    return shown;
}

}  // namespace

class TestShownWindow : public QObject {
    Q_OBJECT

private slots:
    void whatFollowsGoesWithTheEnd()
    {
        ShownWindow shown = lastDay();
        QVERIFY(shown.followsEnd());
        const ViewWindow before = shown.view();
        shown.keepUp(fortyDaysTill(kNowMs + kHourMs));
        QCOMPARE(shown.view().toMs - before.toMs, kHourMs);
        QCOMPARE(shown.view().spanMs(), before.spanMs());
    }

    void whatWasMovedAwayStays()
    {
        ShownWindow shown = lastDay();
        shown.pan(-3 * kDayMs, fortyDaysTill(kNowMs));
        QVERIFY(!shown.followsEnd());
        const ViewWindow before = shown.view();
        shown.keepUp(fortyDaysTill(kNowMs + kHourMs));
        QCOMPARE(shown.view(), before);
    }

    void whatIsMovedBackFollowsAgain()
    {
        ShownWindow shown = lastDay();
        shown.pan(-3 * kDayMs, fortyDaysTill(kNowMs));
        shown.pan(3 * kDayMs, fortyDaysTill(kNowMs));
        QVERIFY(shown.followsEnd());
        shown.pan(-3 * kDayMs, fortyDaysTill(kNowMs));
        shown.followEnd(fortyDaysTill(kNowMs));
        QVERIFY(shown.followsEnd());
    }

    void zoomedAtItsRightEdgeItGoesOnFollowing()
    {
        ShownWindow shown = lastDay();
        shown.zoom(0.5, shown.view().toMs, fortyDaysTill(kNowMs));
        QVERIFY(shown.followsEnd());
        shown.zoom(0.1, shown.view().fromMs, fortyDaysTill(kNowMs));
        QVERIFY(!shown.followsEnd());
    }

    void nothingLeadsOutOfTheHistory()
    {
        const Extent all = fortyDaysTill(kNowMs);
        ShownWindow shown = lastDay();
        shown.pan(-400 * kDayMs, all);
        QCOMPARE(shown.view().fromMs, all.limits.fromMs);
        shown.zoom(1000, kNowMs, all);
        QCOMPARE(shown.view(), fitted(all.limits));
    }

    void whatIsRevealedIsSeen()
    {
        ShownWindow shown = lastDay();
        const Millis old = kNowMs - 20 * kDayMs;
        shown.reveal(old, fortyDaysTill(kNowMs));
        QVERIFY(shown.view().contains(old));
        QVERIFY(!shown.followsEnd());
    }

    void keysZoomAboutWhatIsHeldIfItIsSeen()
    {
        const ShownWindow shown = lastDay();
        const Millis seen = kNowMs - kHourMs;
        const Millis middle = shown.view().fromMs + shown.view().spanMs() / 2;
        QCOMPARE(shown.zoomAnchor(seen), seen);
        QCOMPARE(shown.zoomAnchor(kNowMs - 20 * kDayMs), middle);
        QCOMPARE(shown.zoomAnchor({}), middle);
    }
};

QTEST_APPLESS_MAIN(TestShownWindow)
#include "tst_shown_window.moc"
