#include "core/engine/mark_snapshots.h"

#include "core/replica/catalog_builder.h"
#include "tests/support/made_replica.h"

#include <QTest>

using namespace std::chrono_literals;
using namespace tidemark;
using namespace tidemark::engine;

namespace {

constexpr Timestamp kWritten{1'000'000s};
constexpr Timestamp kMuchLater = kWritten + 24h * 365;

/// Forty segments behind a first snapshot, merged on all levels, and a snapshot of all.
std::vector<replica::ObjectInfo> history()
{
    std::vector<replica::ObjectInfo> objects = {replica::objectInfo(9, 1, 1)};
    for (std::uint64_t txId = 2; txId <= 40; ++txId) {
        objects.push_back(replica::objectInfo(0, txId, txId));
    }
    for (const int level : {1, 2, 3}) {
        objects.push_back(replica::objectInfo(level, 2, 40));
    }
    objects.push_back(replica::objectInfo(9, 1, 40));
    // A year later it goes on, for long enough to believe the clock.
    for (std::uint64_t txId = 41; txId <= 44; ++txId) {
        objects.push_back(replica::objectInfo(0, txId, txId));
        objects.back().time = kMuchLater - 24h * (45 - txId);
    }
    return objects;
}

RetentionLook marked(std::uint64_t txId, std::vector<replica::ObjectInfo> objects = history())
{
    return {.catalog = replica::buildCatalog(std::move(objects), {}),
            .marks = {{.name = "mark", .txId = {txId}}}};
}

}  // namespace

class TestMarkSnapshots : public QObject {
    Q_OBJECT

private slots:
    void whatIsKeptForAMarkAloneBecomesOneFile()
    {
        const auto inputs = snapshotForMark(marked(20), {}, kMuchLater, {}, {});
        QCOMPARE(inputs.size(), std::size_t{20});
        QCOMPARE(inputs.front().level, replica::kSnapshotLevel);
        QCOMPARE(inputs.back().maxTxId.value, 20ULL);
    }

    void aWayOfManyFilesBecomesOneToo()
    {
        std::vector<replica::ObjectInfo> objects = {replica::objectInfo(9, 1, 1)};
        for (std::uint64_t txId = 2; txId <= 700; ++txId) {
            objects.push_back(replica::objectInfo(3, txId, txId));
        }
        objects.push_back(replica::objectInfo(9, 1, 700));
        for (std::uint64_t txId = 701; txId <= 704; ++txId) {
            objects.push_back(replica::objectInfo(0, txId, txId));
            objects.back().time = kMuchLater - 24h * (705 - txId);
        }
        const auto inputs = snapshotForMark(marked(600, objects), {}, kMuchLater, {}, {});
        QCOMPARE(inputs.size(), std::size_t{600});
    }

    void aMarkOnASnapshotNeedsNoOther()
    {
        QVERIFY(snapshotForMark(marked(40), {}, kMuchLater, {}, {}).empty());
        QVERIFY(snapshotForMark(marked(1), {}, kMuchLater, {}, {}).empty());
    }

    void whatStaysAnywayIsNotWrittenTwice()
    {
        QVERIFY(snapshotForMark(marked(20), {}, kWritten + 1h, {}, {}).empty());
        QVERIFY(snapshotForMark(marked(20), kKeepEverything, kMuchLater, {}, {}).empty());
    }

    void littleBesideALargeSnapshotStaysAsItIs()
    {
        auto objects = history();
        objects.front().sizeBytes = 1'000'000;
        QVERIFY(snapshotForMark(marked(20, objects), {}, kMuchLater, {}, {}).empty());
    }

    void theNameOfADamagedOneIsTaken()
    {
        const std::string name = replica::objectInfo(9, 1, 20).name;
        QVERIFY(snapshotForMark(marked(20), {}, kMuchLater, {}, {name}).empty());
    }

    void aMarkOfWhatIsNotThereIsPassedOver()
    {
        RetentionLook look = marked(77);
        look.marks.push_back({.name = "other", .txId = {20}});
        QCOMPARE(snapshotForMark(look, {}, kMuchLater, {}, {}).size(), std::size_t{20});
    }
};

QTEST_GUILESS_MAIN(TestMarkSnapshots)
#include "tst_mark_snapshots.moc"
