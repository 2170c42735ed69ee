#pragma once

#include "core/base/error.h"

#include <cerrno>
#include <string>
#include <string_view>

namespace tidemark {

/// errno as an Error about `path`, with what a person can do about it. `sentence` has %1 for the
/// path and %2 for the system's words.
[[nodiscard]] Error systemError(std::string_view context, std::string_view sentence,
                                const std::string& path, int number = errno);

}  // namespace tidemark
