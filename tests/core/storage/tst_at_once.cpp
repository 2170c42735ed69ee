#include "core/storage/at_once.h"

#include <QElapsedTimer>
#include <QTest>

#include <atomic>
#include <condition_variable>
#include <latch>

using namespace tidemark;
using namespace tidemark::storage;
using namespace std::chrono_literals;

namespace {

const Error kBroken{.code = ErrorCode::Forbidden};

/// Until it is stopped, or for longer than any test has patience.
Status hang(const std::stop_token& stop)
{
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, 20s, [] { return false; });
    return stop.stop_requested() ? Status(cancelled()) : Status();
}

}  // namespace

class TestAtOnce : public QObject {
    Q_OBJECT

private slots:
    void runsAsManyAtOnceAsThereIsRoomFor()
    {
        std::latch all(3);
        AtOnce works({});
        for (int i = 0; i < 3; ++i) {
            QVERIFY(works.makeRoom(3).ok());
            works.begin([&](const std::stop_token&) {
                all.arrive_and_wait();  // None goes on before all are there.
                return Status();
            });
        }
        QVERIFY(works.finish().ok());
    }

    void neverMore()
    {
        std::atomic<int> now = 0;
        std::atomic<int> most = 0;
        AtOnce works({});
        for (int i = 0; i < 50; ++i) {
            QVERIFY(works.makeRoom(4).ok());
            works.begin([&](const std::stop_token&) {
                most = std::max(most.load(), ++now);
                --now;
                return Status();
            });
        }
        QVERIFY(works.finish().ok());
        QVERIFY(most <= 4);
    }

    void aFailureStopsTheOthers()
    {
        QElapsedTimer elapsed;
        elapsed.start();
        AtOnce works({});
        works.begin(hang);
        works.begin(hang);
        works.begin([](const std::stop_token&) { return Status(kBroken); });
        const Status done = works.finish();
        QVERIFY(!done.ok() && done.error() == kBroken);
        QVERIFY(elapsed.elapsed() < 10'000);
        QVERIFY(!works.makeRoom(8).ok());
    }

    void whoeverStopsItIsHeard()
    {
        std::stop_source source;
        AtOnce works(source.get_token());
        works.begin(hang);
        source.request_stop();
        const Status done = works.finish();
        QVERIFY(!done.ok() && done.error().code == ErrorCode::Cancelled);
    }

    void whatIsLeftIsStoppedAtTheEnd()
    {
        QElapsedTimer elapsed;
        elapsed.start();
        {
            AtOnce works({});
            works.begin(hang);
        }
        QVERIFY(elapsed.elapsed() < 10'000);
    }
};

QTEST_APPLESS_MAIN(TestAtOnce)
#include "tst_at_once.moc"
