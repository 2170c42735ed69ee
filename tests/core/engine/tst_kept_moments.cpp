#include "core/engine/kept_moments.h"
#include "core/replica/catalog_builder.h"
#include "tests/support/made_replica.h"

#include <QTest>
#include <set>

using namespace tidemark;
using namespace tidemark::engine;
using namespace std::chrono_literals;

class TestKeptMoments : public QObject {
    Q_OBJECT

    using Numbers = std::set<std::uint64_t>;

    /// A Wednesday at noon.
    const Timestamp m_now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 25) + 12h;

    /// Transactions from 1 on, of those times, and a snapshot of each of `snapshots`.
    static replica::Catalog catalogOf(const std::vector<Timestamp>& times,
                                      const Numbers& snapshots = {})
    {
        std::vector<replica::ObjectInfo> objects;
        const auto add = [&](int level, std::uint64_t minTxId, std::uint64_t maxTxId) {
            objects.push_back(replica::objectInfo(level, minTxId, maxTxId));
            objects.back().time = times[maxTxId - 1];
        };
        for (std::uint64_t txId = 1; txId <= times.size(); ++txId) {
            add(0, txId, txId);
        }
        for (const std::uint64_t txId : snapshots) {
            add(9, 1, txId);
        }
        return replica::buildCatalog(std::move(objects), {});
    }

    static Numbers numbersOf(const std::vector<KeptMoment>& kept)
    {
        Numbers numbers;
        for (const KeptMoment& each : kept) {
            numbers.insert(each.txId.value);
        }
        return numbers;
    }

    [[nodiscard]] Numbers keptOf(const replica::Catalog& catalog,
                                 const RetentionPolicy& policy = {}) const
    {
        return numbersOf(keptMoments(catalog, policy, m_now, {}));
    }

    /// The same when a day of changes up to now follows, so that time is what it says. Those are
    /// left out of the answer.
    [[nodiscard]] Numbers keptOfOld(std::vector<Timestamp> times, const RetentionPolicy& policy,
                                    const Numbers& snapshots = {},
                                    const std::vector<ltx::TxId>& marks = {}) const
    {
        const std::size_t count = times.size();
        for (int hours = 25; hours >= 0; --hours) {
            times.push_back(m_now - std::chrono::hours(hours));
        }
        Numbers kept = numbersOf(keptMoments(catalogOf(times, snapshots), policy, m_now, marks));
        kept.erase(kept.upper_bound(count), kept.end());
        return kept;
    }

    /// One grid alone.
    static RetentionPolicy onlyGrid(Grid grid, std::chrono::hours age = kForEver)
    {
        RetentionPolicy policy{.everyMomentFor = 0h};
        policy.thinnings.fill({.grid = grid, .age = age});
        return policy;
    }

    static Numbers upTo(std::uint64_t last)
    {
        Numbers numbers;
        for (std::uint64_t each = 1; each <= last; ++each) {
            numbers.insert(each);
        }
        return numbers;
    }

private slots:
    void aReplicaWithoutMomentsKeepsNone() { QVERIFY(keptMoments({}, {}, m_now, {}).empty()); }

    void everyMomentOfTheLastDayStays()
    {
        std::vector<Timestamp> times;
        for (int i = 20; i > 0; --i) {
            times.push_back(m_now - 24h + 1s - i * 10ms);
        }
        times.push_back(m_now - 1s);
        // All of them lie in one half minute, of which only the last would stay otherwise.
        const auto kept = keptMoments(catalogOf(times), {}, m_now, {});
        QCOMPARE(numbersOf(kept), upTo(21));
        QVERIFY(kept.front().why == KeptFor::EveryMoment);
        QVERIFY(kept.back().why == KeptFor::Newest);
    }

    void ofMoreThanTheLimitTheNewestStay()
    {
        std::vector<Timestamp> times;
        for (int i = 20; i > 0; --i) {
            times.push_back(m_now - i * 10ms);
        }
        RetentionPolicy policy;
        policy.everyMomentAtMost = 5;
        QCOMPARE(keptOf(catalogOf(times), policy), (Numbers{16, 17, 18, 19, 20}));
    }

    void ofEachHalfMinuteTheLastStaysForADay()
    {
        RetentionPolicy policy;
        policy.everyMomentAtMost = 1;
        const Timestamp hour = m_now - 3h;
        QCOMPARE(keptOf(catalogOf({hour, hour + 10s, hour + 29s + 999ms, hour + 30s, hour + 59s,
                                   hour + 60s}),
                        policy),
                 (Numbers{3, 5, 6}));
    }

    void cellsAreOnTheClockInUtc()
    {
        const Timestamp time = m_now - 48h + 5min;
        QCOMPARE(keptOf(catalogOf({time - 2ms, time - 1ms, time, m_now})), (Numbers{2, 3, 4}));
        const Timestamp midnight = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20);
        QCOMPARE(keptOfOld({midnight - 2ms, midnight - 1ms, midnight, midnight + 24h - 1ms},
                           onlyGrid(Grid::Day)),
                 (Numbers{2, 4}));
        const Timestamp month = std::chrono::sys_days(std::chrono::year(2026) / 10 / 1);
        QCOMPARE(keptOfOld({month - 2ms, month - 1ms, month, month + 31 * 24h - 1ms},
                           onlyGrid(Grid::Month)),
                 (Numbers{2, 4}));
    }

    void aPointIsAsOldAsItsGridLets()
    {
        const auto policy = onlyGrid(Grid::Hour, 72h);
        const std::vector<Timestamp> times{m_now - 72h, m_now - 72h + 1h, m_now - 30h, m_now};
        QCOMPARE(keptOf(catalogOf(times), policy), (Numbers{2, 3, 4}));
    }

    void ofADayTheLastSnapshotStays()
    {
        const Timestamp day = std::chrono::sys_days(std::chrono::year(2026) / 11 / 10);
        const std::vector<Timestamp> times{day + 1h, day + 2h, day + 3h, day + 4h, day + 25h};
        QCOMPARE(keptOfOld(times, onlyGrid(Grid::Day), {1, 3}), (Numbers{3, 5}));
        QCOMPARE(keptOfOld(times, onlyGrid(Grid::Month), {1, 3}), (Numbers{3}));
        QCOMPARE(keptOfOld(times, onlyGrid(Grid::Hour), {1, 3}), upTo(5));
    }

    void withoutASnapshotTheLastMomentOfADayStays()
    {
        const Timestamp day = std::chrono::sys_days(std::chrono::year(2026) / 11 / 10);
        QCOMPARE(keptOfOld({day + 1h, day + 2h, day + 3h}, onlyGrid(Grid::Day)), Numbers{3});
    }

    void oneMomentOfEachMonthStaysForEver()
    {
        std::vector<Timestamp> times;
        for (Timestamp time = m_now - 20 * 365 * 24h; time <= m_now; time += 6h) {
            times.push_back(time);
        }
        const auto kept = keptOf(catalogOf(times));
        // 20 years of months; days 90 back, hours 30 back, of which each has at most one of ours.
        QVERIFY(kept.contains(times.size()));
        const std::size_t months = 12 * 20 + 1;
        const std::size_t ofDays = 60;
        const std::size_t ofHours = 30 * 4;
        QVERIFY2(kept.size() > months + ofDays + ofHours - 10 &&
                     kept.size() < months + ofDays + ofHours + 10,
                 QByteArray::number(qulonglong(kept.size())));
    }

    void aMarkStays()
    {
        const Timestamp old = m_now - 400 * 24h;
        const std::vector<Timestamp> times{old, old + 1s, old + 2s, old + 3s};
        QCOMPARE(keptOfOld(times, {}), Numbers{4});
        QCOMPARE(keptOfOld(times, {}, {}, {{2}, {77}}), (Numbers{2, 4}));
    }

    void theNewestStaysUnderEveryPolicy()
    {
        RetentionPolicy nothing = onlyGrid(Grid::Month, 0h);
        nothing.everyMomentAtMost = 0;
        const Timestamp old = m_now - 100h;
        QCOMPARE(keptOf(catalogOf({old, m_now - 48h, m_now - 24h, m_now - 1s}), nothing),
                 Numbers{4});
    }

    void neverDeleteKeepsEverything()
    {
        const Timestamp old = m_now - 400 * 24h;
        const auto catalog = catalogOf({old, old + 1s, old + 2s, m_now - 2h, m_now});
        QCOMPARE(keptOf(catalog, {.neverDelete = true}), upTo(5));
    }

    void aMomentFromTheFutureStaysUntilItsTimeHasCome()
    {
        const Timestamp future = m_now + 3650 * 24h;
        const std::vector<Timestamp> times{m_now - 26h,  m_now - 25h,  future,
                                           future + 1ms, future + 2ms, m_now - 1h};
        const auto kept = keptMoments(catalogOf(times), {}, m_now, {});
        QCOMPARE(numbersOf(kept), upTo(6));
        QVERIFY(kept[2].why == KeptFor::Future);
    }

    void whatFollowsATimeFromTheFutureGrowsOldAsEver()
    {
        const Timestamp future = m_now + 3650 * 24h;
        const Timestamp hour = m_now - 50h;
        const std::vector<Timestamp> times{hour,       future,      hour + 1min, hour + 70s,
                                           hour + 80s, m_now - 20h, m_now};
        QCOMPARE(keptOf(catalogOf(times)), (Numbers{1, 2, 3, 5, 6, 7}));
    }

    void whatWasWrittenWhileTheClockWasSetBackIsNotOld()
    {
        // The battery of the clock was empty, and an hour's work carries the year 2000.
        const Timestamp wrong = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);
        const std::vector<Timestamp> times{m_now - 3h,    wrong + 1s, wrong + 2s,   wrong + 40s,
                                           wrong + 20min, m_now - 1h, m_now - 30min};
        QCOMPARE(keptOf(catalogOf(times)), upTo(7));
        // Later it is thinned as its neighbours are, by its own cells.
        const auto later =
            keptMoments(catalogOf({m_now - 3h, wrong + 1s, wrong + 2s, wrong + 4s, wrong + 5s,
                                   wrong + 20min, m_now - 1h, m_now + 47h}),
                        {}, m_now + 48h, {});
        QCOMPARE(numbersOf(later), (Numbers{1, 2, 5, 6, 7, 8}));
    }

    void anHourThatWasLivedTwiceKeepsBothLives()
    {
        const Timestamp hour = m_now - 100h;
        const std::vector<Timestamp> times{hour,        hour + 1s, hour + 2h, hour + 2s,
                                           hour + 3s,   hour + 4s, hour + 3h, m_now - 50h,
                                           m_now - 25h, m_now};
        const auto kept = keptMoments(catalogOf(times), {}, m_now, {});
        QCOMPARE(numbersOf(kept), (Numbers{2, 3, 4, 6, 7, 8, 9, 10}));
        QVERIFY(kept[1].why == KeptFor::ClockSetBack);
    }

    void aSmallStepBackIsNoSecondLife()
    {
        const Timestamp hour = m_now - 100h;
        QCOMPARE(
            keptOf(catalogOf({hour + 2s, hour + 1s, hour + 3s, hour + 2s, m_now - 30h, m_now})),
            (Numbers{4, 5, 6}));
    }

    void aClockYearsAheadMakesNothingOld()
    {
        std::vector<Timestamp> times;
        for (int i = 100; i > 0; --i) {
            times.push_back(m_now - i * 1min);
        }
        const auto kept = keptMoments(catalogOf(times), {}, m_now + 3650 * 24h, {});
        QCOMPARE(numbersOf(kept), upTo(100));
    }

    void norDoItsFirstChanges()
    {
        std::vector<Timestamp> times;
        for (int i = 100; i > 0; --i) {
            times.push_back(m_now - i * 1min);
        }
        const Timestamp ahead = m_now + 3650 * 24h;
        times.push_back(ahead + 1h);
        times.push_back(ahead + 1h + 1s);
        const auto kept = keptMoments(catalogOf(times), {}, ahead + 2h, {});
        QCOMPARE(numbersOf(kept), upTo(102));
    }

    void aDayOfChangesConfirmsALeap()
    {
        std::vector<Timestamp> times;
        for (int i = 100; i > 0; --i) {
            times.push_back(m_now - i * 1min);
        }
        const Timestamp ahead = m_now + 3650 * 24h;
        for (int i = 0; i <= 25; ++i) {
            times.push_back(ahead + i * 1h);
        }
        const auto kept = numbersOf(keptMoments(catalogOf(times), {}, ahead + 25h, {}));
        QVERIFY(!kept.contains(50));
        QVERIFY(kept.contains(100));  // Of its month.
    }

    void aStorageWithoutTimesLosesNothing()
    {
        QCOMPARE(keptOf(catalogOf(std::vector<Timestamp>(30))), upTo(30));
    }

    void timesBeyondAnyCalendarAreTakenAsTheyCome()
    {
        const auto kept = keptOf(
            catalogOf({Timestamp::min(), Timestamp::max(), m_now - 1h, Timestamp(-1ms), m_now}));
        QCOMPARE(kept, upTo(5));
        const auto atTheEnd = keptMoments(catalogOf({m_now - 1h, m_now}), {}, Timestamp::max(), {});
        QCOMPARE(atTheEnd.size(), std::size_t{2});
    }

    void bothEdgesOfAHoleStay()
    {
        replica::Catalog catalog = catalogOf(
            {m_now - 9h, m_now - 8h, m_now - 7h, m_now - 6h, m_now - 5h, m_now - 4h, m_now - 3h},
            {1, 6});
        std::erase_if(catalog.objects, [](const replica::ObjectInfo& each) {
            return each.level == 0 && (each.maxTxId.value == 4 || each.maxTxId.value == 6);
        });
        const auto kept = keptMoments(replica::buildCatalog(catalog.objects, {}),
                                      onlyGrid(Grid::Month, 0h), m_now, {});
        QCOMPARE(numbersOf(kept), (Numbers{3, 6, 7}));
        QVERIFY(kept.front().why == KeptFor::Hole);
    }
};

QTEST_GUILESS_MAIN(TestKeptMoments)
#include "tst_kept_moments.moc"
