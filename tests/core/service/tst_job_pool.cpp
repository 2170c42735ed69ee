#include "core/base/system_clock.h"
#include "core/service/job_pool.h"

#include <QTest>

#include <atomic>
#include <semaphore>

using namespace tidemark;
using namespace tidemark::service;

namespace {

/// Work that lasts until it is asked to stop.
void untilStopped(const std::stop_token& stop)
{
    std::binary_semaphore stopped(0);
    const std::stop_callback onStop(stop, [&stopped] { stopped.release(); });
    stopped.acquire();
}

}  // namespace

class TestJobPool : public QObject {
    Q_OBJECT

private slots:
    void aJobRunsOnceByItself()
    {
        SystemClock clock;
        StepPool pool(clock, 2);
        std::binary_semaphore done(0);
        std::atomic<int> calls = 0;
        auto job = startJob(pool, {}, [&](const std::stop_token& stop) {
            calls += stop.stop_requested() ? 100 : 1;
            done.release();
        });
        done.acquire();
        job.reset();
        QCOMPARE(calls.load(), 1);
    }

    void cancelAsksTheJobToStop()
    {
        SystemClock clock;
        StepPool pool(clock, 2);
        std::binary_semaphore done(0);
        const auto job = startJob(pool, {}, [&](const std::stop_token& stop) {
            untilStopped(stop);
            done.release();
        });
        job->cancel();
        done.acquire();
    }

    void theHandlesEndWaitsForTheJob()
    {
        SystemClock clock;
        StepPool pool(clock, 2);
        std::binary_semaphore inside(0);
        std::atomic<bool> ended = false;
        auto job = startJob(pool, {}, [&](const std::stop_token& stop) {
            inside.release();
            untilStopped(stop);
            ended = true;
        });
        inside.acquire();
        job.reset();
        QVERIFY(ended);
    }

    void aJobThatNeverBeganStillSaysSo()
    {
        SystemClock clock;
        StepPool pool(clock, 1);
        std::binary_semaphore release(0);
        std::binary_semaphore inside(0);
        pool.post([&] {
            inside.release();
            release.acquire();
        });
        inside.acquire();
        bool toldToStop = false;
        auto job = startJob(
            pool, {}, [&](const std::stop_token& stop) { toldToStop = stop.stop_requested(); });
        job.reset();
        QVERIFY(toldToStop);
        release.release();
    }

    void aHandleMayGoFromWithinItsOwnJob()
    {
        SystemClock clock;
        StepPool pool(clock, 2);
        std::binary_semaphore isStored(0);
        std::binary_semaphore done(0);
        std::unique_ptr<Job> job;
        job = startJob(pool, {}, [&](const std::stop_token&) {
            isStored.acquire();
            job.reset();
            done.release();
        });
        isStored.release();
        done.acquire();
        QVERIFY(!job);
    }

    void theServicesStopReachesEveryJob()
    {
        SystemClock clock;
        StepPool pool(clock, 2);
        std::stop_source service;
        std::binary_semaphore done(0);
        const auto job = startJob(pool, service.get_token(), [&](const std::stop_token& stop) {
            untilStopped(stop);
            done.release();
        });
        service.request_stop();
        done.acquire();
    }
};

QTEST_GUILESS_MAIN(TestJobPool)
#include "tst_job_pool.moc"
