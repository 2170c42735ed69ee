#include "core/ltx/state_digest.h"

#include "core/base/byte_order.h"

#include <xxhash.h>

#include <algorithm>
#include <array>

namespace tidemark::ltx {
namespace {

constexpr std::array kMark{std::byte{'T'}, std::byte{'D'}, std::byte{'M'}, std::byte{'1'}};
constexpr std::size_t kBeforeAt = 4;
constexpr std::size_t kAfterAt = 12;

}  // namespace

std::uint64_t pageHash(std::uint32_t pageNumber, std::span<const std::byte> page)
{
    return XXH3_64bits_withSeed(page.data(), page.size(), pageNumber);
}

std::optional<DigestPair> digestsOf(const Header& header)
{
    const std::span<const std::byte, 20> reserved(header.reserved);
    if (!std::ranges::equal(reserved.first<kMark.size()>(), kMark)) {
        return std::nullopt;
    }
    return DigestPair{.before = loadBigEndian<std::uint64_t>(reserved.subspan<kBeforeAt, 8>()),
                      .after = loadBigEndian<std::uint64_t>(reserved.subspan<kAfterAt, 8>())};
}

void setDigests(Header& header, DigestPair digests)
{
    const std::span<std::byte, 20> reserved(header.reserved);
    std::ranges::copy(kMark, reserved.begin());
    storeBigEndian<std::uint64_t>(reserved.subspan<kBeforeAt, 8>(), digests.before);
    storeBigEndian<std::uint64_t>(reserved.subspan<kAfterAt, 8>(), digests.after);
}

}  // namespace tidemark::ltx
