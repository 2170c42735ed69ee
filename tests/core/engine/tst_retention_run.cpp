#include "core/base/random.h"
#include "core/engine/retention_run.h"
#include "core/replica/catalog_builder.h"
#include "tests/support/made_replica.h"
#include "tests/support/simulated_clock.h"

#include <QTest>

#include <algorithm>

using namespace tidemark;
using namespace tidemark::engine;
using namespace std::chrono_literals;
using replica::Catalog;
using replica::objectInfo;
using replica::ObjectInfo;

namespace {

/// Deletes some of what it is told to, in whatever order, and fails: as a server that is sent many
/// requests at once.
class ScatteringStorage final : public storage::Storage {
public:
    ScatteringStorage(storage::MemoryStorage& inside, Random& random)
        : m_inside(inside), m_random(random)
    {
    }

    Status list(std::string_view prefix,
                const std::function<storage::Listing(const storage::ObjectEntry&)>& entry,
                std::stop_token stop) const override
    {
        return m_inside.list(prefix, entry, std::move(stop));
    }
    Result<std::optional<storage::ObjectEntry>> find(const std::string& name,
                                                     std::stop_token stop) const override
    {
        return m_inside.find(name, std::move(stop));
    }
    Result<std::unique_ptr<ByteReader>> read(const std::string& name, std::uint64_t offset,
                                             std::uint64_t length,
                                             std::stop_token stop) const override
    {
        return m_inside.read(name, offset, length, std::move(stop));
    }
    Result<std::unique_ptr<storage::StagedObject>> stage(const std::string& name,
                                                         const ByteSource& source,
                                                         const storage::ObjectMetadata& metadata,
                                                         std::stop_token stop) override
    {
        return m_inside.stage(name, source, metadata, std::move(stop));
    }
    Result<std::size_t> publish(std::span<storage::StagedObject* const> staged,
                                std::stop_token stop) override
    {
        return m_inside.publish(staged, std::move(stop));
    }
    Status remove(std::span<const std::string> names, std::stop_token stop) override
    {
        for (const std::string& each : names) {
            if (m_random.next() % 3 != 0) {
                TIDEMARK_TRY_STATUS(m_inside.remove(std::span(&each, 1), stop));
            }
        }
        return Error{.code = ErrorCode::Unavailable};
    }
    std::string describe() const override { return "scattering"; }

private:
    storage::MemoryStorage& m_inside;
    Random& m_random;
};

}  // namespace

class TestRetentionRun : public QObject {
    Q_OBJECT

    SimulatedClock m_clock;

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
        std::vector<ObjectInfo> objects{objectInfo(9, 1, 1), objectInfo(9, 1, 1000)};
        for (std::uint64_t txId = 2; txId <= 1000; ++txId) {
            objects.push_back(objectInfo(0, txId, txId));
        }
        for (int level = 1; level <= 3; ++level) {
            objects.push_back(objectInfo(level, 2, 1000));
        }
        return given(objects);
    }

    /// As many hours, each of which goes on from the one before it, between two snapshots.
    static std::unique_ptr<Given> givenHours()
    {
        std::vector<ObjectInfo> objects{objectInfo(9, 1, 1), objectInfo(9, 1, 1000)};
        for (std::uint64_t txId = 2; txId <= 1000; ++txId) {
            objects.push_back(objectInfo(3, txId, txId));
        }
        for (int level = 0; level <= 2; ++level) {
            objects.push_back(objectInfo(level, 1000, 1000));
        }
        return given(objects);
    }

    static std::unique_ptr<Given> given(const std::vector<ObjectInfo>& objects)
    {
        auto given = std::make_unique<Given>();
        for (const ObjectInfo& each : objects) {
            given->storage.objects()[each.name] = {.bytes = "x", .time = each.time};
        }
        given->storage.objects()["ltx/0/notes.txt"] = {.bytes = "of somebody else"};
        auto catalog = given->replica.readCatalog({});
        given->catalog = catalog.ok() ? std::move(catalog).value() : Catalog();
        given->plan = planOf(*given);
        return given;
    }

    static RetentionPlan planOf(const Given& given, const replica::ObjectNames& unfinished = {})
    {
        RetentionPolicy policy{.everyMomentAtMost = 0};
        policy.thinnings.fill({.grid = Grid::Month, .age = 0h});
        auto plan = planRetention(given.catalog, policy, given.catalog.objects.back().time, {}, {},
                                  unfinished);
        return plan.ok() ? std::move(plan).value() : RetentionPlan();
    }

    static replica::ObjectNames namesOf(Given& given)
    {
        replica::ObjectNames names;
        for (const auto& [name, object] : given.storage.objects()) {
            names.insert(name);
        }
        return names;
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
        const auto run = runRetention(it->replica, it->plan, it->pins, m_clock, {});
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
        const auto run = runRetention(it->replica, it->plan, it->pins, m_clock, {});
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
        const auto run = runRetention(it->replica, it->plan, it->pins, m_clock, {});
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
        QVERIFY(!runRetention(it->replica, it->plan, it->pins, m_clock, {}).error);
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
        const auto run = runRetention(it->replica, it->plan, it->pins, m_clock, {});
        QVERIFY(run.error && run.error->code == ErrorCode::Unavailable);
        QVERIFY(run.objects > 300 && run.objects <= 500);
        QVERIFY(isThere(*it, it->plan.going.at(500)));

        it->storage.onRemove = [](const std::string&) { return Status(); };
        QVERIFY(!runRetention(it->replica, it->plan, it->pins, m_clock, {}).error);
        QVERIFY(!isThere(*it, it->plan.going.back()));
    }

    void whatAStorageDeletedOutOfOrderIsGoneOnWith()
    {
        const auto straight = givenHours();
        QVERIFY(straight->plan.going.size() > 900);
        QVERIFY(
            !runRetention(straight->replica, straight->plan, straight->pins, m_clock, {}).error);
        const auto it = givenHours();
        SeededRandom random(7);
        replica::ObjectNames unfinished;
        const auto note = [&](std::span<const std::string> names) {
            unfinished.insert(names.begin(), names.end());
            return Status();
        };
        std::size_t broken = 0;
        for (; broken < 1000 && !it->plan.going.empty(); ++broken) {
            QCOMPARE(std::ranges::count(it->plan.fates, Fate::BesideHole), 0);
            ScatteringStorage storage(it->storage, random);
            replica::LtxReplica replica(storage);
            QVERIFY(runRetention(replica, it->plan, it->pins, m_clock, {}, note).error);
            it->catalog = it->replica.readCatalog({}).value();
            it->plan = planOf(*it, unfinished);
        }
        QVERIFY(broken > 5);
        QCOMPARE(namesOf(*it), namesOf(*straight));
    }

    void aSlowStorageDeletesFewBetweenTwoLooksAtTheMarks()
    {
        const auto it = given();
        std::size_t removed = 0;
        it->storage.onRemove = [&](const std::string&) {
            m_clock.advance(100ms);
            ++removed;
            return Status();
        };
        // Marked while the first one goes.
        const std::string marked = it->plan.going.at(100).name;
        const auto mayGoOn = [&](std::span<const std::string>) {
            return removed == 0 ? Status() : Status(Error{.code = ErrorCode::Busy});
        };
        QVERIFY(
            runRetention(it->replica, it->plan, it->pins, m_clock, {}, mayGoOn).error.has_value());
        QVERIFY(removed > 0);
        QVERIFY(it->storage.objects().contains(marked));
        // And so it goes on: never much longer than a second without a look.
        it->plan.going.erase(it->plan.going.begin(), it->plan.going.begin() + 8);
        std::size_t most = 0;
        const auto count = [&](std::span<const std::string> names) {
            most = std::max(most, names.size());
            return Status();
        };
        QVERIFY(!runRetention(it->replica, it->plan, it->pins, m_clock, {}, count).error);
        QVERIFY(most <= 20);
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
        QVERIFY(!runRetention(it->replica, it->plan, it->pins, m_clock, {}).error);
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
        const auto run = runRetention(it->replica, it->plan, it->pins, m_clock, stop.get_token());
        QVERIFY(run.error && run.error->code == ErrorCode::Cancelled);
        QCOMPARE(calls, 300);
        const auto again = runRetention(it->replica, it->plan, it->pins, m_clock, stop.get_token());
        QVERIFY(again.error && again.error->code == ErrorCode::Cancelled);
        QCOMPARE(again.objects, std::size_t{0});
    }

    void aFileOfSomebodyElseIsNeverDeleted()
    {
        const auto it = given();
        it->plan.going.insert(it->plan.going.begin(), {.name = "ltx/0/notes.txt"});
        const auto run = runRetention(it->replica, it->plan, it->pins, m_clock, {});
        QVERIFY(run.error && run.error->code == ErrorCode::Bug);
        QCOMPARE(run.objects, std::size_t{0});
        QCOMPARE(it->storage.objects().size(), it->catalog.objects.size() + 1);
    }
};

QTEST_GUILESS_MAIN(TestRetentionRun)
#include "tst_retention_run.moc"
