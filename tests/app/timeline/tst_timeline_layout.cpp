#include "app/timeline/layout_frame.h"
#include "tests/app/english.h"
#include "tests/app/timeline/histories.h"

#include <QElapsedTimer>
#include <QTest>

#include <algorithm>

using namespace tidemark;
using namespace tidemark::app::timeline;
using namespace tidemark::app::timeline::tests;

namespace {

std::size_t columnBoxes(const DrawList& list)
{
    const auto& boxes = list.at(LayerName::Columns).boxes;
    return static_cast<std::size_t>(
        std::ranges::count_if(boxes, [](const Box& box) { return box.width <= kColumnWidthPx; }));
}

std::size_t glyphs(const DrawList& list, LayerName layer, Glyph::Kind kind)
{
    return static_cast<std::size_t>(std::ranges::count(list.at(layer).glyphs, kind, &Glyph::kind));
}

bool says(const DrawList& list, const QString& text)
{
    return std::ranges::any_of(list.layers, [&](const Layer& layer) {
        return std::ranges::any_of(layer.words,
                                   [&](const Words& words) { return words.text == text; });
    });
}

std::size_t primitives(const DrawList& list)
{
    std::size_t count = 0;
    for (const Layer& layer : list.layers) {
        count += layer.boxes.size() + layer.glyphs.size() + layer.words.size() +
                 layer.pills.size() + layer.hatchings.size();
    }
    return count;
}

DrawList laidOut(const TimelineData& data, const Scene& scene)
{
    return layoutTimeline(data, scene, sixPixelsALetter);
}

ViewWindow whole(const TimelineData& data)
{
    return fitted(limitsOf(data, kNowMs));
}

}  // namespace

class TestTimelineLayout : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { tidemark::app::tests::speakEnglish(); }

    void anEmptyHistoryHasAnAxisAndNoColumn()
    {
        const TimelineData data;
        const auto list = laidOut(data, sceneOf(whole(data)));
        QCOMPARE(columnBoxes(list), 0U);
        QVERIFY(says(list, "now"));
        QVERIFY(!hitTest(data, sceneOf(whole(data)), {500, 100}));
    }

    void oneMomentIsADiscOnAStem()
    {
        const auto data = historyAt({kNowMs - 20'000});
        const auto list = laidOut(data, sceneOf(whole(data)));
        QCOMPARE(glyphs(list, LayerName::Columns, Glyph::Kind::Dot), 1U);
    }

    void aThousandMomentsInOneMillisecondAreOneColumn()
    {
        const auto data = historyAt(std::vector<Millis>(1000, kNowMs - 20'000));
        const auto list = laidOut(data, sceneOf(whole(data)));
        QCOMPARE(columnBoxes(list), 1U);
        QCOMPARE(glyphs(list, LayerName::Columns, Glyph::Kind::Dot), 0U);
    }

    void everyMomentIsInOneColumnAndOnlyInOne()
    {
        const auto data = evenHistory(20'000, 777);
        const ViewWindow window = whole(data);
        const TimeScale scale(window, 128, 912);
        std::size_t next = 0;
        for (const Column& column : columnsOf(data, scale, 128, 1040, 1)) {
            QCOMPARE(column.first, next);
            QCOMPARE(column.sums.count, column.last - column.first);
            next = column.last;
        }
        QCOMPARE(next, data.count());
    }

    void columnsStandOnWholeDevicePixelsAndInOrder()
    {
        const auto data = evenHistory(5000, 1234);
        for (const double ratio : {1.0, 1.25, 2.0}) {
            Scene scene = sceneOf(whole(data));
            scene.devicePixelRatio = ratio;
            double previous = 0;
            const TimeScale scale(scene.window, 128, 912);
            for (const Column& column : columnsOf(data, scale, 128, 1040, ratio)) {
                const double device = column.x * ratio;
                QVERIFY(std::abs(device - std::round(device)) < 1e-6);
                QVERIFY(column.x > previous);
                previous = column.x;
            }
        }
    }

    void panningMovesColumnsAndDoesNotReshapeThem()
    {
        const auto data = evenHistory(50'000, 1000);
        const ViewWindow window{kNowMs - 8 * kHourMs, kNowMs - 2 * kHourMs};
        const auto heights = [&](Millis by) {
            std::vector<std::size_t> firsts;
            const TimeScale scale({window.fromMs + by, window.toMs + by}, 0, 900);
            for (const Column& column : columnsOf(data, scale, 0, 900, 1)) {
                firsts.push_back(column.first);
            }
            return firsts;
        };
        const auto here = heights(0);
        const auto there = heights(3 * 24'000 + 777);
        // The columns that both show hold the same moments.
        QVERIFY(std::ranges::includes(here, std::vector(there.begin(), there.begin() + 100)));
    }

    void nothingIsDrawnBeyondTheLane()
    {
        auto catalog = evenCatalog(10'000, 30'000);
        catalog.objects.push_back(
            {.level = replica::kSnapshotLevel, .minTxId = {1}, .maxTxId = {9'000}});
        catalog.gaps.push_back({.after = {5'000}, .before = {5'600}});
        const auto data = TimelineData::fromCatalog(catalog, timestamp(kNowMs));
        for (const double part : {0.001, 0.1, 0.5, 1.0}) {
            Scene scene = sceneOf({kNowMs - static_cast<Millis>(part * 300e6), kNowMs});
            scene.held = HeldMoment{.index = data.count() - 5, .askedMs = kNowMs - 100};
            scene.pointer = QPointF(700, 100);
            const auto list = laidOut(data, scene);
            for (const LayerName name :
                 {LayerName::Gaps, LayerName::Columns, LayerName::Events, LayerName::Hover}) {
                for (const Box& box : list.at(name).boxes) {
                    QVERIFY(box.x >= 128 && box.x + box.width <= 1040);
                    QVERIFY(box.y >= 0 && box.y + box.height <= list.heightPx);
                }
            }
        }
    }

    void theNumberOfThingsDependsOnPixelsAndNotOnMoments()
    {
        const auto small =
            laidOut(evenHistory(10'000, 100'000), sceneOf({kNowMs - 1'000'000'000, kNowMs}));
        const auto large =
            laidOut(evenHistory(400'000, 2'500), sceneOf({kNowMs - 1'000'000'000, kNowMs}));
        QVERIFY(primitives(large) <= primitives(small) + 50);
        QVERIFY(primitives(large) < 2'000);
    }

    void aRareKindKeepsItsShapeHoweverFarOneLooks()
    {
        auto catalog = evenCatalog(500'000, 60'000);
        catalog.objects.push_back(
            {.level = replica::kSnapshotLevel, .minTxId = {1}, .maxTxId = {250'000}});
        const auto data = TimelineData::fromCatalog(catalog, timestamp(kNowMs))
                              .withRuns({}, {{.number = 100'000, .momentMs = kNowMs - kDayMs}});
        const auto list = laidOut(data, sceneOf(whole(data)));
        QCOMPARE(glyphs(list, LayerName::Events, Glyph::Kind::Snapshot), 1U);
        QCOMPARE(glyphs(list, LayerName::Events, Glyph::Kind::Drill), 1U);
    }

    void aGapNarrowerThanAPixelIsStillHatched()
    {
        auto catalog = evenCatalog(100'000, 60'000);
        catalog.gaps.push_back({.after = {50'000}, .before = {50'001}});
        const auto data = TimelineData::fromCatalog(catalog, timestamp(kNowMs));
        const auto list = laidOut(data, sceneOf(whole(data)));
        QCOMPARE(list.at(LayerName::Hatch).hatchings.size(), 1U);
        QVERIFY(list.at(LayerName::Hatch).hatchings[0].rect.width() >= 3);
    }

    void aGapAtTheEndIsMarkedLikeAnyOther()
    {
        const Millis last = kNowMs - kHourMs;
        const auto data = TimelineData::fromCatalog(
            tornCatalog(1'000, 5'000, last, kNowMs - 30 * kMinuteMs), timestamp(kNowMs));
        Scene scene = sceneOf(whole(data));
        const TimeScale scale(scene.window, 128, 912);
        scene.pointer = QPointF(scale.pxAt(last + 10 * kMinuteMs), 150);
        const auto list = laidOut(data, scene);
        QCOMPARE(list.at(LayerName::Hatch).hatchings.size(), 1U);
        const QRectF hatched = list.at(LayerName::Hatch).hatchings[0].rect;
        QVERIFY(std::abs(hatched.left() - scale.pxAt(last)) <= 1);
        QVERIFY(std::abs(hatched.right() - scale.pxAt(kNowMs - 30 * kMinuteMs)) <= 1);
        QVERIFY(says(list, "Torn."));
        QVERIFY(says(list, "30 min · nothing to restore here"));
        const OverviewScene overview{
            .span = whole(data), .window = scene.window, .widthPx = 1064, .speech = berlin()};
        QCOMPARE(
            layoutOverview(data, overview, sixPixelsALetter).at(LayerName::Hatch).hatchings.size(),
            1U);
    }

    void noStepIsPromisedBehindAGapAtTheEnd()
    {
        const Millis last = kNowMs - kHourMs;
        const auto data = TimelineData::fromCatalog(
            tornCatalog(1'000, 5'000, last, kNowMs - 30 * kMinuteMs), timestamp(kNowMs));
        const Scene scene = sceneOf(whole(data));
        const double end = TimeScale(scene.window, 128, 912).pxAt(last);
        const auto list = laidOut(data, scene);
        for (const Box& box : list.at(LayerName::Events).boxes) {
            QVERIFY(box.tone != Tone::Accent || box.x + box.width <= end + 1.5);
        }
    }

    void aHundredThousandGapsAreNoMoreThanPixels()
    {
        auto catalog = evenCatalog(200'001, 10'000);
        for (std::uint64_t i = 1; i < 200'000; i += 2) {
            catalog.gaps.push_back({.after = {i}, .before = {i + 1}});
        }
        const auto data = TimelineData::fromCatalog(catalog, timestamp(kNowMs));
        const auto list = laidOut(data, sceneOf(whole(data)));
        QVERIFY(list.at(LayerName::Hatch).hatchings.size() <= 912);
        QVERIFY(primitives(list) < 4'000);
    }

    void wordsOfEventsDoNotOverlap()
    {
        auto catalog = evenCatalog(2'000, 10'000);
        for (const std::uint64_t number : {100ULL, 130ULL, 600ULL, 1200ULL, 1990ULL}) {
            catalog.objects.push_back({.level = replica::kSnapshotLevel,
                                       .minTxId = {1},
                                       .maxTxId = {number},
                                       .sizeBytes = 188'000'000});
        }
        const auto data = TimelineData::fromCatalog(catalog, timestamp(kNowMs));
        const auto list = laidOut(data, sceneOf(whole(data)));
        std::vector<Words> words;
        for (const Words& one : list.at(LayerName::Events).words) {
            if (one.text.startsWith("Snapshot")) {
                words.push_back(one);
            }
        }
        QVERIFY(words.size() >= 2);
        for (std::size_t i = 1; i < words.size(); ++i) {
            QVERIFY(words[i].x >= words[i - 1].x + sixPixelsALetter(words[i - 1].text, false));
        }
    }

    void theCursorStandsOnTheMomentAndAHollowCapOnTheTimeAskedFor()
    {
        const auto data = historyAt({kNowMs - 50'000, kNowMs - 20'000});
        Scene scene = sceneOf(whole(data));
        scene.held = HeldMoment{.index = 1, .askedMs = kNowMs - 10'000};
        const auto apart = laidOut(data, scene);
        QCOMPARE(glyphs(apart, LayerName::Cursor, Glyph::Kind::CursorCap), 1U);
        QCOMPARE(glyphs(apart, LayerName::Cursor, Glyph::Kind::AskedCap), 1U);
        scene.held->askedMs = kNowMs - 20'000;
        QCOMPARE(glyphs(laidOut(data, scene), LayerName::Cursor, Glyph::Kind::AskedCap), 0U);
    }

    void theMomentUnderThePointerIsTheNearestOne()
    {
        const auto data = historyAt({kNowMs - 50'000, kNowMs - 20'000});
        const Scene scene = sceneOf(whole(data));
        const TimeScale scale(scene.window, 128, 912);
        const auto hit = hitTest(data, scene, {scale.pxAt(kNowMs - 22'000), 150});
        QCOMPARE(hit->index, 1U);
        QVERIFY(std::abs(static_cast<double>(hit->askedMs - (kNowMs - 22'000))) <= scale.msPerPx());
        QVERIFY(!hitTest(data, scene, {20, 150}));
    }

    void aClickOnASnapshotMeansIt()
    {
        auto catalog = evenCatalog(1'000, 1'000);
        catalog.objects.push_back(
            {.level = replica::kSnapshotLevel, .minTxId = {1}, .maxTxId = {500}});
        const auto data = TimelineData::fromCatalog(catalog, timestamp(kNowMs));
        const Scene scene = sceneOf(whole(data));
        const TimeScale scale(scene.window, 128, 912);
        const double x = scale.pxAt(data.shownMs(499));
        QCOMPARE(hitTest(data, scene, {x + 8, 38})->index, 499U);
        QVERIFY(hitTest(data, scene, {x + 8, 150})->index != 499U);
    }

    void theAxisSaysSoWhenBytesStandInForPages()
    {
        auto catalog = evenCatalog(100, 1'000);
        catalog.moments[3].pages.reset();
        const auto data = TimelineData::fromCatalog(catalog, timestamp(kNowMs));
        const auto list = laidOut(data, sceneOf(whole(data)));
        QVERIFY(says(list, "Size"));
        QVERIFY(says(list, "Pages are not"));
        QVERIFY(says(list, "1.0 KB"));
    }

    void restoresHaveALaneOnceThereIsOne()
    {
        const auto data = evenHistory(1'000, 5'000);
        const auto with = data.withRuns(
            {{.momentMs = kNowMs - kHourMs, .atMs = kNowMs - kMinuteMs, .fileName = "a.db"}}, {});
        QVERIFY(!says(laidOut(data, sceneOf(whole(data))), "Restores"));
        const auto list = laidOut(with, sceneOf(whole(with)));
        QVERIFY(says(list, "Restores") && says(list, "a.db"));
        QCOMPARE(glyphs(list, LayerName::Events, Glyph::Kind::RestoreFrom), 1U);
    }

    void aRestoreFromBehindTheWindowHidesNoLaterOne()
    {
        const auto data = evenHistory(10'000, 5'000)
                              .withRuns({{.momentMs = kNowMs - kHourMs,
                                          .atMs = kNowMs - 30 * kMinuteMs,
                                          .fileName = "new.db"},
                                         {.momentMs = kNowMs - 3 * kHourMs,
                                          .atMs = kNowMs - kMinuteMs,
                                          .fileName = "old.db"}},
                                        {});
        const auto list = laidOut(data, sceneOf({kNowMs - 4 * kHourMs, kNowMs - 2 * kHourMs}));
        QCOMPARE(glyphs(list, LayerName::Events, Glyph::Kind::RestoreFrom), 1U);
        QVERIFY(says(list, "old.db"));
        QVERIFY(!says(list, "new.db"));
    }

    void largeCountsAreGrouped()
    {
        const auto data = historyAt(std::vector<Millis>(1284, kNowMs - 20'000));
        Scene scene = sceneOf(whole(data));
        scene.pointer = QPointF(TimeScale(scene.window, 128, 912).pxAt(kNowMs - 20'000), 150);
        QVERIFY(says(laidOut(data, scene), "1,284 moments"));
    }

    void aMillionMomentsAreLaidOutWithinAFrame()
    {
        const auto data = evenHistory(1'000'000, 2'000);
        std::vector<double> times;
        Millis span = data.lastMs() - data.firstMs();
        for (int i = 0; i < 120; ++i) {
            QElapsedTimer timer;
            timer.start();
            const auto list =
                laidOut(data, sceneOf({kNowMs - span - i * 1'000, kNowMs - i * 1'000}, 1920));
            times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
            QVERIFY(primitives(list) > 0);
            span = std::max<Millis>(span * 9 / 10, 10'000);
        }
        std::ranges::sort(times);
        qInfo("layout at 1920 px: median %.2f ms, worst %.2f ms", times[60], times.back());
        QVERIFY(times[60] < 16.6);
    }

    void theOverviewsWindowCanAlwaysBeGripped()
    {
        const auto data = evenHistory(100'000, 60'000);
        OverviewScene scene{.span = whole(data),
                            .window = {kNowMs - 10'000, kNowMs},
                            .widthPx = 1064,
                            .speech = berlin()};
        const auto handles = overviewHandles(scene);
        QVERIFY(handles.toPx - handles.fromPx >= 16);
        QVERIFY(handles.toPx <= 1040);
        const auto list = layoutOverview(data, scene, sixPixelsALetter);
        QCOMPARE(glyphs(list, LayerName::Cursor, Glyph::Kind::Grip), 2U);
        QVERIFY(columnBoxes(list) <= 912 / 4 + 1);
    }
};

QTEST_GUILESS_MAIN(TestTimelineLayout)
#include "tst_timeline_layout.moc"
