#include "core/config/when.h"

#include "core/base/local_time.h"
#include "core/base/rfc3339.h"
#include "core/base/whole_number.h"
#include "core/replica/mark.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>

namespace tidemark::config {
namespace {

constexpr std::size_t kHexDigits = 16;

/// In weeks 19,000 years: longer ago than any replica, and a sum of some still fits.
constexpr std::int64_t kMaxAgo = 1'000'000;

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

std::optional<std::chrono::seconds> unitOf(char letter)
{
    switch (letter) {
    case 's': return std::chrono::seconds(1);
    case 'm': return std::chrono::minutes(1);
    case 'h': return std::chrono::hours(1);
    case 'd': return std::chrono::days(1);
    case 'w': return std::chrono::weeks(1);
    default: return std::nullopt;
    }
}

/// "1h30m" of "-1h30m".
std::optional<std::chrono::seconds> parseAgo(std::string_view text)
{
    std::chrono::seconds ago(0);
    while (!text.empty()) {
        std::int64_t count = 0;
        const char* const end = text.data() + text.size();
        const auto [stopped, error] = std::from_chars(text.data(), end, count);
        if (error != std::errc() || stopped == end || count < 0 || count > kMaxAgo) {
            return std::nullopt;
        }
        const auto unit = unitOf(*stopped);
        if (!unit) {
            return std::nullopt;
        }
        ago += count * *unit;
        text.remove_prefix(static_cast<std::size_t>(stopped + 1 - text.data()));
    }
    return ago;
}

/// `days` before the day that `civil` names.
CivilTime daysBefore(const CivilTime& civil, int days)
{
    return inUtc(fromUtc(civil) - std::chrono::days(days));
}

/// A day, spelled out or by name, with a time of day behind it.
std::optional<Timestamp> parseDayAndTime(std::string_view text, const CivilTime& today)
{
    CivilTime day = today;
    if (takeWord(text, "yesterday")) {
        day = daysBefore(today, 1);
    } else if (!takeWord(text, "today")) {
        const auto date = takeDate(text);
        if (!date) {
            return std::nullopt;
        }
        day = *date;
    }
    const bool isSeparated = takeWord(text, "T") || text.starts_with(' ');
    skipSpaces(text);
    if (!isSeparated || !takeTimeOfDay(text, day) || !text.empty()) {
        return std::nullopt;
    }
    return fromLocalZone(day);
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

Error notATime(std::string_view text)
{
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("config", "\"%1\" is not a moment."), {std::string(text)}},
            .next = {TIDEMARK_TEXT("config",
                                   "Write latest, txid:42, mark:NAME, 2026-11-22T17:00:00Z, "
                                   "\"2026-11-22 17:00\", -20m, \"yesterday 17:00\" or 14:31.")}};
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
    TIDEMARK_TRY(const Timestamp time, parseTime(text, now));
    return replica::Wish(replica::AtTime{time});
}

Result<Timestamp> parseTime(std::string_view text, Timestamp now)
{
    text = trimmed(text);
    if (text.starts_with('-') && text.size() > 1) {
        const auto ago = parseAgo(text.substr(1));
        return ago ? Result<Timestamp>(now - *ago) : notATime(text);
    }
    if (const auto time = parseRfc3339(text)) {
        return *time;
    }
    const CivilTime today = inLocalZone(now).civil;
    if (const auto time = parseDayAndTime(text, today)) {
        return *time;
    }
    if (const auto time = parseTimeOfDay(text, now, today)) {
        return *time;
    }
    return notATime(text);
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
