#include "app/database_list_model.h"
#include "app/worst_first_model.h"
#include "tests/app/fakes.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using Engine = engine::Protection;

namespace {

struct List {
    World world;
    DatabaseListModel model{world.voice, kHome};
    QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::QtTest};

    void upsert(const std::string& path, Engine state = Engine::Protected)
    {
        model.upsert(statusOf(path, state));
    }
    [[nodiscard]] QStringList names() const
    {
        QStringList names;
        for (int row = 0; row < model.count(); ++row) {
            names << model.at(row)->name();
        }
        return names;
    }
};

QStringList namesOf(const WorstFirstModel& model)
{
    QStringList names;
    for (int row = 0; row < model.rowCount(); ++row) {
        names
            << model.index(row, 0).data(DatabaseListModel::DatabaseRole).value<Database*>()->name();
    }
    return names;
}

}  // namespace

class TestDatabaseListModel : public QObject {
    Q_OBJECT

private slots:
    void databasesStandInTheOrderInWhichTheyCame()
    {
        List list;
        list.upsert("/srv/z.db");
        list.upsert("/srv/a.db");
        list.upsert("/srv/z.db", Engine::Broken);
        QCOMPARE(list.names(), (QStringList{u"z.db"_s, u"a.db"_s}));
        QCOMPARE(list.model.at(0)->protection(), Protection::State::Broken);
    }

    void outsideOfItThereIsNothing()
    {
        List list;
        list.upsert("/srv/a.db");
        QCOMPARE(list.model.at(-1), nullptr);
        QCOMPARE(list.model.at(1), nullptr);
        QCOMPARE(list.model.find("nobody"), nullptr);
        list.model.remove("nobody");
        QCOMPARE(list.model.count(), 1);
    }

    void aDatabaseSaysWhereItIsAndHowItStands()
    {
        List list;
        auto status = statusOf("/home/ada/dev/notes.db", Engine::Protected);
        status.proof = service::Proof{.at = kNow - 2h, .verdict = restore::Verdict::Proven};
        list.model.upsert(status);
        const Database& notes = *list.model.at(0);
        QCOMPARE(notes.name(), u"notes.db"_s);
        QCOMPARE(notes.folder(), u"~/dev"_s);
        QCOMPARE(notes.size(), u"48 MB"_s);
        QCOMPARE(notes.proof(), u"Proven 2 h ago"_s);
        status.unproven = service::Unproven{
            .at = kNow, .why = {.code = ErrorCode::NoSpace, .what = {"test", "No room."}}};
        list.model.upsert(status);
        QCOMPARE(notes.proof(), u"Not proven: No room."_s);
        QCOMPARE(notes.proofWithin(), u"not proven"_s);
        QVERIFY(!notes.paused());
        QVERIFY(!notes.canRetry());
    }

    void viewsHearOnlyOfWhatDiffers()
    {
        List list;
        list.upsert("/srv/a.db");
        QSignalSpy changes(list.model.at(0), &Database::changed);
        list.upsert("/srv/a.db");
        QCOMPARE(changes.size(), 0);
        list.world.clock.advance(2s);
        list.model.refresh();
        QCOMPARE(changes.size(), 1);
        QCOMPARE(list.model.at(0)->detail(), u"last change 6 s ago"_s);
    }

    void theRetryButtonComesAndGoesWithTheNextTry()
    {
        List list;
        auto status = statusOf("/srv/a.db", Engine::Waiting);
        list.model.upsert(status);
        QSignalSpy changes(list.model.at(0), &Database::changed);
        status.standing.nextTry = kNow + 10s;
        list.model.upsert(status);
        QVERIFY(list.model.at(0)->canRetry());
        QVERIFY(!changes.empty());
    }

    void theSnapshotButtonComesAndGoesWithWhatThereIsToSave()
    {
        List list;
        auto status = statusOf("/srv/a.db", Engine::Protected);
        status.captured = {9};
        status.replicas = {{.name = "Folder",
                            .standing = {.state = Engine::Protected},
                            .snapshot = service::SnapshotFacts{.txId = {9}, .time = kNow - 2h}}};
        list.model.upsert(status);
        const Database& notes = *list.model.at(0);
        QVERIFY(!notes.canSnapshot());
        QSignalSpy changes(&notes, &Database::changed);
        status.captured = {10};
        list.model.upsert(status);
        QVERIFY(notes.canSnapshot());
        QCOMPARE(notes.snapshot(), u"The last one: 2 h ago."_s);
        QVERIFY(!changes.empty());
    }

    void replicasFollowTheirDatabase()
    {
        List list;
        auto status = statusOf("/srv/a.db", Engine::Protected);
        status.replicas = {{.name = "Folder",
                            .address = {.path = "/home/ada/Tidemark/a"},
                            .standing = {.state = Engine::Waiting}}};
        list.model.upsert(status);
        ReplicaStatusModel& replicas = *list.model.at(0)->replicas();
        const QAbstractItemModelTester tester(
            &replicas, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto said = [&](int role) { return replicas.index(0).data(role).toString(); };
        QCOMPARE(said(ReplicaStatusModel::NameRole), u"Folder"_s);
        QCOMPARE(said(ReplicaStatusModel::PlaceRole), u"~/Tidemark/a"_s);
        QCOMPARE(said(ReplicaStatusModel::WordRole), u"Waiting"_s);
        QSignalSpy changes(&replicas, &QAbstractItemModel::dataChanged);
        status.replicas[0].pendingSegments = 3;
        list.model.upsert(status);
        QCOMPARE(changes.size(), 1);
        QCOMPARE(said(ReplicaStatusModel::AgeRole), u"3 to send"_s);
        status.replicas.clear();
        list.model.upsert(status);
        QCOMPARE(replicas.rowCount(), 0);
    }

    void aRemovedDatabaseMayStillBeLookedAtForSomeFrames()
    {
        List list;
        list.upsert("/srv/a.db");
        const QPointer<Database> held = list.model.at(0);
        list.model.remove(FakeEngine::idOf("/srv/a.db"));
        QCOMPARE(list.model.count(), 0);
        QVERIFY(held);
        QCOMPARE(held->name(), u"a.db"_s);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QVERIFY(held);
        QTRY_VERIFY(!held);
    }

    void theLeastSafeStandOnTopAndMoveAsTheyHeal()
    {
        List list;
        WorstFirstModel worstFirst(list.model);
        const QAbstractItemModelTester tester(
            &worstFirst, QAbstractItemModelTester::FailureReportingMode::QtTest);
        list.upsert("/srv/a.db", Engine::Protected);
        list.upsert("/srv/b.db", Engine::Broken);
        list.upsert("/srv/c.db", Engine::AtRisk);
        QCOMPARE(namesOf(worstFirst), (QStringList{u"b.db"_s, u"c.db"_s, u"a.db"_s}));
        list.upsert("/srv/b.db", Engine::Protected);
        QCOMPARE(namesOf(worstFirst), (QStringList{u"c.db"_s, u"a.db"_s, u"b.db"_s}));
    }
};

QTEST_GUILESS_MAIN(TestDatabaseListModel)
#include "tst_database_list_model.moc"
