#include "app/open_replica.h"
#include "tests/app/english.h"
#include "tests/app/fakes.h"

#include <QSignalSpy>
#include <QTest>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using Stage = OpenReplica::Stage;

namespace {

/// The page in a world of its own.
struct Page {
    World world;
    OpenReplica opening{world.engine, world.desktop, world.secrets, world.voice, kHome};

    void fillBucket()
    {
        PlaceForm& form = *opening.form();
        form.setKind(PlaceForm::Kind::S3);
        form.write(static_cast<int>(FormField::Bucket), u"backups"_s);
        form.write(static_cast<int>(FormField::BucketFolder), u"notes"_s);
        form.write(static_cast<int>(FormField::AccessKey), u"AKIA"_s);
        form.write(static_cast<int>(FormField::SecretKey), u"shh"_s);
    }
    void open(const EnginePort::CatalogPointer& catalog)
    {
        opening.choose(u"/home/ada/Tidemark/notes"_s);
        world.engine.openings.back().reply(catalog);
    }
};

}  // namespace

class TestOpenReplica : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { speakEnglish(); }

    void aChosenFolderIsRead()
    {
        Page page;
        page.opening.pickFolder();
        QCOMPARE(page.world.desktop.startFolder, kHome);
        page.world.desktop.folderDialog(u"/home/ada/Tidemark/notes"_s);
        QCOMPARE(page.opening.stage(), Stage::Reading);
        QCOMPARE(page.opening.place(), u"~/Tidemark/notes"_s);
        QCOMPARE(page.world.engine.openings.back().what.path, "/home/ada/Tidemark/notes");
    }

    void whatIsInItIsSaid()
    {
        Page page;
        page.open(catalogOf(120));
        QCOMPARE(page.opening.stage(), Stage::Ready);
        QCOMPARE(page.opening.recognised(), u"Recognised: Tidemark or Litestream 0.5"_s);
        QCOMPARE(page.opening.headline(), u"notes, 1 h 59 min"_s);
        QCOMPARE(page.opening.lastWritten(), u"Last written 1 min ago."_s);
        QCOMPARE(page.opening.momentCount(), u"120"_s);
        QCOMPARE(page.opening.size(), u"720 KB in 120 files"_s);
        QCOMPARE(page.opening.gaps(), u"none found"_s);
        QCOMPARE(page.opening.name(), u"notes"_s);
    }

    void manyFilesAreCountedInGroups()
    {
        Page page;
        page.open(catalogOf(1'284));
        QCOMPARE(page.opening.size(), u"7.7 MB in 1,284 files"_s);
    }

    void theOldLayoutIsRecognisedAndItsUnknownSizeIsNotInvented()
    {
        Page page;
        auto legacy = std::make_shared<replica::Catalog>(*catalogOf(3));
        legacy->format = replica::Catalog::Format::Legacy;
        legacy->objects.clear();
        page.open(legacy);
        QCOMPARE(page.opening.recognised(), u"Recognised: Litestream 0.3"_s);
        QVERIFY(page.opening.size().isEmpty());
    }

    void aFolderWithoutAReplicaIsRefusedWithWhatToLookFor()
    {
        Page page;
        page.open(std::make_shared<const replica::Catalog>());
        QCOMPARE(page.opening.stage(), Stage::Choosing);
        QCOMPARE(page.opening.problem(), u"There is no replica in ~/Tidemark/notes."_s);
        QVERIFY(page.opening.advice().contains(u"ltx"));
    }

    void aFolderThatCannotBeReadSaysWhy()
    {
        Page page;
        page.opening.choose(u"/root"_s);
        page.world.engine.openings.back().reply(
            errorOf(ErrorCode::Forbidden, "It may not be read.", "Ask its owner."));
        QCOMPARE(page.opening.problem(), u"It may not be read."_s);
        QCOMPARE(page.opening.advice(), u"Ask its owner."_s);
    }

    void stoppingWithdrawsTheQuestion()
    {
        Page page;
        page.opening.choose(u"/mnt/slow"_s);
        page.opening.stop();
        QVERIFY(page.world.engine.openings.back().fate->withdrawn);
        QCOMPARE(page.opening.stage(), Stage::Choosing);
    }

    void nothingIsAcceptedBeforeItIsRead()
    {
        Page page;
        QSignalSpy accepted(&page.opening, &OpenReplica::accepted);
        page.opening.choose(u"/mnt/slow"_s);
        page.opening.accept();
        QCOMPARE(accepted.size(), 0);
    }

    void theSidebarGetsTheNameThatWasWritten()
    {
        Page page;
        QSignalSpy accepted(&page.opening, &OpenReplica::accepted);
        page.open(catalogOf(3));
        page.opening.setName(u"  Ada's notes "_s);
        page.opening.accept();
        QCOMPARE(accepted[0][0].toString(), u"Ada's notes"_s);
        QCOMPARE(accepted[0][1].value<storage::StorageAddress>().path,
                 std::string("/home/ada/Tidemark/notes"));
        page.opening.setName(u"   "_s);
        page.opening.accept();
        QCOMPARE(accepted[1][0].toString(), u"notes"_s);
    }

    void theFormNamesAPlaceOnAServerAndItsSecretsAreUsedAtOnce()
    {
        Page page;
        page.fillBucket();
        QVERIFY(page.opening.canRead());
        page.opening.read();
        const storage::StorageAddress address = page.world.engine.openings.back().what;
        QCOMPARE(storage::describeAddress(address), std::string("s3://backups/notes"));
        QCOMPARE(page.world.secrets.of(address).secretAccessKey, Secret("shh"));
        page.world.engine.openings.back().reply(catalogOf(120));
        QCOMPARE(page.opening.place(), u"s3://backups/notes"_s);
        QCOMPARE(page.opening.name(), u"notes"_s);
        QVERIFY(page.world.secrets.kept.empty());
    }

    void itsSecretsAreKeptBeforeItIsOpened()
    {
        Page page;
        QSignalSpy accepted(&page.opening, &OpenReplica::accepted);
        page.fillBucket();
        page.opening.read();
        page.world.engine.openings.back().reply(catalogOf(120));
        page.opening.accept();
        QCOMPARE(accepted.size(), 0);
        page.world.secrets.answerAll();
        QCOMPARE(accepted.size(), 1);
        QCOMPARE(page.world.secrets.kept.size(), std::size_t(1));
    }

    void whereNoneCanBeKeptItSaysSo()
    {
        Page page;
        QSignalSpy accepted(&page.opening, &OpenReplica::accepted);
        page.fillBucket();
        page.opening.read();
        page.world.engine.openings.back().reply(catalogOf(120));
        page.world.secrets.trouble = errorOf(ErrorCode::Unavailable, "No keychain answers here.");
        page.opening.accept();
        page.world.secrets.answerAll();
        QCOMPARE(accepted.size(), 0);
        QCOMPARE(page.opening.problem(), u"No keychain answers here."_s);
    }

    void whatIsNotOpenedIsForgottenWithItsSecrets()
    {
        Page page;
        page.fillBucket();
        page.opening.read();
        const storage::StorageAddress address = page.world.engine.openings.back().what;
        page.opening.begin();
        QCOMPARE(page.world.secrets.of(address), storage::Secrets());
        QVERIFY(!page.opening.canRead());
    }

    void whoLeavesWhileItIsBeingKeptOpensItAllTheSame()
    {
        Page page;
        QSignalSpy accepted(&page.opening, &OpenReplica::accepted);
        page.fillBucket();
        page.opening.read();
        page.world.engine.openings.back().reply(catalogOf(120));
        page.opening.accept();
        page.opening.leave();
        page.world.secrets.answerAll();
        QCOMPARE(accepted.size(), 1);
        page.opening.leave();
        QVERIFY(page.opening.form()->values().texts.empty());
    }

    void whatIsTriedDoesNotTouchWhatIsInUse()
    {
        Page page;
        const storage::StorageAddress address{
            .kind = storage::StorageKind::S3, .path = "notes", .host = "backups"};
        page.world.secrets.used[storage::replicaId(address)] = {.accessKeyId = Secret("good")};
        page.fillBucket();
        page.opening.read();
        QCOMPARE(page.world.secrets.of(address).accessKeyId, Secret("AKIA"));
        page.opening.begin();
        QCOMPARE(page.world.secrets.of(address).accessKeyId, Secret("good"));
    }

    void withoutSecretsInTheFormThoseOfTheKeychainAreMeant()
    {
        Page page;
        page.fillBucket();
        page.opening.form()->write(static_cast<int>(FormField::AccessKey), {});
        page.opening.form()->write(static_cast<int>(FormField::SecretKey), {});
        page.world.secrets.answerAll();
        page.opening.read();
        const storage::StorageAddress address = page.world.engine.openings.back().what;
        page.world.secrets.kept[storage::replicaId(address)] = {.accessKeyId = Secret("kept")};
        page.world.secrets.answerAll();
        QCOMPARE(page.world.secrets.of(address).accessKeyId, Secret("kept"));
    }

    void aZipFileIsAReplicaToo()
    {
        Page page;
        page.opening.choose(u"/home/ada/shop.zip"_s);
        QCOMPARE(page.world.engine.openings.back().what.kind, storage::StorageKind::Zip);
        page.world.engine.openings.back().reply(catalogOf(3));
        QCOMPARE(page.opening.name(), u"shop"_s);
    }

    void anAddressCanBeWrittenWhereAFolderIs()
    {
        Page page;
        page.opening.form()->write(static_cast<int>(FormField::Folder), u"s3://backups/shop"_s);
        page.opening.read();
        QCOMPARE(page.world.engine.openings.back().what.kind, storage::StorageKind::S3);
    }
};

QTEST_GUILESS_MAIN(TestOpenReplica)
#include "tst_open_replica.moc"
