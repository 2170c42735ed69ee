#pragma once

#include "app/cli/output.h"
#include "core/replica/catalog.h"

#include <string>

/// How moments and objects are printed, the same by every command.
namespace tidemark::cli {

[[nodiscard]] Json momentJson(const replica::Moment& moment);
[[nodiscard]] Json objectJson(const replica::ObjectInfo& object);

/// Whether the storage told a time in whole seconds only.
[[nodiscard]] bool isWholeSeconds(Timestamp time, replica::TimePrecision precision);

/// humanTime of the moment, "about" in front where it may be rounded.
[[nodiscard]] std::string momentTime(const replica::Moment& moment);

}  // namespace tidemark::cli
