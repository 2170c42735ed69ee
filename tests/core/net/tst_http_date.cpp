#include "core/net/http_date.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::net;

class TestHttpDate : public QObject {
    Q_OBJECT

private slots:
    void readsATime()
    {
        const auto time = parseHttpDate("Thu, 26 Nov 2026 18:20:50 GMT");
        QVERIFY(time.has_value());
        QCOMPARE(time->time_since_epoch().count(), qint64{1'795'717'250'000});
    }

    void readsTheLeapDayAndTheLeapSecond()
    {
        QVERIFY(parseHttpDate("Thu, 29 Feb 2024 23:59:59 GMT").has_value());
        QCOMPARE(parseHttpDate("Sat, 31 Dec 2016 23:59:60 GMT"),
                 parseHttpDate("Sun, 01 Jan 2017 00:00:00 GMT"));
    }

    void writesWhatItReads()
    {
        for (const char* text : {"Thu, 26 Nov 2026 18:20:50 GMT", "Thu, 01 Jan 1970 00:00:00 GMT",
                                 "Thu, 29 Feb 2024 23:59:59 GMT"}) {
            QCOMPARE(formatHttpDate(parseHttpDate(text).value()), std::string(text));
        }
        QCOMPARE(formatHttpDate(Timestamp{std::chrono::milliseconds(1999)}),
                 std::string("Thu, 01 Jan 1970 00:00:01 GMT"));
    }

    void refusesWhatIsNone_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char* text : {"", "Thu, 26 Nov 2026 18:20:50", "Thu, 26 Nov 2026 18:20:50 UTC",
                                 "Thursday, 26-Nov-26 18:20:50 GMT", "Thu Nov 26 18:20:50 2026",
                                 "Thu, 26 Nov -026 18:20:50 GMT", "Thu, 26 Nov 2026 -1:20:50 GMT",
                                 "Thu, 26 Nov 2026 18:-0:50 GMT", "Thu, 26 Nov 2026 24:20:50 GMT",
                                 "Thu, 26 Nov 2026 18:60:50 GMT", "Thu, 26 Nov 2026 18:20:61 GMT",
                                 "Thu, 00 Nov 2026 18:20:50 GMT", "Thu, 29 Feb 2026 18:20:50 GMT",
                                 "Thu, 26 Foo 2026 18:20:50 GMT", "Thu, 26 Nov 2026 18.20.50 GMT",
                                 "Thu, 26-Nov-2026 18:20:50 GMT", "Thu; 26 Nov 2026 18:20:50 GMT",
                                 "Thu, 26 Nov 2026 18:20: 5 GMT"}) {
            QTest::newRow(text) << QByteArray(text);
        }
    }
    void refusesWhatIsNone()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!parseHttpDate(text.toStdString()).has_value());
    }
};

QTEST_APPLESS_MAIN(TestHttpDate)
#include "tst_http_date.moc"
