#include "core/base/random.h"

#include <QTest>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

using namespace tidemark;

class TestRandom : public QObject {
    Q_OBJECT

private slots:
    void theSameSeedGivesTheSameNumbers()
    {
        SeededRandom one(7);
        SeededRandom other(7);
        for (int i = 0; i < 100; ++i) {
            QCOMPARE(one.next(), other.next());
        }
    }

    void theFirstNumberIsTheSameOnEveryMachine()
    {
        // [rand.predef]: the 10,000th number of a default mt19937_64.
        SeededRandom random(5489);
        std::uint64_t number = 0;
        for (int i = 0; i < 10'000; ++i) {
            number = random.next();
        }
        QCOMPARE(number, std::uint64_t{9981545732273789042u});
    }

    void threadsNeverGetTheSameNumber()
    {
        SeededRandom random(1);
        std::vector<std::vector<std::uint64_t>> drawn(4);
        {
            std::vector<std::jthread> threads;
            for (auto& mine : drawn) {
                threads.emplace_back([&random, &mine] {
                    std::generate_n(std::back_inserter(mine), 1000, [&] { return random.next(); });
                });
            }
        }
        std::set<std::uint64_t> all;
        for (const auto& mine : drawn) {
            all.insert(mine.begin(), mine.end());
        }
        QCOMPARE(all.size(), std::size_t{4000});
    }

    void seedsDiffer() { QVERIFY(unpredictableSeed() != unpredictableSeed()); }
};

QTEST_APPLESS_MAIN(TestRandom)
#include "tst_random.moc"
