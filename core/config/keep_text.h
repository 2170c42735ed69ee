#pragma once

#include "core/base/result.h"
#include "core/engine/policy.h"

#include <string>
#include <string_view>

/// What a replica keeps of its history, as people write it: in settings, in a litestream.yml and
/// behind --keep.
///
///     everything
///     time-machine
///     time-machine:every=24h,at-most=20000,half-minutes=24h,five-minutes=7d,hours=30d,days=90d,
///                  months=forever
///
/// `every` is how long every moment stays, of the newest `at-most` ones; behind the others stands
/// how long one moment of each half minute, five minutes, hour, day or month (in UTC) stays. A time
/// is in hours (h), days (d) or "forever". What is not named is as engine::RetentionPolicy has it.
namespace tidemark::config {

/// Usage, with the forms that there are, for anything else.
[[nodiscard]] Result<engine::RetentionPolicy> parseKeep(std::string_view text);

/// The shortest text that parseKeep() reads as this policy. Of one that deletes nothing the numbers
/// do not matter.
[[nodiscard]] std::string keepText(const engine::RetentionPolicy& policy);

}  // namespace tidemark::config
