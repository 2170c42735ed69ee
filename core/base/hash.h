#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

using Sha256 = std::array<std::byte, 32>;

/// SHA-256 of the bytes of `text`. Ends the process if libcrypto cannot compute it.
[[nodiscard]] Sha256 sha256(std::string_view text);
[[nodiscard]] Sha256 sha256(std::span<const std::byte> bytes);

/// HMAC-SHA-256 (RFC 2104). Ends the process as sha256() does.
[[nodiscard]] Sha256 hmacSha256(std::span<const std::byte> key, std::string_view text);

/// For checksums that a protocol demands, never for safety. Empty where the system forbids it
/// (FIPS).
using Md5 = std::array<std::byte, 16>;
[[nodiscard]] std::optional<Md5> md5(std::span<const std::byte> bytes);

/// Lower-case hex, two digits a byte.
[[nodiscard]] std::string hex(std::span<const std::byte> bytes);

/// Base64 with padding (RFC 4648).
[[nodiscard]] std::string base64(std::span<const std::byte> bytes);

/// Empty for what is no Base64 with padding.
[[nodiscard]] std::optional<std::vector<std::byte>> fromBase64(std::string_view text);

/// The start of the SHA-256 of `text`, as kShortHashDigits of hex: a name for what has a longer
/// one.
inline constexpr std::size_t kShortHashDigits = 8;
[[nodiscard]] std::string shortHash(std::string_view text);

/// Whether `text` has lower-case hex digits alone.
[[nodiscard]] bool isHex(std::string_view text);

/// Lower-case hex with exactly `digits` digits, zeros in front.
[[nodiscard]] std::string hex(std::uint64_t value, int digits);

}  // namespace tidemark
