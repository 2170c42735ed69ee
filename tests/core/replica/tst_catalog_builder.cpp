#include "core/replica/catalog_builder.h"
#include "tests/support/made_replica.h"

#include <QElapsedTimer>
#include <QTest>

using namespace tidemark;
using namespace tidemark::replica;

class TestCatalogBuilder : public QObject {
    Q_OBJECT

    static std::vector<std::uint64_t> momentsOf(const Catalog& catalog)
    {
        std::vector<std::uint64_t> numbers;
        for (const Moment& each : catalog.moments) {
            numbers.push_back(each.txId.value);
        }
        return numbers;
    }

    using Numbers = std::vector<std::uint64_t>;

private slots:
    void nothingIsAnEmptyCatalog()
    {
        const Catalog catalog = buildCatalog({}, {});
        QVERIFY(catalog == Catalog());
        QVERIFY(positionOf(catalog) == ltx::TxId{});
    }

    void eachSegmentBehindASnapshotIsAMoment()
    {
        const Catalog catalog =
            buildCatalog({objectInfo(0, 3, 3), objectInfo(9, 1, 1), objectInfo(0, 2, 2)}, {"x"});
        QVERIFY(catalog.format == Catalog::Format::Ltx);
        QCOMPARE(momentsOf(catalog), (Numbers{1, 2, 3}));
        QVERIFY(catalog.gaps.empty());
        QCOMPARE(catalog.foreign, std::vector<std::string>{"x"});
        QCOMPARE(catalog.objects.front().maxTxId.value, std::uint64_t{2});
        QVERIFY(positionOf(catalog) == ltx::TxId{3});
    }

    void whatCompactionMergedIsNoGap()
    {
        const Catalog catalog =
            buildCatalog({objectInfo(9, 1, 1), objectInfo(1, 1, 9), objectInfo(2, 10, 20),
                          objectInfo(0, 21, 21), objectInfo(9, 1, 20)},
                         {});
        QCOMPARE(momentsOf(catalog), (Numbers{1, 9, 20, 21}));
        QVERIFY(catalog.gaps.empty());
    }

    void aHoleEndsTheMomentsUntilTheNextSnapshot()
    {
        const Catalog catalog =
            buildCatalog({objectInfo(9, 1, 1), objectInfo(0, 2, 2), objectInfo(0, 4, 4),
                          objectInfo(0, 5, 5), objectInfo(9, 1, 5), objectInfo(0, 6, 6)},
                         {});
        QCOMPARE(momentsOf(catalog), (Numbers{1, 2, 5, 6}));
        QCOMPARE(catalog.gaps.size(), std::size_t{1});
        QCOMPARE(catalog.gaps[0].after.value, std::uint64_t{2});
        QCOMPARE(catalog.gaps[0].before.value, std::uint64_t{5});
        QCOMPARE(inEnglish(catalog.gaps[0].reason),
                 std::string("The changes of transaction 3 are missing."));
    }

    void anotherLevelFillsAHole()
    {
        const Catalog catalog = buildCatalog(
            {objectInfo(9, 1, 1), objectInfo(0, 2, 2), objectInfo(0, 5, 5), objectInfo(1, 2, 4)},
            {});
        QCOMPARE(momentsOf(catalog), (Numbers{1, 2, 4, 5}));
        QVERIFY(catalog.gaps.empty());
    }

    void changesWithoutASnapshotAreAGapAtTheStart()
    {
        const Catalog catalog =
            buildCatalog({objectInfo(0, 5, 5), objectInfo(0, 6, 6), objectInfo(9, 1, 6)}, {});
        QCOMPARE(momentsOf(catalog), Numbers{6});
        QCOMPARE(catalog.gaps.size(), std::size_t{1});
        QCOMPARE(catalog.gaps[0].after.value, std::uint64_t{0});
        QCOMPARE(catalog.gaps[0].before.value, std::uint64_t{6});
    }

    void aHoleWithNothingBehindItEndsTheHistory()
    {
        const Catalog catalog =
            buildCatalog({objectInfo(9, 1, 1), objectInfo(0, 3, 3), objectInfo(0, 4, 4)}, {});
        QCOMPARE(momentsOf(catalog), Numbers{1});
        QCOMPARE(catalog.gaps.size(), std::size_t{1});
        QVERIFY(catalog.gaps[0].isTail());
        QVERIFY(catalog.gaps[0].until == objectInfo(0, 4, 4).time);
        QVERIFY(positionOf(catalog) == ltx::TxId{1});
        QVERIFY(highestTxId(catalog) == ltx::TxId{4});
    }

    void snapshotsAloneHaveGapsBetweenThem()
    {
        const Catalog catalog = buildCatalog({objectInfo(9, 1, 10), objectInfo(9, 1, 20)}, {});
        QCOMPARE(momentsOf(catalog), (Numbers{10, 20}));
        QCOMPARE(catalog.gaps.size(), std::size_t{1});
    }

    void aFullFileStartsAnew()
    {
        std::vector<ObjectInfo> objects{objectInfo(9, 1, 1), objectInfo(0, 7, 7),
                                        objectInfo(0, 8, 8)};
        objects[1].isFull = true;
        const Catalog catalog = buildCatalog(objects, {});
        QCOMPARE(momentsOf(catalog), (Numbers{1, 7, 8}));
    }

    void aMomentTellsOfTheSmallestFileThatEndsThere()
    {
        const Catalog catalog = buildCatalog(
            {objectInfo(9, 1, 1), objectInfo(0, 2, 2), objectInfo(1, 2, 2), objectInfo(9, 1, 2)},
            {});
        QCOMPARE(catalog.moments[1].bytes, objectInfo(0, 2, 2).sizeBytes);
        QVERIFY(catalog.moments[1].time == objectInfo(0, 2, 2).time);
    }

    void overlapsAreFine()
    {
        const Catalog catalog = buildCatalog(
            {objectInfo(9, 1, 1), objectInfo(1, 2, 6), objectInfo(1, 4, 9), objectInfo(0, 3, 3)},
            {});
        QCOMPARE(momentsOf(catalog), (Numbers{1, 6, 9}));
        QVERIFY(catalog.gaps.empty());
    }

    void whatIsLeftOfMergedSegmentsIsNoGap()
    {
        // Their deletion ended behind that of transaction 5.
        const Catalog catalog = buildCatalog(
            {objectInfo(9, 1, 4), objectInfo(1, 5, 8), objectInfo(0, 6, 6), objectInfo(0, 7, 7)},
            {});
        QCOMPARE(momentsOf(catalog), (Numbers{4, 8}));
        QVERIFY(catalog.gaps.empty());
    }

    void aCatalogGrowsWithItsObjectsAndNotFaster()
    {
        const auto few = nanosecondsFor(100'000);
        const auto many = nanosecondsFor(1'000'000);
        QVERIFY(few > 0 && many > 0);
        // Sorting adds a little to ten times; anything quadratic would be a hundred times.
        QVERIFY2(many < 40 * few, qPrintable(QString("%1 and %2 ns").arg(few).arg(many)));
        qInfo("1,000,000 objects: %lld ms", static_cast<long long>(many / 1'000'000));
    }

private:
    /// Of building a catalog of so many segments; 0 when it is wrong.
    static qint64 nanosecondsFor(std::uint64_t count)
    {
        std::vector<ObjectInfo> objects{objectInfo(9, 1, 1)};
        for (std::uint64_t txId = 2; txId <= count; ++txId) {
            objects.push_back(objectInfo(0, txId, txId));
        }
        QElapsedTimer timer;
        timer.start();
        const Catalog catalog = buildCatalog(std::move(objects), {});
        const auto taken = timer.nsecsElapsed();
        return catalog.moments.size() == count ? taken : 0;
    }
};

QTEST_APPLESS_MAIN(TestCatalogBuilder)
#include "tst_catalog_builder.moc"
