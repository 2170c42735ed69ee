#include "app/timeline/time_axis.h"
#include "tests/app/timeline/histories.h"

#include <QTest>

using namespace tidemark::app::timeline;
using namespace tidemark::app::timeline::tests;

namespace {

Millis berlinTime(int year, int month, int day, int hour = 0)
{
    return QDateTime(QDate(year, month, day), QTime(hour, 0), QTimeZone("Europe/Berlin"))
        .toMSecsSinceEpoch();
}

QStringList labels(const std::vector<Tick>& ticks)
{
    QStringList labels;
    for (const Tick& tick : ticks) {
        if (!tick.label.isEmpty()) {
            labels << tick.label;
        }
    }
    return labels;
}

std::vector<Tick> ticksOf(ViewWindow window, double widthPx = 912)
{
    return axisTicks(window, widthPx, berlin(), sixPixelsALetter);
}

}  // namespace

class TestTimeAxis : public QObject {
    Q_OBJECT

private slots:
    void ninetyMinutesHaveATickAQuarter()
    {
        const Millis from = berlinTime(2026, 9, 17, 13) + 25 * kMinuteMs;
        QCOMPARE(labels(ticksOf({from, from + 90 * kMinuteMs})),
                 QStringList({"13:30", "13:45", "14:00", "14:15", "14:30", "14:45"}));
    }

    void midnightCarriesTheNameOfItsDay()
    {
        const Millis from = berlinTime(2026, 9, 16, 15);
        const auto ticks = ticksOf({from, from + 24 * kHourMs});
        QCOMPARE(labels(ticks), QStringList({"15:00", "18:00", "21:00", "Thu 17 Sep", "03:00",
                                             "06:00", "09:00", "12:00", "15:00"}));
    }

    void theShortDayHasTwentyThreeHoursAndNoTickInTheSkippedOne()
    {
        const auto ticks = ticksOf({berlinTime(2026, 3, 29), berlinTime(2026, 3, 30) - 1}, 2400);
        QStringList hours;
        for (const Tick& tick : ticks) {
            if (tick.major) {
                hours << tick.label;
            }
        }
        QCOMPARE(hours.size(), 23);
        QVERIFY(!hours.contains("02:00"));
        QCOMPARE(hours.at(1), "01:00");
        QCOMPARE(hours.at(2), "03:00");
    }

    void theLongDayHasTwentyFiveHoursAndTheDoubledOneTwice()
    {
        const auto ticks = ticksOf({berlinTime(2026, 10, 25), berlinTime(2026, 10, 26) - 1}, 2600);
        QCOMPARE(labels(ticks).size(), 25);
        QCOMPARE(labels(ticks).count("02:00"), 2);
    }

    void daysStandAtLocalMidnightAroundAChangeOfTheOffset()
    {
        const Millis from = berlinTime(2026, 10, 20);
        for (const Tick& tick : ticksOf({from, from + 12 * kDayMs})) {
            const auto local =
                QDateTime::fromMSecsSinceEpoch(tick.atMs, QTimeZone("Europe/Berlin"));
            QCOMPARE(local.time(), QTime(0, 0));
        }
    }

    void labelsNeverOverlapAndTicksStayFew()
    {
        for (double span = 1'000; span < 40.0 * 365 * kDayMs; span *= 1.37) {
            const ViewWindow window{kNowMs - static_cast<Millis>(span), kNowMs};
            for (const double width : {300.0, 912.0, 1768.0}) {
                const auto ticks = ticksOf(window, width);
                QVERIFY2(static_cast<double>(ticks.size()) <= width,
                         qPrintable(QString::number(span)));
                const TimeScale scale(window, 0, width);
                double free = -1e9;
                for (const Tick& tick : ticks) {
                    if (tick.label.isEmpty()) {
                        continue;
                    }
                    QVERIFY(scale.pxAt(tick.atMs) >= free);
                    free = scale.pxAt(tick.atMs) + sixPixelsALetter(tick.label, true);
                }
            }
        }
    }

    void utcTicksStandOnRoundHoursOfUtc()
    {
        Speech speech = berlin();
        speech.zone = QTimeZone::utc();
        const auto ticks =
            axisTicks({kNowMs - 10 * kHourMs, kNowMs}, 912, speech, sixPixelsALetter);
        for (const Tick& tick : ticks) {
            QVERIFY(!tick.major || tick.atMs % kHourMs == 0);
        }
    }
};

QTEST_GUILESS_MAIN(TestTimeAxis)
#include "tst_time_axis.moc"
