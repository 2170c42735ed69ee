#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace tidemark {

/// HMAC-SHA1, as known_hosts files hide the names of hosts with it. For nothing new. Ends the
/// process if libcrypto cannot compute it.
[[nodiscard]] std::array<std::byte, 20> hmacSha1(std::string_view key, std::string_view text);

}  // namespace tidemark
