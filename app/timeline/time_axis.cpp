#include "app/timeline/time_axis.h"

#include "app/timeline/timeline_text.h"

#include <QDateTime>

#include <algorithm>
#include <array>
#include <cmath>

using namespace Qt::StringLiterals;

namespace tidemark::app::timeline {
namespace {

/// Labelled ticks are at least this far apart, and so much air is behind each label.
constexpr double kLeastLabelDistancePx = 80;
constexpr double kAirBehindLabelPx = 20;

enum class Unit { Clock, Day, Week, Month, Year };

/// A distance of labelled ticks and of the small ones between them; in milliseconds for Clock, else
/// in units. `minor` 0: none.
struct Step {
    Unit unit;
    Millis major;
    Millis minor;
    double lengthMs;  ///< Of the major one, about.
};

constexpr Step clockStep(Millis major, Millis minor)
{
    return {Unit::Clock, major, minor, static_cast<double>(major)};
}

constexpr auto kSteps = std::to_array<Step>({
    clockStep(100, 20),
    clockStep(200, 50),
    clockStep(500, 100),
    clockStep(kSecondMs, 200),
    clockStep(2 * kSecondMs, 500),
    clockStep(5 * kSecondMs, kSecondMs),
    clockStep(15 * kSecondMs, 5 * kSecondMs),
    clockStep(30 * kSecondMs, 10 * kSecondMs),
    clockStep(kMinuteMs, 15 * kSecondMs),
    clockStep(2 * kMinuteMs, 30 * kSecondMs),
    clockStep(5 * kMinuteMs, kMinuteMs),
    clockStep(15 * kMinuteMs, 5 * kMinuteMs),
    clockStep(30 * kMinuteMs, 10 * kMinuteMs),
    clockStep(kHourMs, 15 * kMinuteMs),
    clockStep(3 * kHourMs, kHourMs),
    clockStep(6 * kHourMs, 2 * kHourMs),
    clockStep(12 * kHourMs, 3 * kHourMs),
    {Unit::Day, 1, 0, 1.0 * kDayMs},
    {Unit::Day, 3, 1, 3.0 * kDayMs},
    {Unit::Week, 1, 1, 7.0 * kDayMs},
    {Unit::Week, 2, 1, 14.0 * kDayMs},
    {Unit::Month, 1, 0, 30.5 * kDayMs},
    {Unit::Month, 3, 1, 91.0 * kDayMs},
    {Unit::Year, 1, 0, 365.25 * kDayMs},
    {Unit::Year, 2, 1, 2 * 365.25 * kDayMs},
    {Unit::Year, 5, 1, 5 * 365.25 * kDayMs},
    {Unit::Year, 10, 1, 10 * 365.25 * kDayMs},
    {Unit::Year, 50, 10, 50 * 365.25 * kDayMs},
});

/// A tick's label takes as much room as this one.
QString widestLabel(const Step& step, const ViewWindow& window, const Speech& speech)
{
    if (step.unit == Unit::Clock) {
        return step.major < kSecondMs   ? preciseTime(window.fromMs, speech)
               : step.major < kMinuteMs ? clockTime(window.fromMs, speech)
                                        : shortTime(window.fromMs, speech);
    }
    return step.unit == Unit::Year ? u"0000"_s : shortDay(window.fromMs, speech);
}

const Step& stepFor(const ViewWindow& window, double widthPx, const Speech& speech,
                    const MeasureText& measure)
{
    const double msPerPx = static_cast<double>(window.spanMs()) / std::max(1.0, widthPx);
    const auto fits = [&](const Step& step) {
        const double room =
            std::max(kLeastLabelDistancePx,
                     measure(widestLabel(step, window, speech), true) + kAirBehindLabelPx);
        return step.lengthMs / msPerPx >= room;
    };
    const auto* const found = std::ranges::find_if(kSteps, fits);
    return found == kSteps.end() ? kSteps.back() : *found;
}

/// The times at which the zone's offset changes, with the window's ends around them.
std::vector<Millis> offsetBorders(const ViewWindow& window, const Speech& speech)
{
    std::vector<Millis> borders{window.fromMs};
    if (speech.zone.hasTransitions()) {
        for (const auto& transition :
             speech.zone.transitions(inZone(window.fromMs, speech), inZone(window.toMs, speech))) {
            const Millis ms = transition.atUtc.toMSecsSinceEpoch();
            if (ms > borders.back() && ms <= window.toMs) {
                borders.push_back(ms);
            }
        }
    }
    borders.push_back(window.toMs + 1);
    return borders;
}

Tick clockTick(Millis ms, Millis localMs, const Step& step, const Speech& speech)
{
    Tick tick{.atMs = ms, .major = localMs % step.major == 0};
    if (!tick.major) {
        return tick;
    }
    tick.newDay = localMs % kDayMs == 0;
    tick.label = tick.newDay              ? shortDay(ms, speech)
                 : step.major < kSecondMs ? preciseTime(ms, speech)
                 : step.major < kMinuteMs ? clockTime(ms, speech)
                                          : shortTime(ms, speech);
    return tick;
}

/// Round times of the local clock: between two changes of the offset it runs as evenly as UTC does,
/// so an hour that is skipped has no tick and one that comes twice has two.
std::vector<Tick> clockTicks(const Step& step, const ViewWindow& window, const Speech& speech)
{
    std::vector<Tick> ticks;
    const auto borders = offsetBorders(window, speech);
    for (std::size_t i = 0; i + 1 < borders.size(); ++i) {
        const Millis offsetMs = inZone(borders[i], speech).offsetFromUtc() * kSecondMs;
        const Millis fromLocal = borders[i] + offsetMs;
        const Millis over = ((fromLocal % step.minor) + step.minor) % step.minor;
        Millis local = over == 0 ? fromLocal : fromLocal + step.minor - over;
        for (; local - offsetMs < borders[i + 1]; local += step.minor) {
            ticks.push_back(clockTick(local - offsetMs, local, step, speech));
        }
    }
    return ticks;
}

QDate firstOf(Unit unit, QDate date)
{
    switch (unit) {
    case Unit::Week: return date.addDays(1 - date.dayOfWeek());
    case Unit::Month: return {date.year(), date.month(), 1};
    case Unit::Year: return {date.year(), 1, 1};
    case Unit::Clock:
    case Unit::Day: return date;
    }
    Q_UNREACHABLE();
}

QDate next(Unit unit, QDate date)
{
    switch (unit) {
    case Unit::Week: return date.addDays(7);
    case Unit::Month: return date.addMonths(1);
    case Unit::Year: return date.addYears(1);
    case Unit::Clock:
    case Unit::Day: return date.addDays(1);
    }
    Q_UNREACHABLE();
}

bool isMajor(const Step& step, QDate date)
{
    switch (step.unit) {
    case Unit::Week: return (date.toJulianDay() / 7) % step.major == 0;
    case Unit::Month: return (date.month() - 1) % step.major == 0;
    case Unit::Year: return date.year() % step.major == 0;
    case Unit::Clock:
    case Unit::Day: return date.toJulianDay() % step.major == 0;
    }
    Q_UNREACHABLE();
}

QString dateLabel(Unit unit, Millis ms, const Speech& speech)
{
    const QDateTime moment = inZone(ms, speech);
    if (unit == Unit::Year || (unit == Unit::Month && moment.date().month() == 1)) {
        return moment.toString(u"yyyy"_s);
    }
    return unit == Unit::Month ? speech.locale.toString(moment, Text::tr("MMM yyyy", "month"))
                               : shortDay(ms, speech);
}

std::vector<Tick> dateTicks(const Step& step, const ViewWindow& window, const Speech& speech)
{
    std::vector<Tick> ticks;
    QDate date = firstOf(step.unit, inZone(window.fromMs, speech).date());
    const QDate last = inZone(window.toMs, speech).date();
    for (; date <= last; date = next(step.unit, date)) {
        const Millis ms = date.startOfDay(speech.zone).toMSecsSinceEpoch();
        const bool major = isMajor(step, date);
        if (!window.contains(ms) || (!major && step.minor == 0)) {
            continue;
        }
        const bool yearBegins = step.unit == Unit::Month && date.month() == 1;
        ticks.push_back({.atMs = ms,
                         .major = major,
                         .newDay = major && yearBegins,
                         .label = major ? dateLabel(step.unit, ms, speech) : QString()});
    }
    return ticks;
}

/// Where the offset changes, round times come closer: the later label goes, but never a day's name.
void dropCrowdedLabels(std::vector<Tick>& ticks, const ViewWindow& window, double widthPx,
                       const MeasureText& measure)
{
    const TimeScale scale(window, 0, widthPx);
    Tick* previous = nullptr;
    for (Tick& tick : ticks) {
        if (tick.label.isEmpty()) {
            continue;
        }
        const double free =
            previous == nullptr
                ? -1e9
                : scale.pxAt(previous->atMs) + measure(previous->label, previous->newDay) + 8;
        if (scale.pxAt(tick.atMs) >= free) {
            previous = &tick;
        } else if (tick.newDay) {
            previous->label.clear();
            previous = &tick;
        } else {
            tick.label.clear();
        }
    }
}

}  // namespace

std::vector<Tick> axisTicks(const ViewWindow& window, double widthPx, const Speech& speech,
                            const MeasureText& measure)
{
    const Step& step = stepFor(window, widthPx, speech, measure);
    std::vector<Tick> ticks = step.unit == Unit::Clock ? clockTicks(step, window, speech)
                                                       : dateTicks(step, window, speech);
    dropCrowdedLabels(ticks, window, widthPx, measure);
    return ticks;
}

QString axisContext(const ViewWindow& window, const Speech& speech)
{
    // Up to three days the ticks are times of a day, and it is the day that they leave open.
    if (window.spanMs() < 4 * kDayMs) {
        return shortDay(window.fromMs, speech);
    }
    const QString from = inZone(window.fromMs, speech).toString(u"yyyy"_s);
    const QString to = inZone(window.toMs, speech).toString(u"yyyy"_s);
    return from == to ? from : Text::tr("%1 – %2", "from, to").arg(from, to);
}

}  // namespace tidemark::app::timeline
