#include "core/config/when.h"

#include "core/base/local_time.h"
#include "core/base/rfc3339.h"
#include "core/base/whole_number.h"
#include "core/replica/mark.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace tidemark::config {
namespace {

constexpr std::size_t kHexDigits = 16;

/// In weeks 19,000 years: longer ago than any replica, and a sum of some still fits.
constexpr std::int64_t kMaxAgo = 1'000'000;

constexpr std::string_view kAgo = " ago";

/// What zones set their clocks back by, the hour, and the half hour of Lord Howe.
constexpr std::array kSetBack{std::chrono::minutes(0), std::chrono::minutes(60),
                              std::chrono::minutes(30)};

bool takeWord(std::string_view& text, std::string_view word)
{
    if (!text.starts_with(word)) {
        return false;
    }
    text.remove_prefix(word.size());
    return true;
}

void skipSpaces(std::string_view& text)
{
    while (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
}

std::string_view trimmed(std::string_view text)
{
    skipSpaces(text);
    while (text.ends_with(' ')) {
        text.remove_suffix(1);
    }
    return text;
}

struct Unit {
    std::string_view name = {};
    std::chrono::seconds length{0};
};
/// The longest name first where one begins with another.
constexpr std::array kUnits{
    Unit{"seconds", std::chrono::seconds(1)}, Unit{"second", std::chrono::seconds(1)},
    Unit{"sec", std::chrono::seconds(1)},     Unit{"s", std::chrono::seconds(1)},
    Unit{"minutes", std::chrono::minutes(1)}, Unit{"minute", std::chrono::minutes(1)},
    Unit{"min", std::chrono::minutes(1)},     Unit{"m", std::chrono::minutes(1)},
    Unit{"hours", std::chrono::hours(1)},     Unit{"hour", std::chrono::hours(1)},
    Unit{"h", std::chrono::hours(1)},         Unit{"days", std::chrono::days(1)},
    Unit{"day", std::chrono::days(1)},        Unit{"d", std::chrono::days(1)},
    Unit{"weeks", std::chrono::weeks(1)},     Unit{"week", std::chrono::weeks(1)},
    Unit{"w", std::chrono::weeks(1)}};

std::optional<std::chrono::seconds> takeUnit(std::string_view& text)
{
    for (const Unit& unit : kUnits) {
        if (takeWord(text, unit.name)) {
            return unit.length;
        }
    }
    return std::nullopt;
}

/// "1h30m", "20 min": a sum of lengths of time.
std::optional<std::chrono::seconds> parseLength(std::string_view text)
{
    std::chrono::seconds length(0);
    bool isEmpty = true;
    while (!text.empty()) {
        std::int64_t count = 0;
        const char* const end = text.data() + text.size();
        const auto [stopped, error] = std::from_chars(text.data(), end, count);
        if (error != std::errc() || count < 0 || count > kMaxAgo) {
            return std::nullopt;
        }
        text.remove_prefix(static_cast<std::size_t>(stopped - text.data()));
        skipSpaces(text);
        const auto unit = takeUnit(text);
        if (!unit) {
            return std::nullopt;
        }
        length += count * *unit;
        skipSpaces(text);
        isEmpty = false;
    }
    return isEmpty ? std::nullopt : std::optional(length);
}

/// What is before now, of "-1h30m" and of "5 minutes ago".
std::optional<std::chrono::seconds> parseAgo(std::string_view text)
{
    const bool isNegative = takeWord(text, "-");
    const bool saysAgo = text.ends_with(kAgo);
    text.remove_suffix(saysAgo ? kAgo.size() : 0);
    return isNegative || saysAgo ? parseLength(text) : std::nullopt;
}

/// `days` before the day that `civil` names.
CivilTime daysBefore(const CivilTime& civil, int days)
{
    return inUtc(fromUtc(civil) - std::chrono::days(days));
}

/// A day and a time of day, and what stands behind them.
struct DayAndTime {
    CivilTime civil = {};
    std::string_view zone = {};
};

/// The day is spelled out or named; one that is named is a local one.
std::optional<DayAndTime> dayAndTimeOf(std::string_view text, const CivilTime& today)
{
    CivilTime day = today;
    bool isNamed = true;
    if (takeWord(text, "yesterday")) {
        day = daysBefore(today, 1);
    } else if (!takeWord(text, "today")) {
        const auto date = takeDate(text);
        if (!date) {
            return std::nullopt;
        }
        day = *date;
        isNamed = false;
    }
    const bool isSeparated = takeWord(text, "T") || text.starts_with(' ');
    skipSpaces(text);
    if (!isSeparated || !takeTimeOfDay(text, day) || (isNamed && !text.empty())) {
        return std::nullopt;
    }
    return DayAndTime{.civil = day, .zone = trimmed(text)};
}

/// The moment at which the local clock shows `civil` while its zone is called so. Of the hour that
/// comes twice when the clock is set back, the name tells which one is meant.
std::optional<Timestamp> fromZoneCalled(std::string_view zone, const CivilTime& civil)
{
    const Timestamp later = fromLocalZone(civil);
    for (const std::chrono::minutes back : kSetBack) {
        const LocalTime local = inLocalZone(later - back);
        if (local.civil == civil && local.zone == zone) {
            return later - back;
        }
    }
    return std::nullopt;
}

std::optional<Timestamp> parseDayAndTime(std::string_view text, const CivilTime& today)
{
    const auto written = dayAndTimeOf(text, today);
    if (!written) {
        return std::nullopt;
    }
    std::string_view zone = written->zone;
    if (zone.empty()) {
        return fromLocalZone(written->civil);
    }
    if (zone == "UTC") {
        return fromUtc(written->civil);
    }
    const auto ahead = takeZoneOffset(zone);
    return ahead && zone.empty() ? std::optional(fromUtc(written->civil) - *ahead)
                                 : fromZoneCalled(written->zone, written->civil);
}

std::optional<Timestamp> parseTimeOfDay(std::string_view text, Timestamp now,
                                        const CivilTime& today)
{
    CivilTime wanted = today;
    if (!takeTimeOfDay(text, wanted) || !text.empty()) {
        return std::nullopt;
    }
    const Timestamp time = fromLocalZone(wanted);
    return time <= now ? time : fromLocalZone(daysBefore(wanted, 1));
}

std::optional<Timestamp> timeOf(std::string_view text, Timestamp now)
{
    // As a list shows a time that its storage keeps to the second.
    takeWord(text, "about ");
    if (text == "now") {
        return now;
    }
    if (const auto ago = parseAgo(text)) {
        return now - *ago;
    }
    if (const auto time = parseRfc3339(text)) {
        return time;
    }
    const CivilTime today = inLocalZone(now).civil;
    const auto time = parseDayAndTime(text, today);
    return time ? time : parseTimeOfDay(text, now, today);
}

Error refused(Message what, Message next)
{
    return {.code = ErrorCode::Usage, .what = std::move(what), .next = std::move(next)};
}

bool isDayAlone(std::string_view text)
{
    return text == "today" || text == "yesterday" || (takeDate(text) && text.empty());
}

bool isCountAlone(std::string_view text)
{
    return takeWord(text, "-") && wholeNumber(text, 10).has_value();
}

/// What is missing in a text that is nearly a time; empty for one that is none at all.
std::optional<Error> nearlyATime(std::string_view text, Timestamp now)
{
    const std::string told(text);
    if (isDayAlone(text)) {
        return refused({TIDEMARK_TEXT("config", "\"%1\" says no time of day."), {told}},
                       {TIDEMARK_TEXT("config", "Write \"%1 17:00\"."), {told}});
    }
    if (parseLength(text)) {
        return refused(
            {TIDEMARK_TEXT("config", "\"%1\" is a length of time, not a moment."), {told}},
            {TIDEMARK_TEXT("config", "Write \"-%1\" for so long ago."), {told}});
    }
    if (isCountAlone(text)) {
        return refused({TIDEMARK_TEXT("config", "\"%1\" says no unit."), {told}},
                       {TIDEMARK_TEXT("config",
                                      "Write %1m for minutes; s, h, d and w are seconds, hours, "
                                      "days and weeks."),
                        {told}});
    }
    const auto written = dayAndTimeOf(text, inLocalZone(now).civil);
    if (written) {
        return refused(
            {TIDEMARK_TEXT("config", "\"%1\" is not the name of the local zone at that time."),
             {std::string(written->zone)}},
            {TIDEMARK_TEXT("config",
                           "Write UTC or an offset, +02:00, in its place, or leave it out for the "
                           "local zone.")});
    }
    return std::nullopt;
}

/// Where the name of a mark is written without what says so, that is said first.
Error notAMoment(std::string_view text)
{
    const std::string told(text);
    const Message what{TIDEMARK_TEXT("config", "\"%1\" is not a moment."), {told}};
    if (!replica::checkMarkName(text).ok()) {
        return refused(
            what, {TIDEMARK_TEXT("config",
                                 "Write latest, txid:42, mark:NAME, 2026-11-22T17:00:00Z, "
                                 "\"2026-11-22 17:00\", -20m, \"yesterday 17:00\" or 14:31.")});
    }
    return refused(what, {TIDEMARK_TEXT("config",
                                        "If it is the name of a mark, write \"mark:%1\"; else "
                                        "latest, txid:42, 2026-11-22T17:00:00Z, "
                                        "\"2026-11-22 17:00\", -20m, \"yesterday 17:00\" or "
                                        "14:31."),
                          {told}});
}

}  // namespace

Result<replica::Wish> parseWhen(std::string_view text, Timestamp now)
{
    text = trimmed(text);
    if (text == "latest") {
        return replica::Wish(replica::Latest{});
    }
    if (takeWord(text, "txid:")) {
        TIDEMARK_TRY(const ltx::TxId txId, parseTxId(text));
        return replica::Wish(replica::AtTxId{txId});
    }
    if (takeWord(text, "mark:")) {
        TIDEMARK_TRY_STATUS(replica::checkMarkName(text));
        return replica::Wish(replica::AtMark{std::string(text)});
    }
    if (const auto time = timeOf(text, now)) {
        return replica::Wish(replica::AtTime{*time});
    }
    return nearlyATime(text, now).value_or(notAMoment(text));
}

Result<Timestamp> parseTime(std::string_view text, Timestamp now)
{
    text = trimmed(text);
    if (const auto time = timeOf(text, now)) {
        return *time;
    }
    return nearlyATime(text, now).value_or(
        refused({TIDEMARK_TEXT("config", "\"%1\" is not a time."), {std::string(text)}},
                {TIDEMARK_TEXT("config",
                               "Write 2026-11-22T17:00:00Z, \"2026-11-22 17:00\", -20m, "
                               "\"yesterday 17:00\" or 14:31.")}));
}

Result<ltx::TxId> parseTxId(std::string_view text)
{
    const bool isMarked = text.starts_with("0x") || text.starts_with("0X");
    const bool isHex = isMarked || text.size() == kHexDigits;
    const std::string_view digits = isMarked ? text.substr(2) : text;
    const std::uint64_t value = wholeNumber(digits, isHex ? 16 : 10).value_or(0);
    if (value == 0) {
        return Error{
            .code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("config", "\"%1\" is not a transaction number."),
                     {std::string(text)}},
            .next = {TIDEMARK_TEXT("config",
                                   "Write a decimal number from 1, or hex with exactly 16 digits "
                                   "or 0x in front.")}};
    }
    return ltx::TxId{value};
}

}  // namespace tidemark::config
