#include "core/replica/catalog_builder.h"
#include "core/replica/listed_times.h"
#include "core/replica/ltx_object.h"
#include "core/replica/ltx_replica.h"
#include "tests/support/made_replica.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::replica;

class TestLtxReplica : public QObject {
    Q_OBJECT

private slots:
    void namesAreLitestreams()
    {
        const ObjectKey key{.level = 9, .range = {{1}, {42}}};
        const std::string name = "ltx/9/0000000000000001-000000000000002a.ltx";
        QCOMPARE(replica::objectName(key), name);
        QVERIFY(parseObjectName(name) == key);
    }

    void otherNamesAreForeign()
    {
        for (const char* name : {"", "ltx", "ltx/", "ltx/0", "ltx/0/", "ltx/0/x.ltx", "ltx/10/x",
                                 "ltx/00/0000000000000001-0000000000000001.ltx",
                                 "ltx/x/0000000000000001-0000000000000001.ltx",
                                 "ltx/0/0000000000000001-0000000000000001.ltx.tmp",
                                 "ltx/0/0000000000000001-000000000000000A.ltx",
                                 "ltx/0/0000000000000002-0000000000000001.ltx",
                                 "ltx/0/0000000000000000-0000000000000001.ltx",
                                 "ltx/0/a/0000000000000001-0000000000000001.ltx",
                                 "ltx/9/0000000000000002-0000000000000003.ltx",
                                 "LTX/0/0000000000000001-0000000000000001.ltx"}) {
            QVERIFY2(!parseObjectName(name), name);
        }
    }

    void aCatalogIsWhatTheListingTells()
    {
        MadeReplica made;
        made.commit({1, 2, 3}, 3);
        made.commit({2}, 3);
        made.put(9, 1, 1);
        made.put(0, 2, 2);
        made.storage.objects()["ltx/0/readme.txt"].bytes = "hello";
        made.storage.objects()["other/file"].bytes = "hello";
        const auto catalog = readLtxCatalog(made.storage, {});
        QVERIFY(catalog.ok());
        QCOMPARE(catalog.value().moments.size(), std::size_t{2});
        QVERIFY(catalog.value().moments[1].time == made.timeOf(2));
        QVERIFY(catalog.value().moments[1].precision == TimePrecision::Listed);
        QCOMPARE(catalog.value().foreign, std::vector<std::string>{"ltx/0/readme.txt"});
        QCOMPARE(made.storage.readCalls(), std::uint64_t{0});
    }

    void aPutNeverOverwritesAndTellsWhoseItIs()
    {
        storage::MemoryStorage storage;
        LtxReplica replica(storage);
        const ltx::TxRange range{{5}, {5}};
        const auto put = [&](const std::string& bytes) {
            return replica.put(0, range, MemorySource(bytes), Timestamp(), {}).value();
        };
        QVERIFY(put("ours") == PutOutcome::Written);
        QVERIFY(put("ours") == PutOutcome::AlreadyThereSame);
        QVERIFY(put("theirs") == PutOutcome::AlreadyThereDifferent);
        QVERIFY(put("our") == PutOutcome::AlreadyThereDifferent);
        QVERIFY(put("") == PutOutcome::AlreadyThereDifferent);
        QCOMPARE(storage.objects().begin()->second.bytes, std::string("ours"));
    }

    void anObjectsEndsTellItsPages()
    {
        MadeReplica made;
        made.commit({1, 2, 3, 4, 5}, 5);
        made.commit({2, 5}, 5);
        made.put(9, 1, 1);
        made.put(0, 2, 2);
        const Catalog catalog = readLtxCatalog(made.storage, {}).value();
        std::vector<std::uint32_t> pages;
        const auto object = readLtxObject(made.storage, catalog.objects[0], {});
        QVERIFY(object.ok());
        const auto collect = [&](const ltx::FrameAt& at) -> Status {
            pages.push_back(at.pageNumber);
            return {};
        };
        QVERIFY(readPageIndex(made.storage, object.value(), collect, {}).ok());
        QCOMPARE(pages, (std::vector<std::uint32_t>{2, 5}));
        QVERIFY(object.value().info.precision == TimePrecision::Exact);
    }

    void anObjectUnderAnotherNameIsDamaged()
    {
        MadeReplica made;
        made.commit({1}, 1);
        made.commit({1}, 1);
        const std::string name = made.put(0, 2, 2);
        made.storage.objects()["ltx/0/0000000000000003-0000000000000003.ltx"] =
            made.storage.objects()[name];
        const Catalog catalog = readLtxCatalog(made.storage, {}).value();
        const auto object = readLtxObject(made.storage, catalog.objects[1], {});
        QVERIFY(!object.ok() && object.error().code == ErrorCode::Damaged);
        QVERIFY(inEnglish(object.error().what).find("0003.ltx") != std::string::npos);
    }

    void aTimeIsLookedUpThoughNoneOfManyHeadersCanBeRead()
    {
        MadeReplica made;
        made.commit({1}, 1);
        made.put(9, 1, 1);
        for (std::uint64_t txId = 2; txId <= 100'000; ++txId) {
            made.storage.objects()[replica::objectName({.range = {{txId}, {txId}}})].time =
                made.timeOf(1);
        }
        Catalog catalog = readLtxCatalog(made.storage, {}).value();
        const auto plan =
            planExactly(made.storage, catalog, AtTime{made.timeOf(1) + std::chrono::hours(1)}, {});
        QVERIFY(plan.ok());
        QCOMPARE(plan.value().moment.txId.value, std::uint64_t{100'000});
    }

    void aTimeIsLookedUpInHeadersWhenTheListingIsWrong_data()
    {
        QTest::addColumn<int>("listedOffsetSeconds");
        QTest::newRow("right") << 0;
        QTest::newRow("late") << 5;
        QTest::newRow("early") << -7;
        QTest::newRow("copied today") << 100'000'000;
        QTest::newRow("lost") << -1'000'000;
    }
    void aTimeIsLookedUpInHeadersWhenTheListingIsWrong()
    {
        QFETCH(int, listedOffsetSeconds);
        MadeReplica made;
        for (int i = 0; i < 200; ++i) {
            made.commit({1}, 1);
        }
        made.put(9, 1, 1);
        for (std::uint64_t txId = 2; txId <= 200; ++txId) {
            made.put(0, txId, txId);
        }
        for (auto& [name, object] : made.storage.objects()) {
            object.time = *object.time + std::chrono::seconds(listedOffsetSeconds);
        }
        for (const std::uint64_t txId : {1U, 2U, 77U, 199U, 200U}) {
            Catalog catalog = readLtxCatalog(made.storage, {}).value();
            const std::uint64_t before = made.storage.readCalls();
            const auto time = made.timeOf(txId) + std::chrono::milliseconds(999);
            const auto plan = planExactly(made.storage, catalog, AtTime{time}, {});
            QVERIFY(plan.ok());
            QCOMPARE(plan.value().moment.txId.value, txId);
            QVERIFY(plan.value().moment.precision == TimePrecision::Exact);
            QVERIFY(made.storage.readCalls() - before < 24);
        }
        Catalog catalog = readLtxCatalog(made.storage, {}).value();
        const auto early = AtTime{made.timeOf(1) - std::chrono::milliseconds(1)};
        QVERIFY(planExactly(made.storage, catalog, early, {}).error().code == ErrorCode::NotFound);
    }

    void timesOfACopiedFolderAreThoseOfTheHeaders()
    {
        MadeReplica made;
        for (int i = 0; i < 9; ++i) {
            made.commit({1}, 1);
        }
        made.put(9, 1, 1);
        for (std::uint64_t txId = 2; txId <= 9; ++txId) {
            made.put(0, txId, txId);
        }
        Catalog untouched = readLtxCatalog(made.storage, {}).value();
        const Catalog before = untouched;
        QVERIFY(correctListedTimes(made.storage, untouched, {}).ok());
        QVERIFY(untouched == before);
        QVERIFY(made.storage.readCalls() <= 3);

        const Timestamp copied = made.timeOf(9) + std::chrono::hours(5);
        for (auto& [name, object] : made.storage.objects()) {
            object.time = copied;
        }
        Catalog catalog = readLtxCatalog(made.storage, {}).value();
        QVERIFY(catalog.moments[3].time == copied);
        QVERIFY(correctListedTimes(made.storage, catalog, {}).ok());
        for (const Moment& moment : catalog.moments) {
            QVERIFY(moment.time == made.timeOf(moment.txId.value));
            QVERIFY(moment.precision == TimePrecision::Exact);
        }
    }

    void oneDamagedObjectKeepsItsListedTime()
    {
        MadeReplica made;
        for (int i = 0; i < 4; ++i) {
            made.commit({1}, 1);
        }
        made.put(9, 1, 1);
        for (std::uint64_t txId = 2; txId <= 4; ++txId) {
            made.put(0, txId, txId);
        }
        for (auto& [name, object] : made.storage.objects()) {
            object.time = made.timeOf(4) + std::chrono::hours(5);
        }
        made.storage.objects()["ltx/0/0000000000000003-0000000000000003.ltx"].bytes = "damaged";
        Catalog catalog = readLtxCatalog(made.storage, {}).value();
        QVERIFY(correctListedTimes(made.storage, catalog, {}).ok());
        QVERIFY(catalog.moments[1].time == made.timeOf(2));
        QVERIFY(catalog.moments[2].precision == TimePrecision::Listed);
        QVERIFY(catalog.moments[3].time == made.timeOf(4));
    }

    void aFullFileBehindAHoleIsFoundWhenNothingElseHelps()
    {
        MadeReplica made;
        for (int i = 0; i < 9; ++i) {
            made.commit({1, 2}, 4);
        }
        made.put(9, 1, 1);
        made.put(0, 4, 4);
        made.put(0, 5, 5, true);
        made.put(0, 6, 6);
        Catalog catalog = readLtxCatalog(made.storage, {}).value();
        QCOMPARE(catalog.moments.size(), std::size_t{1});
        const auto plan = planExactly(made.storage, catalog, AtTxId{{6}}, {});
        QVERIFY(plan.ok());
        QCOMPARE(plan.value().objects.size(), std::size_t{2});
        QCOMPARE(catalog.moments.size(), std::size_t{3});
        QVERIFY(!planExactly(made.storage, catalog, AtTxId{{4}}, {}).ok());
    }

    void whatAFullFileMakesReachableIsLatestToo_data()
    {
        QTest::addColumn<int>("seconds");
        QTest::addColumn<int>("txId");
        QTest::newRow("latest") << 0 << 6;
        QTest::newRow("a time behind the hole") << 5 << 5;
        QTest::newRow("a time in it") << 4 << 1;
    }
    void whatAFullFileMakesReachableIsLatestToo()
    {
        QFETCH(int, seconds);
        QFETCH(int, txId);
        MadeReplica made;
        for (int i = 0; i < 6; ++i) {
            made.commit({1, 2}, 4);
        }
        made.put(9, 1, 1);
        made.put(0, 4, 4);
        made.put(0, 5, 5, true);
        made.put(0, 6, 6);
        Catalog catalog = readLtxCatalog(made.storage, {}).value();
        const Wish wish = seconds == 0
                              ? Wish(Latest{})
                              : Wish(AtTime{made.timeOf(static_cast<std::uint64_t>(seconds))});
        const auto plan = planExactly(made.storage, catalog, wish, {});
        QVERIFY(plan.ok());
        QCOMPARE(plan.value().moment.txId.value, static_cast<std::uint64_t>(txId));
        QVERIFY(!plan.value().lost);
    }

    void withoutLeaveNothingAppearsOrGoes()
    {
        MadeReplica made;
        made.commit({1}, 1);
        made.commit({1}, 1);
        const std::string there = made.put(9, 1, 1);
        int asked = 0;
        LtxReplica refused(made.storage, [&asked](const std::stop_token&) {
            ++asked;
            return Status(Error{.code = ErrorCode::Unavailable, .what = {"not ours"}});
        });
        const ltx::TxRange range{.minTxId = {2}, .maxTxId = {2}};
        const MemorySource file(made.fileOf(range));
        QCOMPARE(refused.put(0, range, file, made.timeOf(2), {}).error().code,
                 ErrorCode::Unavailable);
        const auto staged = refused.stage(0, range, file, made.timeOf(2), {});
        QVERIFY(staged.ok());
        const StagedFile* const one = &staged.value();
        const Published published = refused.publish(std::span(&one, 1), {});
        QVERIFY(published.count == 0 && published.failure &&
                published.failure->code == ErrorCode::Unavailable);
        QCOMPARE(refused.remove(std::span(&there, 1), {}).error().code, ErrorCode::Unavailable);
        QCOMPARE(asked, 3);
        QCOMPARE(made.storage.objects().size(), std::size_t{1});
    }

    void removeTakesObjectsAndNoFileOfOthers()
    {
        MadeReplica made;
        made.commit({1, 2}, 4);
        made.commit({1}, 4);
        made.put(9, 1, 1);
        const std::string second = made.put(0, 2, 2);
        made.storage.objects()["ltx/notes.txt"] = {.bytes = "of somebody else"};
        LtxReplica replica(made.storage);
        const auto refused = replica.remove(std::vector<std::string>{second, "ltx/notes.txt"}, {});
        QVERIFY(!refused.ok() && refused.error().code == ErrorCode::Bug);
        QCOMPARE(made.storage.objects().size(), std::size_t{3});
        QVERIFY(replica
                    .remove(
                        std::vector<std::string>{
                            second, replica::objectName({.level = 0, .range = {{3}, {3}}})},
                        {})
                    .ok());
        QCOMPARE(made.storage.objects().size(), std::size_t{2});
        QVERIFY(!made.storage.objects().contains(second));
    }
};

QTEST_APPLESS_MAIN(TestLtxReplica)
#include "tst_ltx_replica.moc"
