#include "core/base/rfc3339.h"
#include "core/config/when.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::config;

namespace {

Timestamp utc(std::string_view text)
{
    return parseRfc3339(text).value();
}

/// 13:31:06.500 in Berlin.
const Timestamp kNow = utc("2026-11-22T12:31:06.500Z");

}  // namespace

class TestWhen : public QObject {
    Q_OBJECT

private slots:
    void init() { qputenv("TZ", "Europe/Berlin"); }

    void timesAreReadInTheLocalZone_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("meant");
        QTest::newRow("with zone") << "2026-11-22T12:31:06.812Z"
                                   << "2026-11-22T12:31:06.812Z";
        QTest::newRow("offset") << "2026-11-22T12:31:06+05:00"
                                << "2026-11-22T07:31:06Z";
        QTest::newRow("no zone") << "2026-11-22T12:31:06"
                                 << "2026-11-22T11:31:06Z";
        QTest::newRow("space, no seconds") << "2026-07-01 12:31"
                                           << "2026-07-01T10:31:00Z";
        QTest::newRow("minutes ago") << "-20m"
                                     << "2026-11-22T12:11:06.500Z";
        QTest::newRow("parts") << "-1h30m"
                               << "2026-11-22T11:01:06.500Z";
        QTest::newRow("a word for the unit") << "-20min"
                                             << "2026-11-22T12:11:06.500Z";
        QTest::newRow("parts in words") << "-1hour 30 minutes"
                                        << "2026-11-22T11:01:06.500Z";
        QTest::newRow("ago") << "5 minutes ago"
                             << "2026-11-22T12:26:06.500Z";
        QTest::newRow("now") << "now"
                             << "2026-11-22T12:31:06.500Z";
        QTest::newRow("as list prints it in UTC") << "2026-11-27 09:37:16.286 UTC"
                                                  << "2026-11-27T09:37:16.286Z";
        QTest::newRow("as list prints it in winter") << "2026-11-22 13:31:06.812 CET"
                                                     << "2026-11-22T12:31:06.812Z";
        QTest::newRow("as list prints it in summer") << "2026-07-01 12:31:00.000 CEST"
                                                     << "2026-07-01T10:31:00Z";
        QTest::newRow("first of two hours") << "2026-10-25 02:30:00.000 CEST"
                                            << "2026-10-25T00:30:00Z";
        QTest::newRow("second of two hours") << "2026-10-25 02:30:00.000 CET"
                                             << "2026-10-25T01:30:00Z";
        QTest::newRow("a whole second") << "about 2026-11-22 13:31:06.000 CET"
                                        << "2026-11-22T12:31:06Z";
        QTest::newRow("offset behind a space") << "2026-11-22 12:31 +05:00"
                                               << "2026-11-22T07:31:00Z";
        QTest::newRow("week") << "-1w"
                              << "2026-11-15T12:31:06.500Z";
        QTest::newRow("yesterday") << "yesterday 17:00"
                                   << "2026-11-21T16:00:00Z";
        QTest::newRow("today") << " today 09:00:30 "
                               << "2026-11-22T08:00:30Z";
        QTest::newRow("time of day") << "13:31"
                                     << "2026-11-22T12:31:00Z";
        QTest::newRow("time of day with fraction") << "13:31:06.5"
                                                   << "2026-11-22T12:31:06.5Z";
        QTest::newRow("later today means yesterday") << "14:31"
                                                     << "2026-11-21T13:31:00Z";
    }
    void timesAreReadInTheLocalZone()
    {
        QFETCH(QString, text);
        QFETCH(QString, meant);
        const auto time = parseTime(text.toStdString(), kNow);
        QVERIFY(time.ok());
        QCOMPARE(formatRfc3339(time.value()), formatRfc3339(utc(meant.toStdString())));
    }

    void yesterdayIsRightAcrossAClockChange()
    {
        const auto time = parseTime("yesterday 12:00", utc("2026-03-29T12:00:00Z"));
        QCOMPARE(formatRfc3339(time.value()), std::string("2026-03-28T11:00:00.000Z"));
    }

    void whatIsNoTimeIsRefusedWithTheForms()
    {
        for (const char* text :
             {"", "-", "-m", "-20x", "--20m", "latest", "txid:4", "yesterday17:00", "25:00", "14:3",
              "tomorrow 12:00", "yesterday 17:00 UTC", "-99999999999999999999m", "-2000000w",
              "nowadays", "now ago", "ago", " ago"}) {
            const auto time = parseTime(text, kNow);
            QVERIFY2(!time.ok(), text);
            QVERIFY(time.error().code == ErrorCode::Usage);
            QVERIFY(inEnglish(time.error().next).find("yesterday 17:00") != std::string::npos);
            // Only what a time can be.
            QVERIFY(inEnglish(time.error().next).find("latest") == std::string::npos);
        }
    }

    void whatIsNearlyATimeIsToldWhatIsMissing_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("next");
        QTest::newRow("date") << "2026-11-22"
                              << "\"2026-11-22\" says no time of day."
                              << "Write \"2026-11-22 17:00\".";
        QTest::newRow("day") << "yesterday"
                             << "\"yesterday\" says no time of day."
                             << "Write \"yesterday 17:00\".";
        QTest::newRow("length") << "20m"
                                << "\"20m\" is a length of time, not a moment."
                                << "Write \"-20m\" for so long ago.";
        QTest::newRow("count") << "-20"
                               << "\"-20\" says no unit."
                               << "Write -20m for minutes; s, h, d and w are seconds, hours, days "
                                  "and weeks.";
        QTest::newRow("zone") << "2026-11-22 12:31 CEST"
                              << "\"CEST\" is not the name of the local zone at that time."
                              << "Write UTC or an offset, +02:00, in its place, or leave it out "
                                 "for the local zone.";
    }
    void whatIsNearlyATimeIsToldWhatIsMissing()
    {
        QFETCH(QString, text);
        const Error asTime = parseTime(text.toStdString(), kNow).error();
        QCOMPARE(asTime.code, ErrorCode::Usage);
        QTEST(QString::fromStdString(inEnglish(asTime.what)), "what");
        QTEST(QString::fromStdString(inEnglish(asTime.next)), "next");
        QVERIFY(parseWhen(text.toStdString(), kNow).error() == asTime);
    }

    void theNameOfAMarkIsToldHowItIsWritten()
    {
        const Error error = parseWhen("before the move", kNow).error();
        QCOMPARE(inEnglish(error.what), std::string("\"before the move\" is not a moment."));
        QVERIFY(inEnglish(error.next).find("\"mark:before the move\"") != std::string::npos);
        QVERIFY(inEnglish(error.next).find("latest") != std::string::npos);
    }

    void numbersAreDecimalOrMarkedHex()
    {
        QCOMPARE(parseTxId("42").value().value, 42U);
        QCOMPARE(parseTxId("0x2A").value().value, 42U);
        QCOMPARE(parseTxId("000000000000002a").value().value, 42U);
        QCOMPARE(parseTxId("0000000000000010").value().value, 16U);
        QCOMPARE(parseTxId("18446744073709551615").value().value, UINT64_MAX);
        for (const char* text : {"", "0", "2a", "-1", "+1", " 1", "1 ", "0x", "0xg",
                                 "18446744073709551616", "00000000000000000", "1.5"}) {
            QVERIFY2(!parseTxId(text).ok(), text);
        }
    }

    void aWhenIsOneOfFour()
    {
        QVERIFY(parseWhen("latest", kNow).value() == replica::Wish(replica::Latest{}));
        QVERIFY(parseWhen("txid:0x10", kNow).value() ==
                replica::Wish(replica::AtTxId{ltx::TxId{16}}));
        QVERIFY(parseWhen("-20m", kNow).value() ==
                replica::Wish(replica::AtTime{utc("2026-11-22T12:11:06.500Z")}));
        QVERIFY(!parseWhen("txid:", kNow).ok());
        QVERIFY(parseWhen("mark:before the move", kNow).value() ==
                replica::Wish(replica::AtMark{"before the move"}));
        QVERIFY(!parseWhen("mark:", kNow).ok());
    }
};

QTEST_APPLESS_MAIN(TestWhen)
#include "tst_when.moc"
