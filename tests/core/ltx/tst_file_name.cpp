#include <QTest>  // First: moc 6.4 cannot read <compare> before another standard header.

#include "core/ltx/file_name.h"

using namespace tidemark::ltx;

class TestFileName : public QObject {
    Q_OBJECT

private slots:
    void namesAreTwoPaddedNumbers()
    {
        QCOMPARE(fileName({.minTxId = {1}, .maxTxId = {0x2a}}),
                 std::string("0000000000000001-000000000000002a.ltx"));
    }

    void namesComeBack()
    {
        const TxRange range{.minTxId = {1}, .maxTxId = kMaxTxId};
        QVERIFY(parseFileName(fileName(range)) == range);
    }

    void otherNamesMeanNothing_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("capitals") << QByteArray("0000000000000001-000000000000002A.ltx");
        QTest::newRow("transaction 0") << QByteArray("0000000000000000-000000000000002a.ltx");
        QTest::newRow("backwards") << QByteArray("0000000000000002-0000000000000001.ltx");
        QTest::newRow("short") << QByteArray("000000000000001-000000000000002a.ltx");
        QTest::newRow("long") << QByteArray("0000000000000001-000000000000002a.ltx.tmp");
        QTest::newRow("a sign") << QByteArray("-000000000000001-000000000000002a.ltx");
        QTest::newRow("a blank") << QByteArray(" 000000000000001-000000000000002a.ltx");
        QTest::newRow("no digit") << QByteArray("000000000000000g-000000000000002a.ltx");
        QTest::newRow("another mark") << QByteArray("0000000000000001_000000000000002a.ltx");
        QTest::newRow("nothing can follow") << QByteArray("0000000000000001-8000000000000000.ltx");
        QTest::newRow("another end") << QByteArray("0000000000000001-000000000000002a.ltz");
    }

    void otherNamesMeanNothing()
    {
        QFETCH(QByteArray, name);
        QVERIFY(!parseFileName(name.toStdString()));
    }
};

QTEST_APPLESS_MAIN(TestFileName)
#include "tst_file_name.moc"
