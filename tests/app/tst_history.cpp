#include "app/history.h"
#include "tests/app/shown_history.h"

#include <QGuiApplication>
#include <QSignalSpy>
#include <QTest>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using Stage = History::Stage;

namespace {

History::Origin opened(const QString& name)
{
    return {.name = name, .address = {.path = "/mnt/archive/shop"}};
}

using Shown = ShownHistory;

}  // namespace

class TestHistory : public QObject {
    Q_OBJECT

private slots:
    void nothingIsReadBeforeItIsShown()
    {
        Shown shown;
        QCOMPARE(shown.history.stage(), Stage::Unread);
        QVERIFY(shown.world.engine.openings.empty());
    }

    void itIsReadOnceHoweverOftenItIsShown()
    {
        Shown shown;
        shown.history.open();
        shown.history.open();
        QCOMPARE(shown.history.stage(), Stage::Reading);
        QCOMPARE(shown.world.engine.openings.size(), 1U);
        QCOMPARE(shown.world.engine.openings.back().what.path, "/home/ada/Tidemark/shop");
        shown.world.engine.openings.back().reply(catalogOf(5));
        QVERIFY(shown.untilReady());
        shown.history.open();
        QCOMPARE(shown.world.engine.openings.size(), 1U);
        QCOMPARE(shown.count(), 5);
    }

    void aReplicaThatCannotBeReadSaysWhyAndIsTriedAgain()
    {
        Shown shown;
        shown.history.open();
        shown.world.engine.openings.back().reply(
            errorOf(ErrorCode::Unavailable, "The disk is away.", "Plug it in."));
        QCOMPARE(shown.history.stage(), Stage::Failed);
        QCOMPARE(shown.history.problem(), u"The disk is away."_s);
        QCOMPARE(shown.history.advice(), u"Plug it in."_s);
        QVERIFY(shown.read(2));
        QVERIFY(shown.history.problem().isEmpty());
    }

    void whatIsCapturedIsShownAtOnce()
    {
        Shown shown;
        QVERIFY(shown.read(5));
        shown.captured(6);
        QCOMPARE(shown.count(), 6);
        QCOMPARE(shown.history.timeline()->momentPosition(), 6);
    }

    void whatIsCapturedWhileTheReplicaIsReadIsNotLost()
    {
        // The list was made before moment 6 and comes after it.
        Shown shown;
        shown.history.open();
        shown.captured(6);
        shown.world.engine.openings.back().reply(catalogOf(5));
        shown.captured(7);
        QVERIFY(shown.untilReady());
        QCOMPARE(shown.count(), 7);
    }

    void aListThatKnowsAMomentAlreadyDoesNotDoubleIt()
    {
        Shown shown;
        shown.history.open();
        shown.captured(5);
        shown.world.engine.openings.back().reply(catalogOf(5));
        QVERIFY(shown.untilReady());
        QCOMPARE(shown.count(), 5);
    }

    void aSnapshotThatIsWrittenWhileTheReplicaIsReadIsNotLost()
    {
        Shown shown;
        shown.history.open();
        shown.tell(service::SnapshotWritten{.txId = {3}, .time = kNow - 3min, .bytes = 9});
        shown.world.engine.openings.back().reply(catalogOf(5));
        shown.tell(service::SnapshotWritten{.txId = {4}, .time = kNow - 2min, .bytes = 9});
        QVERIFY(shown.untilReady());
        QCOMPARE(shown.history.data().snapshots().size(), 2U);
    }

    void readingAgainKeepsWhatIsCapturedMeanwhile()
    {
        Shown shown;
        QVERIFY(shown.read(5));
        shown.history.reload();
        QCOMPARE(shown.history.stage(), Stage::Reading);
        shown.captured(6);
        shown.world.engine.openings.back().reply(catalogOf(5));
        QVERIFY(shown.untilReady());
        QCOMPARE(shown.count(), 6);
    }

    void whatRetentionDeletedIsNotOfferedAnyMore()
    {
        Shown shown;
        QVERIFY(shown.read(5));
        shown.tell(service::Thinned{.objects = 2, .moments = 2});
        QCOMPARE(shown.history.stage(), Stage::Reading);
        shown.world.engine.openings.back().reply(catalogOf(3));
        QVERIFY(shown.untilReady());
        QCOMPARE(shown.count(), 3);
    }

    void whatIsTooMuchToKeepMeanwhileIsReadAgain()
    {
        Shown shown;
        shown.history.open();
        for (std::uint64_t number = 6; number <= 10'010; ++number) {
            shown.captured(number);
        }
        shown.world.engine.openings.back().reply(catalogOf(5));
        QTRY_COMPARE(shown.world.engine.openings.size(), 2U);
    }

    void proofsAndRestoresAreEventsOnIt()
    {
        Shown shown;
        QVERIFY(shown.read(5));
        shown.history.proven({.at = kNow - 3min, .txId = {3}});
        QCOMPARE(shown.history.data().drills().size(), 1U);
        shown.history.restoreMoment();
        shown.world.engine.restores.back().reply(
            restore::Restored{.moment = {.txId = {5}, .time = kNow - 1min}, .bytes = 1});
        QVERIFY(shown.history.timeline()->hasRestores());
        QCOMPARE(shown.history.data().drills().size(), 1U);
    }

    void aDrillIsCalledProvenOnlyWhenItWasCompared()
    {
        Shown shown;
        QVERIFY(shown.read(5));
        shown.history.proven({.at = kNow, .txId = {3}, .verdict = restore::Verdict::Checked});
        QVERIFY(!shown.history.data().drills()[0].compared);
        shown.history.proven({.at = kNow, .txId = {3}, .verdict = restore::Verdict::Proven});
        QVERIFY(shown.history.data().drills()[0].compared);
        QCOMPARE(shown.history.data().drills().size(), 1U);
        shown.history.proven({.at = kNow, .txId = {3}, .verdict = restore::Verdict::Checked});
        QVERIFY(shown.history.data().drills()[0].compared);
    }

    void oneClickRestoresNextToTheDatabase()
    {
        Shown shown;
        QVERIFY(shown.read(5));
        shown.history.restoreMoment();
        const auto& wish = shown.world.engine.restores.back().what;
        QCOMPARE(wish.txId(), 5U);
        QCOMPARE(wish.request.target, "/home/ada/dev/shop-20260917-145212.db");
    }

    void theFolderThatWasChosenLastWins()
    {
        Shown shown;
        shown.history.setChosenFolder(u"/mnt/stick"_s);
        QVERIFY(shown.read(5));
        shown.history.restoreMoment();
        QCOMPARE(shown.world.engine.restores.back().what.request.target,
                 "/mnt/stick/shop-20260917-145212.db");
        QCOMPARE(shown.history.options()->folder(), u"/mnt/stick"_s);
    }

    void aReplicaWithoutASourceRestoresIntoTheDownloads()
    {
        for (const QString& name : {u"shop"_s, u"shop.db"_s}) {
            Shown shown(opened(name));
            QVERIFY(shown.history.readOnly());
            QVERIFY(shown.read(5));
            shown.history.restoreMoment();
            QCOMPARE(shown.world.engine.restores.back().what.request.target,
                     "/home/ada/Downloads/shop-20260917-145212.db");
        }
    }

    void theSheetsChoicesAreRestored()
    {
        Shown shown;
        QVERIFY(shown.read(5));
        shown.history.options()->setFileName(u"mine.db"_s);
        shown.history.options()->setCheck(RestoreOptions::Check::None);
        shown.history.restoreChosen();
        const auto& request = shown.world.engine.restores.back().what.request;
        QCOMPARE(request.target, "/home/ada/dev/mine.db");
        QVERIFY(request.check == restore::Check::None);
    }

    void theSheetKeepsItsMomentWhateverIsCapturedMeanwhile()
    {
        Shown shown;
        RestoreOptions& options = *shown.history.options();
        QVERIFY(shown.read(5));
        shown.history.prepareRestore();
        const QString time = options.momentTime();
        options.setFileName(u"mine.db"_s);
        options.setCheck(RestoreOptions::Check::Full);
        shown.history.timeline()->setActive(true);  // Ticks at once.
        shown.captured(6);
        QCOMPARE(options.momentTime(), time);
        QCOMPARE(options.fileName(), u"mine.db"_s);
        QCOMPARE(options.check(), RestoreOptions::Check::Full);
        shown.history.restoreChosen();
        QCOMPARE(shown.world.engine.restores.back().what.txId(), 5U);
    }

    void untilTheSheetIsOpenedOneClickMeansTheNewestMoment()
    {
        Shown shown;
        QVERIFY(shown.read(5));
        shown.captured(6);
        QCOMPARE(shown.history.options()->fileName(), u"shop-20260917-145312.db"_s);
        shown.history.restoreMoment();
        QCOMPARE(shown.world.engine.restores.back().what.txId(), 6U);
    }

    void theSheetLooksHowMuchRoomThereIs()
    {
        Shown shown;
        QVERIFY(shown.read(5));
        shown.history.prepareRestore();
        QCOMPARE(shown.world.engine.spaces.back().what, "/home/ada/dev");
    }

    void theMomentIsSaidInTheZoneOfTheTimelineAndTheFileNamedInTheLocalOne()
    {
        Shown shown;
        QVERIFY(shown.read(5));
        QCOMPARE(shown.history.options()->momentTime(), u"14:52:12.000 CEST"_s);
        shown.history.timeline()->setZone(timeline::TimelineController::Zone::Utc);
        QCOMPARE(shown.history.options()->momentTime(), u"12:52:12.000 UTC"_s);
        QCOMPARE(shown.history.options()->fileName(), u"shop-20260917-145212.db"_s);
        shown.history.restoreMoment();
        QCOMPARE(shown.history.restore()->momentTime(), u"12:52:12.000 UTC"_s);
    }

    void withoutAMomentNothingIsRestored()
    {
        Shown shown;
        shown.history.restoreMoment();
        shown.history.restoreChosen();
        QVERIFY(shown.world.engine.restores.empty());
    }

    void factsAreReadOnlyOfTheMomentOnWhichOneRests()
    {
        Shown shown;
        QVERIFY(shown.read(50));
        QVERIFY(QTest::qWaitFor([&] { return shown.world.engine.describings.size() == 1; }));
        for (int i = 0; i < 20; ++i) {
            shown.history.timeline()->step(-1);
        }
        QVERIFY(QTest::qWaitFor([&] { return shown.world.engine.describings.size() == 2; }));
        const auto& question = shown.world.engine.describings.back();
        QCOMPARE(question.what.moment.txId.value, 30U);
        question.reply(service::MomentFacts{.moment = {.txId = {30}, .pages = 31},
                                            .databasePages = 149'414,
                                            .pageSizeBytes = 4096,
                                            .storedBytes = 18'000});
        QCOMPARE(shown.history.timeline()->pagesText(), u"31 of 149,414"_s);
        QCOMPARE(shown.history.timeline()->databaseText(), u"612 MB"_s);
    }

    void factsThatCannotBeReadSayWhy()
    {
        Shown shown;
        QVERIFY(shown.read(5));
        QVERIFY(QTest::qWaitFor([&] { return shown.world.engine.describings.size() == 1; }));
        shown.world.engine.describings.back().reply(errorOf(ErrorCode::Damaged, "It is torn."));
        QCOMPARE(shown.history.timeline()->factsProblem(), u"It is torn."_s);
        shown.history.timeline()->step(-1);
        QVERIFY(shown.history.timeline()->factsProblem().isEmpty());
    }

    void theHistoryOfAReplicaWithoutASourceEndsWithItsLastMoment()
    {
        Shown shown(opened(u"shop"_s));
        QVERIFY(shown.read(5));
        QVERIFY(shown.history.timeline()->window().toMs < kNow.time_since_epoch().count());
    }

    void aHistoryThatGoesWhileItReadsWithdraws()
    {
        World world;
        {
            History history(followedOrigin(), world.engine, world.desktop, world.voice, kHome, {});
            history.open();
        }
        world.engine.openings.back().reply(catalogOf(3));
    }
};

QTEST_MAIN(TestHistory)
#include "tst_history.moc"
