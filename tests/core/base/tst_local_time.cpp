#include "core/base/local_time.h"
#include "core/base/rfc3339.h"

#include <QTest>

using namespace tidemark;
using namespace std::chrono_literals;

namespace {

Timestamp utc(std::string_view text)
{
    return parseRfc3339(text).value();
}

}  // namespace

class TestLocalTime : public QObject {
    Q_OBJECT

private slots:
    void init() { qputenv("TZ", "Europe/Berlin"); }

    void rfc3339ReadsWhatItWrites()
    {
        for (const char* text : {"1970-01-01T00:00:00.000Z", "2026-11-22T12:31:06.812Z",
                                 "1969-12-31T23:59:59.999Z", "2024-02-29T00:00:00.001Z"}) {
            QCOMPARE(formatRfc3339(utc(text)), std::string(text));
        }
    }

    void rfc3339TakesOffsetsAndFractions()
    {
        QCOMPARE(utc("2026-11-22T13:31:06+01:00"), utc("2026-11-22T12:31:06Z"));
        QCOMPARE(utc("2026-11-22 12:31-00:30"), utc("2026-11-22T13:01:00Z"));
        QCOMPARE(utc("2026-11-22t12:31:06.8129999z"), utc("2026-11-22T12:31:06.812Z"));
        QCOMPARE(utc("2026-11-22T12:31:06.5Z"), utc("2026-11-22T12:31:06.500Z"));
    }

    void rfc3339RefusesWhatIsNone()
    {
        for (const char* text :
             {"", "2026-11-22", "2026-11-22T12:31:06", "2026-02-30T00:00:00Z",
              "2026-13-01T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T12:60:00Z",
              "2026-11-22T12:31:06.Z", "2026-11-22T12:31:06Zx", "2026-11-22T12:31:06+1:00",
              "26-11-22T12:31:06Z", "2026-11-22X12:31:06Z", "2026-11-22T12:31:60Z"}) {
            QVERIFY2(!parseRfc3339(text), text);
        }
    }

    void localTimesGoThereAndBack()
    {
        for (Timestamp time = utc("2026-01-01T00:00:00.123Z"); time < utc("2027-01-01T00:00:00Z");
             time += 5h) {
            QCOMPARE(fromLocalZone(inLocalZone(time).civil), time);
        }
        QCOMPARE(inLocalZone(utc("2026-07-01T12:00:00Z")).zone, std::string("CEST"));
        QCOMPARE(inLocalZone(utc("2026-07-01T12:00:00Z")).civil.hour, 14);
    }

    void ofTwoEqualLocalTimesTheLaterCounts()
    {
        const CivilTime twice{.year = 2026, .month = 10, .day = 25, .hour = 2, .minute = 30};
        QCOMPARE(fromLocalZone(twice), utc("2026-10-25T01:30:00Z"));
    }

    void aTimeThatTheClockSkippedLiesBehindTheJump()
    {
        const CivilTime never{.year = 2026, .month = 3, .day = 29, .hour = 2, .minute = 30};
        QCOMPARE(fromLocalZone(never), utc("2026-03-29T01:30:00Z"));
    }
};

QTEST_APPLESS_MAIN(TestLocalTime)
#include "tst_local_time.moc"
