#include "app/add_replica.h"
#include "tests/app/english.h"
#include "tests/app/fakes.h"

#include <QSignalSpy>
#include <QTest>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using Stage = AddReplica::Stage;
using State = Protection::State;

namespace {

/// The page in a world of its own, for shop.db, with a bucket written into it.
struct Page {
    World world;
    AddReplica adding{{.engine = world.engine,
                       .desktop = world.desktop,
                       .secrets = world.secrets,
                       .voice = world.voice,
                       .home = kHome}};
    std::vector<service::ReplicaConfig> accepted = {};

    Page()
    {
        QObject::connect(&adding, &AddReplica::accepted,
                         [this](const service::ReplicaConfig& each) { accepted.push_back(each); });
        adding.begin({.id = "shop",
                      .path = "/home/ada/shop.db",
                      .names = {u"Folder"_s},
                      .taken = {{.path = "/home/ada/Tidemark/shop"}}});
        write(FormField::Bucket, u"backups"_s);
        write(FormField::BucketFolder, u"shop"_s);
        write(FormField::AccessKey, u"AKIA"_s);
        write(FormField::SecretKey, u"shh"_s);
    }

    void write(FormField field, const QString& text)
    {
        adding.form()->write(static_cast<int>(field), text);
    }
    void pass()
    {
        adding.test();
        world.engine.tests.back().reply(wellTested());
    }
    [[nodiscard]] State stateOf(int row)
    {
        return adding.steps()
            ->data(adding.steps()->index(row), TestStepModel::ProtectionRole)
            .value<State>();
    }
    [[nodiscard]] QString said(int row, TestStepModel::Role role)
    {
        return adding.steps()->data(adding.steps()->index(row), role).toString();
    }
};

const storage::StorageAddress kBucket{
    .kind = storage::StorageKind::S3, .path = "shop", .host = "backups"};

}  // namespace

class TestAddReplica : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { speakEnglish(); }

    void theDatabaseIsNamed()
    {
        Page page;
        QCOMPARE(page.adding.databaseName(), u"shop.db"_s);
        QCOMPARE(page.adding.form()->kind(), PlaceForm::Kind::S3);
    }

    void whatIsRequiredComesFirst()
    {
        Page page;
        page.write(FormField::Bucket, {});
        QVERIFY(!page.adding.canTest());
        page.adding.test();
        QVERIFY(page.world.engine.tests.empty());
    }

    void thePlaceOfTheFormIsTestedWithItsSecrets()
    {
        Page page;
        page.adding.test();
        QCOMPARE(page.adding.stage(), Stage::Testing);
        QVERIFY(page.world.engine.tests.back().what.address == kBucket);
        QCOMPARE(page.world.secrets.of(kBucket).secretAccessKey, Secret("shh"));
        QVERIFY(page.world.secrets.kept.empty());
        QVERIFY(!page.adding.canStart());
    }

    void eachStepIsShownAsItComes()
    {
        Page page;
        page.adding.test();
        QCOMPARE(page.adding.steps()->rowCount(), 8);
        QCOMPARE(page.stateOf(0), State::CatchingUp);
        QCOMPARE(page.stateOf(1), State::NotSetUp);
        page.world.engine.tests.back().what.told({.duration = 84ms});
        QCOMPARE(page.stateOf(0), State::Protected);
        QCOMPARE(page.said(0, TestStepModel::TookRole), u"84 ms"_s);
        QCOMPARE(page.stateOf(1), State::CatchingUp);
        QCOMPARE(page.adding.summary(), u"1 of 8 passed"_s);
    }

    void whatPassesMayStart()
    {
        Page page;
        page.adding.test();
        page.world.clock.advance(1400ms);
        page.world.engine.tests.back().reply(wellTested());
        QCOMPARE(page.adding.stage(), Stage::Tested);
        QCOMPARE(page.adding.summary(), u"8 of 8 passed · 1.4 s"_s);
        QVERIFY(page.adding.canStart());
    }

    void whatIsNotedMayStartToo()
    {
        Page page;
        page.adding.test();
        service::PlaceTest test = wellTested();
        test.probed.steps[5].result = storage::ProbeResult::Noted;
        test.probed.steps[5].note = {"tests", "It overwrites."};
        page.world.engine.tests.back().reply(test);
        QVERIFY(page.adding.canStart());
        QCOMPARE(page.stateOf(5), State::AtRisk);
        QCOMPARE(page.said(5, TestStepModel::TextRole), u"It overwrites."_s);
    }

    void aStepThatFailsSaysWhyAndNothingStarts()
    {
        Page page;
        page.adding.test();
        service::PlaceTest test = wellTested();
        test.probed.steps[7].result = storage::ProbeResult::Failed;
        test.probed.steps[7].failure =
            errorOf(ErrorCode::Forbidden, "Nothing may be deleted.", "Add s3:DeleteObject.");
        page.world.engine.tests.back().reply(test);
        QVERIFY(!page.adding.canStart());
        QCOMPARE(page.stateOf(7), State::Broken);
        QCOMPARE(page.said(7, TestStepModel::TextRole), u"Nothing may be deleted."_s);
        QCOMPARE(page.said(7, TestStepModel::AdviceRole), u"Add s3:DeleteObject."_s);
        page.adding.start();
        page.world.secrets.answerAll();
        QVERIFY(page.accepted.empty());
        QVERIFY(page.adding.canTest());
    }

    void whatCannotEvenBeOpenedSaysWhy()
    {
        Page page;
        page.adding.test();
        page.world.engine.tests.back().reply(
            errorOf(ErrorCode::Credentials, "No key is known.", "Give one."));
        QCOMPARE(page.adding.problem(), u"No key is known."_s);
        QCOMPARE(page.adding.advice(), u"Give one."_s);
        QVERIFY(!page.adding.canStart());
    }

    void whatIsThereAlreadyIsTold()
    {
        Page page;
        page.adding.test();
        service::PlaceTest test = wellTested();
        test.contents->kind = replica::PlaceContents::Kind::Replica;
        page.world.engine.tests.back().reply(test);
        QCOMPARE(page.adding.steps()->rowCount(), 9);
        QVERIFY(page.adding.canStart());
    }

    void besideAnOldReplicaNothingBegins()
    {
        Page page;
        page.adding.test();
        service::PlaceTest test = wellTested();
        test.contents->kind = replica::PlaceContents::Kind::Legacy;
        page.world.engine.tests.back().reply(test);
        QVERIFY(!page.adding.canStart());
        QCOMPARE(page.stateOf(8), State::Broken);
    }

    void aChangeOfTheFormForgetsTheTest()
    {
        Page page;
        page.pass();
        page.write(FormField::BucketFolder, u"other"_s);
        QVERIFY(!page.adding.canStart());
        QCOMPARE(page.adding.steps()->rowCount(), 0);
        QCOMPARE(page.world.secrets.of(kBucket), storage::Secrets());
    }

    void aTestThatRunsCanBeCalledOff()
    {
        Page page;
        page.adding.test();
        page.adding.stop();
        QVERIFY(page.world.engine.tests.back().fate->withdrawn);
        QCOMPARE(page.adding.stage(), Stage::Filling);
    }

    void secretsAreKeptBeforeItIsFollowed()
    {
        Page page;
        page.write(FormField::UploadEvery, u"60"_s);
        page.pass();
        page.adding.start();
        QVERIFY(page.accepted.empty());
        page.world.secrets.answerAll();
        QCOMPARE(page.accepted.size(), std::size_t(1));
        QCOMPARE(page.accepted[0].name, std::string("S3"));
        QVERIFY(page.accepted[0].address == kBucket);
        QVERIFY(page.accepted[0].syncInterval == std::chrono::minutes(1));
        QCOMPARE(page.world.secrets.kept.at(storage::replicaId(kBucket)).secretAccessKey,
                 Secret("shh"));
        QCOMPARE(page.world.secrets.of(kBucket).secretAccessKey, Secret("shh"));
        QVERIFY(page.adding.form()->values().texts.empty());
    }

    void withoutAKeychainNothingStartsThatWouldStopTomorrow()
    {
        Page page;
        page.pass();
        page.world.secrets.trouble = errorOf(ErrorCode::Unavailable, "No keychain answers here.");
        page.adding.start();
        page.world.secrets.answerAll();
        QVERIFY(page.accepted.empty());
        QCOMPARE(page.adding.problem(), u"No keychain answers here."_s);
        QVERIFY(page.adding.canStart());
    }

    void itIsSaidBeforehandToo()
    {
        Page page;
        page.world.secrets.trouble = errorOf(ErrorCode::Unavailable, "None.", "Start one.");
        page.world.secrets.answerAll();
        QCOMPARE(page.adding.form()->keyringProblem(), u"None."_s);
        QCOMPARE(page.adding.form()->keyringAdvice(), u"Start one."_s);
    }

    void aPlaceThatIsTakenIsNotEvenTested()
    {
        Page page;
        page.adding.form()->setKind(PlaceForm::Kind::Folder);
        page.write(FormField::Folder, u"~/Tidemark/shop"_s);
        page.adding.test();
        QVERIFY(page.world.engine.tests.empty());
        QCOMPARE(page.adding.problem(), u"A history is kept in ~/Tidemark/shop already."_s);
    }

    void asecondOneOfAKindHasANumber()
    {
        Page page;
        page.adding.form()->setKind(PlaceForm::Kind::Folder);
        page.write(FormField::Folder, u"/mnt/disk/shop"_s);
        page.pass();
        page.adding.start();
        page.world.secrets.answerAll();
        QCOMPARE(page.accepted.at(0).name, std::string("Folder 2"));
    }

    void leavingForgetsWhatWasWritten()
    {
        Page page;
        page.pass();
        page.adding.abandon();
        QVERIFY(page.adding.form()->values().texts.empty());
        QCOMPARE(page.world.secrets.of(kBucket), storage::Secrets());
    }

    void withoutSecretsInTheFormThoseOfTheKeychainAreMeant()
    {
        Page page;
        page.write(FormField::AccessKey, {});
        page.write(FormField::SecretKey, {});
        page.world.secrets.answerAll();
        page.world.secrets.kept[storage::replicaId(kBucket)] = {.accessKeyId = Secret("kept")};
        page.adding.test();
        QVERIFY(page.world.secrets.tried.empty());
        page.world.secrets.answerAll();
        QCOMPARE(page.world.secrets.of(kBucket).accessKeyId, Secret("kept"));
    }

    void aLateAnswerOfTheKeychainStartsNothing()
    {
        Page page;
        page.pass();
        page.adding.start();
        page.adding.abandon();
        page.world.secrets.answerAll();
        QVERIFY(page.accepted.empty());
    }
};

QTEST_GUILESS_MAIN(TestAddReplica)
#include "tst_add_replica.moc"
