#pragma once

#include "app/timeline/time_words.h"

#include <optional>

namespace tidemark::app::timeline {

/// Where a person wants to go.
struct Destination {
    std::optional<Millis> atMs = {};
    std::optional<std::uint64_t> number = {};  ///< Of a moment; then there is no time.

    bool operator==(const Destination&) const = default;
};

/// Reads what people write: "now", "yesterday 17:00", "today 9:15", "-20m", "-1h 30m", "2 h ago",
/// "14:31" (the last time that it was), ISO dates and times with or without a zone (without one:
/// that of `speech`), "17 Sep 14:31", "#20266". Empty when it is none of these. Words may be
/// English or the window's language.
[[nodiscard]] std::optional<Destination> parseGoTo(const QString& text, Millis nowMs,
                                                   const Speech& speech);

}  // namespace tidemark::app::timeline
