#include "app/histories.h"
#include "tests/app/fakes.h"

#include <QSignalSpy>
#include <QTest>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace Qt::StringLiterals;
using Zone = timeline::TimelineController::Zone;

namespace {

service::DatabaseConfig configOf(const std::string& path)
{
    return {.path = path, .replicas = {{.address = {.path = path + ".history"}}}};
}

/// One followed database and one opened replica.
struct Bench {
    World world;
    FakeStore store;
    SettingsObject settings{{}, store};
    Histories histories{{.engine = world.engine,
                         .desktop = world.desktop,
                         .voice = world.voice,
                         .settings = settings,
                         .home = kHome,
                         .downloads = kHome}};
    History& notes = histories.of("notes", configOf("/srv/notes.db"));
    History& old = *histories.replicas().at(histories.open(u"old"_s, {.path = "/srv/old"}));
};

}  // namespace

class TestHistories : public QObject {
    Q_OBJECT

private slots:
    void aDatabaseHasOneHistory()
    {
        Bench bench;
        QCOMPARE(&bench.histories.of("notes", configOf("/srv/notes.db")), &bench.notes);
        QCOMPARE(bench.histories.find("notes"), &bench.notes);
        QVERIFY(bench.histories.find("shop") == nullptr);
        QVERIFY(!bench.notes.readOnly() && bench.old.readOnly());
    }

    void aReplicaIsListedOnceAndRememberedUntilItIsClosed()
    {
        Bench bench;
        QCOMPARE(bench.histories.open(u"again"_s, {.path = "/srv/old"}), 0);
        QCOMPARE(bench.histories.replicas().count(), 1);
        QCOMPARE(bench.settings.value().openedReplicas.size(), 1U);
        bench.histories.close(7);
        bench.histories.close(0);
        QCOMPARE(bench.histories.replicas().count(), 0);
        QVERIFY(bench.settings.value().openedReplicas.empty());
    }

    void theZoneOfOneIsThatOfAllAndOfTheNext()
    {
        Bench bench;
        bench.old.timeline()->setZone(Zone::Utc);
        QCOMPARE(bench.settings.zone(), SettingsObject::Zone::Utc);
        QCOMPARE(bench.notes.timeline()->zone(), Zone::Utc);
        QCOMPARE(bench.histories.of("shop", configOf("/srv/shop.db")).timeline()->zone(),
                 Zone::Utc);
    }

    void anEventIsForItsOwnDatabaseOnly()
    {
        Bench bench;
        bench.notes.open();
        bench.world.engine.openings.back().reply(catalogOf(3));
        QTRY_COMPARE(bench.notes.stage(), History::Stage::Ready);
        const auto segment = service::SegmentWritten{.txId = {4}, .time = kNow};
        bench.histories.happened({.database = "shop", .what = segment});
        QCOMPARE(bench.notes.timeline()->momentCount(), 3);
        bench.histories.happened({.database = "notes", .what = segment});
        QCOMPARE(bench.notes.timeline()->momentCount(), 4);
    }

    void aHistoryThatIsRemovedIsThereForThoseWhoLookAMomentMore()
    {
        Bench bench;
        QSignalSpy gone(&bench.notes, &QObject::destroyed);
        bench.histories.remove("notes");
        QVERIFY(bench.histories.find("notes") == nullptr);
        QCOMPARE(gone.size(), 0);
        QTRY_COMPARE(gone.size(), 1);
        bench.histories.remove("nobody");
    }
};

QTEST_MAIN(TestHistories)
#include "tst_histories.moc"
