#include "app/restore_job.h"
#include "tests/app/orders.h"

#include <QSignalSpy>
#include <QTest>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using Stage = RestoreJob::Stage;

namespace {

restore::Restored restored(restore::Verdict verdict = restore::Verdict::Proven)
{
    return {.verdict = verdict, .bytes = 612'000'000, .duration = 5'249ms};
}

/// A job in a world of its own.
struct Bench : InWorld<RestoreJob> {
    RestoreJob& job = subject;

    [[nodiscard]] const Question<RestoreWish, restore::Restored>& asked() const
    {
        return world.engine.restores.back();
    }
    void progress(restore::Phase phase, std::uint64_t done, std::uint64_t total) const
    {
        asked().what.progress({.phase = phase, .doneBytes = done, .totalBytes = total});
    }
};

}  // namespace

class TestRestoreJob : public QObject {
    Q_OBJECT

private slots:
    void itAsksForExactlyTheMomentAndTheNewFile()
    {
        Bench bench;
        auto wanted = orderOf();
        wanted.check = restore::Check::Full;
        bench.job.start(wanted);
        QCOMPARE(bench.job.stage(), Stage::Planning);
        QCOMPARE(bench.asked().what.txId(), 7U);
        QCOMPARE(bench.asked().what.address.path, "/home/ada/Tidemark/shop");
        QCOMPARE(bench.asked().what.request.target, "/home/ada/shop/shop-7.db");
        QVERIFY(bench.asked().what.request.check == restore::Check::Full);
        QVERIFY(bench.job.fullCheck());
        QCOMPARE(bench.job.momentTime(), u"14:31:12.000 CEST"_s);
        QCOMPARE(bench.job.folder(), u"~/shop"_s);
    }

    void itsStagesAreThoseOfTheEngine()
    {
        Bench bench;
        bench.job.start(orderOf());
        bench.progress(restore::Phase::Reading, 0, 1000);
        QCOMPARE(bench.job.stage(), Stage::Reading);
        bench.progress(restore::Phase::Checking, 999, 1000);
        QCOMPARE(bench.job.stage(), Stage::Checking);
        QCOMPARE(bench.job.percent(), u"99 %"_s);
        bench.asked().reply(restored());
        QCOMPARE(bench.job.stage(), Stage::Done);
        QCOMPARE(bench.job.summary(), u"612 MB in 5.2 s"_s);
    }

    void aTakenNameIsCountedUpAndNothingIsOverwritten()
    {
        Bench bench;
        bench.job.start(orderOf());
        bench.asked().reply(errorOf(ErrorCode::AlreadyExists, "It is taken."));
        QCOMPARE(bench.asked().what.request.target, "/home/ada/shop/shop-7 (2).db");
        bench.asked().reply(errorOf(ErrorCode::AlreadyExists, "It is taken."));
        QCOMPARE(bench.job.fileName(), u"shop-7 (3).db"_s);
        bench.asked().reply(restored());
        bench.job.copyPath();
        QCOMPARE(bench.world.desktop.copied, QStringList{u"/home/ada/shop/shop-7 (3).db"_s});
    }

    void aFolderFullOfNamesIsGivenUp()
    {
        Bench bench;
        bench.job.start(orderOf());
        for (int i = 0; i < RestoreJob::kMaxNames; ++i) {
            QVERIFY(bench.job.running());
            bench.asked().reply(errorOf(ErrorCode::AlreadyExists, "It is taken."));
        }
        QCOMPARE(bench.job.stage(), Stage::Failed);
        QCOMPARE(bench.world.engine.restores.size(),
                 static_cast<std::size_t>(RestoreJob::kMaxNames));
    }

    void cancellingAsksTheEngineAndWaitsForItsAnswer()
    {
        Bench bench;
        bench.job.start(orderOf());
        bench.job.cancel();
        QVERIFY(bench.asked().fate->cancelled);
        QVERIFY(bench.job.running());
        bench.asked().reply(cancelled());
        QCOMPARE(bench.job.stage(), Stage::Idle);
    }

    void aCancelThatComesTooLateLeavesAResult()
    {
        Bench bench;
        bench.job.start(orderOf());
        bench.job.cancel();
        bench.asked().reply(restored());
        QCOMPARE(bench.job.stage(), Stage::Done);
    }

    void aFailureSaysWhatAndWhatNext()
    {
        Bench bench;
        bench.job.start(orderOf());
        bench.asked().reply(errorOf(ErrorCode::NoSpace, "The disk is full.", "Make room."));
        QCOMPARE(bench.job.stage(), Stage::Failed);
        QCOMPARE(bench.job.problem(), u"The disk is full."_s);
        QCOMPARE(bench.job.advice(), u"Make room."_s);
        QVERIFY(bench.job.otherFolder().isEmpty());
    }

    void afterAFailureInAChosenFolderTheUsualOneIsOffered()
    {
        Bench bench;
        auto elsewhere = orderOf();
        elsewhere.folder = u"/mnt/stick"_s;
        bench.job.start(elsewhere);
        bench.asked().reply(errorOf(ErrorCode::NoSpace, "The disk is full."));
        QCOMPARE(bench.job.otherFolder(), u"~/shop"_s);
        bench.job.tryOtherFolder();
        QCOMPARE(bench.asked().what.request.target, "/home/ada/shop/shop-7.db");
    }

    void anotherFolderCanBeChosenAfterAFailureAndIsRemembered()
    {
        Bench bench;
        QSignalSpy remembered(&bench.job, &RestoreJob::folderChosen);
        bench.job.start(orderOf());
        bench.asked().reply(errorOf(ErrorCode::TargetRefused, "It is read-only."));
        bench.job.chooseFolder();
        bench.world.desktop.folderDialog(u"/tmp/out"_s);
        QCOMPARE(bench.asked().what.request.target, "/tmp/out/shop-7.db");
        QCOMPARE(remembered.size(), 1);
    }

    void tryingAgainBeginsWithTheFirstName()
    {
        Bench bench;
        bench.job.start(orderOf());
        bench.asked().reply(errorOf(ErrorCode::AlreadyExists, "It is taken."));
        bench.asked().reply(errorOf(ErrorCode::Unavailable, "The replica is away."));
        bench.job.tryAgain();
        QCOMPARE(bench.asked().what.request.target, "/home/ada/shop/shop-7.db");
    }

    void oneRunsAtATime()
    {
        Bench bench;
        bench.job.start(orderOf());
        bench.job.start(orderOf());
        bench.job.dismiss();
        bench.job.tryAgain();
        QCOMPARE(bench.world.engine.restores.size(), 1U);
        QCOMPARE(bench.job.stage(), Stage::Planning);
    }

    void aSecondRestoreBeginsWithoutTheFirstOnesProgress()
    {
        Bench bench;
        bench.job.start(orderOf());
        bench.progress(restore::Phase::Reading, 1000, 1000);
        bench.asked().reply(restored());
        bench.job.dismiss();
        bench.job.start(orderOf());
        QCOMPARE(bench.job.share(), 0.0);
        QVERIFY(bench.job.amount().isEmpty());
    }

    void onlyAFileWithTheRecordedDigestIsProven()
    {
        Bench bench;
        bench.job.start(orderOf());
        bench.asked().reply(restored(restore::Verdict::Checked));
        QCOMPARE(bench.job.verdict(), RestoreJob::Verdict::Checked);
        bench.job.dismiss();
        bench.job.start(orderOf());
        bench.asked().reply(restored());
        QCOMPARE(bench.job.verdict(), RestoreJob::Verdict::Proven);
    }

    void theNewFileIsShownInItsFolder()
    {
        Bench bench;
        bench.job.start(orderOf());
        bench.asked().reply(restored());
        bench.job.showInFolder();
        QCOMPARE(bench.world.desktop.shown, QStringList{u"/home/ada/shop/shop-7.db"_s});
    }

    void aJobThatGoesWithdrawsItsQuestion()
    {
        World world;
        {
            RestoreJob job(world.engine, world.desktop, world.voice, kHome);
            job.start(orderOf());
        }
        QVERIFY(world.engine.restores.back().fate->withdrawn);
        world.engine.restores.back().reply(restored());  // Touches nothing that is gone.
    }
};

QTEST_GUILESS_MAIN(TestRestoreJob)
#include "tst_restore_job.moc"
