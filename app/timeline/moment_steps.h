#pragma once

#include "app/timeline/go_to.h"
#include "app/timeline/timeline_layout.h"

#include <optional>

namespace tidemark::app::timeline {

/// Which moment a step leads to, from the one at the index `from`, which `data` has. Pure.

/// `count` moments further, towards now if positive; stops at the ends.
[[nodiscard]] std::size_t stepped(const TimelineData& data, std::size_t from, int count);

/// The moment that is so much later (earlier if negative), with the time that was asked for; one
/// moment further where none lies within the step.
[[nodiscard]] HeldMoment steppedInTime(const TimelineData& data, std::size_t from, Millis ms);

/// The nearest snapshot or drill behind (or before) the moment; nothing if there is none.
[[nodiscard]] std::optional<std::size_t> nextEvent(const TimelineData& data, std::size_t from);
[[nodiscard]] std::optional<std::size_t> previousEvent(const TimelineData& data, std::size_t from);

/// The moment that `destination` means; nothing in an empty history, or for a number that it does
/// not have.
[[nodiscard]] std::optional<HeldMoment> momentAt(const TimelineData& data,
                                                 const Destination& destination);

}  // namespace tidemark::app::timeline
