#include "core/engine/retention.h"
#include "core/engine/retention_proof.h"
#include "core/replica/catalog_builder.h"
#include "tests/support/made_replica.h"

#include <QTest>
#include <ctime>
#include <set>

using namespace tidemark;
using namespace tidemark::engine;
using namespace std::chrono_literals;
using replica::Catalog;
using replica::objectInfo;
using replica::ObjectInfo;

class TestRetention : public QObject {
    Q_OBJECT

    /// Transactions are one second apart from here on.
    static constexpr Timestamp kStart{1'000'000s};

    /// Nothing but the newest, and what is marked.
    static RetentionPolicy keepNothing()
    {
        RetentionPolicy policy{.everyMomentAtMost = 0};
        policy.thinnings.fill({.grid = Grid::Month, .age = 0h});
        return policy;
    }

    /// A history of 60 transactions, each merged into windows of 10, then 30, and a snapshot at 1
    /// and 60.
    static std::vector<ObjectInfo> merged()
    {
        std::vector<ObjectInfo> objects{objectInfo(9, 1, 1), objectInfo(9, 1, 60),
                                        objectInfo(3, 1, 60)};
        for (std::uint64_t txId = 1; txId <= 60; ++txId) {
            objects.push_back(objectInfo(0, txId, txId));
        }
        for (std::uint64_t last = 10; last <= 60; last += 10) {
            objects.push_back(objectInfo(1, last - 9, last));
        }
        objects.push_back(objectInfo(2, 1, 30));
        objects.push_back(objectInfo(2, 31, 60));
        return objects;
    }

    static RetentionPlan planOf(const Catalog& catalog, const RetentionPolicy& policy,
                                const std::vector<ltx::TxId>& marks = {},
                                const replica::ObjectNames& pinned = {})
    {
        auto plan = planRetention(catalog, policy, kStart + 1h, marks, pinned);
        return plan.ok() ? std::move(plan).value() : RetentionPlan{.goingBytes = UINT64_MAX};
    }

    static RetentionPlan planOf(std::vector<ObjectInfo> objects,
                                const std::vector<ltx::TxId>& marks = {},
                                const replica::ObjectNames& pinned = {})
    {
        return planOf(replica::buildCatalog(std::move(objects), {}), keepNothing(), marks, pinned);
    }

    static std::set<std::string> goingOf(const RetentionPlan& plan)
    {
        std::set<std::string> names;
        for (const ObjectInfo& each : plan.going) {
            names.insert(each.name);
        }
        return names;
    }

    static bool goes(const RetentionPlan& plan, int level, std::uint64_t minTxId,
                     std::uint64_t maxTxId)
    {
        return goingOf(plan).contains(objectInfo(level, minTxId, maxTxId).name);
    }

    static Fate fateOf(const Catalog& catalog, const RetentionPlan& plan, const std::string& name)
    {
        const auto found = std::ranges::find(catalog.objects, name, &ObjectInfo::name);
        return plan.fates.at(static_cast<std::size_t>(found - catalog.objects.begin()));
    }

private slots:
    void anEmptyReplicaLosesNothing()
    {
        QVERIFY(planOf(Catalog(), keepNothing()) == RetentionPlan());
    }

    void whatIsMergedGoesOnceNoKeptMomentNeedsIt()
    {
        const RetentionPlan plan = planOf(merged());
        // Of each level the last one stays.
        QCOMPARE(plan.going.size(), std::size_t{1 + 59 + 5 + 1});
        QVERIFY(!goes(plan, 0, 60, 60));
        QVERIFY(!goes(plan, 1, 51, 60));
        QVERIFY(!goes(plan, 2, 31, 60));
        QVERIFY(!goes(plan, 9, 1, 60));
        QCOMPARE(plan.lost.size(), std::size_t{59});
        QCOMPARE(plan.kept.size(), std::size_t{1});
        std::uint64_t bytes = 0;
        for (const ObjectInfo& each : plan.going) {
            bytes += each.sizeBytes;
        }
        QCOMPARE(plan.goingBytes, bytes);
    }

    void nothingGoesWhileEveryMomentIsKept()
    {
        const RetentionPlan plan = planOf(replica::buildCatalog(merged(), {}), RetentionPolicy());
        // All are of one hour: what only repeats others may go, moments may not.
        QVERIFY(plan.lost.empty());
        for (std::uint64_t txId = 2; txId <= 60; ++txId) {
            QVERIFY(txId % 10 == 0 || !goes(plan, 0, txId, txId));
        }
    }

    void neverDeleteDeletesNothing()
    {
        RetentionPolicy policy = keepNothing();
        policy.neverDelete = true;
        const Catalog catalog = replica::buildCatalog(merged(), {});
        const RetentionPlan plan = planOf(catalog, policy);
        QVERIFY(plan.going.empty());
        QCOMPARE(plan.kept.size(), catalog.moments.size());
        QVERIFY(
            std::ranges::all_of(plan.fates, [](Fate each) { return each == Fate::NeverDelete; }));
    }

    void noSegmentGoesBeforeItIsMerged()
    {
        std::vector<ObjectInfo> objects{objectInfo(9, 1, 1), objectInfo(9, 1, 60)};
        for (std::uint64_t txId = 2; txId <= 60; ++txId) {
            objects.push_back(objectInfo(0, txId, txId));
        }
        QVERIFY(planOf(objects).going.empty());
        objects.push_back(objectInfo(1, 2, 40));
        const Catalog catalog = replica::buildCatalog(objects, {});
        const RetentionPlan plan = planOf(catalog, keepNothing());
        QVERIFY(goes(plan, 0, 40, 40));
        QVERIFY(!goes(plan, 0, 41, 41));
        QVERIFY(fateOf(catalog, plan, objectInfo(0, 41, 41).name) == Fate::NotMergedYet);
    }

    void theNewestSegmentStaysEvenIfItIsMerged()
    {
        const Catalog catalog = replica::buildCatalog(merged(), {});
        const RetentionPlan plan = planOf(catalog, keepNothing());
        QVERIFY(fateOf(catalog, plan, objectInfo(0, 60, 60).name) == Fate::Newest);
    }

    void noLevelIsEmptied()
    {
        std::vector<ObjectInfo> objects{objectInfo(9, 1, 1), objectInfo(0, 2, 2),
                                        objectInfo(1, 2, 2), objectInfo(2, 2, 2),
                                        objectInfo(3, 2, 2), objectInfo(9, 1, 2)};
        const RetentionPlan plan = planOf(objects);
        QCOMPARE(goingOf(plan), std::set<std::string>{objectInfo(9, 1, 1).name});
    }

    void aMarkKeepsItsMomentWithTheWayToIt()
    {
        const Catalog catalog = replica::buildCatalog(merged(), {});
        const RetentionPlan plan = planOf(catalog, keepNothing(), {{25}});
        QVERIFY(plan.lost.size() < 59);
        QVERIFY(!goes(plan, 0, 25, 25));
        QVERIFY(!goes(plan, 0, 21, 21));
        QVERIFY(!goes(plan, 1, 11, 20));
        QVERIFY(goes(plan, 0, 26, 26));
        QVERIFY(goes(plan, 1, 21, 30));
        QVERIFY(fateOf(catalog, plan, objectInfo(0, 25, 25).name) == Fate::KeptMoment);
    }

    void aMarkOfAMomentThatIsGoneIsTold()
    {
        const RetentionPlan plan = planOf(merged(), {{25}, {61}});
        QVERIFY(plan.goneMarks == std::vector<ltx::TxId>{{61}});
    }

    void whatIsPinnedStaysAndCanStillBeRestored()
    {
        const Catalog catalog = replica::buildCatalog(merged(), {});
        const std::string pinned = objectInfo(0, 25, 25).name;
        const RetentionPlan plan = planOf(catalog, keepNothing(), {}, {pinned});
        QVERIFY(fateOf(catalog, plan, pinned) == Fate::Pinned);
        QVERIFY(!goes(plan, 0, 24, 24));
        QVERIFY(std::ranges::find(plan.lost, ltx::TxId{25}) == plan.lost.end());
        // Nobody had to find a reason for it: a pin does not make a moment a kept one.
        QCOMPARE(plan.kept.size(), std::size_t{1});
    }

    void nothingGoesInOrBesideAHole()
    {
        std::vector<ObjectInfo> objects = merged();
        for (std::uint64_t txId = 61; txId <= 80; ++txId) {
            if (txId != 71) {
                objects.push_back(objectInfo(0, txId, txId));
            }
        }
        objects.push_back(objectInfo(9, 1, 80));
        for (std::uint64_t txId = 81; txId <= 90; ++txId) {
            objects.push_back(objectInfo(0, txId, txId));
        }
        for (int level = 1; level <= 3; ++level) {
            objects.push_back(objectInfo(level, 61, 70));
            objects.push_back(objectInfo(level, 81, 90));
        }
        objects.push_back(objectInfo(9, 1, 90));
        const Catalog catalog = replica::buildCatalog(objects, {});
        const RetentionPlan plan = planOf(catalog, keepNothing());
        for (std::uint64_t txId = 70; txId <= 80; ++txId) {
            QVERIFY(!goes(plan, 0, txId, txId));
        }
        QVERIFY(fateOf(catalog, plan, objectInfo(0, 75, 75).name) == Fate::BesideHole);
        QVERIFY(!goes(plan, 9, 1, 80));
        QVERIFY(goes(plan, 0, 69, 69));
        QVERIFY(goes(plan, 0, 81, 81));
        QVERIFY(std::ranges::find(plan.lost, ltx::TxId{70}) == plan.lost.end());
        QVERIFY(std::ranges::find(plan.lost, ltx::TxId{80}) == plan.lost.end());
    }

    void nothingGoesBehindAHoleThatEndsTheHistory()
    {
        std::vector<ObjectInfo> objects = merged();
        objects.push_back(objectInfo(0, 62, 62));
        objects.push_back(objectInfo(0, 63, 63));
        objects.push_back(objectInfo(1, 62, 63));
        const RetentionPlan plan = planOf(objects);
        QVERIFY(!goes(plan, 0, 62, 62));
        QVERIFY(!goes(plan, 0, 63, 63));
        QVERIFY(!goes(plan, 0, 60, 60));
        QVERIFY(goes(plan, 0, 59, 59));
    }

    void whereOnlySnapshotsAreLeftIsNoHole()
    {
        std::vector<ObjectInfo> objects{objectInfo(9, 1, 20), objectInfo(9, 1, 40)};
        std::ranges::copy(merged(), std::back_inserter(objects));
        std::erase_if(objects, [](const ObjectInfo& each) {
            return each.level != replica::kSnapshotLevel && each.maxTxId.value <= 40;
        });
        const RetentionPlan plan = planOf(objects);
        QVERIFY(goes(plan, 9, 1, 20));
        QVERIFY(goes(plan, 9, 1, 40));
    }

    void whatIsStrandedAndMergedGoes()
    {
        std::vector<ObjectInfo> objects = merged();
        std::erase_if(objects, [](const ObjectInfo& each) {
            return each.level == 0 && each.maxTxId.value < 25;
        });
        std::erase(objects, objectInfo(1, 11, 20));
        const RetentionPlan plan = planOf(objects);
        QVERIFY(goes(plan, 0, 25, 25));
    }

    void aWholeDatabaseIsNotReplacedByChanges()
    {
        // Litestream's first file: a whole database in level 0, at a later transaction.
        std::vector<ObjectInfo> objects{objectInfo(0, 5, 5)};
        objects.back().isFull = true;
        for (std::uint64_t txId = 6; txId <= 20; ++txId) {
            objects.push_back(objectInfo(0, txId, txId));
        }
        for (int level = 1; level <= 3; ++level) {
            objects.push_back(objectInfo(level, 5, 20));
        }
        const RetentionPlan plan = planOf(objects);
        QVERIFY(!goes(plan, 0, 5, 5));
        QVERIFY(plan.goingBytes != UINT64_MAX);
    }

    void aReplicaThatIsOnlyReadLosesNothing()
    {
        Catalog legacy{.format = Catalog::Format::Legacy};
        for (std::uint64_t i = 1; i < 10; ++i) {
            legacy.moments.push_back({.txId = {i}, .time = kStart - 1000h});
        }
        QVERIFY(planOf(legacy, keepNothing()).going.empty());
    }

    void filesOfOthersStay()
    {
        const Catalog catalog = replica::buildCatalog(merged(), {"ltx/notes.txt", "ltx/0/x.ltx"});
        const auto going = goingOf(planOf(catalog, keepNothing()));
        QVERIFY(!going.empty());
        QVERIFY(!going.contains("ltx/notes.txt"));
        QVERIFY(!going.contains("ltx/0/x.ltx"));
    }

    void theOldestStretchGoesFirstAndFromItsEnd()
    {
        std::vector<ObjectInfo> objects = merged();
        objects.push_back(objectInfo(9, 1, 30));
        const RetentionPlan plan = planOf(objects, {{30}});
        std::vector<std::uint64_t> ends;
        for (const ObjectInfo& each : plan.going) {
            ends.push_back(each.maxTxId.value);
        }
        const auto second =
            std::ranges::find_if(ends, [](std::uint64_t each) { return each > 30; });
        QVERIFY(std::is_sorted(ends.begin(), second, std::greater()));
        QVERIFY(std::is_sorted(second, ends.end(), std::greater()));
        QVERIFY(std::all_of(second, ends.end(), [](std::uint64_t each) { return each > 30; }));
    }

    void theSecondTimeThereIsNothingToDo()
    {
        const Catalog catalog = replica::buildCatalog(merged(), {});
        const auto going = goingOf(planOf(catalog, keepNothing(), {{25}}));
        std::vector<ObjectInfo> rest = catalog.objects;
        std::erase_if(rest, [&](const ObjectInfo& each) { return going.contains(each.name); });
        QVERIFY(planOf(rest, {{25}}).going.empty());
    }

    void theProofTakesTheRightPlan()
    {
        const Catalog catalog = replica::buildCatalog(merged(), {});
        const RetentionPlan plan = planOf(catalog, keepNothing(), {{25}});
        const auto after = proveRetention(catalog, plan.going, plan.kept, {});
        QVERIFY(after.ok());
        QCOMPARE(after.value().objects.size() + plan.going.size(), catalog.objects.size());
    }

    void theProofRefusesWhateverIsWrong_data()
    {
        QTest::addColumn<QString>("extra");
        QTest::addColumn<QString>("pinned");
        const auto name = [](int level, std::uint64_t minTxId, std::uint64_t maxTxId) {
            return QString::fromStdString(objectInfo(level, minTxId, maxTxId).name);
        };
        QTest::newRow("what a kept moment needs") << name(0, 25, 25) << "";
        QTest::newRow("the way to a kept moment") << name(1, 11, 20) << "";
        QTest::newRow("the newest segment") << name(0, 60, 60) << "";
        QTest::newRow("the newest of a level") << name(1, 51, 60) << "";
        QTest::newRow("the newest snapshot") << name(9, 1, 60) << "";
        QTest::newRow("what is pinned") << "" << name(0, 26, 26);
        QTest::newRow("what is no object") << name(0, 99, 99) << "";
        QTest::newRow("an object twice") << name(0, 26, 26) << "";
    }

    void theProofRefusesWhateverIsWrong()
    {
        QFETCH(QString, extra);
        QFETCH(QString, pinned);
        const Catalog catalog = replica::buildCatalog(merged(), {});
        const RetentionPlan plan = planOf(catalog, keepNothing(), {{25}});
        std::vector<ObjectInfo> going = plan.going;
        if (!extra.isEmpty()) {
            going.push_back({.name = extra.toStdString()});
        }
        const auto after = proveRetention(catalog, going, plan.kept, {pinned.toStdString()});
        QVERIFY(!after.ok());
        QVERIFY(after.error().code == ErrorCode::Bug);
    }

    void theProofRefusesWhatIsNotMergedYet()
    {
        const Catalog catalog =
            replica::buildCatalog({objectInfo(9, 1, 1), objectInfo(0, 2, 2), objectInfo(1, 2, 2),
                                   objectInfo(0, 3, 3), objectInfo(0, 4, 4), objectInfo(9, 1, 4)},
                                  {});
        const std::vector<KeptMoment> kept{{.txId = {4}, .why = KeptFor::Newest}};
        QVERIFY(proveRetention(catalog, std::vector{objectInfo(9, 1, 1)}, kept, {}).ok() == false);
        QVERIFY(proveRetention(catalog, std::vector{objectInfo(0, 3, 3)}, kept, {}).ok() == false);
        QVERIFY(proveRetention(catalog, std::vector{objectInfo(0, 2, 2)}, kept, {}).ok());
    }

    void aPlanGrowsWithTheReplicaAndNotFaster()
    {
        const double few = millisecondsFor(10'000);
        const double more = millisecondsFor(100'000);
        const double many = millisecondsFor(1'000'000);
        QVERIFY(few > 0 && more > 0 && many > 0);
        // Sorting adds a little to ten times; anything quadratic would be a hundred times.
        QVERIFY2(many < 40 * more, qPrintable(QString("%1 and %2 ms").arg(more).arg(many)));
    }

private:
    /// Of the processor, for planning over a life of so many objects; 0 when it is wrong.
    static double millisecondsFor(std::uint64_t count)
    {
        constexpr auto kBetween = 3s;  // Ten a window of level 1.
        const std::uint64_t transactions = count * 10 / 11 - 20;
        std::vector<ObjectInfo> objects{objectInfo(9, 1, 1)};
        const auto add = [&](int level, std::uint64_t minTxId, std::uint64_t maxTxId) {
            objects.push_back(objectInfo(level, minTxId, maxTxId));
            objects.back().time = kStart + maxTxId * kBetween;
        };
        const std::array widths{std::uint64_t{1}, std::uint64_t{10}, std::uint64_t{100},
                                std::uint64_t{1200}};
        for (int level = 0; level <= 3; ++level) {
            const std::uint64_t width = widths.at(static_cast<std::size_t>(level));
            for (std::uint64_t last = width; last <= transactions; last += width) {
                add(level, last - width + 1, last);
            }
        }
        for (std::uint64_t last = 28'800; last <= transactions; last += 28'800) {
            add(9, 1, last);
        }
        const Catalog catalog = replica::buildCatalog(std::move(objects), {});
        const Timestamp now = kStart + transactions * kBetween;
        const std::clock_t start = std::clock();
        const auto plan = planRetention(catalog, {}, now, {}, {});
        const double spent = 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        if (!plan.ok()) {
            return 0;
        }
        qInfo("%zu objects, %zu of them go, %zu moments are kept: %.0f ms", catalog.objects.size(),
              plan.value().going.size(), plan.value().kept.size(), spent);
        return spent;
    }
};

QTEST_GUILESS_MAIN(TestRetention)
#include "tst_retention.moc"
