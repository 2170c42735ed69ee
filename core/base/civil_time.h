#pragma once

#include "core/base/clock.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace tidemark {

/// What a calendar and a clock on the wall show, in whatever zone.
struct CivilTime {
    int year = 1970;
    int month = 1;  ///< From 1.
    int day = 1;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int millisecond = 0;

    bool operator==(const CivilTime&) const = default;
};

[[nodiscard]] CivilTime inUtc(Timestamp time);
[[nodiscard]] Timestamp fromUtc(const CivilTime& time);

/// The parts of a written time. Each takes what it understands from the front of `text`, and leaves
/// it as it was when it gives nothing.

/// "2026-11-22", a day that exists.
[[nodiscard]] std::optional<CivilTime> takeDate(std::string_view& text);

/// "12:31", "12:31:06" or "12:31:06.812", into the fields of `into`. Digits beyond milliseconds are
/// cut off.
[[nodiscard]] bool takeTimeOfDay(std::string_view& text, CivilTime& into);

/// "Z" or "+02:00", as what is ahead of UTC.
[[nodiscard]] std::optional<std::chrono::minutes> takeZoneOffset(std::string_view& text);

}  // namespace tidemark
