#include "app/timeline/moment_words.h"
#include "app/timeline/time_words.h"
#include "tests/app/english.h"
#include "tests/app/timeline/histories.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::app::timeline;
using namespace tidemark::app::timeline::tests;
using namespace Qt::StringLiterals;

namespace {

constexpr Millis kMomentMs = kNowMs - 22 * kMinuteMs - 5'188;  // 14:31:06.812

}  // namespace

class TestTimeWords : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { tidemark::app::tests::speakEnglish(); }

    void aTimeIsSaidAsPreciselyAsItMatters()
    {
        QCOMPARE(preciseTime(kMomentMs, berlin()), u"14:31:06.812"_s);
        QCOMPARE(clockTime(kMomentMs, berlin()), u"14:31:06"_s);
        QCOMPARE(shortTime(kMomentMs, berlin()), u"14:31"_s);
        QCOMPARE(shortDay(kMomentMs, berlin()), u"Thu 17 Sep"_s);
        QCOMPARE(fullDay(kMomentMs, berlin()), u"Thu 17 Sep 2026"_s);
    }

    void utcStandsBesideItWithItsDayWhereThatIsAnother()
    {
        QCOMPARE(preciseUtc(kMomentMs, berlin()), u"12:31:06.812Z"_s);
        const Millis afterMidnight = kNowMs - 14 * kHourMs;
        QCOMPARE(preciseUtc(afterMidnight, berlin()), u"2026-09-16 22:53:12.000Z"_s);
        QCOMPARE(isoUtc(kMomentMs), u"2026-09-17T12:31:06.812Z"_s);
        QCOMPARE(shortUtc(kMomentMs), u"12:31:06Z"_s);
    }

    void theZoneIsNamedAsItIsCalledThen()
    {
        QVERIFY(zoneName(kNowMs, berlin()) == u"CEST"_s ||
                zoneName(kNowMs, berlin()) == u"GMT+2"_s);
        QVERIFY(zoneName(kNowMs, berlin()) != zoneName(kNowMs + 90 * kDayMs, berlin()));
    }

    void aLengthHasTwoPartsAtMost()
    {
        const auto said = [](Millis ms) { return length(ms, berlin()); };
        QCOMPARE(said(0), u"0 s"_s);
        QCOMPARE(said(188), u"0.188 s"_s);
        QCOMPARE(said(5'200), u"5.2 s"_s);
        QCOMPARE(said(9'000), u"9 s"_s);
        QCOMPARE(said(59'999), u"59 s"_s);
        QCOMPARE(said(kMinuteMs), u"1 min"_s);
        QCOMPARE(said(kMinuteMs + 5'000), u"1 min 5 s"_s);
        QCOMPARE(said(12 * kMinuteMs + 5'000), u"12 min"_s);
        QCOMPARE(said(90 * kMinuteMs), u"1 h 30 min"_s);
        QCOMPARE(said(37 * kHourMs + kMinuteMs), u"37 h"_s);
        QCOMPARE(said(-90 * kMinuteMs), u"1 h 30 min"_s);
        QCOMPARE(said(30 * kDayMs), u"30 days"_s);
    }

    void anAgeIsOneNumber()
    {
        const auto said = [](Millis ago) { return age(kNowMs - ago, kNowMs, berlin()); };
        QCOMPARE(said(-5'000), u"just now"_s);
        QCOMPARE(said(999), u"just now"_s);
        QCOMPARE(said(1'000), u"1 s ago"_s);
        QCOMPARE(said(22 * kMinuteMs), u"22 min ago"_s);
        QCOMPARE(said(47 * kHourMs), u"47 h ago"_s);
        QCOMPARE(said(48 * kHourMs), u"2 days ago"_s);
        QCOMPARE(said(47 * kHourMs + 59 * kMinuteMs), u"47 h ago"_s);
    }

    void sizesAreRoundedAsPeopleSayThem()
    {
        const auto said = [](std::uint64_t bytes) { return dataSize(bytes, berlin()); };
        QCOMPARE(said(0), u"0 B"_s);
        QCOMPARE(said(999), u"999 B"_s);
        QCOMPARE(said(18'000), u"18 KB"_s);
        QCOMPARE(said(1'640'000), u"1.6 MB"_s);
        QCOMPARE(said(612'000'000), u"612 MB"_s);
        QVERIFY(!said(999'999).startsWith(u"1000 KB"));
        QVERIFY(said(UINT64_MAX).endsWith(u"B"_s));
    }

    void anotherLanguageHasItsOwnNumbers()
    {
        const Speech german{.locale = QLocale(QLocale::German), .zone = QTimeZone("Europe/Berlin")};
        QCOMPARE(number(149'414, berlin()), u"149,414"_s);
        QCOMPARE(number(149'414, german), u"149.414"_s);
        QCOMPARE(dataSize(1'640'000, german), u"1,6 MB"_s);
        QCOMPARE(length(188, german), u"0,188 s"_s);
    }

    void aStretchIsAsBriefAsItIsClear()
    {
        QCOMPARE(stretch(kNowMs - 90 * kMinuteMs, kNowMs, berlin()), u"13:23 – 14:53"_s);
        const QString days = stretch(kNowMs - 30 * kDayMs, kNowMs, berlin());
        QVERIFY2(days.contains(u"18 Aug") && days.contains(u"17 Sep"), qPrintable(days));
        const QString years = stretch(kNowMs - 400 * kDayMs, kNowMs, berlin());
        QVERIFY2(years.contains(u"2025") && years.contains(u"2026"), qPrintable(years));
    }

    void theHeldMomentIsOneSentenceForWhoListens()
    {
        const TimelineData data = historyAt({kNowMs - kHourMs, kMomentMs});
        const MomentWords words =
            wordsFor(data, {.index = 1, .askedMs = kMomentMs}, kNowMs, berlin());
        QCOMPARE(words.number, u"2"_s);
        QCOMPARE(words.time, u"14:31:06.812"_s);
        QCOMPARE(words.date, u"Thu 17 Sep 2026 · 12:31:06.812Z"_s);
        QVERIFY(words.description.startsWith(u"Moment 2, Thu 17 Sep 2026 14:31:06.812"));
        QVERIFY(words.description.endsWith(u"22 min ago"));
        QVERIFY(words.asked.isEmpty());
    }

    void whatWasAskedForStandsBesideWhatIsThere()
    {
        const TimelineData data = historyAt({kMomentMs});
        const auto asked = [&](Millis ms) {
            return wordsFor(data, {.index = 0, .askedMs = ms}, kNowMs, berlin()).asked;
        };
        QCOMPARE(asked(kMomentMs + 188),
                 u"Asked for 14:31:07.000; this moment is 0.188 s earlier"_s);
        QCOMPARE(asked(kMomentMs - 812), u"Asked for 14:31:06.000; this moment is 0.812 s later"_s);
    }

    void factsThatNobodyReadAreNotInvented()
    {
        MomentRow row{.number = 1, .bytes = 18'000};
        QVERIFY(wordsFor(row, berlin()).pages.isEmpty());
        QCOMPARE(wordsFor(row, berlin()).data, u"stored as 18 KB"_s);
        QVERIFY(wordsFor(row, berlin()).database.isEmpty());
        row.pages = 31;
        QCOMPARE(wordsFor(row, berlin()).pages, u"31"_s);
    }

    void factsOfALookAreAllSaid()
    {
        const FactWords words = wordsFor(service::MomentFacts{.moment = {.pages = 31},
                                                              .databasePages = 149'414,
                                                              .pageSizeBytes = 4096,
                                                              .storedBytes = 18'000},
                                         berlin());
        QCOMPARE(words.pages, u"31 of 149,414"_s);
        QCOMPARE(words.data, u"127 KB, stored as 18 KB"_s);
        QCOMPARE(words.database, u"612 MB"_s);
    }
};

QTEST_GUILESS_MAIN(TestTimeWords)
#include "tst_time_words.moc"
