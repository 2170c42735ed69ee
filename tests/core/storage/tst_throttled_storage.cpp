#include "core/storage/throttled_storage.h"

#include "tests/support/memory_storage.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/storage_contract.h"

#include <QTest>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>
#include <vector>

using namespace tidemark;
using namespace tidemark::storage;
using namespace std::chrono_literals;

class TestThrottledStorage : public QObject {
    Q_OBJECT

    SimulatedClock m_clock;

    [[nodiscard]] ThrottledStorage made(std::uint64_t up, std::uint64_t down)
    {
        return {std::make_unique<MemoryStorage>(), m_clock, up, down};
    }

    template <typename Work>
    qint64 lastingMs(Work work)
    {
        const auto start = m_clock.monotonic();
        work();
        return std::chrono::round<std::chrono::milliseconds>(m_clock.monotonic() - start).count();
    }

private slots:
    void keepsTheContract_data() { contract::addRows(); }
    void keepsTheContract()
    {
        QFETCH(int, clause);
        auto storage = made(100'000'000, 100'000'000);
        contract::check(clause, storage);
    }

    void whatGoesUpTakesItsTime()
    {
        auto storage = made(1'000'000, 0);
        const std::string body(300'000, 'x');
        QCOMPARE(lastingMs([&] { QVERIFY(contract::put(storage, "a", body)); }), qint64{300});
        QCOMPARE(lastingMs([&] { QCOMPARE(contract::textOf(storage, "a"), body); }), qint64{0});
    }

    void whatComesDownTakesItsTime()
    {
        auto storage = made(0, 1'000'000);
        QVERIFY(contract::put(storage, "a", std::string(300'000, 'x')));
        const auto read = [&] {
            const auto reader = storage.read("a", 0, kToTheEnd, {});
            std::vector<std::byte> piece(100'000);
            std::size_t all = 0;
            for (std::size_t got = 1; got > 0; all += got) {
                got = reader.value()->read(piece).value();
            }
            QCOMPARE(all, std::size_t{300'000});
        };
        QCOMPARE(lastingMs(read), qint64{300});
    }

    void allWhoTakeShareTheLine()
    {
        SimulatedClock clock(SimulatedWait::LastsUntilMoved);
        RateLimit limit(clock, 1'000);
        QVERIFY(limit.take(500, {}));
        std::atomic<int> taken = 0;
        std::vector<std::jthread> others;
        for (int i = 0; i < 2; ++i) {
            others.emplace_back(
                [&](const std::stop_token& stop) { taken += limit.take(500, stop) ? 1 : 0; });
        }
        clock.untilWaiting(2);
        auto pauses = clock.pauses();
        std::ranges::sort(pauses);
        QCOMPARE(pauses, (std::vector<std::chrono::milliseconds>{0ms, 500ms, 1000ms}));
        clock.advance(500ms);
        QTRY_COMPARE(taken.load(), 1);
        clock.advance(500ms);
        QTRY_COMPARE(taken.load(), 2);
    }

    void whoIsStoppedWaitsNoLonger()
    {
        SimulatedClock clock(SimulatedWait::LastsUntilMoved);
        ThrottledStorage storage(std::make_unique<MemoryStorage>(), clock, 1, 0);
        std::stop_source stop;
        auto written = std::async(std::launch::async, [&, token = stop.get_token()] {
            return storage.write("a", MemorySource(std::string(100'000, 'x')), {}, token)
                .error()
                .code;
        });
        clock.untilWaiting(1);
        stop.request_stop();
        QCOMPARE(written.get(), ErrorCode::Cancelled);
    }
};

QTEST_APPLESS_MAIN(TestThrottledStorage)
#include "tst_throttled_storage.moc"
