#include "app/add_database.h"
#include "tests/app/fakes.h"

#include <QSignalSpy>
#include <QTest>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using Stage = AddDatabase::Stage;
using Engine = engine::Protection;

namespace {

const std::string kPath = "/home/ada/dev/notes.db";

/// The page in a world of its own.
struct Page : InWorld<AddDatabase> {
    AddDatabase& adding = subject;

    void chooseNotes(bool isWal = true)
    {
        adding.choose(QString::fromStdString(kPath));
        world.engine.inspections.back().reply(factsOf(kPath, isWal));
    }
    void start()
    {
        chooseNotes();
        adding.start();
    }
    [[nodiscard]] service::DatabaseStatus status(Engine state = Engine::CatchingUp) const
    {
        return statusOf(kPath, state);
    }
    /// All is saved, in the folder that was chosen.
    [[nodiscard]] service::DatabaseStatus kept() const
    {
        auto kept = status(Engine::Protected);
        kept.replicas = {{.address = {.path = "/home/ada/Tidemark/notes"},
                          .standing = {.state = Engine::Protected}}};
        return kept;
    }
    void tell(const decltype(service::Event::what)& what)
    {
        adding.happened({.database = FakeEngine::idOf(kPath),
                         .path = kPath,
                         .at = world.clock.now(),
                         .what = what});
    }
    void working(service::LongWork::Kind kind, std::uint64_t done, std::uint64_t total)
    {
        auto now = status();
        now.work = service::LongWork{.kind = kind, .doneBytes = done, .totalBytes = total};
        adding.statusChanged(now);
    }
};

}  // namespace

class TestAddDatabase : public QObject {
    Q_OBJECT

private slots:
    void theDialogStartsAtHome()
    {
        Page page;
        page.adding.pickFile();
        QCOMPARE(page.world.desktop.startFolder, kHome);
        page.world.desktop.fileDialog(u"/home/ada/dev/notes.db"_s);
        QCOMPARE(page.adding.stage(), Stage::Looking);
        QCOMPARE(page.world.engine.inspections.back().what, kPath);
    }

    void aFileInWalModeIsReadyAndAFolderIsProposed()
    {
        Page page;
        page.chooseNotes();
        QCOMPARE(page.adding.stage(), Stage::Ready);
        QCOMPARE(page.adding.name(), u"notes.db"_s);
        QCOMPARE(page.adding.folder(), u"~/dev"_s);
        QCOMPARE(page.adding.size(), u"48 MB"_s);
        QCOMPARE(page.adding.target(), u"~/Tidemark/notes"_s);
        QVERIFY(page.adding.canStart());
        page.world.engine.spaces.back().reply(Space{.freeBytes = 212'000'000'000});
        QCOMPARE(page.adding.freeSpace(), u"212 GB free"_s);
    }

    void theFolderOfAnotherDatabaseIsNeverProposed()
    {
        Page page;
        page.adding.setKnown(
            {.targets = {kHome + u"/Tidemark/notes"_s, kHome + u"/Tidemark/notes-2"_s}});
        page.chooseNotes();
        QCOMPARE(page.adding.target(), u"~/Tidemark/notes-3"_s);
    }

    void aFileThatIsFollowedAlreadyIsRefused()
    {
        Page page;
        page.adding.setKnown({.databases = {QString::fromStdString(kPath)}});
        page.chooseNotes();
        QCOMPARE(page.adding.stage(), Stage::Choosing);
        QCOMPARE(page.adding.problem(), u"notes.db is protected already."_s);
        page.adding.start();
        QVERIFY(page.world.engine.followed.empty());
    }

    void aFileThatIsNotInWalModeNeedsConsent()
    {
        Page page;
        page.chooseNotes(false);
        QVERIFY(page.adding.mustSwitch());
        QVERIFY(!page.adding.canStart());
        page.adding.start();
        QVERIFY(page.world.engine.followed.empty());
        page.adding.setSwitchAgreed(true);
        page.adding.start();
        QVERIFY(page.world.engine.followed.back().switchToWal);
    }

    void itCanBeLeftAsItIsAndWatchedInstead()
    {
        Page page;
        page.chooseNotes(false);
        page.adding.setSwitchAgreed(true);
        page.adding.setWatchAgreed(true);
        QVERIFY(!page.adding.switchAgreed());
        page.adding.start();
        QVERIFY(page.world.engine.followed.back().watch);
        QVERIFY(!page.world.engine.followed.back().switchToWal);
    }

    void whoeverAgreesToTheSwitchAfterAllDoesNotWatch()
    {
        Page page;
        page.chooseNotes(false);
        page.adding.setWatchAgreed(true);
        page.adding.setSwitchAgreed(true);
        QVERIFY(!page.adding.watchAgreed());
        page.adding.setSwitchAgreed(false);
        QVERIFY(!page.adding.canStart());
    }

    void consentIsNotCarriedToTheNextFile()
    {
        Page page;
        page.chooseNotes(false);
        page.adding.setSwitchAgreed(true);
        page.chooseNotes(false);
        QVERIFY(!page.adding.canStart());
        page.adding.setWatchAgreed(true);
        page.chooseNotes(false);
        QVERIFY(!page.adding.canStart());
    }

    void aRefusedFileSaysWhyAndWhatHelps_data()
    {
        QTest::addColumn<int>("code");
        QTest::newRow("not SQLite") << static_cast<int>(ErrorCode::Damaged);
        QTest::newRow("busy") << static_cast<int>(ErrorCode::Busy);
        QTest::newRow("a folder") << static_cast<int>(ErrorCode::Usage);
        QTest::newRow("no permission") << static_cast<int>(ErrorCode::Forbidden);
        QTest::newRow("gone") << static_cast<int>(ErrorCode::NotFound);
    }
    void aRefusedFileSaysWhyAndWhatHelps()
    {
        QFETCH(int, code);
        Page page;
        page.adding.choose(u"/srv/letter.txt"_s);
        page.world.engine.inspections.back().reply(
            errorOf(static_cast<ErrorCode>(code), "It cannot be had.", "Choose another file."));
        QCOMPARE(page.adding.stage(), Stage::Choosing);
        QCOMPARE(page.adding.problem(), u"It cannot be had."_s);
        QCOMPARE(page.adding.advice(), u"Choose another file."_s);
        QVERIFY(!page.adding.canStart());
    }

    void theNextFileForgetsTheRefusalOfTheLast()
    {
        Page page;
        page.adding.choose(u"/srv/letter.txt"_s);
        page.world.engine.inspections.back().reply(errorOf(ErrorCode::Damaged, "No."));
        page.chooseNotes();
        QVERIFY(page.adding.problem().isEmpty());
        QVERIFY(page.adding.canStart());
    }

    void onlyTheLastChosenFileIsAnswered()
    {
        Page page;
        page.adding.choose(u"/srv/slow.db"_s);
        page.adding.choose(QString::fromStdString(kPath));
        page.world.engine.inspections[0].reply(errorOf(ErrorCode::Io, "Slow."));
        QCOMPARE(page.adding.stage(), Stage::Looking);
        page.world.engine.inspections[1].reply(factsOf(kPath));
        QCOMPARE(page.adding.name(), u"notes.db"_s);
    }

    void aPickedFolderGetsOneOfItsOwnForTheDatabase()
    {
        Page page;
        page.chooseNotes();
        page.adding.pickTarget();
        page.world.desktop.folderDialog(u"/mnt/disk"_s);
        QCOMPARE(page.adding.target(), u"/mnt/disk/notes"_s);
        page.adding.pickTarget();
        page.world.desktop.folderDialog(u"/mnt/other/notes"_s);
        QCOMPARE(page.adding.target(), u"/mnt/other/notes"_s);
    }

    void aPickedFolderOfAnotherDatabaseIsNotTaken()
    {
        Page page;
        page.adding.setKnown({.targets = {u"/mnt/disk/notes"_s, u"/mnt/other/notes"_s}});
        page.chooseNotes();
        page.adding.pickTarget();
        page.world.desktop.folderDialog(u"/mnt/disk/"_s);
        QCOMPARE(page.adding.target(), u"/mnt/disk/notes-2"_s);
        page.adding.pickTarget();
        page.world.desktop.folderDialog(u"/mnt/other/notes"_s);
        QCOMPARE(page.adding.target(), u"/mnt/other/notes-2"_s);
        QCOMPARE(page.world.engine.spaces.back().what, "/mnt/other/notes-2");
    }

    void startingFollowsTheFileIntoTheFolder()
    {
        Page page;
        QSignalSpy started(&page.adding, &AddDatabase::started);
        page.start();
        QCOMPARE(page.adding.stage(), Stage::Snapshot);
        const auto& config = page.world.engine.followed.back();
        QCOMPARE(config.path, kPath);
        QCOMPARE(config.replicas.size(), 1U);
        QCOMPARE(config.replicas[0].address.path, "/home/ada/Tidemark/notes");
        QVERIFY(!config.switchToWal);
        QCOMPARE(started.size(), 1);
    }

    void startingTwiceFollowsOnce()
    {
        Page page;
        page.start();
        page.adding.start();
        QCOMPARE(page.world.engine.followed.size(), 1U);
    }

    void fromTheFirstSnapshotToTheProof()
    {
        Page page;
        page.start();
        page.working(service::LongWork::Kind::Snapshot, 0, 48'200'000);
        page.world.clock.advance(1s);
        page.working(service::LongWork::Kind::Snapshot, 24'100'000, 48'200'000);
        QCOMPARE(page.adding.stage(), Stage::Snapshot);
        QCOMPARE(page.adding.percent(), u"50 %"_s);
        QCOMPARE(page.adding.amount(), u"24 MB of 48 MB · 24 MB/s · about 1 s left"_s);
        page.world.clock.advance(1300ms);
        page.tell(service::SnapshotWritten{.bytes = 21'000'000});
        QCOMPARE(page.adding.stage(), Stage::Proving);
        QCOMPARE(page.adding.snapshotSummary(), u"48 MB stored as 21 MB, in 2.3 s"_s);
        page.working(service::LongWork::Kind::Drill, 10, 100);
        QCOMPARE(page.adding.stage(), Stage::Proving);
        page.tell(service::Proven{{.verdict = restore::Verdict::Proven}});
        QCOMPARE(page.adding.stage(), Stage::Done);
        QCOMPARE(page.adding.proof(), AddDatabase::Proof::Proven);
        QVERIFY(page.adding.proofSummary().contains(u"compared with the original"));
    }

    void aRestoreWithoutADigestIsNotCalledCompared()
    {
        Page page;
        page.start();
        page.tell(service::Proven{{.verdict = restore::Verdict::Checked}});
        QCOMPARE(page.adding.stage(), Stage::Done);
        QCOMPARE(page.adding.proof(), AddDatabase::Proof::Checked);
        QVERIFY(!page.adding.proofSummary().contains(u"compared"));
    }

    void aSecondSnapshotDoesNotRewriteTheFirstOnesStory()
    {
        Page page;
        page.start();
        page.tell(service::SnapshotWritten{.bytes = 21'000'000});
        const QString story = page.adding.snapshotSummary();
        page.tell(service::SnapshotWritten{.bytes = 99});
        QCOMPARE(page.adding.snapshotSummary(), story);
    }

    void whatStandsInTheWayIsSaidAndHeals()
    {
        Page page;
        page.start();
        for (const Engine bad : {Engine::Waiting, Engine::AtRisk, Engine::Broken}) {
            auto status = page.status(bad);
            status.standing.reason = {"tests", "The folder is away."};
            status.standing.next = {"tests", "Plug the disk in."};
            page.adding.statusChanged(status);
            QCOMPARE(page.adding.stage(), Stage::Stuck);
            QCOMPARE(page.adding.problem(), u"The folder is away."_s);
            QCOMPARE(page.adding.advice(), u"Plug the disk in."_s);
            page.adding.statusChanged(page.status(Engine::CatchingUp));
            QCOMPARE(page.adding.stage(), Stage::Snapshot);
        }
    }

    void whatOnlyWaitsForItsProofHealsToTheProof()
    {
        Page page;
        page.start();
        page.tell(service::SnapshotWritten{.bytes = 21'000'000});
        page.adding.statusChanged(page.status(Engine::AtRisk));
        QCOMPARE(page.adding.stage(), Stage::Stuck);
        page.adding.statusChanged(page.status(Engine::Protected));
        QCOMPARE(page.adding.stage(), Stage::Proving);
    }

    void aFolderThatHoldsItsHistoryAlreadyNeedsNoFirstSnapshot()
    {
        Page page;
        page.start();
        page.adding.statusChanged(page.kept());
        QCOMPARE(page.adding.stage(), Stage::Done);
        QCOMPARE(page.adding.proof(), AddDatabase::Proof::None);
        QCOMPARE(page.adding.snapshotSummary(), u"Its history was there already and goes on"_s);
    }

    void aProofThatIsRememberedOfItIsToldWithItsAge()
    {
        Page page;
        page.start();
        auto status = page.kept();
        status.proof = service::Proof{.at = kNow - 2h, .verdict = restore::Verdict::Proven};
        page.adding.statusChanged(status);
        QCOMPARE(page.adding.proof(), AddDatabase::Proof::Proven);
        QVERIFY(page.adding.proofSummary().endsWith(u", 2 h ago"));
    }

    void aSnapshotThatIsToldLateIsStillTheFirstOne()
    {
        // The status may be a moment ahead of the events.
        Page page;
        page.start();
        page.adding.statusChanged(page.kept());
        page.tell(service::SnapshotWritten{.bytes = 21'000'000});
        QCOMPARE(page.adding.stage(), Stage::Proving);
        page.tell(service::Proven{{.verdict = restore::Verdict::Proven}});
        QCOMPARE(page.adding.proof(), AddDatabase::Proof::Proven);
        QVERIFY(page.adding.snapshotSummary().startsWith(u"48 MB stored as 21 MB"));
    }

    void whatItsFormerFolderHoldsIsNoEnd()
    {
        // Added again, into another folder, before the engine had let go of it.
        Page page;
        page.start();
        auto status = page.kept();
        status.replicas[0].address.path = "/mnt/old";
        page.adding.statusChanged(status);
        QCOMPARE(page.adding.stage(), Stage::Snapshot);
    }

    void whatOtherDatabasesDoIsNotItsBusiness()
    {
        Page page;
        page.start();
        page.adding.statusChanged(statusOf("/srv/other.db", Engine::Broken));
        page.adding.happened(
            {.database = FakeEngine::idOf("/srv/other.db"), .what = service::Proven{}});
        QCOMPARE(page.adding.stage(), Stage::Snapshot);
    }

    void onceProvenLaterTroubleIsToldElsewhere()
    {
        Page page;
        page.start();
        page.tell(service::Proven{});
        page.adding.statusChanged(page.status(Engine::Broken));
        QCOMPARE(page.adding.stage(), Stage::Done);
    }

    void cancellingLetsGoOfTheDatabase()
    {
        Page page;
        QSignalSpy cancelled(&page.adding, &AddDatabase::cancelled);
        page.start();
        page.adding.cancel();
        QCOMPARE(page.world.engine.unfollowed, std::vector<std::string>{FakeEngine::idOf(kPath)});
        QCOMPARE(page.adding.stage(), Stage::Choosing);
        QCOMPARE(cancelled.size(), 1);
        page.adding.cancel();
        QCOMPARE(cancelled.size(), 1);
    }

    void addingAnotherLeavesTheFirstOneRunning()
    {
        Page page;
        page.start();
        page.tell(service::Proven{});
        page.adding.begin();
        QVERIFY(page.world.engine.unfollowed.empty());
        QVERIFY(page.adding.name().isEmpty());
        QVERIFY(page.adding.proofSummary().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestAddDatabase)
#include "tst_add_database.moc"
