#include "core/engine/retention_run.h"
#include "core/replica/catalog_builder.h"
#include "tests/support/made_replica.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::engine;
using namespace std::chrono_literals;
using replica::Catalog;
using replica::objectInfo;
using replica::ObjectInfo;

class TestRetentionRun : public QObject {
    Q_OBJECT

    /// 1000 transactions, merged, in a storage; all but the last may go.
    struct Given {
        storage::MemoryStorage storage;
        replica::LtxReplica replica{storage};
        replica::PinBoard pins;
        Catalog catalog;
        RetentionPlan plan;
    };

    static std::unique_ptr<Given> given()
    {
        auto given = std::make_unique<Given>();
        std::vector<ObjectInfo> objects{objectInfo(9, 1, 1), objectInfo(9, 1, 1000)};
        for (std::uint64_t txId = 2; txId <= 1000; ++txId) {
            objects.push_back(objectInfo(0, txId, txId));
        }
        for (int level = 1; level <= 3; ++level) {
            objects.push_back(objectInfo(level, 2, 1000));
        }
        for (const ObjectInfo& each : objects) {
            given->storage.objects()[each.name] = {.bytes = "x", .time = each.time};
        }
        given->storage.objects()["ltx/0/notes.txt"] = {.bytes = "of somebody else"};
        auto catalog = given->replica.readCatalog({});
        given->catalog = catalog.ok() ? std::move(catalog).value() : Catalog();
        RetentionPolicy policy{.everyMomentAtMost = 0};
        policy.thinnings.fill({.grid = Grid::Month, .age = 0h});
        auto plan = planRetention(given->catalog, policy, objects.back().time, {}, {});
        given->plan = plan.ok() ? std::move(plan).value() : RetentionPlan();
        return given;
    }

    static bool isThere(Given& given, const ObjectInfo& object)
    {
        return given.storage.objects().contains(object.name);
    }

private slots:
    void whatThePlanSaysGoesAndNothingElse()
    {
        const auto it = given();
        QCOMPARE(it->plan.going.size(), std::size_t{999});
        const auto run = runRetention(it->replica, it->plan, it->pins, {});
        QVERIFY(!run.error);
        QCOMPARE(run.objects, std::size_t{999});
        QCOMPARE(run.bytes, std::uint64_t{999});
        QCOMPARE(run.pinned, std::size_t{0});
        QCOMPARE(it->storage.objects().size(), it->catalog.objects.size() + 1 - 999);
        QVERIFY(it->storage.objects().contains("ltx/0/notes.txt"));
        for (const ObjectInfo& each : it->plan.going) {
            QVERIFY(!isThere(*it, each));
        }
    }

    void whatARestorePinnedAfterThePlanStays()
    {
        const auto it = given();
        const auto plan = replica::planRestore(it->catalog, replica::AtTxId{{500}});
        QVERIFY(plan.ok());
        std::vector<std::string> names;
        for (const ObjectInfo& each : plan.value().objects) {
            names.push_back(each.name);
        }
        const auto pin = it->pins.pin(names);
        const auto run = runRetention(it->replica, it->plan, it->pins, {});
        QVERIFY(!run.error);
        QCOMPARE(run.pinned, names.size());
        QCOMPARE(run.objects, 999 - names.size());
        for (const std::string& each : names) {
            QVERIFY(it->storage.objects().contains(each));
        }
    }

    void aPinMadeDuringTheRunHolds()
    {
        const auto it = given();
        const std::string last = it->plan.going.back().name;
        std::optional<replica::PinBoard::Pin> pin;
        it->storage.onRemove = [&](const std::string&) {
            if (!pin) {
                pin = it->pins.pin({last});
            }
            return Status();
        };
        const auto run = runRetention(it->replica, it->plan, it->pins, {});
        QCOMPARE(run.pinned, std::size_t{1});
        QVERIFY(it->storage.objects().contains(last));
    }

    void nobodyCanPinWhatIsBeingDeleted()
    {
        const auto it = given();
        bool refused = true;
        it->storage.onRemove = [&](const std::string& name) {
            refused = refused && !it->pins.pin({name});
            return Status();
        };
        QVERIFY(!runRetention(it->replica, it->plan, it->pins, {}).error);
        QVERIFY(refused);
        QVERIFY(it->pins.pin({it->plan.going.front().name}).has_value());
    }

    void aFailureEndsTheRunAndWhatIsLeftIsARun()
    {
        const auto it = given();
        int calls = 0;
        it->storage.onRemove = [&](const std::string&) {
            return ++calls > 500
                       ? Status(Error{.code = ErrorCode::Unavailable,
                                      .what = {TIDEMARK_TEXT("test", "The line is cut.")}})
                       : Status();
        };
        const auto run = runRetention(it->replica, it->plan, it->pins, {});
        QVERIFY(run.error && run.error->code == ErrorCode::Unavailable);
        QCOMPARE(run.objects, std::size_t{400});
        QVERIFY(isThere(*it, it->plan.going.at(500)));

        it->storage.onRemove = [](const std::string&) { return Status(); };
        QVERIFY(!runRetention(it->replica, it->plan, it->pins, {}).error);
        QVERIFY(!isThere(*it, it->plan.going.back()));
    }

    void afterEachDeletionTheKeptMomentHasAPlan()
    {
        const auto it = given();
        std::size_t there = 0;
        std::size_t seen = 0;
        it->storage.onRemove = [&](const std::string&) {
            if (++seen % 97 == 0) {
                const auto now = it->replica.readCatalog({});
                there += now.ok() && now.value().gaps.size() <= 1 &&
                         replica::planRestore(now.value(), replica::AtTxId{{1000}}).ok();
            }
            return Status();
        };
        QVERIFY(!runRetention(it->replica, it->plan, it->pins, {}).error);
        QCOMPARE(there, seen / 97);
        QVERIFY(there > 5);
    }

    void aStopEndsTheRun()
    {
        const auto it = given();
        std::stop_source stop;
        int calls = 0;
        it->storage.onRemove = [&](const std::string&) {
            if (++calls == 300) {
                stop.request_stop();
            }
            return Status();
        };
        const auto run = runRetention(it->replica, it->plan, it->pins, stop.get_token());
        QVERIFY(run.error && run.error->code == ErrorCode::Cancelled);
        QCOMPARE(calls, 300);
        const auto again = runRetention(it->replica, it->plan, it->pins, stop.get_token());
        QVERIFY(again.error && again.error->code == ErrorCode::Cancelled);
        QCOMPARE(again.objects, std::size_t{0});
    }

    void aFileOfSomebodyElseIsNeverDeleted()
    {
        const auto it = given();
        it->plan.going.insert(it->plan.going.begin(), {.name = "ltx/0/notes.txt"});
        const auto run = runRetention(it->replica, it->plan, it->pins, {});
        QVERIFY(run.error && run.error->code == ErrorCode::Bug);
        QCOMPARE(run.objects, std::size_t{0});
        QCOMPARE(it->storage.objects().size(), it->catalog.objects.size() + 1);
    }
};

QTEST_GUILESS_MAIN(TestRetentionRun)
#include "tst_retention_run.moc"
