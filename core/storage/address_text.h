#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::storage {

/// The letters of an address: what is escaped in it, and into which parts it falls (RFC 3986).

/// What may stand unescaped, besides letters and digits.
inline constexpr std::string_view kPlainInPath = "/-._~!$&'()*+,;=:@";
inline constexpr std::string_view kPlainInOption = "/-._~:";
inline constexpr std::string_view kPlainInUser = "-._~!$&'()*+,;=";

/// Empty when a '%' is not followed by two hex digits or stands for a zero byte.
[[nodiscard]] std::optional<std::string> unescaped(std::string_view text);

[[nodiscard]] std::string escaped(std::string_view plain, std::string_view kept);

/// "s3" of "s3://bucket/path"; empty for a path.
[[nodiscard]] std::string_view schemeOf(std::string_view text);

/// Whether a password stands between ':' and '@' of the host part of "scheme://...", also one with
/// a
/// '?' in it.
[[nodiscard]] bool carriesPassword(std::string_view text);

/// Whether `key` is one that a secret might hide behind; it belongs into none of an address's
/// options.
[[nodiscard]] bool isSecretKey(std::string_view key);

/// Whether a host, without brackets, is this computer by its very name: "127.0.0.1.example.com" is
/// another one.
[[nodiscard]] bool isThisComputer(std::string_view host);

/// Whether nobody can listen on the way to the server of "http[s]://host[:port]...": TLS, or this
/// computer.
[[nodiscard]] bool isPrivateServer(std::string_view url);

/// The parts of "scheme://user@host:port/path?options", unescaped.
struct AddressParts {
    std::string user = {};
    std::string host = {};  ///< Without the brackets of an IPv6 address.
    std::uint16_t port = 0;
    std::string path = {};  ///< With its leading '/', or empty.
    std::map<std::string, std::string> options = {};
};

/// Usage, as notAnAddress(), for what cannot be read, and as holdsSecret() for options that hold
/// one.
[[nodiscard]] Result<AddressParts> addressParts(std::string_view text);

/// Usage; shows `text` without its options and whatever stands in front of '@': who knows what they
/// hold.
[[nodiscard]] Error notAnAddress(std::string_view text, Message next);

/// Usage; shows nothing of the address, since it holds a secret.
[[nodiscard]] Error holdsSecret();

}  // namespace tidemark::storage
