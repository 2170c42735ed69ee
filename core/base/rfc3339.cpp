#include "core/base/rfc3339.h"

#include "core/base/civil_time.h"

#include <cstdio>

namespace tidemark {

std::optional<Timestamp> parseRfc3339(std::string_view text)
{
    auto time = takeDate(text);
    if (!time || text.empty() ||
        (text.front() != 'T' && text.front() != 't' && text.front() != ' ')) {
        return std::nullopt;
    }
    text.remove_prefix(1);
    if (!takeTimeOfDay(text, *time)) {
        return std::nullopt;
    }
    const auto ahead = takeZoneOffset(text);
    if (!ahead || !text.empty()) {
        return std::nullopt;
    }
    return fromUtc(*time) - *ahead;
}

std::string formatRfc3339(Timestamp time)
{
    const CivilTime utc = inUtc(time);
    char text[64];
    const int length =
        std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.year, utc.month,
                      utc.day, utc.hour, utc.minute, utc.second, utc.millisecond);
    return {text, static_cast<std::size_t>(length)};
}

}  // namespace tidemark
