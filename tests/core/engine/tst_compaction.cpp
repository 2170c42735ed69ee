#include "core/engine/compaction.h"

#include "core/ltx/merge.h"
#include "core/replica/catalog_builder.h"
#include "tests/support/made_replica.h"

#include <QTest>

using namespace std::chrono_literals;
using namespace tidemark;
using namespace tidemark::engine;
using replica::ObjectInfo;

namespace {

constexpr Timestamp kNoon(std::chrono::hours(24 * 365 * 50 + 12));

/// Object of a level with a time.
ObjectInfo object(int level, std::uint64_t minTxId, std::uint64_t maxTxId, Timestamp time,
                  std::uint64_t bytes = 1000)
{
    ObjectInfo made = replica::objectInfo(level, minTxId, maxTxId);
    made.time = time;
    made.sizeBytes = bytes;
    return made;
}

ReplicaLevels levelsOf(const std::vector<ObjectInfo>& objects)
{
    ReplicaLevels levels;
    for (const ObjectInfo& each : objects) {
        levels.add(each);
    }
    return levels;
}

std::vector<std::uint64_t> endsOf(const std::vector<ObjectInfo>& objects)
{
    std::vector<std::uint64_t> ends;
    for (const ObjectInfo& each : objects) {
        ends.push_back(each.maxTxId.value);
    }
    return ends;
}

using Ends = std::vector<std::uint64_t>;

}  // namespace

class TestCompaction : public QObject {
    Q_OBJECT

private slots:
    void aWindowIsMergedOnceItHasPassed()
    {
        const auto levels = levelsOf({object(9, 1, 1, kNoon), object(0, 2, 2, kNoon + 1s),
                                      object(0, 3, 3, kNoon + 29s), object(0, 4, 4, kNoon + 31s)});
        // Nobody adds to the first window any more: the next one has begun.
        const auto merge = nextMerge(levels, false, kNoon + 31s);
        QVERIFY(merge.has_value());
        QCOMPARE(merge->level, 1);
        QCOMPARE(endsOf(merge->inputs), (Ends{2, 3}));
    }

    void anOpenWindowWaitsForItsEnd()
    {
        const auto levels = levelsOf({object(9, 1, 1, kNoon), object(0, 2, 2, kNoon + 1s)});
        QVERIFY(!nextMerge(levels, false, kNoon + 29s));
        QCOMPARE(*nextMergeAt(levels, false, kNoon + 29s), kNoon + 30s);
        QVERIFY(nextMerge(levels, false, kNoon + 30s).has_value());
    }

    void nothingIsAskedForWhileNothingIsOpen()
    {
        const auto levels =
            levelsOf({object(9, 1, 7, kNoon), object(0, 7, 7, kNoon), object(1, 2, 7, kNoon),
                      object(2, 2, 7, kNoon), object(3, 2, 7, kNoon)});
        QVERIFY(!nextMerge(levels, false, kNoon + 1000h));
        QVERIFY(!nextMergeAt(levels, false, kNoon + 1000h));
        QVERIFY(!nextSnapshotAt(levels, {}, kNoon + 1000h));
    }

    void whatWasMergedIsNotMergedAgain()
    {
        auto levels = levelsOf({object(0, 2, 2, kNoon), object(0, 3, 3, kNoon)});
        levels.add(object(1, 2, 3, kNoon));
        QVERIFY(levels.open(0).empty());
        levels.add(object(0, 4, 4, kNoon + 1min));
        QCOMPARE(endsOf(nextMerge(levels, false, kNoon + 2min)->inputs), (Ends{4}));
    }

    void lowerLevelsGoFirst()
    {
        const auto levels = levelsOf(
            {object(0, 9, 9, kNoon + 4min), object(1, 2, 5, kNoon), object(1, 6, 8, kNoon + 1min)});
        const Timestamp later = kNoon + 6min;
        const auto first = nextMerge(levels, false, later);
        QCOMPARE(first->level, 1);
        auto merged = levels;
        merged.add(object(1, 9, 9, kNoon + 4min));
        const auto second = nextMerge(merged, false, later);
        QCOMPARE(second->level, 2);
        QCOMPARE(endsOf(second->inputs), (Ends{5, 8, 9}));
    }

    void aHoleEndsAWindow()
    {
        const auto levels =
            levelsOf({object(0, 2, 2, kNoon), object(0, 3, 3, kNoon), object(0, 5, 5, kNoon + 1s)});
        QCOMPARE(endsOf(nextMerge(levels, false, kNoon + 2s)->inputs), (Ends{2, 3}));
    }

    void whatADamagedObjectWasMadeOfStandsForIt_data()
    {
        QTest::addColumn<quint64>("first");
        QTest::addColumn<quint64>("last");
        QTest::newRow("at the start") << quint64{2} << quint64{3};
        QTest::newRow("in the middle") << quint64{4} << quint64{5};
        QTest::newRow("at the end") << quint64{6} << quint64{7};
    }
    void whatADamagedObjectWasMadeOfStandsForIt()
    {
        QFETCH(quint64, first);
        QFETCH(quint64, last);
        std::vector<ObjectInfo> objects = {object(9, 1, 1, kNoon)};
        for (std::uint64_t txId = 2; txId <= 8; ++txId) {
            objects.push_back(object(0, txId, txId, kNoon + 1s));
        }
        for (const std::uint64_t txId : {2U, 4U, 6U}) {
            objects.push_back(object(1, txId, txId + 1, kNoon + 1s));
        }
        const std::string damaged = object(1, first, last, kNoon).name;
        const ReplicaLevels levels(
            replica::without(replica::buildCatalog(std::move(objects), {}), {damaged}), {damaged});
        // Not made again under the name that is taken; the next level takes what it was made of.
        QCOMPARE(endsOf(levels.open(0)), (Ends{8}));
        Ends inputs = {3, 5, 7};
        inputs.insert(std::ranges::find(inputs, last), first);
        QCOMPARE(endsOf(levels.open(1)), inputs);
        ReplicaLevels merged = levels;
        merged.add(object(1, 8, 8, kNoon + 1s));
        inputs.push_back(8);
        QCOMPARE(endsOf(nextMerge(merged, false, kNoon + 10min)->inputs), inputs);
        QCOMPARE(merged.newestPlan().back().maxTxId.value, std::uint64_t{8});
    }

    void whereNothingStandsForItMergesStopBeforeItAndGoOnBehind()
    {
        const auto catalog = replica::buildCatalog(
            {object(9, 1, 1, kNoon), object(1, 2, 3, kNoon + 1s), object(1, 6, 7, kNoon + 1s)}, {});
        ReplicaLevels levels(catalog, {object(1, 4, 5, kNoon).name});
        QCOMPARE(endsOf(nextMerge(levels, false, kNoon + 10min)->inputs), (Ends{3}));
        levels.add(object(2, 2, 3, kNoon + 1s));
        QCOMPARE(endsOf(nextMerge(levels, false, kNoon + 10min)->inputs), (Ends{7}));
        // Until a new base is there, the newest moment has no plan.
        QCOMPARE(levels.newestPlan().back().maxTxId.value, std::uint64_t{3});
        levels.add(object(9, 1, 7, kNoon + 2s));
        QCOMPARE(levels.newestPlan().size(), std::size_t{1});
    }

    void aDamagedSnapshotIsStoodForByAnOlderOneAndTheLevels()
    {
        const std::string damaged = object(9, 1, 7, kNoon).name;
        const auto catalog =
            replica::buildCatalog({object(9, 1, 1, kNoon), object(3, 2, 4, kNoon),
                                   object(2, 5, 7, kNoon), object(0, 8, 8, kNoon + 1s)},
                                  {});
        const ReplicaLevels levels(catalog, {damaged});
        QCOMPARE(endsOf(levels.newestPlan()), (Ends{1, 4, 7, 8}));
    }

    void whileMoreIsOnItsWayAWindowAtTheEndWaits()
    {
        // A backlog of yesterday, of which two segments have arrived.
        auto levels = levelsOf({object(0, 2, 2, kNoon), object(0, 3, 3, kNoon + 1s)});
        const Timestamp later = kNoon + 24h;
        QVERIFY(!nextMerge(levels, true, later) && !nextMergeAt(levels, true, later));
        levels.add(object(0, 4, 4, kNoon + 1min));
        QCOMPARE(endsOf(nextMerge(levels, true, later)->inputs), (Ends{2, 3}));
        levels.add(object(1, 2, 3, kNoon + 1s));
        QVERIFY(!nextMerge(levels, true, later));
        QCOMPARE(endsOf(nextMerge(levels, false, later)->inputs), (Ends{4}));
    }

    void aMergeHasSoManyInputsAtMost()
    {
        ReplicaLevels levels;
        for (std::uint64_t txId = 2; txId < 2000; ++txId) {
            levels.add(object(0, txId, txId, kNoon));
        }
        const auto merge = nextMerge(levels, false, kNoon + 1s);
        QCOMPARE(merge->inputs.size(), ltx::kMaxMergeInputs);
    }

    void aClockSetBackBeginsAWindowAnew()
    {
        const auto levels = levelsOf({object(0, 2, 2, kNoon + 30min),
                                      object(0, 3, 3, kNoon + 30min + 1s), object(0, 4, 4, kNoon)});
        // The first two are from the future; they wait, and are not mixed with the third.
        QVERIFY(!nextMerge(levels, false, kNoon + 1s));
        QCOMPARE(endsOf(nextMerge(levels, false, kNoon + 31min)->inputs), (Ends{2, 3}));
    }

    void aClockThatWasYearsAheadDoesNotFillALevel()
    {
        ReplicaLevels levels;
        for (std::uint64_t txId = 2; txId < 102; ++txId) {
            levels.add(object(0, txId, txId, kNoon + 100'000h));
        }
        const auto merge = nextMerge(levels, false, kNoon);
        QVERIFY(merge.has_value());
        QCOMPARE(merge->inputs.size(), std::size_t{100});
    }

    void timesBefore1970HaveWindowsToo()
    {
        const Timestamp early(-45s);
        const auto levels = levelsOf({object(0, 2, 2, early)});
        QCOMPARE(*nextMergeAt(levels, false, early), Timestamp(-30s));
    }

    void aListingGivesTheSameAsWhatWasAdded()
    {
        const std::vector<ObjectInfo> objects = {
            object(9, 1, 4, kNoon), object(0, 5, 5, kNoon),      object(0, 6, 6, kNoon),
            object(1, 5, 6, kNoon), object(0, 7, 7, kNoon + 1h), object(3, 2, 4, kNoon)};
        QCOMPARE(ReplicaLevels(replica::buildCatalog(objects, {})) == levelsOf(objects), true);
    }

    void theNewestPlanIsThePlannersOwn()
    {
        const std::vector<ObjectInfo> objects = {
            object(9, 1, 4, kNoon),   object(3, 2, 6, kNoon),   object(2, 5, 9, kNoon),
            object(1, 10, 12, kNoon), object(0, 12, 12, kNoon), object(0, 13, 13, kNoon)};
        const auto planned =
            replica::planRestore(replica::buildCatalog(objects, {}), replica::Latest{});
        QVERIFY(planned.ok());
        QCOMPARE(endsOf(levelsOf(objects).newestPlan()), endsOf(planned.value().objects));
    }

    void aSnapshotIsDueAfterADay()
    {
        const auto levels =
            levelsOf({object(9, 1, 1, kNoon, 1'000'000), object(0, 2, 2, kNoon + 1h)});
        QVERIFY(!isSnapshotDue(levels, {}, kNoon + 24h - 1ms));
        QVERIFY(isSnapshotDue(levels, {}, kNoon + 24h));
        QCOMPARE(*nextSnapshotAt(levels, {}, kNoon + 1h), kNoon + 24h);
    }

    void aSnapshotIsDueSoonerWhenARestoreWouldReadMuch()
    {
        const auto levels =
            levelsOf({object(9, 1, 1, kNoon, 1'000'000), object(0, 2, 2, kNoon + 1s, 600'000)});
        QVERIFY(!isSnapshotDue(levels, {}, kNoon + 59min));
        QVERIFY(isSnapshotDue(levels, {}, kNoon + 1h));
    }

    void whoWantsNoneByTheClockGetsThemByTheirWorthAlone()
    {
        const SnapshotSchedule schedule{.every = kForEver};
        const auto little =
            levelsOf({object(9, 1, 1, kNoon, 1'000'000), object(0, 2, 2, kNoon + 1s)});
        QVERIFY(!nextSnapshotAt(little, schedule, kNoon + 100'000h));
        const auto much =
            levelsOf({object(9, 1, 1, kNoon, 1'000'000), object(0, 2, 2, kNoon + 1s, 600'000)});
        QVERIFY(isSnapshotDue(much, schedule, kNoon + 1h));
    }

    void aSnapshotOfTheFuturePutsOffNothing()
    {
        const auto levels = levelsOf({object(9, 1, 1, kNoon + 100'000h), object(0, 2, 2, kNoon)});
        QVERIFY(isSnapshotDue(levels, {}, kNoon));
    }
};

QTEST_GUILESS_MAIN(TestCompaction)
#include "tst_compaction.moc"
