#include "core/net/http_date.h"

#include "core/base/civil_time.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace tidemark::net {
namespace {

constexpr std::string_view kPattern = "Www, DD Mmm YYYY hh:mm:ss GMT";
constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

/// -1 for what is no number.
int number(std::string_view text)
{
    int value = -1;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool isWhole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    return isWhole && text.front() != '-' ? value : -1;
}

/// Whether what stands between the parts is as in the pattern.
bool isPunctuated(std::string_view text)
{
    for (std::size_t i = 0; i < kPattern.size(); ++i) {
        const bool separates = std::string_view(" ,:").find(kPattern[i]) != std::string_view::npos;
        if (separates && text[i] != kPattern[i]) {
            return false;
        }
    }
    return true;
}

}  // namespace

std::optional<Timestamp> parseHttpDate(std::string_view text)
{
    if (text.size() != kPattern.size() || !text.ends_with(" GMT") || !isPunctuated(text)) {
        return {};
    }
    unsigned month = 0;
    for (unsigned i = 0; i < kMonths.size(); ++i) {
        if (text.substr(8, 3) == kMonths[i]) {
            month = i + 1;
        }
    }
    const int day = number(text.substr(5, 2));
    const int year = number(text.substr(12, 4));
    const int hours = number(text.substr(17, 2));
    const int minutes = number(text.substr(20, 2));
    const int seconds = number(text.substr(23, 2));
    const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok() || year < 0 || hours < 0 || hours > 23 || minutes < 0 || minutes > 59 ||
        seconds < 0 || seconds > 60) {
        return {};
    }
    return Timestamp(std::chrono::sys_days(date)) + std::chrono::hours(hours) +
           std::chrono::minutes(minutes) + std::chrono::seconds(seconds);
}

std::string formatHttpDate(Timestamp time)
{
    const CivilTime utc = inUtc(time);
    const std::chrono::weekday day(std::chrono::floor<std::chrono::days>(time));
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                  kDays.at(day.c_encoding()), utc.day,
                  kMonths.at(static_cast<std::size_t>(utc.month) - 1), utc.year, utc.hour,
                  utc.minute, utc.second);
    return text.data();
}

}  // namespace tidemark::net
