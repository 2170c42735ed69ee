#include "app/session.h"
#include "tests/app/fakes.h"

#include <QSignalSpy>
#include <QTest>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using Engine = engine::Protection;

namespace {

const std::string kNotes = "/home/ada/dev/notes.db";
const std::string kShop = "/home/ada/shop.db";

QString idOf(const std::string& path)
{
    return QString::fromStdString(FakeEngine::idOf(path));
}

config::DatabaseSettings settingsOf(const std::string& path)
{
    return {.path = path,
            .replicas = {{.name = "Folder", .address = "file://" + path + ".history"}},
            .syncInterval = 250ms};
}

/// A session in a world of its own, with what a settings file may have held.
struct Desk {
    World world;
    FakeStore store;
    Look look;
    TrustQuestions person;
    Session session;

    explicit Desk(config::Settings settings = {})
        : session({.engine = world.engine,
                   .desktop = world.desktop,
                   .store = store,
                   .clock = world.clock,
                   .look = look,
                   .secrets = world.secrets,
                   .person = person,
                   .home = kHome,
                   .downloads = u"/home/ada/Downloads"_s},
                  std::move(settings))
    {
        session.start();
    }

    static config::Settings two() { return {.databases = {settingsOf(kNotes), settingsOf(kShop)}}; }
    void standing(const std::string& path, Engine state)
    {
        session.statusChanged(statusOf(path, state));
    }
    void add(const std::string& path, bool isWal = true)
    {
        session.adding()->choose(QString::fromStdString(path));
        world.engine.inspections.back().reply(factsOf(path, isWal));
        session.adding()->setSwitchAgreed(true);
        session.adding()->start();
    }
    [[nodiscard]] const config::Settings& saved() const { return store.saved.back(); }
};

}  // namespace

class TestSession : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(berlinSpeech().locale); }

    void whatWasFollowedIsFollowedAgain()
    {
        Desk desk(Desk::two());
        QCOMPARE(desk.world.engine.followed.size(), 2U);
        QCOMPARE(desk.world.engine.followed[0].path, kNotes);
        QCOMPARE(desk.world.engine.followed[0].burstInterval, 250ms);
        QCOMPARE(desk.world.engine.followed[0].replicas[0].address.path, kNotes + ".history");
        QVERIFY(desk.store.saved.empty());
    }

    void whatWasFollowedIsListedBeforeTheEngineSpeaks()
    {
        Desk desk(Desk::two());
        QCOMPARE(desk.session.databases()->count(), 2);
        QCOMPARE(desk.session.databases()->at(0)->name(), u"notes.db"_s);
        QCOMPARE(desk.session.databases()->at(1)->name(), u"shop.db"_s);
        desk.standing(kShop, Engine::Protected);
        QCOMPARE(desk.session.databases()->at(1)->protection(), Protection::State::Protected);
    }

    void aPausedDatabaseStaysPausedAfterAStart()
    {
        auto settings = Desk::two();
        settings.databases[1].paused = true;
        Desk desk(settings);
        QVERIFY(!desk.world.engine.followed[0].paused);
        QVERIFY(desk.world.engine.followed[1].paused);
        QVERIFY(desk.world.engine.paused.empty());
        QVERIFY(desk.session.databases()->at(1)->paused());
    }

    void aReplicaOfAKindThatANewerVersionOpensIsLeftAlone()
    {
        auto settings = Desk::two();
        settings.databases[0].replicas.push_back({.name = "Sea", .address = "abyss://deep"});
        settings.openedReplicas = {{.name = "Sea", .address = "abyss://deep"}};
        Desk desk(settings);
        QCOMPARE(desk.world.engine.followed[0].replicas.size(), 1U);
        QCOMPARE(desk.session.replicas()->count(), 0);
        const QStringList told = desk.session.settings()->problem().split(u'\n');
        QCOMPARE(told.size(), 2);
        QVERIFY(told[0].startsWith(u"Replica Sea of notes.db is not followed: "));
        QVERIFY(told[1].startsWith(u"The replica Sea is not shown: "));
        desk.session.settings()->setZone(SettingsObject::Zone::Utc);
        QCOMPARE(desk.saved().databases, settings.databases);
        QCOMPARE(desk.saved().openedReplicas, settings.openedReplicas);
    }

    void theSentenceFollowsTheWorstDatabase()
    {
        QCOMPARE(Desk().session.sentence(), u"No database is protected yet."_s);
        Desk desk(Desk::two());
        QSignalSpy told(&desk.session, &Session::overviewChanged);
        desk.standing(kNotes, Engine::Protected);
        desk.standing(kShop, Engine::Protected);
        QCOMPARE(desk.session.sentence(), u"Both databases are protected."_s);
        desk.standing(kShop, Engine::AtRisk);
        QCOMPARE(desk.session.sentence(), u"shop.db is at risk."_s);
        QCOMPARE(desk.session.worst(), Protection::State::AtRisk);
        QCOMPARE(told.size(), 3);
        desk.standing(kShop, Engine::AtRisk);
        QCOMPARE(told.size(), 3);
    }

    void agesTickOnlyWhileSomebodyLooks()
    {
        Desk desk(Desk::two());
        desk.standing(kNotes, Engine::Protected);
        QVERIFY(!desk.session.watched());
        desk.world.clock.advance(10s);
        Desk other(Desk::two());
        other.standing(kNotes, Engine::Protected);
        other.session.setWatched(true);
        other.world.clock.advance(1s);
        QTRY_COMPARE(other.session.databases()->at(0)->detail(), u"last change 5 s ago"_s);
        QCOMPARE(desk.session.databases()->at(0)->detail(), u"last change 4 s ago"_s);
        desk.session.setWatched(true);
        QCOMPARE(desk.session.databases()->at(0)->detail(), u"last change 14 s ago"_s);
        desk.world.clock.advance(1s);
        QTRY_COMPARE(desk.session.databases()->at(0)->detail(), u"last change 15 s ago"_s);
    }

    void aDatabaseThatIsAddedIsRememberedAndShown()
    {
        Desk desk;
        desk.add(kNotes, false);
        QCOMPARE(desk.saved().databases.size(), 1U);
        QCOMPARE(desk.saved().databases[0].path, kNotes);
        QCOMPARE(desk.saved().databases[0].replicas[0].address, "file:///home/ada/Tidemark/notes");
        QVERIFY(desk.saved().databases[0].switchToWal);
        QVERIFY(desk.session.historyOf(idOf(kNotes)) != nullptr);
    }

    void addingIsToldWhatTheEngineDoes()
    {
        Desk desk;
        desk.add(kNotes);
        auto status = statusOf(kNotes, Engine::CatchingUp);
        status.work = service::LongWork{.doneBytes = 1, .totalBytes = 2};
        desk.session.statusChanged(status);
        QCOMPARE(desk.session.adding()->percent(), u"50 %"_s);
        desk.session.happened({.database = FakeEngine::idOf(kNotes), .what = service::Proven{}});
        QCOMPARE(desk.session.adding()->stage(), AddDatabase::Stage::Done);
    }

    void twoDatabasesOfOneNameNeverShareAFolder()
    {
        Desk desk;
        desk.add("/home/ada/one/notes.db");
        desk.add("/home/ada/two/notes.db");
        QCOMPARE(desk.world.engine.followed[0].replicas[0].address.path,
                 "/home/ada/Tidemark/notes");
        QCOMPARE(desk.world.engine.followed[1].replicas[0].address.path,
                 "/home/ada/Tidemark/notes-2");
    }

    void theFolderOfADatabaseFromTheLastRunIsTakenToo()
    {
        auto settings = Desk::two();
        settings.databases[0].replicas[0].address = "file:///home/ada/Tidemark/notes";
        Desk desk(settings);
        desk.add("/home/ada/two/notes.db");
        QCOMPARE(desk.world.engine.followed.back().replicas[0].address.path,
                 "/home/ada/Tidemark/notes-2");
    }

    void aDatabaseThatIsFollowedAlreadyIsNotAddedAgain()
    {
        Desk desk(Desk::two());
        desk.session.adding()->choose(QString::fromStdString(kNotes));
        desk.world.engine.inspections.back().reply(factsOf(kNotes));
        QVERIFY(!desk.session.adding()->canStart());
        QCOMPARE(desk.session.adding()->problem(), u"notes.db is protected already."_s);
    }

    void aDatabaseThatIsNoLongerFollowedCanBeAddedAgain()
    {
        Desk desk(Desk::two());
        desk.standing(kNotes, Engine::Protected);
        desk.session.stopProtecting(idOf(kNotes));
        desk.add(kNotes);
        QCOMPARE(desk.world.engine.followed.back().path, kNotes);
    }

    void whatIsCalledOffWhileItIsAddedIsForgotten()
    {
        Desk desk;
        desk.add(kNotes);
        desk.standing(kNotes, Engine::CatchingUp);
        desk.session.adding()->cancel();
        QVERIFY(desk.saved().databases.empty());
        desk.session.removed(FakeEngine::idOf(kNotes));
        QCOMPARE(desk.session.databases()->count(), 0);
    }

    void endingProtectionKeepsTheRowUntilTheEngineIsDone()
    {
        Desk desk(Desk::two());
        desk.standing(kNotes, Engine::Protected);
        desk.session.stopProtecting(idOf(kNotes));
        QCOMPARE(desk.world.engine.unfollowed, std::vector<std::string>{FakeEngine::idOf(kNotes)});
        QCOMPARE(desk.saved().databases.size(), 1U);
        QCOMPARE(desk.session.databases()->count(), 2);
        desk.session.removed(FakeEngine::idOf(kNotes));
        QCOMPARE(desk.session.databases()->count(), 1);
        QCOMPARE(desk.session.historyOf(idOf(kNotes)), nullptr);
    }

    void endingItCanBeUndoneWithAllThatWasChosen()
    {
        auto settings = Desk::two();
        settings.databases[0].paused = true;
        settings.databases[0].switchToWal = true;
        settings.databases[0].unknown = R"({"colour":"sea"})";
        settings.databases[0].replicas.push_back({.name = "Sea", .address = "abyss://deep"});
        Desk desk(settings);
        desk.standing(kNotes, Engine::Paused);
        desk.session.stopProtecting(idOf(kNotes));
        QCOMPARE(desk.session.undoable(), u"notes.db"_s);
        desk.session.undo();
        QVERIFY(desk.session.undoable().isEmpty());
        QCOMPARE(desk.saved().databases.back(), settings.databases[0]);
        QCOMPARE(desk.world.engine.followed.back().burstInterval, 250ms);
        QVERIFY(desk.world.engine.followed.back().paused);
    }

    void undoBeforeTheEngineLetGoKeepsTheDatabase()
    {
        Desk desk(Desk::two());
        desk.standing(kNotes, Engine::Protected);
        const History* const history = desk.session.historyOf(idOf(kNotes));
        desk.session.stopProtecting(idOf(kNotes));
        desk.session.undo();
        desk.session.removed(FakeEngine::idOf(kNotes));
        QCOMPARE(desk.session.databases()->count(), 2);
        QCOMPARE(desk.session.historyOf(idOf(kNotes)), history);
    }

    void undoingTwiceDoesNothingTwice()
    {
        Desk desk(Desk::two());
        desk.session.stopProtecting(idOf(kNotes));
        desk.session.undo();
        desk.session.undo();
        QCOMPARE(desk.world.engine.followed.size(), 3U);
    }

    void aPauseIsAskedForAndKept()
    {
        Desk desk(Desk::two());
        desk.standing(kNotes, Engine::Protected);
        desk.session.pause(idOf(kNotes));
        QCOMPARE(desk.world.engine.paused.size(), 1U);
        QVERIFY(desk.saved().databases[0].paused);
        desk.session.resume(idOf(kNotes));
        QCOMPARE(desk.world.engine.resumed.size(), 1U);
        QVERIFY(!desk.saved().databases[0].paused);
        desk.session.retry(idOf(kNotes));
        QCOMPARE(desk.world.engine.retried.size(), 1U);
        desk.session.snapshotNow(idOf(kNotes));
        QCOMPARE(desk.world.engine.snapshots.size(), 1U);
    }

    void aPauseIsKeptUnderThePathOfTheSettings()
    {
        // The engine found that it leads through a link.
        Desk desk(Desk::two());
        auto status = statusOf(kNotes, Engine::Protected);
        status.path = "/mnt/disk/notes.db";
        desk.session.statusChanged(status);
        desk.session.pause(idOf(kNotes));
        QVERIFY(desk.saved().databases[0].paused);
        desk.session.stopProtecting(idOf(kNotes));
        desk.session.undo();
        QVERIFY(desk.world.engine.followed.back().paused);
    }

    void whatIsUnknownIsNotActedOn()
    {
        Desk desk(Desk::two());
        desk.session.pause(u"nobody"_s);
        desk.session.resume(u"nobody"_s);
        desk.session.stopProtecting(u"nobody"_s);
        QCOMPARE(desk.session.historyOf(u"nobody"_s), nullptr);
        desk.session.closeReplica(7);
        desk.session.removed("nobody");
        QVERIFY(desk.world.engine.paused.empty() && desk.world.engine.unfollowed.empty());
        QVERIFY(desk.store.saved.empty());
    }

    void aHistoryGrowsWithItsOwnEventsOnly()
    {
        Desk desk(Desk::two());
        History& notes = *desk.session.historyOf(idOf(kNotes));
        notes.open();
        desk.world.engine.openings.back().reply(catalogOf(3));
        QTRY_COMPARE(notes.stage(), History::Stage::Ready);
        const auto segment = service::SegmentWritten{.txId = {4}, .time = kNow};
        desk.session.happened({.database = FakeEngine::idOf(kShop), .what = segment});
        QCOMPARE(notes.timeline()->momentCount(), 3);
        desk.session.happened({.database = FakeEngine::idOf(kNotes), .what = segment});
        QCOMPARE(notes.timeline()->momentCount(), 4);
    }

    void afterMissedEventsOnlyShownHistoriesAreReadAgain()
    {
        Desk desk(Desk::two());
        History& notes = *desk.session.historyOf(idOf(kNotes));
        desk.session.historyOf(idOf(kShop));
        notes.open();
        desk.world.engine.openings.back().reply(catalogOf(3));
        QTRY_COMPARE(notes.stage(), History::Stage::Ready);
        desk.session.eventsMissed();
        QCOMPARE(desk.world.engine.openings.size(), 2U);
        QCOMPARE(notes.stage(), History::Stage::Reading);
    }

    void missedEventsOfAHistoryThatIsBeingReadAreReadForAfterwards()
    {
        Desk desk(Desk::two());
        History& notes = *desk.session.historyOf(idOf(kNotes));
        notes.open();
        desk.session.eventsMissed();
        QCOMPARE(desk.world.engine.openings.size(), 1U);
        desk.world.engine.openings.back().reply(catalogOf(3));
        QTRY_COMPARE(desk.world.engine.openings.size(), 2U);
        desk.world.engine.openings.back().reply(catalogOf(4));
        QTRY_COMPARE(notes.stage(), History::Stage::Ready);
        QCOMPARE(notes.timeline()->momentCount(), 4);
        QCOMPARE(desk.world.engine.openings.size(), 2U);
    }

    void aDroppedFileIsAddedAndADroppedFolderIsOpened()
    {
        Desk desk;
        QSignalSpy add(&desk.session, &Session::showAddDatabase);
        QSignalSpy open(&desk.session, &Session::showOpenReplica);
        desk.session.take(QUrl::fromLocalFile(u"/srv/a b.db"_s));
        QCOMPARE(desk.world.engine.kinds.back().what, "/srv/a b.db");
        desk.world.engine.kinds.back().reply(std::optional(FileKind::Regular));
        QCOMPARE(add.size(), 1);
        QCOMPARE(desk.world.engine.inspections.back().what, "/srv/a b.db");
        desk.session.take(QUrl::fromLocalFile(u"/srv/replica"_s));
        desk.world.engine.kinds.back().reply(std::optional(FileKind::Directory));
        QCOMPARE(open.size(), 1);
        QCOMPARE(desk.world.engine.openings.back().what.path, "/srv/replica");
    }

    void anOpenedReplicaIsListedOnceAndKept()
    {
        Desk desk;
        QSignalSpy shown(&desk.session, &Session::showReplica);
        for (int i = 0; i < 2; ++i) {
            desk.session.opening()->choose(u"/srv/replica"_s);
            desk.world.engine.openings.back().reply(catalogOf(3));
            desk.session.opening()->accept();
        }
        QCOMPARE(desk.session.replicas()->count(), 1);
        QCOMPARE(desk.saved().openedReplicas.size(), 1U);
        QCOMPARE(shown.size(), 2);
        QVERIFY(desk.session.replicas()->at(0)->readOnly());
        desk.session.closeReplica(0);
        QCOMPARE(desk.session.replicas()->count(), 0);
        QVERIFY(desk.saved().openedReplicas.empty());
    }

    void aFolderChosenForOneRestoreIsThatOfTheNextOnes()
    {
        Desk desk(Desk::two());
        History& notes = *desk.session.historyOf(idOf(kNotes));
        History& shop = *desk.session.historyOf(idOf(kShop));
        for (History* const history : {&notes, &shop}) {
            history->open();
            desk.world.engine.openings.back().reply(catalogOf(3));
            QTRY_COMPARE(history->stage(), History::Stage::Ready);
        }
        notes.options()->chooseFolder();
        desk.world.desktop.folderDialog(u"/mnt/stick"_s);
        QCOMPARE(desk.saved().lastRestoreFolder, "/mnt/stick");
        QCOMPARE(shop.options()->folder(), u"/mnt/stick"_s);
        desk.session.settings()->forgetRestoreFolder();
        QCOMPARE(shop.options()->folder(), u"~"_s);
    }

    void theZoneIsOneForAllTimelines()
    {
        using timeline::TimelineController;
        Desk desk(Desk::two());
        TimelineController& notes = *desk.session.historyOf(idOf(kNotes))->timeline();
        TimelineController& shop = *desk.session.historyOf(idOf(kShop))->timeline();
        notes.setZone(TimelineController::Zone::Utc);
        QCOMPARE(shop.zone(), TimelineController::Zone::Utc);
        QCOMPARE(desk.saved().zone, config::ZoneChoice::Utc);
        desk.session.settings()->setZone(SettingsObject::Zone::Local);
        QCOMPARE(notes.zone(), TimelineController::Zone::Local);
    }

    void theAppearanceThatWasChosenIsShown()
    {
        Desk desk({.appearance = config::Appearance::Dark});
        QCOMPARE(desk.look.mode(), Look::Mode::Dark);
        desk.session.settings()->setAppearance(SettingsObject::Appearance::Light);
        QCOMPARE(desk.look.mode(), Look::Mode::Light);
        desk.look.setDesktop(true, false);
        QCOMPARE(desk.look.mode(), Look::Mode::Light);
        desk.session.settings()->setAppearance(SettingsObject::Appearance::System);
        QCOMPARE(desk.look.mode(), Look::Mode::Dark);
    }

    void quittingAsksOnlyWhenDatabasesWouldBeLeftAlone()
    {
        Desk desk;
        QSignalSpy asked(&desk.session, &Session::quitAsked);
        QSignalSpy confirmed(&desk.session, &Session::quitConfirmed);
        desk.session.askToQuit();
        QCOMPARE(confirmed.size(), 1);
        desk.standing(kNotes, Engine::Protected);
        desk.session.askToQuit();
        QCOMPARE(asked.size(), 1);
        QCOMPARE(confirmed.size(), 1);
    }

    void quittingAsksWhileARestoreRuns()
    {
        Desk desk({.openedReplicas = {{.name = "old", .address = "file:///srv/replica"}}});
        History& old = *desk.session.replicas()->at(0);
        old.open();
        desk.world.engine.openings.back().reply(catalogOf(3));
        QTRY_COMPARE(old.stage(), History::Stage::Ready);
        QSignalSpy asked(&desk.session, &Session::quitAsked);
        QSignalSpy confirmed(&desk.session, &Session::quitConfirmed);
        QSignalSpy told(&desk.session, &Session::restoringChanged);
        old.restoreMoment();
        QVERIFY(desk.session.restoring());
        QVERIFY(!told.empty());
        desk.session.askToQuit();
        QCOMPARE(asked.size(), 1);
        desk.world.engine.restores.back().reply(restore::Restored{.bytes = 1});
        QVERIFY(!desk.session.restoring());
        desk.session.askToQuit();
        QCOMPARE(confirmed.size(), 1);
    }

    void whoeverEndsTheProgramIsKnownToDoSo()
    {
        Desk desk;
        QVERIFY(!desk.session.quitting());
        desk.session.quit();
        QVERIFY(desk.session.quitting());
    }

    void aReplicaIsAddedToADatabaseAndRemembered()
    {
        Desk desk(Desk::two());
        QSignalSpy shown(&desk.session, &Session::showReplicas);
        QVERIFY(!desk.session.beginReplica(u"nobody's"_s));
        QVERIFY(desk.session.beginReplica(idOf(kShop)));
        AddReplica& adding = *desk.session.addingReplica();
        adding.form()->write(static_cast<int>(FormField::Bucket), u"backups"_s);
        adding.form()->write(static_cast<int>(FormField::SecretKey), u"shh"_s);
        adding.test();
        desk.world.engine.tests.back().reply(wellTested());
        adding.start();
        desk.world.secrets.answerAll();
        const auto& followed = desk.world.engine.followed.back();
        QCOMPARE(followed.path, kShop);
        QCOMPARE(followed.replicas.size(), std::size_t(2));
        QCOMPARE(followed.replicas[1].address.host, std::string("backups"));
        QCOMPARE(desk.saved().databases.at(1).replicas.at(1),
                 (config::ReplicaSettings{.name = "S3", .address = "s3://backups"}));
        QCOMPARE(shown.size(), 1);
    }

    void aReplicaIsNotAddedWhereAnotherDatabaseHasOne()
    {
        Desk desk(Desk::two());
        QVERIFY(desk.session.beginReplica(idOf(kShop)));
        AddReplica& adding = *desk.session.addingReplica();
        adding.form()->setKind(PlaceForm::Kind::Folder);
        adding.form()->write(static_cast<int>(FormField::Folder),
                             QString::fromStdString(kNotes + ".history"));
        adding.test();
        QVERIFY(desk.world.engine.tests.empty());
        QVERIFY(!adding.problem().isEmpty());
    }

    void whatWaitsForItsSecretsIsTriedAgainWhenTheyCome()
    {
        config::Settings settings = Desk::two();
        settings.databases[1].replicas.push_back({.name = "S3", .address = "s3://backups"});
        Desk desk(settings);
        QCOMPARE(desk.world.engine.followed.size(), std::size_t(2));
        QCOMPARE(desk.world.secrets.waiting.size(), std::size_t(1));
        const storage::StorageAddress bucket{.kind = storage::StorageKind::S3, .host = "backups"};
        desk.world.secrets.kept[storage::replicaId(bucket)] = {.password = Secret("shh")};
        desk.world.secrets.answerAll();
        QCOMPARE(desk.world.engine.retried, std::vector{FakeEngine::idOf(kShop)});
    }

    void whoTriesAgainAsksALockedKeychainAgain()
    {
        config::Settings settings = Desk::two();
        settings.databases[1].replicas.push_back({.name = "S3", .address = "s3://backups"});
        Desk desk(settings);
        desk.world.secrets.trouble = errorOf(ErrorCode::Forbidden, "The keychain is locked.");
        desk.world.secrets.answerAll();
        QVERIFY(desk.world.engine.retried.empty());

        desk.world.secrets.trouble.reset();
        desk.session.retry(idOf(kShop));
        const std::string shop = FakeEngine::idOf(kShop);
        QCOMPARE(desk.world.engine.retried, std::vector{shop});
        const storage::StorageAddress bucket{.kind = storage::StorageKind::S3, .host = "backups"};
        desk.world.secrets.kept[storage::replicaId(bucket)] = {.password = Secret("shh")};
        desk.world.secrets.answerAll();
        QCOMPARE(desk.world.engine.retried, (std::vector{shop, shop}));
    }

    void anOpenedReplicaAsksALockedKeychainAgainToo()
    {
        Desk desk({.openedReplicas = {{.name = "Bucket", .address = "s3://backups"}}});
        desk.world.secrets.trouble = errorOf(ErrorCode::Forbidden, "The keychain is locked.");
        desk.world.secrets.answerAll();
        History& history = *desk.session.replicas()->at(0);
        history.open();
        QCOMPARE(desk.world.secrets.waiting.size(), std::size_t(1));
        desk.world.engine.openings.back().reply(errorOf(ErrorCode::Credentials, "No key."));
        const storage::StorageAddress bucket{.kind = storage::StorageKind::S3, .host = "backups"};
        desk.world.secrets.kept[storage::replicaId(bucket)] = {.password = Secret("shh")};
        desk.world.secrets.trouble.reset();
        desk.world.secrets.answerAll();
        QCOMPARE(desk.world.engine.openings.size(), std::size_t(2));
        QCOMPARE(history.stage(), History::Stage::Reading);
    }

    void whatTheKeychainHasForAClosedReplicaGoesUnlessAnotherOneNeedsIt()
    {
        const config::ReplicaSettings bucket{.name = "Bucket", .address = "s3://backups"};
        const storage::StorageAddress address{.kind = storage::StorageKind::S3, .host = "backups"};
        config::Settings settings = Desk::two();
        settings.openedReplicas = {bucket};
        Desk alone(settings);
        auto& kept = alone.world.secrets.kept;
        kept[storage::replicaId(address)] = {.password = Secret("shh")};
        alone.session.closeReplica(0);
        QVERIFY(kept.empty());

        settings.databases[1].replicas.push_back(bucket);
        Desk shared(settings);
        shared.world.secrets.kept[storage::replicaId(address)] = {.password = Secret("shh")};
        shared.session.closeReplica(0);
        QCOMPARE(shared.world.secrets.kept.size(), std::size_t(1));
    }

    void itGoesOnceNothingCanBeTakenBack()
    {
        const storage::StorageAddress address{.kind = storage::StorageKind::S3, .host = "backups"};
        config::Settings settings = Desk::two();
        settings.openedReplicas = {{.name = "Bucket", .address = "s3://backups"}};
        Desk desk(settings);
        auto& kept = desk.world.secrets.kept;
        kept[storage::replicaId(address)] = {.password = Secret("shh")};
        desk.standing(kNotes, Engine::Paused);
        desk.session.stopProtecting(idOf(kNotes));
        QVERIFY(!desk.session.undoable().isEmpty());
        desk.session.closeReplica(0);
        QCOMPARE(kept.size(), std::size_t(1));
        desk.session.undo();
        QVERIFY(kept.empty());
    }

    void noTwoReplicasGetTheSameNameWhicheverDatabaseTheyAreOf()
    {
        config::Settings settings = Desk::two();
        settings.databases[0].replicas.push_back({.name = "S3", .address = "s3://notes"});
        settings.openedReplicas = {{.name = "S3 2", .address = "s3://old"}};
        Desk desk(settings);
        QVERIFY(desk.session.beginReplica(idOf(kShop)));
        AddReplica& adding = *desk.session.addingReplica();
        adding.form()->write(static_cast<int>(FormField::Bucket), u"backups"_s);
        adding.test();
        desk.world.engine.tests.back().reply(wellTested());
        adding.start();
        desk.world.secrets.answerAll();
        QCOMPARE(desk.saved().databases[1].replicas.back().name, std::string("S3 3"));
    }

    void whereTheKeychainHasNothingItIsLeftAlone()
    {
        config::Settings settings = Desk::two();
        settings.databases[1].replicas.push_back({.name = "S3", .address = "s3://backups"});
        Desk desk(settings);
        desk.world.secrets.answerAll();
        QVERIFY(desk.world.engine.retried.empty());
    }
};

QTEST_MAIN(TestSession)
#include "tst_session.moc"
