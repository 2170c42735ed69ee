#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tidemark {

using Sha256 = std::array<std::byte, 32>;

/// SHA-256 of the bytes of `text`. Ends the process if libcrypto cannot compute it.
[[nodiscard]] Sha256 sha256(std::string_view text);

/// Lower-case hex, two digits a byte.
[[nodiscard]] std::string hex(std::span<const std::byte> bytes);

/// The start of the SHA-256 of `text`, as kShortHashDigits of hex: a name for what has a longer
/// one.
inline constexpr std::size_t kShortHashDigits = 8;
[[nodiscard]] std::string shortHash(std::string_view text);

/// Whether `text` has lower-case hex digits alone.
[[nodiscard]] bool isHex(std::string_view text);

/// Lower-case hex with exactly `digits` digits, zeros in front.
[[nodiscard]] std::string hex(std::uint64_t value, int digits);

}  // namespace tidemark
