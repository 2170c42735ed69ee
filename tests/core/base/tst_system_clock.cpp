#include "core/base/system_clock.h"

#include <QTest>

#include <thread>

using namespace tidemark;
using namespace std::chrono_literals;

class TestSystemClock : public QObject {
    Q_OBJECT

private slots:
    void aWaitEndsAtItsDeadline()
    {
        SystemClock clock;
        const auto deadline = clock.monotonic() + 5ms;
        QVERIFY(clock.waitUntil(deadline, {}));
        QVERIFY(clock.monotonic() >= deadline);
    }

    void aDeadlineInThePastEndsAtOnce()
    {
        SystemClock clock;
        QVERIFY(clock.waitUntil(clock.monotonic() - 1h, {}));
    }

    void aStopRequestFromAnotherThreadEndsTheWait()
    {
        SystemClock clock;
        std::stop_source stop;
        const std::jthread other([&] { stop.request_stop(); });
        QVERIFY(!clock.waitUntil(clock.monotonic() + 1h, stop.get_token()));
    }

    void aRingFromAnotherThreadEndsTheWait()
    {
        SystemClock clock;
        Wakeup bell;
        const std::jthread other([&] { bell.ring(); });
        QCOMPARE(clock.waitUntil(clock.monotonic() + 1h, {}, bell), WaitEnd::Rung);
    }

    void aRingWhileNobodyWaitsIsKeptForTheNextWaitOnly()
    {
        SystemClock clock;
        Wakeup bell;
        bell.ring();
        bell.ring();
        QCOMPARE(clock.waitUntil(clock.monotonic() + 1h, {}, bell), WaitEnd::Rung);
        QCOMPARE(clock.waitUntil(clock.monotonic() + 1ms, {}, bell), WaitEnd::Deadline);
    }

    void aStopRequestWinsOverARing()
    {
        SystemClock clock;
        Wakeup bell;
        std::stop_source stop;
        bell.ring();
        stop.request_stop();
        QCOMPARE(clock.waitUntil(clock.monotonic() + 1h, stop.get_token(), bell), WaitEnd::Stopped);
    }

    void wallTimeIsThatOfTheSystem()
    {
        const auto seconds =
            std::chrono::floor<std::chrono::seconds>(SystemClock().now()).time_since_epoch();
        const qint64 systemSeconds = QDateTime::currentSecsSinceEpoch();
        QVERIFY(std::abs(systemSeconds - qint64{seconds.count()}) <= 1);
    }
};

QTEST_APPLESS_MAIN(TestSystemClock)
#include "tst_system_clock.moc"
