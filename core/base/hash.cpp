#include "core/base/hash.h"

#include <openssl/evp.h>

#include <cassert>
#include <cstdio>
#include <cstdlib>

namespace tidemark {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

}  // namespace

Sha256 sha256(std::string_view text)
{
    Sha256 digest{};
    unsigned int size = 0;
    const int done =
        EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                   EVP_sha256(), nullptr);
    // Out of memory, or a libcrypto that was set up without SHA-256. Ids are made of this: going on
    // with zeros would make one of them all.
    if (done != 1 || size != digest.size()) {
        std::fputs("tidemark: libcrypto cannot compute SHA-256.\n", stderr);
        std::abort();
    }
    return digest;
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
