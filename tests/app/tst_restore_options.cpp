#include "app/restore_options.h"
#include "tests/app/orders.h"

#include <QSignalSpy>
#include <QTest>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using Check = RestoreOptions::Check;

namespace {

/// orderOf() of a Litestream 0.3 replica.
RestoreOrder legacyOrder(std::uint32_t walIndex)
{
    RestoreOrder legacy = orderOf();
    legacy.moment.legacy = replica::LegacyPosition{.index = walIndex};
    return legacy;
}

/// The sheet over an order, in a world of its own.
struct Sheet : InWorld<RestoreOptions> {
    RestoreOptions& options = subject;

    Sheet() { options.setOrder(orderOf()); }
};

}  // namespace

class TestRestoreOptions : public QObject {
    Q_OBJECT

private slots:
    void withoutAMomentThereIsNothingToRestore()
    {
        World world;
        RestoreOptions options(world.engine, world.desktop, world.voice, kHome);
        QVERIFY(!options.available());
        QVERIFY(options.command().isEmpty());
        QVERIFY(!options.chosen());
        options.look();
        options.chooseFolder();
        QVERIFY(world.engine.spaces.empty());
        QVERIFY(!world.desktop.folderDialog);
    }

    void theSheetStartsWithWhatOneClickWouldDo()
    {
        Sheet sheet;
        QCOMPARE(sheet.options.momentTime(), u"14:31:12.000 CEST"_s);
        QCOMPARE(sheet.options.folder(), u"~/shop"_s);
        QCOMPARE(sheet.options.fileName(), u"shop-7.db"_s);
        QCOMPARE(sheet.options.check(), Check::Quick);
        QVERIFY(sheet.options.chosen()->check == restore::Check::Quick);
    }

    void whatIsRunIsWhatTheCommandSays()
    {
        Sheet sheet;
        sheet.options.setFileName(u"old shop.db"_s);
        sheet.options.setCheck(Check::Full);
        QCOMPARE(sheet.options.command(),
                 u"tidemarkctl restore /home/ada/Tidemark/shop '/home/ada/shop/old shop.db' "
                 "--txid 7 --check full"_s);
        const auto chosen = sheet.options.chosen();
        QCOMPARE(chosen->fileName, u"old shop.db"_s);
        QCOMPARE(chosen->moment.txId.value, 7U);
        QVERIFY(chosen->check == restore::Check::Full);
        sheet.options.copyCommand();
        QCOMPARE(sheet.world.desktop.copied, QStringList{sheet.options.command()});
    }

    void aNameIsNeverAPath()
    {
        Sheet sheet;
        sheet.options.setFileName(u"  ../../etc/passwd "_s);
        QCOMPARE(sheet.options.fileName(), u"passwd"_s);
    }

    void anEmptyNameMeansTheProposedOneAgain()
    {
        Sheet sheet;
        sheet.options.setFileName(u"mine.db"_s);
        sheet.options.setFileName(u" "_s);
        QCOMPARE(sheet.options.fileName(), u"shop-7.db"_s);
    }

    void theOwnNameStaysWhileTheSameMomentIsHeld()
    {
        // The timeline tells its moment anew with each tick of the clock.
        Sheet sheet;
        sheet.options.setFileName(u"mine.db"_s);
        sheet.options.setOrder(orderOf());
        QCOMPARE(sheet.options.fileName(), u"mine.db"_s);
    }

    void anotherMomentHasItsOwnName()
    {
        Sheet sheet;
        sheet.options.setFileName(u"mine.db"_s);
        sheet.options.setOrder(orderOf(8));
        QCOMPARE(sheet.options.fileName(), u"shop-8.db"_s);
    }

    void anotherMomentIsCheckedAsUsual()
    {
        Sheet sheet;
        sheet.options.setCheck(Check::None);
        sheet.options.setOrder(orderOf(8));
        QCOMPARE(sheet.options.check(), Check::Quick);
    }

    void anotherMomentAtTheSamePlaceOfAnOldReplicaIsAnotherOne()
    {
        Sheet sheet;
        sheet.options.setOrder(legacyOrder(1));
        sheet.options.setFileName(u"mine.db"_s);
        sheet.options.setOrder(legacyOrder(2));
        QCOMPARE(sheet.options.fileName(), u"shop-7.db"_s);
    }

    void aMomentOfAnOldReplicaIsNamedByItsTimeInTheCommand()
    {
        Sheet sheet;
        sheet.options.setOrder(legacyOrder(1));
        QCOMPARE(sheet.options.command(),
                 u"tidemarkctl restore /home/ada/Tidemark/shop /home/ada/shop/shop-7.db "
                 "--time 2026-09-17T12:31:12.000Z --check quick"_s);
    }

    void aTickOfTheClockTellsNothingAnew()
    {
        Sheet sheet;
        QSignalSpy changes(&sheet.options, &RestoreOptions::changed);
        sheet.options.setOrder(orderOf());
        QCOMPARE(changes.size(), 0);
    }

    void freeSpaceIsThatOfTheFolder()
    {
        Sheet sheet;
        sheet.options.look();
        QCOMPARE(sheet.world.engine.spaces.back().what, "/home/ada/shop");
        QVERIFY(sheet.options.freeSpace().isEmpty());
        sheet.world.engine.spaces.back().reply(Space{.freeBytes = 212'000'000'000});
        QCOMPARE(sheet.options.freeSpace(), u"212 GB free"_s);
    }

    void aDiskThatDoesNotAnswerIsNotGuessed()
    {
        Sheet sheet;
        sheet.options.look();
        sheet.world.engine.spaces.back().reply(errorOf(ErrorCode::Io, "It is broken."));
        QVERIFY(sheet.options.freeSpace().isEmpty());
    }

    void aChosenFolderIsLookedAtAndRemembered()
    {
        Sheet sheet;
        QSignalSpy remembered(&sheet.options, &RestoreOptions::folderChosen);
        sheet.options.chooseFolder();
        QCOMPARE(sheet.world.desktop.startFolder, u"/home/ada/shop"_s);
        sheet.world.desktop.folderDialog(u"/mnt/stick"_s);
        QCOMPARE(sheet.options.folder(), u"/mnt/stick"_s);
        QCOMPARE(sheet.world.engine.spaces.back().what, "/mnt/stick");
        QCOMPARE(remembered.takeFirst().constFirst().toString(), u"/mnt/stick"_s);
    }
};

QTEST_GUILESS_MAIN(TestRestoreOptions)
#include "tst_restore_options.moc"
