#include "app/timeline/go_to.h"
#include "tests/app/timeline/histories.h"

#include <QDateTime>
#include <QTest>

using namespace tidemark::app::timeline;
using namespace tidemark::app::timeline::tests;
using namespace Qt::StringLiterals;

namespace {

/// The time that `text` means, said in UTC; empty when it cannot be read.
QString meant(const QString& text, Millis nowMs = kNowMs)
{
    const auto destination = parseGoTo(text, nowMs, berlin());
    return destination && destination->atMs ? isoUtc(*destination->atMs) : QString();
}

Millis utc(const char* iso)
{
    return QDateTime::fromString(iso, Qt::ISODateWithMs).toMSecsSinceEpoch();
}

}  // namespace

class TestGoTo : public QObject {
    Q_OBJECT

private slots:
    // Now is Thu 17 Sep 2026, 14:53:12 in Berlin, 12:53:12 in UTC.
    void peopleSayTimesInManyWays_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("utc");
        const auto row = [](const char* text, const char* time) {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(time);
        };
        row("now", "2026-09-17T12:53:12.000Z");
        row(" NOW ", "2026-09-17T12:53:12.000Z");
        row("-20m", "2026-09-17T12:33:12.000Z");
        row("-1h 30m", "2026-09-17T11:23:12.000Z");
        row("2 h ago", "2026-09-17T10:53:12.000Z");
        row("90 sec ago", "2026-09-17T12:51:42.000Z");
        row("-2w", "2026-09-03T12:53:12.000Z");
        row("3 days ago", "2026-09-14T12:53:12.000Z");
        row("14:31", "2026-09-17T12:31:00.000Z");
        row("14:31:07", "2026-09-17T12:31:07.000Z");
        row("14:31:06.812", "2026-09-17T12:31:06.812Z");
        row("9:15", "2026-09-17T07:15:00.000Z");
        row("23:59", "2026-09-16T21:59:00.000Z");
        row("today", "2026-09-16T22:00:00.000Z");
        row("today 9:15", "2026-09-17T07:15:00.000Z");
        row("yesterday", "2026-09-15T22:00:00.000Z");
        row("Yesterday 17:00", "2026-09-16T15:00:00.000Z");
        row("2026-09-16", "2026-09-15T22:00:00.000Z");
        row("2026-09-16 17:00", "2026-09-16T15:00:00.000Z");
        row("2026-09-16T17:00:01.250", "2026-09-16T15:00:01.250Z");
        row("2026-09-16T17:00:01Z", "2026-09-16T17:00:01.000Z");
        row("2026-09-16T17:00:01+05:30", "2026-09-16T11:30:01.000Z");
        row("16 Sep", "2026-09-15T22:00:00.000Z");
        row("16 Sep 17:00", "2026-09-16T15:00:00.000Z");
        row("16 Sep 2025 17:00", "2025-09-16T15:00:00.000Z");
        row("24 Dec", "2025-12-23T23:00:00.000Z");
    }
    void peopleSayTimesInManyWays()
    {
        QFETCH(QString, text);
        QTEST(meant(text), "utc");
    }

    void whatIsNoTimeIsRefused_data()
    {
        QTest::addColumn<QString>("text");
        for (const char* const text :
             {"",           "   ",        "soon",   "25:00",           "14:60",
              "-",          "-20",        "20m",    "-9999999d",       "ago",
              "2026-13-01", "2026-02-30", "31 Feb", "yesterday 25:00", "yesterdayish",
              "#",          "#x",         "moment", "14:31:07:09",     "today tomorrow"}) {
            QTest::newRow(text) << QString::fromUtf8(text);
        }
        QTest::newRow("endless") << QString(1'000'000, u'9');
    }
    void whatIsNoTimeIsRefused()
    {
        QFETCH(QString, text);
        QVERIFY(!parseGoTo(text, kNowMs, berlin()));
    }

    void aMomentHasANumber()
    {
        for (const QString& text : {u"#20266"_s, u"#20,266"_s, u"moment 20266"_s}) {
            const auto destination = parseGoTo(text, kNowMs, berlin());
            QVERIFY(destination);
            QCOMPARE(destination->number, std::optional<std::uint64_t>(20'266));
            QVERIFY(!destination->atMs);
        }
    }

    void aNumberThatNoMomentCanHaveIsRefused()
    {
        QVERIFY(!parseGoTo(u"#99999999999999999999999"_s, kNowMs, berlin()));
    }

    void yesterdayIsTheDayOfTheCalendarAlsoWhenItHasTwentyThreeHours()
    {
        // 2026-03-29 in Berlin had no hour from 2 to 3.
        const Millis monday = utc("2026-03-30T08:00:00Z");
        QCOMPARE(meant(u"yesterday"_s, monday), u"2026-03-28T23:00:00.000Z"_s);
        QCOMPARE(meant(u"yesterday 12:00"_s, monday), u"2026-03-29T10:00:00.000Z"_s);
        QCOMPARE(meant(u"today"_s, monday), u"2026-03-29T22:00:00.000Z"_s);
    }

    void yesterdayIsTheDayOfTheCalendarAlsoWhenItHasTwentyFiveHours()
    {
        const Millis monday = utc("2026-10-26T08:00:00Z");
        QCOMPARE(meant(u"yesterday"_s, monday), u"2026-10-24T22:00:00.000Z"_s);
        QCOMPARE(meant(u"yesterday 12:00"_s, monday), u"2026-10-25T11:00:00.000Z"_s);
        QCOMPARE(meant(u"-24h"_s, monday), u"2026-10-25T08:00:00.000Z"_s);
    }

    void anHourThatIsSkippedIsStillATime()
    {
        // Whichever side of the change it falls on, it is within an hour of it.
        const auto destination = parseGoTo(u"2026-03-29 02:30"_s, kNowMs, berlin());
        QVERIFY(destination && destination->atMs);
        QVERIFY(std::abs(*destination->atMs - utc("2026-03-29T01:00:00Z")) <= kHourMs);
    }

    void theTwentyNinthOfFebruaryIsTheLastOneThereWas()
    {
        QCOMPARE(meant(u"29 Feb"_s, utc("2028-03-01T12:00:00Z")), u"2028-02-28T23:00:00.000Z"_s);
    }
};

QTEST_GUILESS_MAIN(TestGoTo)
#include "tst_go_to.moc"
