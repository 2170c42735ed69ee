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
struct Page : InWorld<OpenReplica> {
    OpenReplica& opening = subject;

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
        QCOMPARE(accepted[0][1].toString(), u"/home/ada/Tidemark/notes"_s);
        page.opening.setName(u"   "_s);
        page.opening.accept();
        QCOMPARE(accepted[1][0].toString(), u"notes"_s);
    }
};

QTEST_GUILESS_MAIN(TestOpenReplica)
#include "tst_open_replica.moc"
