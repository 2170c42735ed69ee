#include "core/base/system_clock.h"
#include "core/service/side_by_side.h"

#include <QTest>

#include <atomic>
#include <functional>
#include <latch>
#include <semaphore>
#include <thread>
#include <vector>

using namespace tidemark;
using namespace tidemark::service;

/// Tasks on the threads of a pool and the caller's own.
class TestSideBySide : public QObject {
    Q_OBJECT

    SystemClock m_clock;

    using Tasks = std::vector<std::function<void()>>;

private slots:
    void eachIsCalledOnceAndHasEndedBehindTheCall()
    {
        StepPool helpers(m_clock, 3);
        for (int round = 0; round < 200; ++round) {
            std::vector<std::atomic<int>> calls(7);
            Tasks tasks;
            for (auto& each : calls) {
                tasks.emplace_back([&each] { ++each; });
            }
            runSideBySide(helpers, tasks);
            for (const auto& each : calls) {
                QCOMPARE(each.load(), 1);
            }
        }
    }

    void theyRunAtTheSameTime()
    {
        StepPool helpers(m_clock, 3);
        std::latch all(4);
        const Tasks tasks(4, [&all] { all.arrive_and_wait(); });
        runSideBySide(helpers, tasks);
        QVERIFY(all.try_wait());
    }

    void oneAloneRunsOnTheThreadOfItsCaller()
    {
        StepPool helpers(m_clock, 3);
        std::thread::id runner;
        runSideBySide(helpers, Tasks{[&runner] { runner = std::this_thread::get_id(); }});
        QVERIFY(runner == std::this_thread::get_id());
    }

    void nobodyWaitsForHelpersThatHangElsewhere()
    {
        StepPool helpers(m_clock, 1);
        std::binary_semaphore hangs{0};
        helpers.post([&hangs] { hangs.acquire(); });
        int calls = 0;
        runSideBySide(helpers, Tasks(4, [&calls] { ++calls; }));
        QCOMPARE(calls, 4);
        hangs.release();
    }

    void withoutAPoolTheCallerDoesEverything()
    {
        StepPool helpers(m_clock, 3);
        helpers.stop();
        int calls = 0;
        runSideBySide(helpers, Tasks(4, [&calls] { ++calls; }));
        QCOMPARE(calls, 4);
    }
};

QTEST_GUILESS_MAIN(TestSideBySide)
#include "tst_side_by_side.moc"
