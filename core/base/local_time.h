#pragma once

#include "core/base/civil_time.h"

#include <string>

namespace tidemark {

/// A moment as the computer's own zone shows it.
struct LocalTime {
    CivilTime civil = {};
    std::string zone = {};  ///< Its abbreviation: "CEST".
};

/// By the rules of the zone in TZ, or of the system. Any thread may call both.
[[nodiscard]] LocalTime inLocalZone(Timestamp time);

/// The moment at which the local clock shows `time`: of two, when the clock was set back, the later
/// one; of none, when it was set forward, the one as far behind the jump.
[[nodiscard]] Timestamp fromLocalZone(const CivilTime& time);

}  // namespace tidemark
