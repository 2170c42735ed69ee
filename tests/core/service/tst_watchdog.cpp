#include "core/service/watch_rounds.h"
#include "core/service/watchdog.h"
#include "tests/support/simulated_clock.h"

#include <QTest>

#include <optional>
#include <vector>

using namespace tidemark;
using namespace tidemark::service;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

constexpr auto kRound = WatchRounds::kRound;

/// So many rounds are within its patience, and one more is not.
constexpr int kRoundsOfPatience = Watchdog::kPatience / kRound;

/// As of a database in WAL mode.
constexpr std::chrono::seconds kPause{5};

}  // namespace

/// One database, with its steps as they come and what the watchdog sees of them.
class TestWatchdog : public QObject {
    Q_OBJECT

    SimulatedClock m_clock;
    Watchdog m_watchdog;
    Watchdog::Sight m_sight;

    void queueStep() { m_sight.step.queuedSince = m_clock.monotonic(); }
    void beginStep()
    {
        m_clock.advance(1ms);
        m_sight.step.queuedSince.reset();
        m_sight.step.runsSince = m_sight.step.queueMoved = m_clock.monotonic();
    }
    void endStep(std::chrono::nanoseconds pause = kPause)
    {
        m_sight.step.endedOneOf = m_sight.step.runsSince;
        m_sight.step.runsSince.reset();
        m_sight.step.due = m_clock.monotonic() + pause;
    }
    void step(std::chrono::nanoseconds pause = kPause)
    {
        beginStep();
        m_clock.advance(1ms);
        endStep(pause);
    }

    [[nodiscard]] std::optional<Clock::Instant::duration> look()
    {
        return m_watchdog.look(m_clock.monotonic(), m_sight);
    }
    [[nodiscard]] bool barks()
    {
        m_clock.advance(kRound);
        return look().has_value();
    }
    [[nodiscard]] bool barksLateAfter(std::chrono::nanoseconds time)
    {
        m_clock.advance(time);
        m_sight.isLate = true;
        const bool hasBarked = look().has_value();
        m_sight.isLate = false;
        return hasBarked;
    }
    [[nodiscard]] bool barksWithin(int rounds)
    {
        bool hasBarked = false;
        for (int i = 0; i < rounds; ++i) {
            hasBarked = barks() || hasBarked;
        }
        return hasBarked;
    }

private slots:
    /// At rest, with a step behind it.
    void init()
    {
        m_watchdog = {};
        m_sight = {};
        step();
        QVERIFY(!look());
    }

    void whoComesOnIsNeverToldOf()
    {
        for (int i = 0; i < 1000; ++i) {
            QVERIFY(!barks());
            step();
        }
    }

    void aStepWhoseTimeWasLostIsToldOfWithTheTimeSince()
    {
        QVERIFY(!barksWithin(kRoundsOfPatience));
        m_clock.advance(kRound);
        const auto waited = look();
        QVERIFY(waited.has_value());
        QCOMPARE(waited->count(), std::chrono::nanoseconds(5 * kRound - kPause).count());
    }

    void aStepThatDoesNotEndIsToldOf()
    {
        beginStep();
        QVERIFY(!barksWithin(kRoundsOfPatience));
        QVERIFY(barks());
    }

    void itIsOverWhenAStepHasEnded()
    {
        QVERIFY(barksWithin(kRoundsOfPatience + 1));
        beginStep();
        QVERIFY(barks());
        endStep();
        QVERIFY(!barks());
    }

    void theEndOfTheOneThatHungIsNotEnough()
    {
        beginStep();
        QVERIFY(barksWithin(kRoundsOfPatience + 1));
        endStep();
        QVERIFY(barks());
        beginStep();
        QVERIFY(barks());
        endStep();
        QVERIFY(!barks());
    }

    void itIsOverAlsoWhileTheNextOneRuns()
    {
        beginStep();
        QVERIFY(barksWithin(kRoundsOfPatience + 1));
        endStep();
        step();
        beginStep();
        QVERIFY(!look());
    }

    void oneThatMayReadALargeDatabaseHasTheTimeForIt()
    {
        m_sight.bytes = 1200 * kMiB;
        beginStep();
        const int reading = 600s / kRound;
        QVERIFY(!barksWithin(kRoundsOfPatience + reading));
        QVERIFY(barks());
    }

    void whatTheLastOneMightHaveReadDelaysNothing()
    {
        m_sight.bytes = 1'000'000 * kMiB;
        QVERIFY(barksWithin(kRoundsOfPatience + 1));
    }

    void whoRestsForLongIsGivenThatRest()
    {
        step(600s);
        QVERIFY(!barksWithin(kRoundsOfPatience + 600s / kRound));
        QVERIFY(barks());
    }

    void whoIsPausedOrLeavesMayWaitInTheQueue()
    {
        m_sight.isExcused = true;
        queueStep();
        QVERIFY(!barksWithin(100));
    }

    void aStepThatHangsIsToldOfWhateverTheExcuse()
    {
        m_sight.isExcused = true;
        beginStep();
        QVERIFY(barksWithin(kRoundsOfPatience + 1));
    }

    void behindAnExcuseTheWholeTimeIsGiven()
    {
        m_sight.isExcused = true;
        queueStep();
        QVERIFY(!barksWithin(100));
        m_sight.isExcused = false;
        QVERIFY(!barksWithin(kRoundsOfPatience));
        QVERIFY(barks());
    }

    void anExcuseDoesNotEndTheAlarm()
    {
        beginStep();
        QVERIFY(barksWithin(kRoundsOfPatience + 1));
        m_sight.isExcused = true;
        QVERIFY(barks());
        endStep();
        QVERIFY(barks());
        step();
        QVERIFY(!barks());
    }

    void whoStoodStillAsAWholeIsGivenTheWholeTime()
    {
        // Asleep or stopped: neither steps nor the watchdog had any of that hour.
        QVERIFY(!barks());
        QVERIFY(!barksLateAfter(1h));
        QVERIFY(!barksWithin(kRoundsOfPatience));
        QVERIFY(barks());
    }

    void aStepThatStoodStillWithEverythingIsGivenTheWholeTime()
    {
        beginStep();
        QVERIFY(!barks());
        QVERIFY(!barksLateAfter(1h));
        QVERIFY(!barksWithin(kRoundsOfPatience));
        QVERIFY(barks());
    }

    void anAlarmOutlivesASleep()
    {
        beginStep();
        QVERIFY(barksWithin(kRoundsOfPatience + 1));
        QVERIFY(barksLateAfter(8h));
        QVERIFY(barks());
    }

    void whoWaitsInAQueueThatMovesIsNotStuck()
    {
        queueStep();
        for (int i = 0; i < 100; ++i) {
            m_sight.step.queueMoved = m_clock.monotonic();
            QVERIFY(!barks());
        }
        beginStep();
        QVERIFY(!look());
        QVERIFY(!barksWithin(kRoundsOfPatience));
        endStep();
        QVERIFY(!barks());
    }

    void whoWaitsInAQueueThatStandsStillIsToldOf()
    {
        queueStep();
        QVERIFY(!barksWithin(kRoundsOfPatience));
        QVERIFY(barks());
    }

    void theWallClockIsNotAsked()
    {
        QVERIFY(!barks());
        m_clock.jumpWallTime(std::chrono::hours(-24 * 365));
        QVERIFY(!barks());
        m_clock.jumpWallTime(std::chrono::hours(24 * 365 * 30));
        QVERIFY(!barks());
    }

    void aRoundBehindASleepIsLateAndTheNextOneIsNot()
    {
        SimulatedClock clock(SimulatedWait::LastsUntilMoved);
        std::vector<bool> lateness;
        WatchRounds rounds(clock, [&](bool isLate) { lateness.push_back(isLate); });
        QTRY_COMPARE(clock.pauses().size(), 1U);
        clock.advance(kRound + WatchRounds::kLateness);
        QTRY_COMPARE(clock.pauses().size(), 2U);
        clock.advance(1h);
        QTRY_COMPARE(clock.pauses().size(), 3U);
        clock.advance(kRound);
        QTRY_COMPARE(clock.pauses().size(), 4U);
        rounds.stop();
        QCOMPARE(lateness, (std::vector<bool>{false, true, false}));
    }
};

QTEST_APPLESS_MAIN(TestWatchdog)
#include "tst_watchdog.moc"
