#include "core/base/local_time.h"

#include <algorithm>
#include <ctime>
#include <optional>

namespace tidemark {
namespace {

std::tm fieldsOf(const CivilTime& time)
{
    std::tm fields{};
    fields.tm_year = time.year - 1900;
    fields.tm_mon = time.month - 1;
    fields.tm_mday = time.day;
    fields.tm_hour = time.hour;
    fields.tm_min = time.minute;
    fields.tm_sec = time.second;
    return fields;
}

Timestamp timestampOf(std::time_t seconds, int milliseconds)
{
    return Timestamp(std::chrono::seconds(seconds)) + std::chrono::milliseconds(milliseconds);
}

/// The moment under the rule "summer time" or "no summer time", if the clock shows `time` then.
std::optional<Timestamp> underRule(const CivilTime& time, int isSummer)
{
    std::tm fields = fieldsOf(time);
    fields.tm_isdst = isSummer;
    const Timestamp moment = timestampOf(std::mktime(&fields), time.millisecond);
    return inLocalZone(moment).civil == time ? std::optional(moment) : std::nullopt;
}

}  // namespace

LocalTime inLocalZone(Timestamp time)
{
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    const std::time_t seconds = whole.time_since_epoch().count();
    std::tm fields{};
    // localtime_r need not look at TZ by itself, as localtime does.
    ::tzset();
    ::localtime_r(&seconds, &fields);
    return {.civil = {.year = fields.tm_year + 1900,
                      .month = fields.tm_mon + 1,
                      .day = fields.tm_mday,
                      .hour = fields.tm_hour,
                      .minute = fields.tm_min,
                      .second = fields.tm_sec,
                      .millisecond = static_cast<int>((time - whole).count())},
            .zone = fields.tm_zone == nullptr ? "" : fields.tm_zone};
}

Timestamp fromLocalZone(const CivilTime& time)
{
    const auto summer = underRule(time, 1);
    const auto winter = underRule(time, 0);
    if (summer && winter) {
        return std::max(*summer, *winter);
    }
    if (summer || winter) {
        return summer ? *summer : *winter;
    }
    // The clock never showed it. Under the rule from before the jump, which knows no summer time,
    // the moment lies as far behind the jump as the wish did.
    std::tm fields = fieldsOf(time);
    fields.tm_isdst = 0;
    return timestampOf(std::mktime(&fields), time.millisecond);
}

}  // namespace tidemark
