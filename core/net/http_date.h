#pragma once

#include "core/base/clock.h"

#include <optional>
#include <string>
#include <string_view>

namespace tidemark::net {

/// "Thu, 26 Nov 2026 18:20:50 GMT", the form in which HTTP/1.1 sends times (RFC 9110, 5.6.7). Empty
/// for every other text.
[[nodiscard]] std::optional<Timestamp> parseHttpDate(std::string_view text);

/// In the same form, without what is below a second.
[[nodiscard]] std::string formatHttpDate(Timestamp time);

}  // namespace tidemark::net
