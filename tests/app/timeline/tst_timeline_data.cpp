#include "tests/app/timeline/histories.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::app::timeline;
using namespace tidemark::app::timeline::tests;

class TestTimelineData : public QObject {
    Q_OBJECT

private slots:
    void anEmptyHistoryHasNothingToFind()
    {
        const auto data = TimelineData::fromCatalog({}, timestamp(kNowMs));
        QVERIFY(data.empty());
        QCOMPARE(data.firstNotBefore(0), 0U);
        QVERIFY(!data.lastNotAfter(kNowMs));
        QVERIFY(!data.nearest(kNowMs));
        QVERIFY(data.steps().empty());
    }

    void everyMomentIsFoundByItsTimeAndByItsNumber()
    {
        const auto data = evenHistory(3 * kChunkMoments + 17, 1000);
        for (std::size_t i = 0; i < data.count(); i += 97) {
            QCOMPARE(data.firstNotBefore(data.shownMs(i)), i);
            QCOMPARE(data.lastNotAfter(data.shownMs(i) + 999), std::optional(i));
            QCOMPARE(data.indexOfNumber(i + 1), std::optional(i));
        }
        QCOMPARE(data.firstNotBefore(kNowMs + 1), data.count());
    }

    void aTimeMeansTheLastMomentNotAfterIt()
    {
        const auto data = historyAt({kNowMs - 300, kNowMs - 200, kNowMs - 100});
        QCOMPARE(data.lastNotAfter(kNowMs - 101), std::optional<std::size_t>(1));
        QCOMPARE(data.lastNotAfter(0), std::optional<std::size_t>(0));
        QCOMPARE(data.nearest(kNowMs - 149), std::optional<std::size_t>(2));
        QCOMPARE(data.nearest(kNowMs - 151), std::optional<std::size_t>(1));
    }

    void sumsOfAStretchAreThoseOfItsMoments()
    {
        const auto data = evenHistory(2 * kChunkMoments + 100, 10);
        for (const auto& [first, last] : std::vector<std::pair<std::size_t, std::size_t>>{
                 {0, 0}, {0, 1}, {5, 70}, {63, 64}, {64, 128}, {100, 5000}, {0, data.count()}}) {
            MomentSums expected;
            for (std::size_t i = first; i < last; ++i) {
                const MomentRow row = data.row(i);
                expected.add({.count = 1,
                              .pages = *row.pages,
                              .bytes = row.bytes,
                              .maxPages = *row.pages,
                              .maxBytes = row.bytes});
            }
            QVERIFY(data.sums(first, last) == expected);
        }
        QVERIFY(data.sums(0, data.count()) == data.totals());
    }

    void appendingLeavesTheOldValueAndSharesItsFullChunks()
    {
        const auto before = evenHistory(kChunkMoments + 10, 1000, kNowMs - kHourMs);
        std::vector<replica::Moment> live;
        for (std::uint64_t i = 0; i < kChunkMoments; ++i) {
            live.push_back(moment(before.count() + 1 + i, kNowMs - kMinuteMs));
        }
        const auto after = before.appended(live, timestamp(kNowMs));
        QCOMPARE(before.count(), kChunkMoments + 10);
        QCOMPARE(after.count(), 2 * kChunkMoments + 10);
        QCOMPARE(after.number(after.count() - 1), after.count());
        QCOMPARE(after.appended(live, timestamp(kNowMs)).count(), after.count());
    }

    void aClockSetBackMovesNoMomentBeforeTheOneInFrontOfIt()
    {
        const auto data = historyAt({kNowMs - 5000, kNowMs - 1000, kNowMs - kHourMs, kNowMs - 500});
        QCOMPARE(data.shownMs(2), kNowMs - 1000);
        QCOMPARE(data.row(2).recordedMs, kNowMs - kHourMs);
        QCOMPARE(data.shownMs(3), kNowMs - 500);
    }

    void aClockYearsAheadPushesNobodyIntoTheFuture()
    {
        const auto data =
            historyAt({kNowMs - 5000, kNowMs + 400 * kDayMs, kNowMs - 1000, kNowMs - 500});
        QCOMPARE(data.shownMs(1), kNowMs - 5000);
        QCOMPARE(data.shownMs(2), kNowMs - 1000);
        QCOMPARE(data.lastMs(), kNowMs - 500);
    }

    void aHistoryThatBeginsWithAnUnsetClockBeginsWithItsFirstSaneTime()
    {
        const auto data = historyAt({0, 5, kNowMs - 1000, kNowMs});
        QCOMPARE(data.firstMs(), kNowMs - 1000);
        QCOMPARE(data.count(), 4U);
    }

    void bytesStandInAsLongAsOnePageCountIsMissing()
    {
        auto catalog = evenCatalog(10, 1000);
        catalog.moments[4].pages.reset();
        QVERIFY(!TimelineData::fromCatalog(catalog, timestamp(kNowMs)).pagesKnown());
        QVERIFY(evenHistory(10, 1000).pagesKnown());
    }

    void aSnapshotAloneLacksNoPageCount()
    {
        replica::Catalog catalog = evenCatalog(10, 1000);
        catalog.moments.front().pages.reset();
        catalog.objects = {{.level = replica::kSnapshotLevel,
                            .minTxId = {1},
                            .maxTxId = {1},
                            .sizeBytes = catalog.moments.front().bytes}};
        QVERIFY(TimelineData::fromCatalog(catalog, timestamp(kNowMs)).pagesKnown());
        // Nor does it have one that could be shown.
        catalog.moments.resize(1);
        QVERIFY(!TimelineData::fromCatalog(catalog, timestamp(kNowMs)).pagesKnown());
    }

    void aDrillStandsAtItsMomentOrWhereItIsSaidToBe()
    {
        const TimelineData data =
            evenHistory(10, 1000).withRuns({}, {{.number = 99, .momentMs = 5}, {.number = 3}});
        QCOMPARE(data.drills().size(), 2U);
        QCOMPARE(data.drills().front().momentMs, 5);
        QCOMPARE(data.drills().back().momentMs, data.shownMs(2));
    }

    void snapshotsAndGapsStandAtTheTimesOfTheirMoments()
    {
        auto catalog = evenCatalog(10, 1000);
        catalog.objects.push_back({.level = replica::kSnapshotLevel,
                                   .minTxId = {1},
                                   .maxTxId = {4},
                                   .time = timestamp(kNowMs),
                                   .sizeBytes = 77});
        catalog.gaps.push_back({.after = {5}, .before = {6}});
        const auto data = TimelineData::fromCatalog(catalog, timestamp(kNowMs));
        QCOMPARE(data.snapshots().size(), 1U);
        QCOMPARE(data.snapshots()[0].atMs, data.shownMs(3));
        QCOMPARE(data.gaps()[0].fromMs, data.shownMs(4));
        QCOMPARE(data.gaps()[0].toMs, data.shownMs(5));
    }

    void aGapAtTheEndReachesToTheNewestOfWhatIsLost()
    {
        const Millis last = kNowMs - kHourMs;
        const auto until = [&](Millis ms) {
            return TimelineData::fromCatalog(tornCatalog(10, 1000, last, ms), timestamp(kNowMs));
        };
        const TimelineData data = until(last + kMinuteMs);
        QVERIFY(data.endsInGap());
        QCOMPARE(data.gaps().size(), 1U);
        QCOMPARE(data.gaps()[0].fromMs, last);
        QCOMPARE(data.endMs(), last + kMinuteMs);
        // From a clock that was wrong.
        QCOMPARE(until(kNowMs + kDayMs).endMs(), last);
        QCOMPARE(until(last - kDayMs).endMs(), last);
        QCOMPARE(until(0).endMs(), last);
        QVERIFY(until(0).endsInGap());
    }

    void aMomentBehindAGapEndsIt()
    {
        const auto data = TimelineData::fromCatalog(
            tornCatalog(10, 1000, kNowMs - kHourMs, kNowMs - kMinuteMs), timestamp(kNowMs));
        QVERIFY(data.appended({}, timestamp(kNowMs)).endsInGap());
        const std::vector live = {moment(12, kNowMs - 2000), moment(13, kNowMs - 1000)};
        const TimelineData grown = data.appended(live, timestamp(kNowMs));
        QVERIFY(!grown.endsInGap());
        QCOMPARE(grown.gaps()[0].toMs, kNowMs - 2000);
        QCOMPARE(grown.endMs(), kNowMs - 1000);
    }

    void changesWithoutAnyMomentAreNoHistory()
    {
        const replica::Catalog catalog{.gaps = {{.until = timestamp(kNowMs)}}};
        QVERIFY(TimelineData::fromCatalog(catalog, timestamp(kNowMs)).gaps().empty());
    }

    void theFinestStepFollowsTheObjectsThatAreLeft()
    {
        auto catalog = evenCatalog(6, kMinuteMs);
        const auto object = [&](int level, std::uint64_t from, std::uint64_t to) {
            catalog.objects.push_back({.level = level, .minTxId = {from}, .maxTxId = {to}});
        };
        object(0, 5, 5);
        object(0, 6, 6);
        object(2, 1, 2);
        object(2, 3, 3);
        object(2, 4, 4);
        object(replica::kSnapshotLevel, 1, 1);
        const auto data = TimelineData::fromCatalog(catalog, timestamp(kNowMs));
        QVERIFY(data.steps() == std::vector<StepRun>({{.first = 0, .level = 9},
                                                      {.first = 1, .level = 2},
                                                      {.first = 4, .level = 0}}));
    }
};

QTEST_GUILESS_MAIN(TestTimelineData)
#include "tst_timeline_data.moc"
