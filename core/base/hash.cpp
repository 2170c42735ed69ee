#include "core/base/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <cstdlib>

namespace tidemark {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

/// Out of memory, or a libcrypto that was set up without it. Ids and signatures are made of hashes:
/// going on with zeros would make one of them all.
[[noreturn]] void endWithoutHash()
{
    std::fputs("tidemark: libcrypto cannot compute a hash.\n", stderr);
    std::abort();
}

template <typename Digest>
std::optional<Digest> digestOf(std::span<const std::byte> bytes, const EVP_MD* kind)
{
    Digest digest{};
    unsigned int size = 0;
    const int done =
        EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                   &size, kind, nullptr);
    return done == 1 && size == digest.size() ? std::optional(digest) : std::nullopt;
}

}  // namespace

Sha256 sha256(std::string_view text)
{
    return sha256(std::as_bytes(std::span(text.data(), text.size())));
}

Sha256 sha256(std::span<const std::byte> bytes)
{
    const auto digest = digestOf<Sha256>(bytes, EVP_sha256());
    if (!digest) {
        endWithoutHash();
    }
    return *digest;
}

std::optional<Md5> md5(std::span<const std::byte> bytes)
{
    return digestOf<Md5>(bytes, EVP_md5());
}

Sha256 hmacSha256(std::span<const std::byte> key, std::string_view text)
{
    Sha256 code{};
    unsigned int size = 0;
    const auto* const done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                  reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                                  reinterpret_cast<unsigned char*>(code.data()), &size);
    if (done == nullptr || size != code.size()) {
        endWithoutHash();
    }
    return code;
}

std::string base64(std::span<const std::byte> bytes)
{
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::optional<std::vector<std::byte>> fromBase64(std::string_view text)
{
    const auto padding = static_cast<std::size_t>(std::ranges::count(text, '='));
    if (text.size() % 4 != 0 || padding > 2 || text.find('=') < text.size() - padding) {
        return {};
    }
    std::vector<std::byte> bytes(text.size() / 4 * 3 + 1);
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    if (size < 0) {
        return {};
    }
    bytes.resize(static_cast<std::size_t>(size) - padding);
    return bytes;
}

std::string hex(std::span<const std::byte> bytes)
{
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) {
        text += kDigits[std::to_integer<std::size_t>(byte >> 4)];
        text += kDigits[std::to_integer<std::size_t>(byte & std::byte{0xf})];
    }
    return text;
}

std::string hex(std::uint64_t value, int digits)
{
    assert(digits >= 1 && digits <= 16);
    std::string text(static_cast<std::size_t>(digits), '0');
    for (auto digit = text.rbegin(); digit != text.rend(); ++digit, value >>= 4) {
        *digit = kDigits[value & 0xf];
    }
    return text;
}

std::string shortHash(std::string_view text)
{
    const Sha256 hash = sha256(text);
    return hex(std::span(hash).first(kShortHashDigits / 2));
}

bool isHex(std::string_view text)
{
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace tidemark
