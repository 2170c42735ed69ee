#include "app/timeline/window_counts.h"
#include "tests/app/timeline/histories.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::app::timeline;
using namespace tidemark::app::timeline::tests;

namespace {

/// A moment a minute for ten minutes, a snapshot at the third, a drill at the fourth, a restore at
/// the time of the fifth, a gap between the sixth and the seventh.
TimelineData story()
{
    auto catalog = evenCatalog(10, kMinuteMs);
    catalog.objects.push_back({.level = replica::kSnapshotLevel, .minTxId = {1}, .maxTxId = {3}});
    catalog.gaps.push_back({.after = {6}, .before = {7}});
    return TimelineData::fromCatalog(catalog, timestamp(kNowMs))
        .withRuns({{.momentMs = kNowMs, .atMs = kNowMs - 5 * kMinuteMs}}, {{.number = 4}});
}

/// From the moment `first` to the moment `last`, both of them in it.
ViewWindow over(Millis first, Millis last)
{
    return {.fromMs = kNowMs - (10 - first) * kMinuteMs, .toMs = kNowMs - (10 - last) * kMinuteMs};
}

}  // namespace

class TestWindowCounts : public QObject {
    Q_OBJECT

private slots:
    void everythingIsCountedInAWindowOverAll()
    {
        QCOMPARE(
            countsIn(story(), over(1, 10)),
            (WindowCounts{.moments = 10, .snapshots = 1, .restores = 1, .drills = 1, .gaps = 1}));
    }

    void whatStandsAtAnEdgeIsInTheWindow()
    {
        QCOMPARE(countsIn(story(), over(3, 5)),
                 (WindowCounts{.moments = 3, .snapshots = 1, .restores = 1, .drills = 1}));
    }

    void aGapIsCountedWhereverAPartOfItIsSeen()
    {
        QCOMPARE(countsIn(story(), over(1, 6)).gaps, 1);
        QCOMPARE(countsIn(story(), over(7, 10)).gaps, 1);
        QCOMPARE(countsIn(story(), over(8, 10)).gaps, 0);
        const Millis inside = kNowMs - 3 * kMinuteMs - kMinuteMs / 2;
        QCOMPARE(countsIn(story(), {.fromMs = inside, .toMs = inside + 1}),
                 (WindowCounts{.gaps = 1}));
    }

    void anEmptyHistoryHasNothingInAnyWindow()
    {
        QCOMPARE(countsIn({}, over(1, 10)), WindowCounts());
    }
};

QTEST_GUILESS_MAIN(TestWindowCounts)
#include "tst_window_counts.moc"
