#include "core/service/numbering.h"

#include <QTest>

using tidemark::service::Numbering;

class TestNumbering : public QObject {
    Q_OBJECT

private slots:
    void aHistoryIsGoneOnWithAsLongAsNothingIsNumbered()
    {
        Numbering numbering;
        numbering.look("a");
        QVERIFY(numbering.mayGoOn("a"));
        numbering.settle("a", true);
        QVERIFY(numbering.tryBegin());
        numbering.look("b");
        QVERIFY(!numbering.mayGoOn("b"));
        QVERIFY(numbering.tryBegin());
    }

    void nothingIsNumberedWhileOneIsLookedAt()
    {
        Numbering numbering;
        numbering.look("a");
        numbering.look("b");
        numbering.settle("a", true);
        QVERIFY(!numbering.tryBegin());
        numbering.settle("b", false);
        QVERIFY(numbering.tryBegin());
    }

    void whoTakesTooLongIsNotWaitedFor()
    {
        Numbering numbering;
        numbering.look("slow");
        QVERIFY(numbering.tryBegin(true));
        QVERIFY(!numbering.mayGoOn("slow"));
        numbering.settle("slow", true);
        numbering.look("slow");
        QVERIFY(!numbering.mayGoOn("slow"));
    }

    void whoWasKnownBeforeMayBeLookedAtAgain()
    {
        Numbering numbering;
        numbering.look("known");
        numbering.settle("known", true);
        numbering.look("silent");
        numbering.settle("silent", false);
        QVERIFY(numbering.tryBegin());
        QVERIFY(numbering.mayGoOn("known"));
        numbering.look("silent");
        QVERIFY(!numbering.mayGoOn("silent"));
    }
};

QTEST_GUILESS_MAIN(TestNumbering)
#include "tst_numbering.moc"
