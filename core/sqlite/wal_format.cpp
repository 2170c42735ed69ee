#include "core/sqlite/wal_format.h"

#include "core/base/byte_order.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <string>

namespace tidemark::sqlite {
namespace {

constexpr std::uint32_t kMagicLittleEndian = 0x377f0682;
constexpr std::uint32_t kMagicBigEndian = 0x377f0683;
constexpr std::uint32_t kVersion = 3007000;
constexpr std::uint32_t kMinPageSize = 512;
constexpr std::uint32_t kMaxPageSize = 65536;

// Each sum needs the other one of the step before, so this order of additions is what decides the
// speed: one addition of latency a word, everything else runs beside it.
template <bool Swapped>
WalChecksum carryOn(WalChecksum sum, const std::byte* at, std::size_t size)
{
    constexpr std::size_t kStep = 64;  // A cache line: eight pairs of words.
    const auto word = [](const std::byte* from) {
        std::uint32_t value = 0;
        std::memcpy(&value, from, sizeof value);
        return Swapped ? __builtin_bswap32(value) : value;
    };
    std::uint32_t first = sum.first;
    std::uint32_t second = sum.second;
    const auto addPair = [&](const std::byte* pair) {
        first = (first + word(pair)) + second;
        second = (second + word(pair + 4)) + first;
    };
    const std::byte* const end = at + size;
    for (; end - at >= static_cast<std::ptrdiff_t>(kStep); at += kStep) {
        addPair(at);
        addPair(at + 8);
        addPair(at + 16);
        addPair(at + 24);
        addPair(at + 32);
        addPair(at + 40);
        addPair(at + 48);
        addPair(at + 56);
    }
    for (; at != end; at += 8) {
        addPair(at);
    }
    return {first, second};
}

Salts saltsAt(std::span<const std::byte, 8> bytes)
{
    Salts salts;
    std::ranges::copy(bytes, salts.bytes.begin());
    return salts;
}

Error damaged(Message what)
{
    return {.code = ErrorCode::Damaged, .what = std::move(what)};
}

}  // namespace

WalChecksum addToChecksum(WalChecksum sum, WordOrder order, std::span<const std::byte> bytes)
{
    assert(bytes.size() % 8 == 0);
    const bool native =
        (order == WordOrder::LittleEndian) == (std::endian::native == std::endian::little);
    return native ? carryOn<false>(sum, bytes.data(), bytes.size())
                  : carryOn<true>(sum, bytes.data(), bytes.size());
}

Result<WalHeader> decodeWalHeader(std::span<const std::byte, kWalHeaderSize> bytes)
{
    const auto magic = loadBigEndian<std::uint32_t>(bytes.subspan<0, 4>());
    if (magic != kMagicLittleEndian && magic != kMagicBigEndian) {
        return damaged({TIDEMARK_TEXT("sqlite", "This is not a write-ahead log.")});
    }
    WalHeader header;
    header.order = magic == kMagicBigEndian ? WordOrder::BigEndian : WordOrder::LittleEndian;
    header.checksum = {loadBigEndian<std::uint32_t>(bytes.subspan<24, 4>()),
                       loadBigEndian<std::uint32_t>(bytes.subspan<28, 4>())};
    if (addToChecksum({}, header.order, bytes.first<24>()) != header.checksum) {
        return damaged(
            {TIDEMARK_TEXT("sqlite", "The header of the write-ahead log fails its checksum.")});
    }
    const auto version = loadBigEndian<std::uint32_t>(bytes.subspan<4, 4>());
    if (version != kVersion) {
        return Error{.code = ErrorCode::Unsupported,
                     .what = {TIDEMARK_TEXT("sqlite", "The write-ahead log has version %1."),
                              {std::to_string(version)}}};
    }
    header.pageSizeBytes = loadBigEndian<std::uint32_t>(bytes.subspan<8, 4>());
    if (!std::has_single_bit(header.pageSizeBytes) || header.pageSizeBytes < kMinPageSize ||
        header.pageSizeBytes > kMaxPageSize) {
        return damaged({TIDEMARK_TEXT("sqlite", "The write-ahead log has pages of %1 bytes."),
                        {std::to_string(header.pageSizeBytes)}});
    }
    header.checkpointSequence = loadBigEndian<std::uint32_t>(bytes.subspan<12, 4>());
    header.salts = saltsAt(bytes.subspan<16, 8>());
    return header;
}

FrameHeader decodeFrameHeader(std::span<const std::byte, kFrameHeaderSize> bytes)
{
    return {.pageNumber = loadBigEndian<std::uint32_t>(bytes.subspan<0, 4>()),
            .pageCountAfterCommit = loadBigEndian<std::uint32_t>(bytes.subspan<4, 4>()),
            .salts = saltsAt(bytes.subspan<8, 8>()),
            .checksum = {loadBigEndian<std::uint32_t>(bytes.subspan<16, 4>()),
                         loadBigEndian<std::uint32_t>(bytes.subspan<20, 4>())}};
}

}  // namespace tidemark::sqlite
