#include "tests/support/simulated_clock.h"

#include <QTest>

#include <thread>

using namespace tidemark;
using namespace std::chrono_literals;

class TestSimulatedClock : public QObject {
    Q_OBJECT

private slots:
    void aWaitOnOneThreadEndsAtOnceAndIsItsDeadline()
    {
        SimulatedClock clock;
        const auto deadline = clock.monotonic() + 24h;
        const Timestamp before = clock.now();
        QVERIFY(clock.waitUntil(deadline, {}));
        QCOMPARE(clock.monotonic(), deadline);
        QCOMPARE(clock.now() - before, std::chrono::milliseconds(24h));
        QCOMPARE(clock.pauses(), std::vector<std::chrono::milliseconds>{24h});
    }

    void aRingOrAStopDuringAWaitEndsItBeforeItsDeadline()
    {
        SimulatedClock clock;
        Wakeup bell;
        std::stop_source stop;
        const auto start = clock.monotonic();
        clock.onWait([&] { bell.ring(); });
        QCOMPARE(clock.waitUntil(start + 1h, {}, bell), WaitEnd::Rung);
        clock.onWait([&] { stop.request_stop(); });
        QCOMPARE(clock.waitUntil(start + 1h, stop.get_token(), bell), WaitEnd::Stopped);
        QCOMPARE(clock.monotonic(), start);
    }

    void aBlockedThreadGoesOnWhenTheTimeIsMovedToItsDeadline()
    {
        SimulatedClock clock(SimulatedWait::LastsUntilMoved);
        Wakeup bell;
        std::atomic<bool> over = false;
        WaitEnd end = WaitEnd::Stopped;
        {
            const std::jthread waiter([&] {
                end = clock.waitUntil(clock.monotonic() + 10s, {}, bell);
                over = true;
            });
            clock.untilWaiting(1);
            clock.advance(9s);
            QVERIFY(!over);
            clock.advance(1s);
        }
        QCOMPARE(end, WaitEnd::Deadline);
    }

    void aJumpOfTheWallTimeEndsNoWait()
    {
        SimulatedClock clock;
        const auto instant = clock.monotonic();
        const Timestamp before = clock.now();
        clock.jumpWallTime(-48h);
        QCOMPARE(clock.now(), before - 48h);
        QCOMPARE(clock.monotonic(), instant);
    }
};

QTEST_APPLESS_MAIN(TestSimulatedClock)
#include "tst_simulated_clock.moc"
