#include "app/text/places.h"

#include <QTest>

using namespace tidemark::app;
using namespace Qt::StringLiterals;

class TestPlaces : public QObject {
    Q_OBJECT

private slots:
    void whatLiesBelowHomeIsShort()
    {
        QCOMPARE(shortPath(u"/home/ada/dev/notes"_s, u"/home/ada"_s), u"~/dev/notes"_s);
        QCOMPARE(shortPath(u"/home/ada"_s, u"/home/ada"_s), u"~"_s);
    }

    void aFolderThatOnlyBeginsLikeHomeIsNotBelowIt()
    {
        QCOMPARE(shortPath(u"/home/adam/notes"_s, u"/home/ada"_s), u"/home/adam/notes"_s);
    }

    void aPathIsItsFolderAndItsName()
    {
        QCOMPARE(folderOf(u"/srv/a.db"_s), u"/srv"_s);
        QCOMPARE(folderOf(u"/a.db"_s), u"/"_s);
        QCOMPARE(fileNameOf(u"/srv/a.db"_s), u"a.db"_s);
    }

    void aNameIsItsStemAndItsSuffix()
    {
        for (const auto& name :
             {u"shop.db"_s, u"shop"_s, u".hidden"_s, u"a.b.c"_s, u"trailing."_s}) {
            QCOMPARE(stemOf(name) + suffixOf(name), name);
        }
        QCOMPARE(stemOf(u".hidden"_s), u".hidden"_s);
        QCOMPARE(suffixOf(u"a.b.c"_s), u".c"_s);
    }

    void aReplicaIsAPathOrAnAddress()
    {
        using tidemark::storage::StorageAddress;
        using tidemark::storage::StorageKind;
        const StorageAddress folder{.path = "/home/ada/Tidemark/shop"};
        QCOMPARE(placeOf(folder, u"/home/ada"_s), u"~/Tidemark/shop"_s);
        QCOMPARE(placeInCommand(folder), u"/home/ada/Tidemark/shop"_s);
        QCOMPARE(nameOfPlace(folder), u"shop"_s);
        const StorageAddress bucket{
            .kind = StorageKind::S3, .options = {{"region", "eu-central-1"}}, .host = "backups"};
        QCOMPARE(placeOf(bucket, u"/home/ada"_s), u"s3://backups"_s);
        QCOMPARE(placeInCommand(bucket), u"s3://backups?region=eu-central-1"_s);
        QCOMPARE(nameOfPlace(bucket), u"backups"_s);
        const StorageAddress zip{.kind = StorageKind::Zip, .path = "/home/ada/shop.zip"};
        QCOMPARE(placeOf(zip, u"/home/ada"_s), u"~/shop.zip"_s);
        QCOMPARE(placeInCommand(zip), u"zip:///home/ada/shop.zip"_s);
        QCOMPARE(nameOfPlace(zip), u"shop"_s);
    }

    void aShellWordIsQuotedOnlyWhereItMustBe()
    {
        QCOMPARE(shellWord(u"/srv/a-b_c.db"_s), u"/srv/a-b_c.db"_s);
        QCOMPARE(shellWord(u""_s), u"''"_s);
        QCOMPARE(shellWord(u"a b"_s), u"'a b'"_s);
        QCOMPARE(shellWord(u"~"_s), u"'~'"_s);
        QCOMPARE(shellWord(u"$(reboot)"_s), u"'$(reboot)'"_s);
        QCOMPARE(shellWord(u"it's"_s), u"'it'\\''s'"_s);
    }
};

QTEST_GUILESS_MAIN(TestPlaces)
#include "tst_places.moc"
