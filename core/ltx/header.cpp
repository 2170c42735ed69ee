#include "core/ltx/header.h"

#include "core/base/byte_order.h"
#include "core/ltx/damaged.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>
#include <string>

namespace tidemark::ltx {
namespace {

constexpr std::array kMagic{std::byte{'L'}, std::byte{'T'}, std::byte{'X'}, std::byte{'1'}};
constexpr std::uint32_t kNoDatabaseChecksums = 0x2;

/// Every database checksum has this bit, so that none is zero.
constexpr std::uint64_t kChecksumMark = std::uint64_t{1} << 63;

/// Where an integer lies. Width and offset are written once, for reader and writer alike.
template <typename T, std::size_t At>
struct Field {
    static_assert(At + sizeof(T) <= kHeaderSize);

    static T load(std::span<const std::byte, kHeaderSize> from)
    {
        return loadBigEndian<T>(from.subspan<At, sizeof(T)>());
    }
    static void store(std::span<std::byte, kHeaderSize> into, T value)
    {
        storeBigEndian<T>(into.subspan<At, sizeof(T)>(), value);
    }
};

using Flags = Field<std::uint32_t, 4>;
using PageSize = Field<std::uint32_t, 8>;
using PageCount = Field<std::uint32_t, 12>;
using MinTxId = Field<std::uint64_t, 16>;
using MaxTxId = Field<std::uint64_t, 24>;
using CreatedAt = Field<std::uint64_t, 32>;
using PreApplyChecksum = Field<std::uint64_t, 40>;
using WalOffset = Field<std::uint64_t, 48>;
using WalSize = Field<std::uint64_t, 56>;
using WalSalt1 = Field<std::uint32_t, 64>;
using WalSalt2 = Field<std::uint32_t, 68>;
using NodeId = Field<std::uint64_t, 72>;
constexpr std::size_t kReservedAt = 80;

Status checkWal(const Header& header)
{
    constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
    if (header.walOffsetBytes > kMax || header.walSizeBytes > kMax) {
        return damaged({TIDEMARK_TEXT("ltx", "LTX header: the WAL offset or size is negative.")});
    }
    const bool hasSalts = header.walSalt1 != 0 || header.walSalt2 != 0;
    if ((hasSalts || header.walSizeBytes != 0) && header.walOffsetBytes == 0) {
        return damaged(
            {TIDEMARK_TEXT("ltx", "LTX header: a WAL size or WAL salts without a WAL offset.")});
    }
    return {};
}

Status checkDatabaseChecksum(const Header& header)
{
    const bool expected = header.hasDatabaseChecksums && !header.isComplete();
    if (!expected && header.preApplyChecksum != 0) {
        return damaged({TIDEMARK_TEXT("ltx", "LTX header: a checksum that its flags deny.")});
    }
    if (expected && (header.preApplyChecksum & kChecksumMark) == 0) {
        return damaged({TIDEMARK_TEXT("ltx", "LTX header: the checksum before it is missing.")});
    }
    return {};
}

// The years 1 to 9999, as far as calendars of programs go.
constexpr Timestamp kFirstTime{std::chrono::milliseconds(-62'135'596'800'000)};
constexpr Timestamp kLastTime{std::chrono::milliseconds(253'402'300'799'999)};

/// The rules that a Header can break. One list serves both ways.
Status checkRules(const Header& header)
{
    const auto pageSize = header.pageSizeBytes;
    if (!std::has_single_bit(pageSize) || pageSize < 512 || pageSize > 65536) {
        return damaged({TIDEMARK_TEXT("ltx", "LTX header: %1 bytes is not a page size."),
                        {std::to_string(pageSize)}});
    }
    if (header.minTxId == TxId{} || header.maxTxId < header.minTxId) {
        return damaged(
            {TIDEMARK_TEXT("ltx", "LTX header: transactions %1 to %2 make no range."),
             {std::to_string(header.minTxId.value), std::to_string(header.maxTxId.value)}});
    }
    if (header.createdAt < kFirstTime || header.createdAt > kLastTime) {
        return damaged(
            {TIDEMARK_TEXT("ltx", "LTX header: its time lies outside the years 1 to 9999.")});
    }
    TIDEMARK_TRY_STATUS(checkWal(header));
    return checkDatabaseChecksum(header);
}

/// The rules about bytes that a Header does not even keep.
Status checkFixedParts(std::span<const std::byte, kHeaderSize> bytes)
{
    if (!std::ranges::equal(bytes.first<kMagic.size()>(), kMagic)) {
        return damaged({TIDEMARK_TEXT("ltx", "This is not an LTX file.")});
    }
    if ((Flags::load(bytes) & ~kNoDatabaseChecksums) != 0) {
        return damaged({TIDEMARK_TEXT("ltx", "LTX header: unknown flags.")});
    }
    return {};
}

}  // namespace

Result<Header> decodeHeader(std::span<const std::byte> bytes)
{
    if (bytes.size() < kHeaderSize) {
        return damaged({TIDEMARK_TEXT("ltx", "The LTX header is cut short.")});
    }
    const auto block = bytes.first<kHeaderSize>();
    TIDEMARK_TRY_STATUS(checkFixedParts(block));

    const auto createdAtMs = static_cast<std::int64_t>(CreatedAt::load(block));
    Header header{
        .pageSizeBytes = PageSize::load(block),
        .pageCountAfter = PageCount::load(block),
        .minTxId = {MinTxId::load(block)},
        .maxTxId = {MaxTxId::load(block)},
        .createdAt = Timestamp(std::chrono::milliseconds(createdAtMs)),
        .walOffsetBytes = WalOffset::load(block),
        .walSizeBytes = WalSize::load(block),
        .walSalt1 = WalSalt1::load(block),
        .walSalt2 = WalSalt2::load(block),
        .nodeId = NodeId::load(block),
        .hasDatabaseChecksums = Flags::load(block) == 0,
        .preApplyChecksum = PreApplyChecksum::load(block),
    };
    std::ranges::copy(block.subspan<kReservedAt>(), header.reserved.begin());
    TIDEMARK_TRY_STATUS(checkRules(header));
    return header;
}

HeaderBytes encodeHeader(const Header& header)
{
    assert(checkRules(header).ok());

    HeaderBytes bytes{};
    std::ranges::copy(kMagic, bytes.begin());
    Flags::store(bytes, header.hasDatabaseChecksums ? 0 : kNoDatabaseChecksums);
    PageSize::store(bytes, header.pageSizeBytes);
    PageCount::store(bytes, header.pageCountAfter);
    MinTxId::store(bytes, header.minTxId.value);
    MaxTxId::store(bytes, header.maxTxId.value);
    const auto createdAtMs = header.createdAt.time_since_epoch().count();
    CreatedAt::store(bytes, static_cast<std::uint64_t>(createdAtMs));
    PreApplyChecksum::store(bytes, header.preApplyChecksum);
    WalOffset::store(bytes, header.walOffsetBytes);
    WalSize::store(bytes, header.walSizeBytes);
    WalSalt1::store(bytes, header.walSalt1);
    WalSalt2::store(bytes, header.walSalt2);
    NodeId::store(bytes, header.nodeId);
    std::ranges::copy(header.reserved, bytes.begin() + kReservedAt);
    return bytes;
}

}  // namespace tidemark::ltx
