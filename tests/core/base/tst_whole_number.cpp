#include "core/base/whole_number.h"

#include <QTest>

using namespace tidemark;

class TestWholeNumber : public QObject {
    Q_OBJECT

private slots:
    void digitsAreANumber()
    {
        QVERIFY(wholeNumber("0") == 0U);
        QVERIFY(wholeNumber("18446744073709551615") == UINT64_MAX);
        QVERIFY(wholeNumber("00ff", 16) == 255U);
        QVERIFY(wholeNumber<std::uint16_t>("65535") == 65535U);
    }

    void allElseIsNone_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char* const text :
             {"", "-1", "+1", " 1", "1 ", "1x", "0x1", "1.0", "18446744073709551616"}) {
            QTest::newRow(text) << QByteArray(text);
        }
    }
    void allElseIsNone()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!wholeNumber(text.toStdString()));
    }

    void whatDoesNotFitIsNone() { QVERIFY(!wholeNumber<std::uint16_t>("65536")); }
};

QTEST_APPLESS_MAIN(TestWholeNumber)
#include "tst_whole_number.moc"
