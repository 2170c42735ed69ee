#include "core/service/numbering.h"

#include <QTest>

using tidemark::service::Numbering;

class TestNumbering : public QObject {
    Q_OBJECT

private slots:
    void aHistoryIsGoneOnWithAsLongAsNothingIsNumbered()
    {
        Numbering numbering;
        QVERIFY(numbering.tryGoOn("a"));
        numbering.settle("a", true);
        QVERIFY(numbering.tryBegin());
        QVERIFY(!numbering.tryGoOn("b"));
        QVERIFY(numbering.tryBegin());
    }

    void nothingIsNumberedWhileOneIsLookedAt()
    {
        Numbering numbering;
        QVERIFY(numbering.tryGoOn("a"));
        QVERIFY(numbering.tryGoOn("b"));
        numbering.settle("a", true);
        QVERIFY(!numbering.tryBegin());
        numbering.settle("b", false);
        QVERIFY(numbering.tryBegin());
    }

    void whoWasKnownBeforeMayBeLookedAtAgain()
    {
        Numbering numbering;
        QVERIFY(numbering.tryGoOn("known"));
        numbering.settle("known", true);
        QVERIFY(numbering.tryGoOn("silent"));
        numbering.settle("silent", false);
        QVERIFY(numbering.tryBegin());
        QVERIFY(numbering.tryGoOn("known"));
        QVERIFY(!numbering.tryGoOn("silent"));
        numbering.settle("silent", true);
        QVERIFY(!numbering.tryGoOn("silent"));
    }
};

QTEST_GUILESS_MAIN(TestNumbering)
#include "tst_numbering.moc"
