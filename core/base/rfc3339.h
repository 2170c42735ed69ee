#pragma once

#include "core/base/clock.h"

#include <optional>
#include <string>
#include <string_view>

namespace tidemark {

/// Reads "2026-11-22T12:31:06.812Z": a space may stand for the T, seconds and their fraction may be
/// missing, digits beyond milliseconds are cut off. `zoneOffset` is Z or +HH:MM; a text without one
/// is no RFC 3339 time: empty, like everything else that is none.
[[nodiscard]] std::optional<Timestamp> parseRfc3339(std::string_view text);

/// UTC with milliseconds and a Z.
[[nodiscard]] std::string formatRfc3339(Timestamp time);

}  // namespace tidemark
