#include "app/timeline/go_to.h"

#include "app/timeline/timeline_text.h"

#include <QDateTime>
#include <QRegularExpression>

using namespace Qt::StringLiterals;

namespace tidemark::app::timeline {
namespace {

/// Longer amounts are a slip of the hand, and would leave the range of dates.
constexpr int kMostDigits = 6;
constexpr qsizetype kLongestText = 64;

QTime timeFrom(const QString& text)
{
    for (const QString& form : {u"H:mm"_s, u"H:mm:ss"_s, u"H:mm:ss.z"_s}) {
        if (const QTime time = QTime::fromString(text, form); time.isValid()) {
            return time;
        }
    }
    return {};
}

Millis millisOf(QDate date, QTime time, const Speech& speech)
{
    return QDateTime(date, time, speech.zone).toMSecsSinceEpoch();
}

Millis unitMs(QChar unit)
{
    switch (unit.unicode()) {
    case 's': return kSecondMs;
    case 'm': return kMinuteMs;
    case 'h': return kHourMs;
    case 'd': return kDayMs;
    default: return 7 * kDayMs;
    }
}

/// "-20m", "-1h 30m", "20 min ago"
std::optional<Millis> amountAgo(const QString& text)
{
    static const QRegularExpression whole(
        u"^(?:-\\s*)?((?:\\d+\\s*(?:s|sec|m|min|h|d|days?|w)\\s*)+)(?:ago)?$"_s);
    static const QRegularExpression part(u"(\\d+)\\s*([smhdw])"_s);
    const bool saysAgo = text.startsWith('-'_L1) || text.endsWith("ago"_L1);
    const auto matched = whole.match(text);
    if (!saysAgo || !matched.hasMatch()) {
        return {};
    }
    Millis total = 0;
    for (auto parts = part.globalMatch(matched.captured(1)); parts.hasNext();) {
        const auto one = parts.next();
        if (one.captured(1).size() > kMostDigits) {
            return {};
        }
        total += one.captured(1).toLongLong() * unitMs(one.captured(2).front());
    }
    return total;
}

/// "yesterday 17:00", "today", with the words of `speech`'s language too.
std::optional<Millis> namedDay(const QString& text, QDate today, const Speech& speech)
{
    const auto tryDay = [&](const QString& word, QDate date) -> std::optional<Millis> {
        if (!text.startsWith(word)) {
            return {};
        }
        const QString rest = text.mid(word.size()).trimmed();
        if (rest.isEmpty()) {
            return date.startOfDay(speech.zone).toMSecsSinceEpoch();
        }
        const QTime time = timeFrom(rest);
        return time.isValid() ? std::optional(millisOf(date, time, speech)) : std::nullopt;
    };
    for (const QString& word : {u"yesterday"_s, Text::tr("yesterday").toLower()}) {
        if (const auto found = tryDay(word, today.addDays(-1))) {
            return found;
        }
    }
    for (const QString& word : {u"today"_s, Text::tr("today").toLower()}) {
        if (const auto found = tryDay(word, today)) {
            return found;
        }
    }
    return {};
}

/// The last time at which a clock on the wall showed it.
Millis lastTimeOfDay(QTime time, Millis nowMs, const Speech& speech)
{
    const QDate today = QDateTime::fromMSecsSinceEpoch(nowMs, speech.zone).date();
    const Millis ms = millisOf(today, time, speech);
    return ms <= nowMs ? ms : millisOf(today.addDays(-1), time, speech);
}

std::optional<Millis> isoTime(const QString& text, const Speech& speech)
{
    QString iso = text.toUpper();
    if (iso.size() > 10 && iso[10] == ' '_L1) {
        iso[10] = 'T'_L1;
    }
    if (iso.size() == 10) {
        const QDate date = QDate::fromString(iso, Qt::ISODate);
        return date.isValid() ? std::optional(date.startOfDay(speech.zone).toMSecsSinceEpoch())
                              : std::nullopt;
    }
    const QDateTime read = QDateTime::fromString(iso, Qt::ISODateWithMs);
    if (!read.isValid()) {
        return {};
    }
    return read.timeSpec() == Qt::LocalTime ? millisOf(read.date(), read.time(), speech)
                                            : read.toMSecsSinceEpoch();
}

/// "17 Sep", "17 Sep 14:31", "17 Sep 2026 14:31": without a year, the last such day.
std::optional<Millis> namedDate(const QString& text, Millis nowMs, const Speech& speech)
{
    const int year = QDateTime::fromMSecsSinceEpoch(nowMs, speech.zone).date().year();
    for (const QLocale& locale : {speech.locale, QLocale::c()}) {
        for (const QString& form :
             {u"d MMM yyyy H:mm:ss"_s, u"d MMM yyyy H:mm"_s, u"d MMM yyyy"_s}) {
            for (const QString& candidate :
                 {text,
                  QString(text).replace(QRegularExpression(u"^(\\d+\\s+\\D+?)(?=\\s+\\d+:|$)"_s),
                                        u"\\1 %1"_s.arg(year))}) {
                const QDateTime read = locale.toDateTime(candidate, form);
                if (read.isValid()) {
                    const Millis ms = millisOf(read.date(), read.time(), speech);
                    const bool ahead = ms > nowMs && candidate != text;
                    return ahead ? millisOf(read.date().addYears(-1), read.time(), speech) : ms;
                }
            }
        }
    }
    return {};
}

std::optional<std::uint64_t> momentNumber(const QString& text)
{
    static const QRegularExpression form(u"^(?:#|moment\\s+)([\\d., ]+)$"_s);
    const auto matched = form.match(text);
    if (!matched.hasMatch()) {
        return {};
    }
    bool ok = false;
    const auto number = matched.captured(1).remove(QRegularExpression(u"[., ]"_s)).toULongLong(&ok);
    return ok ? std::optional<std::uint64_t>(number) : std::nullopt;
}

}  // namespace

std::optional<Destination> parseGoTo(const QString& text, Millis nowMs, const Speech& speech)
{
    const QString words = text.trimmed().simplified();
    const QString lower = words.toLower();
    if (lower.isEmpty() || lower.size() > kLongestText) {
        return {};
    }
    if (lower == "now"_L1 || lower == Text::tr("now").toLower()) {
        return Destination{.atMs = nowMs};
    }
    if (const auto number = momentNumber(lower)) {
        return Destination{.number = number};
    }
    if (const auto ago = amountAgo(lower)) {
        return Destination{.atMs = nowMs - *ago};
    }
    if (const QTime time = timeFrom(lower); time.isValid()) {
        return Destination{.atMs = lastTimeOfDay(time, nowMs, speech)};
    }
    const QDate today = QDateTime::fromMSecsSinceEpoch(nowMs, speech.zone).date();
    for (const auto& found : {namedDay(lower, today, speech), isoTime(words, speech),
                              namedDate(words, nowMs, speech)}) {
        if (found) {
            return Destination{.atMs = found};
        }
    }
    return {};
}

}  // namespace tidemark::app::timeline
