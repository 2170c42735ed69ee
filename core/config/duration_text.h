#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::config {

/// "500ms", "1s", "1m30s", "2h", as Go and so Litestream writes lengths of time. Empty for anything
/// else, also for a number without a unit, and for more than ten years.
[[nodiscard]] std::optional<std::chrono::milliseconds> parseDuration(std::string_view text);

/// What parseDuration() reads as the same: "1m30s".
[[nodiscard]] std::string durationText(std::chrono::milliseconds length);

}  // namespace tidemark::config
