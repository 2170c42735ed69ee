#include "core/ltx/trailer.h"

#include "core/base/byte_order.h"
#include "core/ltx/damaged.h"

#include <cassert>

namespace tidemark::ltx {
namespace {

/// Every checksum has this bit, so that none is zero.
constexpr bool isChecksum(std::uint64_t value)
{
    return value >> 63 != 0;
}

}  // namespace

Result<Trailer> decodeTrailer(std::span<const std::byte> bytes, bool hasDatabaseChecksums)
{
    assert(bytes.size() == kTrailerSize);
    const Trailer trailer{
        .postApplyChecksum = loadBigEndian<std::uint64_t>(bytes.first<8>()),
        .fileChecksum = loadBigEndian<std::uint64_t>(bytes.last<8>()),
    };
    const bool right = hasDatabaseChecksums ? isChecksum(trailer.postApplyChecksum)
                                            : trailer.postApplyChecksum == 0;
    if (!right) {
        return damaged(
            {TIDEMARK_TEXT("ltx", "LTX trailer: its database checksum is not a checksum.")});
    }
    if (!isChecksum(trailer.fileChecksum)) {
        return damaged({TIDEMARK_TEXT("ltx", "LTX trailer: the file checksum is missing.")});
    }
    return trailer;
}

std::array<std::byte, kTrailerSize> encodeTrailer(const Trailer& trailer)
{
    std::array<std::byte, kTrailerSize> bytes{};
    const std::span<std::byte, kTrailerSize> all(bytes);
    storeBigEndian<std::uint64_t>(all.first<8>(), trailer.postApplyChecksum);
    storeBigEndian<std::uint64_t>(all.last<8>(), trailer.fileChecksum);
    return bytes;
}

}  // namespace tidemark::ltx
