#include "core/storage/throttled_storage.h"

#include "core/base/system_clock.h"
#include "tests/support/memory_storage.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/storage_contract.h"

#include <QTest>

#include <thread>

using namespace tidemark;
using namespace tidemark::storage;
using namespace std::chrono_literals;

class TestThrottledStorage : public QObject {
    Q_OBJECT

    SystemClock m_clock;

    [[nodiscard]] ThrottledStorage made(std::uint64_t up, std::uint64_t down)
    {
        return {std::make_unique<MemoryStorage>(), m_clock, up, down};
    }

    template <typename Work>
    std::chrono::milliseconds lasting(Work work)
    {
        const auto start = m_clock.monotonic();
        work();
        return std::chrono::duration_cast<std::chrono::milliseconds>(m_clock.monotonic() - start);
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
        const auto time = lasting([&] { QVERIFY(contract::put(storage, "a", body)); });
        QVERIFY2(time >= 240ms, std::to_string(time.count()).c_str());
        QVERIFY(lasting([&] { QCOMPARE(contract::textOf(storage, "a"), body); }) < 240ms);
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
        QVERIFY(lasting(read) >= 240ms);
    }

    void allWhoTakeShareTheLine()
    {
        SimulatedClock clock;
        RateLimit limit(clock, 1'000);
        QVERIFY(limit.take(500, {}));
        std::stop_source stop;
        std::jthread second([&] { QVERIFY(!limit.take(500, stop.get_token())); });
        stop.request_stop();
    }

    void whoIsStoppedWaitsNoLonger()
    {
        auto storage = made(1, 0);
        std::stop_source stop;
        std::jthread stopper([&stop] { stop.request_stop(); });
        const auto written =
            storage.write("a", MemorySource(std::string(100'000, 'x')), {}, stop.get_token());
        QVERIFY(!written.ok() && written.error().code == ErrorCode::Cancelled);
    }
};

QTEST_APPLESS_MAIN(TestThrottledStorage)
#include "tst_throttled_storage.moc"
