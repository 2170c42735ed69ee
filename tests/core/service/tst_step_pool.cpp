#include "core/base/system_clock.h"
#include "core/service/step_pool.h"
#include "tests/support/simulated_clock.h"

#include <QTest>

#include <atomic>
#include <semaphore>
#include <vector>

using namespace tidemark;
using namespace tidemark::service;
using namespace std::chrono_literals;

class TestStepPool : public QObject {
    Q_OBJECT

private slots:
    void aStepIsCalledAtOnceAndThenWhenDue()
    {
        SimulatedClock clock(SimulatedWait::LastsUntilMoved);
        StepPool pool(clock, 2);
        std::counting_semaphore<100> called(0);
        std::atomic<int> calls = 0;
        static_cast<void>(pool.add([&] {
            ++calls;
            called.release();
            return StepPool::Due{.notBefore = clock.monotonic(),
                                 .atLatest = clock.monotonic() + 10s};
        }));
        called.acquire();
        // The timekeeper may wait for the old due time yet; it is rung when the step rests.
        QTRY_VERIFY(!clock.pauses().empty() && clock.pauses().back() == 10s);
        clock.advance(9s);
        clock.advance(1s);
        called.acquire();
        QCOMPARE(calls.load(), 2);
    }

    void aWokenStepWaitsForItsNotBefore()
    {
        SimulatedClock clock(SimulatedWait::LastsUntilMoved);
        StepPool pool(clock, 2);
        std::counting_semaphore<100> called(0);
        const auto key = pool.add([&] {
            called.release();
            return StepPool::Due{.notBefore = clock.monotonic() + 1s,
                                 .atLatest = clock.monotonic() + 1h};
        });
        called.acquire();
        QTRY_VERIFY(!clock.pauses().empty() && clock.pauses().back() == 1h);
        pool.wake(key);
        QTRY_VERIFY(clock.pauses().back() == 1s);
        QVERIFY(!called.try_acquire());
        clock.advance(1s);
        called.acquire();
    }

    void aHurriedStepDoesNotWait()
    {
        SimulatedClock clock(SimulatedWait::LastsUntilMoved);
        StepPool pool(clock, 2);
        std::counting_semaphore<100> called(0);
        std::atomic<int> calls = 0;
        const auto key = pool.add([&] {
            ++calls;
            called.release();
            return StepPool::Due{.notBefore = clock.monotonic() + 1h,
                                 .atLatest = clock.monotonic() + 1h};
        });
        called.acquire();
        pool.hurry(key);
        called.acquire();
        QCOMPARE(calls.load(), 2);
    }

    void whoIsCalledFirstPassesAllThatWaitForAThread()
    {
        SystemClock clock;
        StepPool pool(clock, 1);
        std::counting_semaphore<100> inside(0);
        std::counting_semaphore<100> goOn(0);
        std::vector<int> calls;  // By the one thread.
        const auto step = [&](int name) {
            return [&, name] {
                inside.release();
                goOn.acquire();
                calls.push_back(name);
                return StepPool::Due{.notBefore = clock.monotonic() + 1h,
                                     .atLatest = clock.monotonic() + 1h};
            };
        };
        const auto first = pool.add(step(1));
        goOn.release();
        QTRY_VERIFY(pool.activity(first)->endedOneOf.has_value());
        inside.acquire();
        const auto second = pool.add(step(2));
        inside.acquire();
        static_cast<void>(pool.add(step(3)));
        const auto fourth = pool.add(step(4));
        // One that rests, one that waits already, and the one that runs.
        pool.callFirst(first);
        pool.callFirst(fourth);
        pool.callFirst(second);
        for (int i = 0; i < 5; ++i) {
            goOn.release();
        }
        for (int i = 0; i < 4; ++i) {
            inside.acquire();
        }
        pool.stop();
        QCOMPARE(calls, (std::vector<int>{1, 2, 2, 4, 1, 3}));
    }

    void aWakeDuringAStepCallsItAgain()
    {
        SystemClock clock;
        StepPool pool(clock, 2);
        std::counting_semaphore<100> inside(0);
        std::counting_semaphore<100> goOn(0);
        const auto key = pool.add([&] {
            inside.release();
            goOn.acquire();
            return StepPool::Due{.notBefore = clock.monotonic(),
                                 .atLatest = clock.monotonic() + 1h};
        });
        inside.acquire();
        pool.wake(key);
        pool.wake(key);
        goOn.release();
        inside.acquire();
        goOn.release();
        pool.stop();
        QVERIFY(!inside.try_acquire());
    }

    void noStepIsCalledTwiceAtOnce()
    {
        SystemClock clock;
        StepPool pool(clock, 4);
        std::atomic<int> inside = 0;
        std::atomic<int> calls = 0;
        std::atomic<bool> overlapped = false;
        const auto key = pool.add([&] {
            overlapped = overlapped || inside.fetch_add(1) != 0;
            ++calls;
            inside.fetch_sub(1);
            return StepPool::Due{.notBefore = clock.monotonic(), .atLatest = clock.monotonic()};
        });
        while (calls < 10'000) {
            pool.wake(key);
        }
        pool.stop();
        QVERIFY(!overlapped);
    }

    void aFinishedStepIsForgottenWithWhatItHolds()
    {
        SystemClock clock;
        StepPool pool(clock, 2);
        const auto held = std::make_shared<int>(1);
        const auto key = pool.add([held] { return StepPool::Due{.finished = true}; });
        QTRY_COMPARE(held.use_count(), 1L);
        pool.wake(key);
    }

    void aHangingStepDelaysNoOther()
    {
        SystemClock clock;
        StepPool pool(clock, 2);
        std::binary_semaphore release(0);
        std::binary_semaphore done(0);
        pool.post([&] { release.acquire(); });
        pool.post([&] { done.release(); });
        done.acquire();
        release.release();
    }

    void inThePlaceOfThreadsThatHangOthersAreMade()
    {
        SimulatedClock clock(SimulatedWait::LastsUntilMoved);
        StepPool pool(clock, 2);
        std::counting_semaphore<100> inside(0);
        std::counting_semaphore<100> goOn(0);
        for (int i = 0; i < 2; ++i) {
            pool.post([&] {
                inside.release();
                goOn.acquire();
            });
            inside.acquire();
        }
        std::binary_semaphore done(0);
        pool.post([&] { done.release(); });
        const bool isDoneAtOnce = done.try_acquire_for(50ms);
        clock.advance(StepPool::kHangs + 1min);
        const bool isDoneThen = done.try_acquire_for(10s);
        goOn.release(2);
        QVERIFY(!isDoneAtOnce && isDoneThen);
    }

    void itTellsWhatRunsWhatHasEndedAndWhatWaitsForAThread()
    {
        SimulatedClock clock(SimulatedWait::LastsUntilMoved);
        StepPool pool(clock, 1);
        std::counting_semaphore<100> inside(0);
        std::counting_semaphore<100> goOn(0);
        const auto step = [&] {
            inside.release();
            goOn.acquire();
            return StepPool::Due{.notBefore = clock.monotonic(),
                                 .atLatest = clock.monotonic() + 1h};
        };
        const Clock::Instant began = clock.monotonic();
        const auto first = pool.add(step);
        inside.acquire();
        const auto second = pool.add(step);
        clock.advance(1min);
        QVERIFY(pool.activity(first) ==
                (StepPool::Activity{.runsSince = began, .queueMoved = began}));
        QVERIFY(pool.activity(second) ==
                (StepPool::Activity{.queuedSince = began, .queueMoved = began}));
        goOn.release();
        inside.acquire();
        QVERIFY(pool.activity(first) ==
                (StepPool::Activity{
                    .due = began + 1min + 1h, .queueMoved = began + 1min, .endedOneOf = began}));
        QVERIFY(pool.activity(second)->runsSince == began + 1min);
        goOn.release();
        QTRY_VERIFY(pool.activity(second)->endedOneOf == began + 1min);
        QVERIFY(!pool.activity(second + 1));
    }

    void thingsAtRestAreLookedAtTogether()
    {
        SimulatedClock clock(SimulatedWait::LastsUntilMoved);
        StepPool pool(clock, 1);
        std::atomic<int> first = 0;
        std::atomic<int> second = 0;
        static_cast<void>(pool.add([&] {
            ++first;
            return StepPool::Due{.notBefore = clock.monotonic(),
                                 .atLatest = clock.monotonic() + 1000ms};
        }));
        static_cast<void>(pool.add([&] {
            ++second;
            return StepPool::Due{.notBefore = clock.monotonic(),
                                 .atLatest = clock.monotonic() + 1200ms};
        }));
        QTRY_VERIFY(first == 1 && second == 1);
        QTRY_VERIFY(clock.pauses().back() == 1000ms);
        clock.advance(1000ms);
        QTRY_COMPARE(first.load(), 2);
        QTRY_COMPARE(second.load(), 2);
    }

    void stoppingWaitsForTheRunningStepAndCallsNoOther()
    {
        SystemClock clock;
        StepPool pool(clock, 1);
        std::binary_semaphore inside(0);
        std::binary_semaphore release(0);
        std::binary_semaphore stopped(0);
        std::atomic<bool> ended = false;
        std::atomic<bool> other = false;
        pool.post([&] {
            inside.release();
            release.acquire();
            ended = true;
        });
        inside.acquire();
        pool.post([&] { other = true; });
        const std::jthread stopper([&] {
            pool.stop();
            stopped.release();
        });
        // One that did not wait would be through by then.
        QVERIFY(!stopped.try_acquire_for(100ms));
        release.release();
        stopped.acquire();
        QVERIFY(ended);
        pool.post([&] { other = true; });
        QVERIFY(!other);
    }

    void thingsOfAPlaceHaveSoManyThreadsAndNoMore()
    {
        SystemClock clock;
        StepPool pool(clock, 4, 2);
        std::counting_semaphore<100> inside(0);
        std::counting_semaphore<100> goOn(0);
        const auto hang = [&] {
            inside.release();
            goOn.acquire();
            return StepPool::Due{.finished = true};
        };
        for (int i = 0; i < 5; ++i) {
            static_cast<void>(pool.add(hang, "dead"));
        }
        inside.acquire();
        inside.acquire();
        std::counting_semaphore<100> elsewhere(0);
        const auto pass = [&] {
            elsewhere.release();
            return StepPool::Due{.finished = true};
        };
        for (int i = 0; i < 5; ++i) {
            static_cast<void>(pool.add(pass, "live"));
            pool.post([&] { elsewhere.release(); });
        }
        for (int i = 0; i < 10; ++i) {
            elsewhere.acquire();
        }
        QVERIFY(!inside.try_acquire());
        for (int i = 0; i < 5; ++i) {
            goOn.release();
        }
        for (int i = 0; i < 3; ++i) {
            inside.acquire();
        }
    }

    void whoWaitsForItsPlaceIsToldWhenThatGotOnLast()
    {
        SimulatedClock clock(SimulatedWait::LastsUntilMoved);
        StepPool pool(clock, 4, 1);
        std::binary_semaphore inside(0);
        std::binary_semaphore goOn(0);
        const Clock::Instant began = clock.monotonic();
        const auto hang = [&] {
            inside.release();
            goOn.acquire();
            return StepPool::Due{.notBefore = clock.monotonic(),
                                 .atLatest = clock.monotonic() + 1h};
        };
        static_cast<void>(pool.add(hang, "dead"));
        inside.acquire();
        const auto second = pool.add(hang, "dead");
        clock.advance(1min);
        std::binary_semaphore passed(0);
        pool.post([&] { passed.release(); });
        passed.acquire();
        QVERIFY(pool.activity(second)->queuedSince == began);
        QVERIFY(pool.activity(second)->queueMoved < began + 1min);
        goOn.release();
        inside.acquire();
        QVERIFY(pool.activity(second)->runsSince == began + 1min);
        goOn.release();
    }

    void stoppingByALimitLeavesWhoHangs()
    {
        SystemClock clock;
        StepPool pool(clock, 2);
        std::binary_semaphore inside(0);
        std::binary_semaphore goOn(0);
        pool.post([&] {
            inside.release();
            goOn.acquire();
        });
        inside.acquire();
        QVERIFY(!pool.stopBy(clock.monotonic() + 50ms));
        goOn.release();
        QVERIFY(pool.stopBy(clock.monotonic() + 1h));
    }
};

QTEST_GUILESS_MAIN(TestStepPool)
#include "tst_step_pool.moc"
