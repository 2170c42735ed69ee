#include "app/timeline/time_words.h"

#include "app/timeline/timeline_text.h"

#include <QDateTime>

#include <array>
#include <cmath>
#include <cstdlib>

using namespace Qt::StringLiterals;

namespace tidemark::app::timeline {
namespace {

QDateTime utc(Millis ms)
{
    return QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC);
}

QString seconds(Millis ms, const Speech& speech)
{
    if (ms % kSecondMs == 0 || ms >= 10 * kSecondMs) {
        return Text::tr("%1 s").arg(speech.locale.toString(ms / kSecondMs));
    }
    return Text::tr("%1 s").arg(
        speech.locale.toString(static_cast<double>(ms) / 1e3, 'f', ms < kSecondMs ? 3 : 1));
}

}  // namespace

QDateTime inZone(Millis ms, const Speech& speech)
{
    return QDateTime::fromMSecsSinceEpoch(ms, speech.zone);
}

QString preciseTime(Millis ms, const Speech& speech)
{
    return speech.locale.toString(inZone(ms, speech), u"HH:mm:ss.zzz"_s);
}

QString clockTime(Millis ms, const Speech& speech)
{
    return speech.locale.toString(inZone(ms, speech), u"HH:mm:ss"_s);
}

QString shortTime(Millis ms, const Speech& speech)
{
    return speech.locale.toString(inZone(ms, speech), u"HH:mm"_s);
}

QString shortDay(Millis ms, const Speech& speech)
{
    return speech.locale.toString(inZone(ms, speech), Text::tr("ddd d MMM", "date, no year"));
}

QString fullDay(Millis ms, const Speech& speech)
{
    return speech.locale.toString(inZone(ms, speech), Text::tr("ddd d MMM yyyy", "date with year"));
}

QString zoneName(Millis ms, const Speech& speech)
{
    return speech.zone.abbreviation(inZone(ms, speech));
}

QString preciseUtc(Millis ms, const Speech& speech)
{
    QString time = utc(ms).toString(u"HH:mm:ss.zzz'Z'"_s);
    if (inZone(ms, speech).date() == utc(ms).date()) {
        return time;
    }
    return utc(ms).toString(u"yyyy-MM-dd "_s) + time;
}

QString shortUtc(Millis ms)
{
    return utc(ms).toString(u"HH:mm:ss'Z'"_s);
}

QString isoUtc(Millis ms)
{
    return utc(ms).toString(u"yyyy-MM-dd'T'HH:mm:ss.zzz'Z'"_s);
}

QString length(Millis ms, const Speech& speech)
{
    const Millis span = std::abs(ms);
    const auto whole = [&](Millis value) { return speech.locale.toString(value); };
    if (span < kMinuteMs) {
        return seconds(span, speech);
    }
    if (span < kHourMs) {
        const Millis rest = span % kMinuteMs / kSecondMs;
        return rest == 0 || span >= 10 * kMinuteMs
                   ? Text::tr("%1 min").arg(whole(span / kMinuteMs))
                   : Text::tr("%1 min %2 s").arg(whole(span / kMinuteMs), whole(rest));
    }
    if (span < 2 * kDayMs) {
        const Millis rest = span % kHourMs / kMinuteMs;
        return rest == 0 || span >= kDayMs
                   ? Text::tr("%1 h").arg(whole(span / kHourMs))
                   : Text::tr("%1 h %2 min").arg(whole(span / kHourMs), whole(rest));
    }
    return Text::tr("%Ln day(s)", "", static_cast<int>((span + kDayMs / 2) / kDayMs));
}

QString age(Millis ms, Millis nowMs, const Speech& speech)
{
    const Millis old = nowMs - ms;
    const auto whole = [&](Millis value) { return speech.locale.toString(value); };
    if (old < kSecondMs) {
        return Text::tr("just now");
    }
    if (old < kMinuteMs) {
        return Text::tr("%1 s ago").arg(whole(old / kSecondMs));
    }
    if (old < kHourMs) {
        return Text::tr("%1 min ago").arg(whole(old / kMinuteMs));
    }
    if (old < 2 * kDayMs) {
        return Text::tr("%1 h ago").arg(whole(old / kHourMs));
    }
    return Text::tr("%Ln day(s) ago", "", static_cast<int>(old / kDayMs));
}

QString dataSize(std::uint64_t bytes, const Speech& speech)
{
    static constexpr std::array kUnits = {
        QT_TRANSLATE_NOOP("Timeline", "%1 B"), QT_TRANSLATE_NOOP("Timeline", "%1 KB"),
        QT_TRANSLATE_NOOP("Timeline", "%1 MB"), QT_TRANSLATE_NOOP("Timeline", "%1 GB"),
        QT_TRANSLATE_NOOP("Timeline", "%1 TB")};
    auto amount = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (amount >= 999.5 && unit + 1 < kUnits.size()) {
        amount /= 1000;
        ++unit;
    }
    const bool fraction = unit > 0 && amount < 9.95;
    return QCoreApplication::translate("Timeline", kUnits[unit])
        .arg(speech.locale.toString(amount, 'f', fraction ? 1 : 0));
}

QString number(std::uint64_t value, const Speech& speech)
{
    return speech.locale.toString(static_cast<qulonglong>(value));
}

QString stretch(Millis fromMs, Millis toMs, const Speech& speech)
{
    const Millis span = toMs - fromMs;
    const QString dash = Text::tr("%1 – %2", "from, to");
    if (span >= 7 * kDayMs) {
        const bool sameYear =
            inZone(fromMs, speech).date().year() == inZone(toMs, speech).date().year();
        const QString form = sameYear ? Text::tr("d MMM", "day and month")
                                      : Text::tr("d MMM yyyy", "day, month and year");
        return dash.arg(speech.locale.toString(inZone(fromMs, speech), form),
                        speech.locale.toString(inZone(toMs, speech), form));
    }
    const bool sameDay = inZone(fromMs, speech).date() == inZone(toMs, speech).date();
    const auto time = [&](Millis ms) {
        return span < 2 * kMinuteMs ? clockTime(ms, speech) : shortTime(ms, speech);
    };
    if (sameDay) {
        return dash.arg(time(fromMs), time(toMs));
    }
    const QString dayAndTime = Text::tr("%1, %2", "day, time");
    return dash.arg(dayAndTime.arg(shortDay(fromMs, speech), time(fromMs)),
                    dayAndTime.arg(shortDay(toMs, speech), time(toMs)));
}

}  // namespace tidemark::app::timeline
