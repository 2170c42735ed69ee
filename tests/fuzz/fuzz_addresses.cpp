// Addresses of storages as people write them: what is read comes back as it was written.
#include "core/storage/storage_address.h"

#include <cstdlib>
#include <string_view>

using namespace tidemark;
using namespace tidemark::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto address = parseAddress(text, "/work", "/home/me");
    if (!address.ok()) {
        return 0;
    }
    const auto again = parseAddress(formatAddress(address.value()), "/", "/");
    if (!again.ok() || !(again.value() == address.value())) {
        std::abort();
    }
    return 0;
}
