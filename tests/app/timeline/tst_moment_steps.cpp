#include "app/timeline/moment_steps.h"
#include "tests/app/timeline/histories.h"

#include <QTest>

#include <climits>

using namespace tidemark;
using namespace tidemark::app::timeline;
using namespace tidemark::app::timeline::tests;

namespace {

using Index = std::optional<std::size_t>;

/// A hundred moments, a minute apart, with snapshots at 20 and 60 and a drill at 40.
TimelineData eventful()
{
    auto catalog = evenCatalog(100, kMinuteMs);
    for (const std::uint64_t number : {20ULL, 60ULL}) {
        catalog.objects.push_back(
            {.level = replica::kSnapshotLevel, .minTxId = {1}, .maxTxId = {number}});
    }
    return TimelineData::fromCatalog(catalog, timestamp(kNowMs)).withRuns({}, {{.number = 40}});
}

}  // namespace

class TestMomentSteps : public QObject {
    Q_OBJECT

private slots:
    void stepsStopAtTheEnds()
    {
        const auto data = evenHistory(25, kMinuteMs);
        QCOMPARE(stepped(data, 24, -10), 14U);
        QCOMPARE(stepped(data, 14, INT_MIN), 0U);
        QCOMPARE(stepped(data, 0, 3), 3U);
        QCOMPARE(stepped(data, 3, INT_MAX), 24U);
    }

    void aStepOfTimeLeadsToTheLastMomentNotAfterIt()
    {
        const auto data = evenHistory(200, 7 * kMinuteMs);
        const HeldMoment hour = steppedInTime(data, 199, -kHourMs);
        QCOMPARE(hour.askedMs, kNowMs - kHourMs);
        QCOMPARE(data.shownMs(hour.index), kNowMs - 63 * kMinuteMs);
    }

    void aStepOfTimeOverAnEmptyStretchGoesOneMomentAtLeast()
    {
        const auto data = evenHistory(10, 3 * kDayMs);
        const HeldMoment further = steppedInTime(data, 5, kHourMs);
        QCOMPARE(further.index, 6U);
        QCOMPARE(further.askedMs, data.shownMs(6));
        QCOMPARE(steppedInTime(data, 5, -kHourMs).index, 4U);
        QCOMPARE(steppedInTime(data, 9, kHourMs).index, 9U);
        QCOMPARE(steppedInTime(data, 0, -kHourMs).index, 0U);
    }

    void eventsAreVisitedInTheOrderOfTheirTimes()
    {
        const auto data = eventful();
        QCOMPARE(previousEvent(data, 99), Index(59));
        QCOMPARE(previousEvent(data, 59), Index(39));
        QCOMPARE(previousEvent(data, 39), Index(19));
        QCOMPARE(previousEvent(data, 19), Index());
        QCOMPARE(nextEvent(data, 0), Index(19));
        QCOMPARE(nextEvent(data, 19), Index(39));
        QCOMPARE(nextEvent(data, 39), Index(59));
        QCOMPARE(nextEvent(data, 59), Index());
    }

    void aDrillOfAMomentThatIsGoneLeadsNowhere()
    {
        const auto data =
            evenHistory(10, kMinuteMs).withRuns({}, {{.number = 99, .momentMs = kNowMs - kHourMs}});
        QCOMPARE(previousEvent(data, 9), Index());
    }

    void aDestinationIsANumberOrATime()
    {
        const auto data = evenHistory(10, kMinuteMs);
        QCOMPARE(momentAt(data, {.number = 4})->index, 3U);
        QCOMPARE(momentAt(data, {.number = 4})->askedMs, data.shownMs(3));
        QVERIFY(!momentAt(data, {.number = 11}));
        const Millis between = data.shownMs(3) + 30'000;
        QCOMPARE(momentAt(data, {.atMs = between})->index, 3U);
        QCOMPARE(momentAt(data, {.atMs = between})->askedMs, between);
        QCOMPARE(momentAt(data, {.atMs = 0})->index, 0U);
        QVERIFY(!momentAt({}, {.atMs = between}));
    }
};

QTEST_GUILESS_MAIN(TestMomentSteps)
#include "tst_moment_steps.moc"
