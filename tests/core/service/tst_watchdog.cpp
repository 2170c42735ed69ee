#include "core/service/watchdog.h"
#include "tests/support/simulated_clock.h"

#include <QTest>

#include <optional>

using namespace tidemark;
using namespace tidemark::service;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

/// So many rounds are more than its patience, whatever the place of the change between two of them.
constexpr int kRoundsOfPatience = Watchdog::kPatience / Watchdog::kRound + 1;

}  // namespace

/// One database, with its steps as they come and what the watchdog sees of it.
class TestWatchdog : public QObject {
    Q_OBJECT

    SimulatedClock m_clock;
    Watchdog m_watchdog;
    Watchdog::Sight m_sight;

    void writeToIt()
    {
        m_sight.stamp = m_sight.stamp.value_or(sqlite::FileStamp());
        ++m_sight.stamp->modifiedNs;
    }
    void beginStep()
    {
        m_clock.advance(1ms);
        m_sight.step.runsSince = m_clock.monotonic();
    }
    void endStep()
    {
        m_sight.step.endedOneOf = m_sight.step.runsSince;
        m_sight.step.runsSince.reset();
    }
    void step()
    {
        beginStep();
        m_clock.advance(1ms);
        endStep();
    }

    [[nodiscard]] bool barksAfter(std::chrono::nanoseconds time)
    {
        m_clock.advance(time);
        return m_watchdog.look(m_clock.monotonic(), m_sight).has_value();
    }
    [[nodiscard]] bool barks() { return barksAfter(Watchdog::kRound); }
    [[nodiscard]] bool barksWithin(int rounds)
    {
        bool hasBarked = false;
        for (int i = 0; i < rounds; ++i) {
            hasBarked = barks() || hasBarked;
        }
        return hasBarked;
    }

private slots:
    /// At rest, looked at once, with a step behind it.
    void init()
    {
        m_watchdog = {};
        m_sight = {.stamp = sqlite::FileStamp()};
        step();
        QVERIFY(!barks());
    }

    void aChangeThatNoStepLooksAtIsToldOfWithItsAge()
    {
        writeToIt();
        QVERIFY(!barksWithin(kRoundsOfPatience));
        m_clock.advance(Watchdog::kRound);
        const auto waited = m_watchdog.look(m_clock.monotonic(), m_sight);
        QVERIFY(waited.has_value());
        QCOMPARE(waited->count(), std::chrono::nanoseconds(150s).count());
    }

    void nothingIsSaidAtRestHoweverLong() { QVERIFY(!barksWithin(1000)); }

    void aStepThatBeginsBehindTheChangeAndEndsIsAllThatIsWanted()
    {
        // A transaction that is open for long, or is rolled back, is written to the log, too.
        for (int i = 0; i < 100; ++i) {
            writeToIt();
            QVERIFY(!barks());
            step();
        }
    }

    void aStepThatBeganBeforeTheChangeHasNotLookedAtIt()
    {
        step();
        m_clock.advance(1s);
        writeToIt();
        QVERIFY(barksWithin(kRoundsOfPatience + 1));
    }

    void whoWritesAllTheTimeDoesNotPutItOff()
    {
        bool hasBarked = false;
        for (int i = 0; i <= kRoundsOfPatience; ++i) {
            writeToIt();
            hasBarked = barks() || hasBarked;
        }
        QVERIFY(hasBarked);
    }

    void aStepThatDoesNotEndIsToldOfWithoutAChange()
    {
        beginStep();
        QVERIFY(!barksWithin(kRoundsOfPatience - 1));
        QVERIFY(barks());
    }

    void itIsOverWhenAnotherStepHasEnded()
    {
        writeToIt();
        QVERIFY(!barks());
        beginStep();
        QVERIFY(barksWithin(kRoundsOfPatience + 1));
        endStep();
        QVERIFY(!barks());
    }

    void theEndOfTheOneThatHungIsNotEnough()
    {
        beginStep();
        QVERIFY(barksWithin(kRoundsOfPatience + 1));
        endStep();
        QVERIFY(barks());
        step();
        QVERIFY(!barks());
    }

    void aLogThatAppearsOrVanishesIsAChange()
    {
        m_sight.stamp.reset();
        QVERIFY(barksWithin(kRoundsOfPatience + 1));
    }

    void whatWasThereAtTheFirstLookIsNoChange()
    {
        m_watchdog = {};
        writeToIt();
        QVERIFY(!barksWithin(100));
    }

    void aLargeDatabaseHasTheTimeToBeRead()
    {
        m_sight.bytes = 1200 * kMiB;
        beginStep();
        const int reading = 600s / Watchdog::kRound;
        QVERIFY(!barksWithin(kRoundsOfPatience - 1 + reading));
        QVERIFY(barks());
    }

    void oneThatIsWatchedHasThePauseBetweenTwoLooks()
    {
        m_sight.pause = 600s;
        writeToIt();
        QVERIFY(!barksWithin(kRoundsOfPatience + 600s / Watchdog::kRound));
        QVERIFY(barks());
    }

    void aPauseAnEndOrAToldReasonExcuses()
    {
        m_sight.isExcused = true;
        writeToIt();
        beginStep();
        QVERIFY(!barksWithin(100));
    }

    void behindAnExcuseTheWholeTimeIsGiven()
    {
        writeToIt();
        QVERIFY(!barksWithin(kRoundsOfPatience - 1));
        m_sight.isExcused = true;
        QVERIFY(!barks());
        m_sight.isExcused = false;
        QVERIFY(!barksWithin(kRoundsOfPatience - 1));
        QVERIFY(barks());
    }

    void anExcuseEndsTheAlarm()
    {
        writeToIt();
        QVERIFY(barksWithin(kRoundsOfPatience + 1));
        m_sight.isExcused = true;
        QVERIFY(!barks());
    }

    void whoStoodStillAsAWholeIsGivenTheWholeTime()
    {
        // Asleep or stopped: neither steps nor the watchdog had any of that hour.
        writeToIt();
        QVERIFY(!barks());
        QVERIFY(!barksAfter(1h));
        QVERIFY(!barksWithin(kRoundsOfPatience - 1));
        QVERIFY(barks());
    }

    void aStepThatStoodStillWithEverythingIsGivenTheWholeTime()
    {
        beginStep();
        QVERIFY(!barks());
        QVERIFY(!barksAfter(1h));
        QVERIFY(!barksWithin(kRoundsOfPatience - 1));
        QVERIFY(barks());
    }

    void toBeALittleLateIsNothing()
    {
        writeToIt();
        bool hasBarked = false;
        for (int i = 0; i <= kRoundsOfPatience; ++i) {
            hasBarked = barksAfter(Watchdog::kRound + Watchdog::kLateness) || hasBarked;
        }
        QVERIFY(hasBarked);
    }

    void anAlarmOutlivesASleep()
    {
        beginStep();
        QVERIFY(barksWithin(kRoundsOfPatience + 1));
        QVERIFY(barksAfter(8h));
        QVERIFY(barks());
    }

    void whoWaitsInAQueueThatMovesIsNotStuck()
    {
        writeToIt();
        m_sight.step.isQueued = true;
        for (int i = 0; i < 100; ++i) {
            m_sight.step.queueMoved = m_clock.monotonic();
            QVERIFY(!barks());
        }
        QVERIFY(barksWithin(kRoundsOfPatience));
    }

    void theWallClockIsNotAsked()
    {
        writeToIt();
        QVERIFY(!barks());
        m_clock.jumpWallTime(std::chrono::hours(-24 * 365));
        QVERIFY(!barks());
        m_clock.jumpWallTime(std::chrono::hours(24 * 365 * 30));
        QVERIFY(!barks());
    }
};

QTEST_APPLESS_MAIN(TestWatchdog)
#include "tst_watchdog.moc"
