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
