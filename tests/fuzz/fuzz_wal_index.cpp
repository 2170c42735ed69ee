// The first 136 bytes of a wal-index.
#include "core/sqlite/wal_index.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::array<std::uint32_t, 34> index = {};
    std::memcpy(index.data(), data, std::min(size, sizeof index));
    const auto header = tidemark::sqlite::readWalIndexHeader(index.data());
    if (header.ok() && header.value().mxFrame != index[4]) {
        std::abort();
    }
    return 0;
}
