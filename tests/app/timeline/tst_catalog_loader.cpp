#include "app/timeline/catalog_loader.h"
#include "tests/app/timeline/shown_timeline.h"

#include <QSignalSpy>
#include <QTest>

using namespace tidemark;
using namespace tidemark::app::timeline;
using namespace tidemark::app::timeline::tests;
using tidemark::app::tests::World;

namespace {

std::shared_ptr<const replica::Catalog> even(std::size_t count)
{
    return std::make_shared<const replica::Catalog>(evenCatalog(count, 1'000));
}

struct Bench {
    World world;
    CatalogLoader loader{world.voice};
    std::vector<TimelineData> ready;
    QSignalSpy missed{&loader, &CatalogLoader::missed};

    Bench()
    {
        QObject::connect(&loader, &CatalogLoader::ready, &loader,
                         [this](const TimelineData& data) { ready.push_back(data); });
    }
};

}  // namespace

class TestCatalogLoader : public QObject {
    Q_OBJECT

private slots:
    void aCatalogIsReadyLaterAndNotAtOnce()
    {
        Bench bench;
        const auto catalog = even(7);
        bench.loader.load(catalog);
        QVERIFY(bench.loader.loading() && bench.ready.empty());
        QVERIFY(bench.loader.catalog() == nullptr);
        settle();
        QVERIFY(!bench.loader.loading());
        QCOMPARE(bench.ready.size(), 1U);
        QCOMPARE(bench.ready[0].count(), 7U);
        QCOMPARE(bench.loader.catalog(), catalog.get());
    }

    void onlyTheNewestOfTwoIsTold()
    {
        Bench bench;
        bench.loader.load(even(200'000));
        bench.loader.load(even(7));
        settle();
        QCOMPARE(bench.ready.size(), 1U);
        QCOMPARE(bench.ready[0].count(), 7U);
    }

    void whatCameMeanwhileStandsBehindIt()
    {
        Bench bench;
        bench.loader.load(even(7));
        bench.loader.keep({moment(7, kNowMs), moment(8, kNowMs)});
        bench.loader.keep({.number = 8, .atMs = kNowMs});
        settle();
        QCOMPARE(bench.ready[0].count(), 8U);
        QCOMPARE(bench.ready[0].snapshots().size(), 1U);
        QCOMPARE(bench.missed.size(), 0);
        // It is in that one; the next has its own.
        bench.loader.load(even(7));
        settle();
        QCOMPARE(bench.ready[1].count(), 7U);
    }

    void moreThanIsKeptIsMissed()
    {
        Bench bench;
        bench.loader.load(even(7));
        bench.loader.keep(std::vector(CatalogLoader::kMaxWaiting, moment(8, kNowMs)));
        bench.loader.keep({.number = 8, .atMs = kNowMs});
        QCOMPARE(bench.missed.size(), 0);
        settle();
        QCOMPARE(bench.missed.size(), 1);
        QCOMPARE(bench.ready[0].count(), 7U);
        bench.loader.load(even(8));
        settle();
        QCOMPARE(bench.missed.size(), 1);
    }

    void aLoaderThatGoesMeanwhileIsNotMissed()
    {
        World world;
        {
            CatalogLoader loader(world.voice);
            loader.load(even(200'000));
        }
        settle();
    }
};

QTEST_GUILESS_MAIN(TestCatalogLoader)
#include "tst_catalog_loader.moc"
