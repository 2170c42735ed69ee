#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::storage {

/// How SSH writes things down: Base64 in files, lengths and strings on the wire (RFC 4251, 5).

/// Empty for what is not Base64, with or without its padding.
[[nodiscard]] std::optional<std::string> fromBase64(std::string_view text);

[[nodiscard]] std::string toBase64(std::string_view bytes);

/// "SHA256:..." as OpenSSH shows a public key. `key` is its blob.
[[nodiscard]] std::string fingerprintOf(std::string_view key);

void putNumber(std::string& to, std::uint32_t number);

/// The bytes with their length in front.
void putString(std::string& to, std::string_view bytes);

/// Takes numbers and strings off the front of `bytes`; empty where they end too early.
class WireReader {
public:
    explicit WireReader(std::string_view bytes) : m_bytes(bytes) {}

    [[nodiscard]] std::optional<std::uint32_t> number();
    [[nodiscard]] std::optional<std::string_view> string();

private:
    std::string_view m_bytes;
};

}  // namespace tidemark::storage
