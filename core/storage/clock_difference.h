#pragma once

#include "core/base/message.h"

#include <chrono>
#include <string>

namespace tidemark::storage {

/// What is less is no reason to say anything: objects are timed in whole seconds, uploads take a
/// while, and services accept a quarter of an hour.
inline constexpr std::chrono::minutes kMostClockDifference{5};

/// "This computer's clock is 20 minutes ahead of that of s3://bucket/notes." `ahead` is how far
/// ours is before theirs, negative where it is behind; at least a minute either way.
[[nodiscard]] Message clockDifference(std::chrono::milliseconds ahead, const std::string& place);

}  // namespace tidemark::storage
