#include "core/engine/counted_on.h"
#include "core/replica/catalog_builder.h"
#include "tests/support/made_replica.h"

#include <QTest>

#include <set>
#include <string>

using namespace tidemark;
using namespace tidemark::engine;
using replica::objectInfo;
using replica::ObjectInfo;

/// Snapshots at 1, 20 and 40; everything between is merged by tens.
class TestCountedOn : public QObject {
    Q_OBJECT

    using Names = std::set<std::string>;

    static replica::Catalog history(std::uint64_t end = 40)
    {
        std::vector<ObjectInfo> objects{objectInfo(9, 1, 1), objectInfo(9, 1, 20),
                                        objectInfo(9, 1, 40)};
        for (std::uint64_t txId = 2; txId <= end; ++txId) {
            objects.push_back(objectInfo(0, txId, txId));
        }
        for (std::uint64_t last = 10; last <= 40; last += 10) {
            objects.push_back(objectInfo(1, last == 10 ? 2 : last - 9, last));
        }
        return replica::buildCatalog(std::move(objects), {});
    }

    static RetentionPlan planOf(std::vector<ObjectInfo> going,
                                const std::vector<std::uint64_t>& kept)
    {
        RetentionPlan plan{.going = std::move(going)};
        for (const std::uint64_t each : kept) {
            plan.kept.push_back({.txId = {each}});
        }
        return plan;
    }

    static Names namesOf(const std::vector<ObjectInfo>& objects)
    {
        Names names;
        for (const ObjectInfo& each : objects) {
            names.insert(each.name);
        }
        return names;
    }

    static std::vector<ObjectInfo> segments(std::uint64_t first, std::uint64_t last)
    {
        std::vector<ObjectInfo> objects;
        for (std::uint64_t txId = first; txId <= last; ++txId) {
            objects.push_back(objectInfo(0, txId, txId));
        }
        return objects;
    }

private slots:
    void whatGoesForNothingCountsOnNothing()
    {
        QVERIFY(countedOn(history(), planOf({}, {10, 40})).empty());
    }

    void aSegmentsMomentsAreCountedOnToTheNextWholeDatabase()
    {
        const auto plan = planOf(segments(22, 29), {10, 20, 30, 40});
        // 20 begins before anything goes, 40 is whole by itself.
        QCOMPARE(namesOf(countedOn(history(), plan)),
                 (Names{objectInfo(9, 1, 20).name, objectInfo(1, 21, 30).name,
                        objectInfo(9, 1, 40).name}));
    }

    void aSnapshotThatGoesMakesTheWaysBehindItLonger()
    {
        const auto plan = planOf({objectInfo(9, 1, 20)}, {10, 20, 30, 40});
        QCOMPARE(
            namesOf(countedOn(history(), plan)),
            (Names{objectInfo(9, 1, 1).name, objectInfo(1, 2, 10).name, objectInfo(1, 11, 20).name,
                   objectInfo(1, 21, 30).name, objectInfo(9, 1, 40).name}));
    }

    void theWholeDatabaseBehindWhatGoesIsCountedOnThoughNobodyKeepsItsMoment()
    {
        const replica::Catalog catalog = history(45);
        std::vector<ObjectInfo> going;
        for (const ObjectInfo& each : catalog.objects) {
            if (each.maxTxId.value < 40) {
                going.push_back(each);
            }
        }
        QVERIFY(
            namesOf(countedOn(catalog, planOf(going, {45}))).contains(objectInfo(9, 1, 40).name));
    }

    void momentsThatNobodyKeepsAreNotCountedOn()
    {
        const auto plan = planOf(segments(22, 29), {10, 40});
        QCOMPARE(namesOf(countedOn(history(), plan)), (Names{objectInfo(9, 1, 40).name}));
    }
};

QTEST_APPLESS_MAIN(TestCountedOn)
#include "tst_counted_on.moc"
