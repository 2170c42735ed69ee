#include "core/base/hmac_sha1.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdio>
#include <cstdlib>

namespace tidemark {

std::array<std::byte, 20> hmacSha1(std::string_view key, std::string_view text)
{
    std::array<std::byte, 20> digest{};
    unsigned int size = 0;
    const unsigned char* const done =
        HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(),
             reinterpret_cast<unsigned char*>(digest.data()), &size);
    if (done == nullptr || size != digest.size()) {
        std::fputs("tidemark: libcrypto cannot compute HMAC-SHA1.\n", stderr);
        std::abort();
    }
    return digest;
}

}  // namespace tidemark
