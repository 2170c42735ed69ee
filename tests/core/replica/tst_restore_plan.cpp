#include "core/base/random.h"
#include "core/replica/catalog_builder.h"
#include "core/replica/restore_plan.h"
#include "tests/support/made_replica.h"

#include <QTest>

#include <set>

using namespace tidemark;
using namespace tidemark::replica;

class TestRestorePlan : public QObject {
    Q_OBJECT

    static std::string rangesOf(const RestorePlan& plan)
    {
        std::string text;
        for (const ObjectInfo& each : plan.objects) {
            text += std::to_string(each.level) + ":" + std::to_string(each.minTxId.value) + "-" +
                    std::to_string(each.maxTxId.value) + " ";
        }
        return text;
    }

    static Catalog usual()
    {
        return buildCatalog(
            {objectInfo(9, 1, 1), objectInfo(9, 1, 10), objectInfo(2, 2, 12), objectInfo(1, 2, 6),
             objectInfo(1, 7, 12), objectInfo(1, 13, 15), objectInfo(0, 14, 14),
             objectInfo(0, 15, 15), objectInfo(0, 16, 16), objectInfo(0, 17, 17)},
            {});
    }

    /// Every transaction that any order of applying files reaches, by trying all of them.
    static std::set<std::uint64_t> reachable(const std::vector<ObjectInfo>& objects)
    {
        std::set<std::uint64_t> reached;
        for (bool grew = true; grew;) {
            grew = false;
            for (const ObjectInfo& each : objects) {
                bool applies = each.isComplete();
                for (const std::uint64_t from : reached) {
                    applies =
                        applies || (from + 1 >= each.minTxId.value && from < each.maxTxId.value);
                }
                grew = (applies && reached.insert(each.maxTxId.value).second) || grew;
            }
        }
        return reached;
    }

private slots:
    void startsAtTheNewestSnapshotAndReachesFurthest_data()
    {
        QTest::addColumn<int>("txId");
        QTest::addColumn<QString>("ranges");
        QTest::newRow("a snapshot alone") << 10 << "9:1-10 ";
        QTest::newRow("the highest level that fits") << 12 << "9:1-10 2:2-12 ";
        QTest::newRow("several levels") << 16 << "9:1-10 2:2-12 1:13-15 0:16-16 ";
        QTest::newRow("the first snapshot") << 6 << "9:1-1 1:2-6 ";
        QTest::newRow("the last") << 17 << "9:1-10 2:2-12 1:13-15 0:16-16 0:17-17 ";
    }
    void startsAtTheNewestSnapshotAndReachesFurthest()
    {
        QFETCH(int, txId);
        QFETCH(QString, ranges);
        const auto plan = planRestore(usual(), AtTxId{{static_cast<std::uint64_t>(txId)}});
        QVERIFY(plan.ok());
        QCOMPARE(QString::fromStdString(rangesOf(plan.value())), ranges);
        QCOMPARE(plan.value().moment.txId.value, static_cast<std::uint64_t>(txId));
    }

    void whatIsLostBehindTheLastMomentIsSaid()
    {
        const Catalog catalog =
            buildCatalog({objectInfo(9, 1, 1), objectInfo(0, 2, 2), objectInfo(0, 4, 4)}, {});
        const auto plan = planRestore(catalog, Latest{});
        QCOMPARE(plan.value().moment.txId.value, std::uint64_t{2});
        QVERIFY(plan.value().lost && plan.value().lost->after.value == 2);
        QVERIFY(!planRestore(catalog, AtTxId{{1}}).value().lost);
        QVERIFY(!planRestore(usual(), Latest{}).value().lost);
    }

    void latestIsTheLastMoment()
    {
        const auto plan = planRestore(usual(), Latest{});
        QVERIFY(plan.ok());
        QCOMPARE(plan.value().moment.txId.value, std::uint64_t{17});
        QVERIFY(plan.value().bytes > 0);
        QCOMPARE(plan.value().requests, 5U);
    }

    void aTimeMeansTheLastMomentNotAfterIt()
    {
        const Timestamp time = objectInfo(0, 15, 15).time;
        using std::chrono::milliseconds;
        const Catalog catalog = usual();
        QCOMPARE(resolve(catalog, AtTime{time}).value().txId.value, std::uint64_t{15});
        QCOMPARE(resolve(catalog, AtTime{time - milliseconds(1)}).value().txId.value,
                 std::uint64_t{12});
        QCOMPARE(resolve(catalog, AtTime{time + milliseconds(1)}).value().txId.value,
                 std::uint64_t{15});
    }

    void whatIsNotThereNamesItsNeighbours()
    {
        const auto plan = planRestore(usual(), AtTxId{{14}});
        QVERIFY(!plan.ok());
        QVERIFY(plan.error().code == ErrorCode::NotFound);
        QCOMPARE(inEnglish(plan.error().what), std::string("Transaction 14 cannot be restored."));
        const std::string next = inEnglish(plan.error().next);
        QVERIFY(next.starts_with("The nearest moments are 12 (1970-01-12T"));
        QVERIFY(inEnglish(planRestore(usual(), AtTxId{{99}}).error().next)
                    .starts_with("The last moment is 17"));
        QVERIFY(inEnglish(planRestore(usual(), AtTime{Timestamp()}).error().next)
                    .starts_with("The first moment is 1 "));
        QVERIFY(planRestore(Catalog(), Latest{}).error().code == ErrorCode::NotFound);
    }

    void everyMomentHasAPlanAndNothingElseHas()
    {
        SeededRandom random(20261122);
        const auto upTo = [&](std::uint64_t limit) { return 1 + random.next() % limit; };
        for (int round = 0; round < 3000; ++round) {
            std::vector<ObjectInfo> objects;
            for (std::uint64_t count = upTo(12); count > 0; --count) {
                const int level = static_cast<int>(random.next() % 4);
                const std::uint64_t first = upTo(12);
                objects.push_back(objectInfo(level, first, first + random.next() % 5));
                objects.back().isFull = random.next() % 16 == 0;
            }
            if (random.next() % 4 != 0) {
                objects.push_back(objectInfo(9, 1, upTo(14)));
            }
            const std::set<std::uint64_t> truth = reachable(objects);
            const Catalog catalog = buildCatalog(objects, {});
            QCOMPARE(catalog.moments.size(), truth.size());
            for (std::uint64_t txId = 1; txId <= 18; ++txId) {
                const auto plan = planRestore(catalog, AtTxId{{txId}});
                QCOMPARE(plan.ok(), truth.contains(txId));
                if (plan.ok()) {
                    checkPlan(plan.value(), txId);
                }
            }
        }
    }

private:
    static void checkPlan(const RestorePlan& plan, std::uint64_t txId)
    {
        QVERIFY(plan.objects.front().isComplete());
        for (std::size_t i = 1; i < plan.objects.size(); ++i) {
            QVERIFY(plan.objects[i].minTxId.value <= plan.objects[i - 1].maxTxId.value + 1);
            QVERIFY(plan.objects[i].maxTxId > plan.objects[i - 1].maxTxId);
        }
        QCOMPARE(plan.objects.back().maxTxId.value, txId);
    }
};

QTEST_APPLESS_MAIN(TestRestorePlan)
#include "tst_restore_plan.moc"
