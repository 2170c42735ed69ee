#include "core/base/system_clock.h"
#include "core/service/slots.h"
#include "tests/support/simulated_clock.h"

#include <QTest>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

using namespace tidemark;
using namespace tidemark::service;
using namespace std::chrono_literals;

class TestSlots : public QObject {
    Q_OBJECT

    using Keys = std::vector<StepPool::Key>;

    SimulatedClock m_clock{SimulatedWait::LastsUntilMoved};
    Keys m_called;

    [[nodiscard]] std::unique_ptr<Slots> make(unsigned each)
    {
        return std::make_unique<Slots>(m_clock, each,
                                       [this](StepPool::Key step) { m_called.push_back(step); });
    }
    [[nodiscard]] Keys takeCalled() { return std::exchange(m_called, {}); }

private slots:
    void init() { m_called.clear(); }

    void eachPlaceHasItsOwn()
    {
        const auto places = make(2);
        auto first = places->tryTake("a");
        const auto second = places->tryTake("a");
        QVERIFY(first && second && !places->tryTake("a"));
        QVERIFY(places->tryTake("b"));
        first.reset();
        const auto third = places->tryTake("a");
        QVERIFY(third && !places->tryTake("a"));
    }

    void whoCameFirstIsCalledFirst()
    {
        const auto places = make(1);
        auto held = places->take("a", 1);
        QVERIFY(held);
        for (const StepPool::Key each : Keys{2, 3, 4}) {
            QVERIFY(!places->take("a", each));
        }
        // To ask again is no way to the front.
        QVERIFY(!places->take("a", 3) && !places->take("a", 2));
        for (const StepPool::Key each : Keys{2, 3, 4}) {
            held.reset();
            QCOMPARE(takeCalled(), Keys{each});
            held = places->take("a", each);
            QVERIFY(held);
        }
        held.reset();
        QVERIFY(m_called.empty());
    }

    void nobodyPassesWhoIsInLine()
    {
        const auto places = make(1);
        auto held = places->take("a", 1);
        QVERIFY(!places->take("a", 2));
        held.reset();
        QVERIFY(!places->take("a", 1) && !places->take("a", 3) && !places->tryTake("a"));
        QVERIFY(places->take("b", 3));
        QVERIFY(places->take("a", 2));
        QCOMPARE(takeCalled(), (Keys{2, 1}));
    }

    void asManyAreCalledAsThereIsRoomFor()
    {
        const auto places = make(2);
        auto first = places->take("a", 1);
        auto second = places->take("a", 2);
        for (const StepPool::Key each : Keys{3, 4, 5}) {
            QVERIFY(!places->take("a", each));
        }
        first.reset();
        second.reset();
        QCOMPARE(takeCalled(), (Keys{3, 4}));
        first = places->take("a", 4);
        second = places->take("a", 3);
        QVERIFY(first && second && m_called.empty());
    }

    void whoLeavesTheLineHoldsUpNobody()
    {
        const auto places = make(1);
        auto held = places->take("a", 1);
        QVERIFY(!places->take("a", 2) && !places->take("a", 3) && !places->take("a", 4));
        places->leaveAllBut({}, 3);
        held.reset();
        QCOMPARE(takeCalled(), Keys{2});
        // Also when it was called.
        places->leaveAllBut({}, 2);
        QCOMPARE(takeCalled(), Keys{4});
        QVERIFY(places->take("a", 4));
        QVERIFY(places->take("a", 3));
    }

    void whoGoesOnToWaitInOnePlaceLeavesTheOthers()
    {
        const auto places = make(1);
        auto here = places->take("a", 1);
        auto there = places->take("b", 1);
        QVERIFY(!places->take("a", 2) && !places->take("b", 2));
        places->leaveAllBut({"b"}, 2);
        here.reset();
        there.reset();
        QCOMPARE(takeCalled(), Keys{2});
        QVERIFY(places->take("a", 3) && places->take("b", 2));
    }

    void aStepThatDoesNotAskAgainHasLeft()
    {
        const auto places = make(1);
        auto held = places->tryTake("a");
        {
            StepTurn turn(*places, 2);
            QVERIFY(!turn.take("a"));
        }
        {
            StepTurn turn(*places, 3);
            QVERIFY(!turn.take("a"));
        }
        held.reset();
        QCOMPARE(takeCalled(), Keys{2});
        {
            const StepTurn turn(*places, 2);
        }
        QCOMPARE(takeCalled(), Keys{3});
        StepTurn turn(*places, 3);
        QVERIFY(turn.take("a"));
    }

    void whoIsCalledAndDoesNotComeIsNotWaitedForAndKeepsItsPlace()
    {
        const auto places = make(1);
        auto held = places->tryTake("a");
        QVERIFY(!places->take("a", 2) && !places->take("a", 3) && !places->take("a", 4));
        held.reset();
        QCOMPARE(takeCalled(), Keys{2});
        m_clock.advance(Slots::kPatience - 1ms);
        QVERIFY(!places->take("a", 4) && m_called.empty());
        m_clock.advance(1ms);
        // The look of anybody finds it out.
        QVERIFY(!places->take("a", 4));
        QCOMPARE(takeCalled(), Keys{3});
        held = places->take("a", 3);
        QVERIFY(held);
        // It comes too late, and is called again before 4.
        QVERIFY(!places->take("a", 2));
        held.reset();
        QCOMPARE(takeCalled(), Keys{2});
        held = places->take("a", 2);
        QVERIFY(held);
        held.reset();
        QCOMPARE(takeCalled(), Keys{4});
    }

    void whoComesLateGoesBeforeWhoWasCalledSince()
    {
        const auto places = make(1);
        auto held = places->tryTake("a");
        QVERIFY(!places->take("a", 2) && !places->take("a", 3) && !places->take("a", 4));
        held.reset();
        m_clock.advance(Slots::kPatience);
        QVERIFY(!places->take("a", 4));
        QCOMPARE(takeCalled(), (Keys{2, 3}));
        held = places->take("a", 2);
        QVERIFY(held && !places->take("a", 3));
        held.reset();
        QCOMPARE(takeCalled(), Keys{3});
        QVERIFY(places->take("a", 3));
    }

    void aSlotThatIsHandedOnIsGivenBackOnce()
    {
        const auto places = make(1);
        auto held = places->tryTake("a");
        {
            const auto other = std::exchange(held, std::nullopt);
            QVERIFY(other && !places->tryTake("a"));
        }
        QVERIFY(places->tryTake("a"));
    }

    /// Steps that wait an hour unless they are called, each some hundred times its turn.
    void noCallIsLostBetweenThreads()
    {
        constexpr int kSteps = 40;
        constexpr int kTurns = 100;
        SystemClock clock;
        std::atomic<int> inside = 0;
        std::atomic<int> finished = 0;
        std::atomic<bool> isCrowded = false;
        std::vector<StepPool::Key> keys(kSteps);
        std::mutex mutex;  // Guards keys.
        StepPool* called = nullptr;
        Slots places(clock, 2, [&called](StepPool::Key step) { called->hurry(step); });
        StepPool pool(clock, 4);
        called = &pool;
        for (std::size_t i = 0; i < kSteps; ++i) {
            const std::scoped_lock lock(mutex);
            keys[i] = pool.add([&, i, turns = 0]() mutable {
                std::unique_lock known(mutex);
                StepTurn turn(places, keys[i]);
                known.unlock();
                const auto slot = turn.take("a");
                if (!slot) {
                    return StepPool::Due{.notBefore = clock.monotonic() + 1h,
                                         .atLatest = clock.monotonic() + 1h};
                }
                isCrowded = isCrowded || ++inside > 2;
                --inside;
                const bool isLast = ++turns == kTurns;
                finished += isLast ? 1 : 0;
                return StepPool::Due{.notBefore = clock.monotonic(),
                                     .atLatest = clock.monotonic(),
                                     .finished = isLast};
            });
        }
        QTRY_COMPARE_WITH_TIMEOUT(finished.load(), kSteps, 20'000);
        QVERIFY(!isCrowded);
        pool.stop();
        QVERIFY(places.tryTake("a"));
    }
};

QTEST_APPLESS_MAIN(TestSlots)
#include "tst_slots.moc"
