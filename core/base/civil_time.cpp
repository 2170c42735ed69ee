#include "core/base/civil_time.h"

#include <cstddef>

namespace tidemark {
namespace {

constexpr std::size_t kMaxFractionDigits = 12;

/// Exactly `count` digits.
std::optional<int> takeDigits(std::string_view& text, std::size_t count)
{
    if (text.size() < count) {
        return std::nullopt;
    }
    int value = 0;
    for (const char digit : text.substr(0, count)) {
        if (digit < '0' || digit > '9') {
            return std::nullopt;
        }
        value = value * 10 + (digit - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, char expected)
{
    if (text.empty() || text.front() != expected) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

/// The digits behind a point, in milliseconds.
std::optional<int> takeFraction(std::string_view& text)
{
    int milliseconds = 0;
    std::size_t count = 0;
    for (int weight = 100; count < kMaxFractionDigits; ++count, weight /= 10) {
        const auto digit = takeDigits(text, 1);
        if (!digit) {
            break;
        }
        milliseconds += *digit * weight;
    }
    return count == 0 ? std::nullopt : std::optional(milliseconds);
}

}  // namespace

CivilTime inUtc(Timestamp time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    return {.year = static_cast<int>(date.year()),
            .month = static_cast<int>(static_cast<unsigned>(date.month())),
            .day = static_cast<int>(static_cast<unsigned>(date.day())),
            .hour = static_cast<int>(clock.hours().count()),
            .minute = static_cast<int>(clock.minutes().count()),
            .second = static_cast<int>(clock.seconds().count()),
            .millisecond = static_cast<int>(clock.subseconds().count())};
}

Timestamp fromUtc(const CivilTime& time)
{
    const std::chrono::year_month_day date(std::chrono::year(time.year),
                                           std::chrono::month(static_cast<unsigned>(time.month)),
                                           std::chrono::day(static_cast<unsigned>(time.day)));
    return std::chrono::sys_days(date) + std::chrono::hours(time.hour) +
           std::chrono::minutes(time.minute) + std::chrono::seconds(time.second) +
           std::chrono::milliseconds(time.millisecond);
}

std::optional<CivilTime> takeDate(std::string_view& text)
{
    std::string_view rest = text;
    CivilTime date;
    const auto year = takeDigits(rest, 4);
    const bool hasMonth = year && take(rest, '-');
    const auto month = hasMonth ? takeDigits(rest, 2) : std::nullopt;
    const bool hasDay = month && take(rest, '-');
    const auto day = hasDay ? takeDigits(rest, 2) : std::nullopt;
    if (!day) {
        return std::nullopt;
    }
    const std::chrono::year_month_day known(std::chrono::year(*year),
                                            std::chrono::month(static_cast<unsigned>(*month)),
                                            std::chrono::day(static_cast<unsigned>(*day)));
    if (!known.ok()) {
        return std::nullopt;
    }
    date.year = *year;
    date.month = *month;
    date.day = *day;
    text = rest;
    return date;
}

bool takeTimeOfDay(std::string_view& text, CivilTime& into)
{
    std::string_view rest = text;
    const auto hour = takeDigits(rest, 2);
    const bool hasMinute = hour && take(rest, ':');
    const auto minute = hasMinute ? takeDigits(rest, 2) : std::nullopt;
    if (!minute || *hour > 23 || *minute > 59) {
        return false;
    }
    const bool hasSecond = take(rest, ':');
    const auto second = hasSecond ? takeDigits(rest, 2) : std::optional(0);
    if (!second || *second > 59) {
        return false;
    }
    const bool hasFraction = hasSecond && take(rest, '.');
    const auto millisecond = hasFraction ? takeFraction(rest) : std::optional(0);
    if (!millisecond) {
        return false;
    }
    into.hour = *hour;
    into.minute = *minute;
    into.second = *second;
    into.millisecond = *millisecond;
    text = rest;
    return true;
}

std::optional<std::chrono::minutes> takeZoneOffset(std::string_view& text)
{
    std::string_view rest = text;
    if (take(rest, 'Z') || take(rest, 'z')) {
        text = rest;
        return std::chrono::minutes(0);
    }
    const bool isAhead = take(rest, '+');
    if (!isAhead && !take(rest, '-')) {
        return std::nullopt;
    }
    const auto hours = takeDigits(rest, 2);
    const bool hasMinutes = hours && take(rest, ':');
    const auto minutes = hasMinutes ? takeDigits(rest, 2) : std::nullopt;
    if (!minutes || *hours > 23 || *minutes > 59) {
        return std::nullopt;
    }
    text = rest;
    const std::chrono::minutes offset(*hours * 60 + *minutes);
    return isAhead ? offset : -offset;
}

}  // namespace tidemark
