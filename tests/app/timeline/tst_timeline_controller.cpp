#include "app/timeline/timeline_controller.h"
#include "tests/app/english.h"
#include "tests/app/timeline/shown_timeline.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QSignalSpy>
#include <QTest>

using namespace tidemark;
using namespace tidemark::app::timeline;
using namespace tidemark::app::timeline::tests;
using namespace Qt::StringLiterals;

namespace {

/// A controller over `count` moments, one each `stepMs`, the last one at kNowMs.
struct Shown : ShownTimeline {
    Shown() = default;
    explicit Shown(std::size_t count, Millis stepMs = kMinuteMs)
    {
        show(evenCatalog(count, stepMs));
    }
    void advance(Millis ms)
    {
        world.clock.advance(std::chrono::milliseconds(ms));
        controller.setActive(false);
        controller.setActive(true);  // Ticks at once.
    }
    [[nodiscard]] Millis heldMs() const
    {
        return controller.data().shownMs(controller.held()->index);
    }
};

}  // namespace

class TestTimelineController : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { tidemark::app::tests::speakEnglish(); }

    void anEmptyHistoryTakesEveryKey()
    {
        Shown shown;
        shown.show({});
        TimelineController& controller = shown.controller;
        controller.step(1);
        controller.stepHours(-1);
        controller.stepDays(1);
        controller.holdFirst();
        controller.holdLast();
        controller.holdNextEvent();
        controller.holdPreviousEvent();
        controller.zoomIn();
        controller.zoomOut();
        controller.fit();
        controller.goToNow();
        controller.copyTime();
        QVERIFY(!controller.goTo(u"yesterday"_s));
        QVERIFY(!controller.hasMoment());
        QCOMPARE(controller.momentsInWindow(), 0);
    }

    void theNewestMomentIsHeldAtFirstAndNowIsInView()
    {
        const Shown shown(500);
        QCOMPARE(shown.held(), 500);
        QVERIFY(shown.controller.followsNow());
        QVERIFY(shown.controller.window().contains(kNowMs));
        QCOMPARE(shown.controller.spanText(), u"1 h 30 min"_s);
        QVERIFY(shown.controller.momentsInWindow() >= 20);
    }

    void aQuietHistoryBeginsWithALongerStretch()
    {
        const Shown shown(40, 12 * kHourMs);
        QVERIFY(shown.controller.momentsInWindow() >= 20);
    }

    void untilOneHoldsAMomentTheNewestOneIsHeld()
    {
        Shown shown(100);
        shown.world.clock.advance(std::chrono::minutes(1));
        shown.controller.addMoments({moment(101, kNowMs + 30'000)});
        QCOMPARE(shown.held(), 101);
        shown.controller.step(-1);
        shown.controller.addMoments({moment(102, kNowMs + 40'000)});
        QCOMPARE(shown.held(), 100);
        shown.controller.goToNow();
        shown.controller.addMoments({moment(103, kNowMs + 50'000)});
        QCOMPARE(shown.held(), 103);
    }

    void theRightEdgeFollowsTheClockUntilOnePans()
    {
        Shown shown(500);
        const Millis span = shown.controller.window().spanMs();
        shown.advance(10 * kMinuteMs);
        QVERIFY(shown.controller.window().contains(kNowMs + 10 * kMinuteMs));
        QCOMPARE(shown.controller.window().spanMs(), span);
        shown.controller.panBy(-kHourMs);
        QVERIFY(!shown.controller.followsNow());
        const ViewWindow panned = shown.controller.window();
        shown.advance(10 * kMinuteMs);
        QCOMPARE(shown.controller.window(), panned);
        shown.controller.goToNow();
        QVERIFY(shown.controller.followsNow());
    }

    void withoutAWatcherNoClockTicks()
    {
        Shown unwatched(10);
        Shown watched(10);
        QSignalSpy silence(&unwatched.controller, &TimelineController::momentChanged);
        watched.controller.setActive(true);
        QSignalSpy ticks(&watched.controller, &TimelineController::momentChanged);
        QTRY_VERIFY(!ticks.empty());
        QCOMPARE(silence.size(), 0);
    }

    void stepsStopAtTheEnds()
    {
        Shown shown(25);
        shown.controller.step(-10);
        QCOMPARE(shown.held(), 15);
        shown.controller.step(-100);
        QCOMPARE(shown.held(), 1);
        shown.controller.step(-1);
        QCOMPARE(shown.held(), 1);
        shown.controller.step(3);
        QCOMPARE(shown.held(), 4);
        shown.controller.step(2'000'000'000);
        QCOMPARE(shown.held(), 25);
    }

    void anHourAndADayAreStepsOfTime()
    {
        Shown shown(24 * 60 * 3);
        shown.controller.stepHours(-1);
        QCOMPARE(shown.heldMs(), kNowMs - kHourMs);
        shown.controller.stepDays(-1);
        QCOMPARE(shown.heldMs(), kNowMs - kHourMs - kDayMs);
        shown.controller.stepDays(1);
        shown.controller.stepHours(1);
        QCOMPARE(shown.heldMs(), kNowMs);
    }

    void aStepOfTimeOverAnEmptyStretchGoesOneMomentAtLeast()
    {
        Shown shown(10, 3 * kDayMs);
        shown.controller.stepHours(-1);
        QCOMPARE(shown.held(), 9);
        shown.controller.stepHours(1);
        QCOMPARE(shown.held(), 10);
        shown.controller.stepHours(1);
        QCOMPARE(shown.held(), 10);
    }

    void whateverIsHeldByAKeyIsInView()
    {
        Shown shown(24 * 60 * 10);
        for (int i = 0; i < 9; ++i) {
            shown.controller.stepDays(-1);
            QVERIFY(shown.controller.window().contains(shown.heldMs()));
        }
        shown.controller.holdFirst();
        QVERIFY(shown.controller.window().contains(shown.heldMs()));
        shown.controller.holdLast();
        QVERIFY(shown.controller.window().contains(shown.heldMs()));
    }

    void keysZoomAboutTheHeldMoment()
    {
        Shown shown(24 * 60 * 10);
        shown.controller.stepDays(-5);
        const auto place = [&] {
            const ViewWindow& window = shown.controller.window();
            return static_cast<double>(shown.heldMs() - window.fromMs) /
                   static_cast<double>(window.spanMs());
        };
        const double before = place();
        const Millis span = shown.controller.window().spanMs();
        shown.controller.zoomIn();
        QVERIFY(shown.controller.window().spanMs() < span);
        QVERIFY(std::abs(place() - before) < 0.001);
        shown.controller.zoomOut();
        QVERIFY(std::abs(static_cast<double>(shown.controller.window().spanMs() - span)) <= 2);
    }

    void fittingShowsEveryMoment()
    {
        Shown shown(24 * 60 * 10);
        shown.controller.fit();
        QCOMPARE(shown.controller.momentsInWindow(), shown.controller.momentCount());
    }

    void goingToATimeHoldsTheLastMomentNotAfterIt()
    {
        Shown shown(24 * 60 * 3);
        QVERIFY(shown.controller.goTo(u"yesterday 17:00:30"_s));
        QCOMPARE(shown.controller.momentTime(), u"17:00:12.000"_s);
        QVERIFY(shown.controller.askedText().contains(u"17:00:30.000"));
        QVERIFY(shown.controller.window().contains(shown.heldMs()));
        QVERIFY(!shown.controller.goTo(u"whenever"_s));
        QCOMPARE(shown.controller.momentTime(), u"17:00:12.000"_s);
    }

    void goingToANumberHoldsItOrNothingHappens()
    {
        Shown shown(50);
        QVERIFY(shown.controller.goTo(u"#20"_s));
        QCOMPARE(shown.held(), 20);
        QVERIFY(!shown.controller.goTo(u"#51"_s));
        QCOMPARE(shown.held(), 20);
    }

    void eventsAreVisitedInTheOrderOfTheirTimes()
    {
        auto catalog = evenCatalog(100, kMinuteMs);
        for (const std::uint64_t number : {20ULL, 60ULL}) {
            catalog.objects.push_back(
                {.level = replica::kSnapshotLevel, .minTxId = {1}, .maxTxId = {number}});
        }
        Shown shown;
        shown.show(catalog);
        shown.controller.setRuns({}, {{.number = 40, .momentMs = kNowMs - 60 * kMinuteMs}});
        QList<int> backwards;
        for (int i = 0; i < 4; ++i) {
            shown.controller.holdPreviousEvent();
            backwards << shown.held();
        }
        QCOMPARE(backwards, (QList<int>{60, 40, 20, 20}));
        QList<int> forwards;
        for (int i = 0; i < 3; ++i) {
            shown.controller.holdNextEvent();
            forwards << shown.held();
        }
        QCOMPARE(forwards, (QList<int>{40, 60, 60}));
    }

    void aNewCatalogKeepsTheMomentThatIsHeld()
    {
        Shown shown(100);
        shown.controller.holdPosition(50);
        auto thinned = evenCatalog(100, kMinuteMs);
        thinned.moments.erase(thinned.moments.begin(), thinned.moments.begin() + 30);
        shown.show(thinned);
        QCOMPARE(shown.controller.momentNumber(), u"50"_s);
        QCOMPARE(shown.held(), 20);
    }

    void aMomentThatIsGoneGivesWayToTheNewest()
    {
        Shown shown(100);
        shown.controller.holdPosition(10);
        auto thinned = evenCatalog(100, kMinuteMs);
        thinned.moments.erase(thinned.moments.begin(), thinned.moments.begin() + 30);
        shown.show(thinned);
        QCOMPARE(shown.controller.momentNumber(), u"100"_s);
    }

    void whatIsTooMuchToWaitForACatalogIsToldToBeMissed()
    {
        Shown shown;
        QSignalSpy missed(&shown.controller, &TimelineController::momentsMissed);
        shown.controller.setCatalog(
            std::make_shared<const replica::Catalog>(evenCatalog(10, kMinuteMs)));
        const std::vector<replica::Moment> many(CatalogLoader::kMaxWaiting, moment(11, kNowMs));
        shown.controller.addMoments(many);
        shown.controller.addSnapshot({.number = 11, .atMs = kNowMs});
        QCOMPARE(missed.size(), 0);
        QTRY_COMPARE(missed.size(), 1);
        QVERIFY(!shown.controller.loading());
        shown.show(evenCatalog(11, kMinuteMs));
        QCOMPARE(missed.size(), 1);
    }

    void aGapAtTheEndIsCountedShownAndSaid()
    {
        Shown shown;
        shown.controller.setLive(false);
        shown.show(tornCatalog(100, kMinuteMs, kNowMs - kHourMs, kNowMs - 20 * kMinuteMs));
        QCOMPARE(shown.controller.gapsInWindow(), 1);
        QVERIFY(shown.controller.window().contains(kNowMs - 20 * kMinuteMs));
        QVERIFY(shown.controller.momentDescription().endsWith(
            u". Behind it, 40 min cannot be restored. Torn."_s));
        shown.controller.step(-1);
        QVERIFY(!shown.controller.momentDescription().contains(u"restored"_s));
    }

    void aGapBetweenMomentsIsSaidOfTheOneBeforeIt()
    {
        auto catalog = evenCatalog(10, kMinuteMs);
        catalog.gaps.push_back(
            {.after = {5}, .before = {6}, .reason = {"tests", "It was asleep."}});
        Shown shown;
        shown.show(catalog);
        shown.controller.holdPosition(6);
        QVERIFY(!shown.controller.momentDescription().contains(u"asleep"_s));
        shown.controller.holdPosition(5);
        QVERIFY(shown.controller.momentDescription().endsWith(
            u". Behind it, 1 min cannot be restored. It was asleep."_s));
    }

    void factsOfAnotherMomentAreDropped()
    {
        Shown shown(10);
        shown.controller.setMomentFacts(9, {.databasePages = 77, .pageSizeBytes = 4096});
        QVERIFY(shown.controller.databaseText().isEmpty());
        shown.controller.setMomentFactsProblem(9, u"It is torn."_s);
        QVERIFY(shown.controller.factsProblem().isEmpty());
        shown.controller.setMomentFacts(10, {.databasePages = 77, .pageSizeBytes = 4096});
        QCOMPARE(shown.controller.databaseText(), u"315 KB"_s);
    }

    void factsGoWithTheirMomentWhenAnotherOneTakesItsPlace()
    {
        // One moment was thinned away and one came: the last place is another moment's.
        Shown shown(10);
        shown.controller.setMomentFacts(10, {.databasePages = 77, .pageSizeBytes = 4096});
        QSignalSpy asked(&shown.controller, &TimelineController::momentFactsRequested);
        auto later = evenCatalog(11, kMinuteMs, kNowMs + kMinuteMs);
        later.moments.erase(later.moments.begin());
        shown.advance(kMinuteMs);
        shown.show(later);
        QCOMPARE(shown.controller.momentNumber(), u"11"_s);
        QVERIFY(shown.controller.databaseText().isEmpty());
        QTRY_COMPARE(asked.size(), 1);
    }

    void factsStayWithTheirMomentWhereverItStands()
    {
        Shown shown(10);
        shown.controller.holdPosition(5);
        shown.controller.setMomentFacts(5, {.databasePages = 77, .pageSizeBytes = 4096});
        auto thinned = evenCatalog(10, kMinuteMs);
        thinned.moments.erase(thinned.moments.begin(), thinned.moments.begin() + 3);
        shown.show(thinned);
        QCOMPARE(shown.controller.momentNumber(), u"5"_s);
        QCOMPARE(shown.controller.databaseText(), u"315 KB"_s);
    }

    void aHeldKeyAsksForFactsOnlyWhereItRests()
    {
        Shown shown(100);
        QSignalSpy asked(&shown.controller, &TimelineController::momentFactsRequested);
        for (int i = 0; i < 50; ++i) {
            shown.controller.step(-1);
        }
        QCOMPARE(asked.size(), 0);
        QTRY_COMPARE(asked.size(), 1);
    }

    void anotherZoneSaysTheSameMomentOtherwise()
    {
        Shown shown(10);
        QSignalSpy chosen(&shown.controller, &TimelineController::zoneChosen);
        QCOMPARE(shown.controller.momentTime(), u"14:53:12.000"_s);
        shown.controller.setZone(TimelineController::Zone::Utc);
        QCOMPARE(shown.controller.momentTime(), u"12:53:12.000"_s);
        QCOMPARE(shown.controller.zoneText(), u"UTC"_s);
        QCOMPARE(chosen.size(), 1);
        shown.controller.setZone(TimelineController::Zone::Utc);
        QCOMPARE(chosen.size(), 1);
    }

    void theOverviewShowsMoreThanTheWindow()
    {
        Shown shown(24 * 60 * 40);
        for (int i = 0; i < 40; ++i) {
            QVERIFY(shown.controller.overviewWindow().spanMs() >=
                    shown.controller.window().spanMs());
            shown.controller.zoomOut();
        }
    }

    void theOverviewCanBeGivenASpan()
    {
        Shown shown(24 * 60 * 40);
        using Span = TimelineController::OverviewSpan;
        for (const auto& [span, words] : {std::pair{Span::Day, u"24 h"_s},
                                          {Span::Week, u"7 days"_s},
                                          {Span::Month, u"30 days"_s}}) {
            shown.controller.setOverviewSpan(span);
            QCOMPARE(shown.controller.overviewText(), words);
        }
        shown.controller.setOverviewSpan(Span::All);
        QVERIFY(shown.controller.overviewWindow().fromMs <= shown.controller.data().firstMs());
    }

    void theTimeThatIsCopiedIsOneThatProgramsRead()
    {
        Shown shown(10);
        shown.controller.copyTime();
        QCOMPARE(QGuiApplication::clipboard()->text(), u"2026-09-17T12:53:12.000Z"_s);
    }

    void theMomentForARestoreIsTheOneOfTheCatalog()
    {
        auto catalog = evenCatalog(10, kMinuteMs);
        catalog.moments[4].legacy = replica::LegacyPosition{.generation = "0123456789abcdef"};
        Shown shown;
        shown.show(catalog);
        shown.controller.holdPosition(5);
        QCOMPARE(shown.controller.moment()->legacy->generation, "0123456789abcdef");
        shown.controller.addMoments({moment(11, kNowMs)});
        shown.controller.holdLast();
        QCOMPARE(shown.controller.moment()->txId.value, 11U);
    }
};

QTEST_MAIN(TestTimelineController)
#include "tst_timeline_controller.moc"
