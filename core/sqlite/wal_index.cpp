#include "core/sqlite/wal_index.h"

#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <optional>
#include <span>
#include <string>

namespace tidemark::sqlite {
namespace {

// The layout of the wal-index: https://www.sqlite.org/walformat.html, 2.1. All integers are in the
// computer's own order; the salts are the bytes of the log's header.
constexpr std::size_t kWords = 12;
constexpr std::size_t kVersionAt = 0;
constexpr std::size_t kChangeCounterAt = 2;
constexpr std::size_t kFormAt = 3;  ///< isInit (1), bigEndCksum (1), page size (2).
constexpr std::size_t kMxFrameAt = 4;
constexpr std::size_t kPageCountAt = 5;
constexpr std::size_t kFrameChecksumAt = 6;
constexpr std::size_t kSaltsAt = 8;
constexpr std::size_t kChecksumAt = 10;
constexpr std::size_t kBackfillAt = 24;

constexpr std::uint32_t kIndexVersion = 3007000;

// A writer changes the header in some ten nanoseconds; only one that was stopped or killed at it
// leaves it torn for longer, and then the next transaction of anybody repairs it.
constexpr int kReadTries = 100;

using Words = std::array<std::uint32_t, kWords>;

Words load(const volatile std::uint32_t* from)
{
    Words words;
    for (std::uint32_t& word : words) {
        word = *from++;
    }
    return words;
}

std::optional<Words> tryLoad(const volatile std::uint32_t* index)
{
    // SQLite writes the second copy first: equal ones, read in this order, are not torn.
    const Words first = load(index);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    const Words second = load(index + kWords);
    if (first != second) {
        return std::nullopt;
    }
    constexpr WordOrder kNative =
        std::endian::native == std::endian::little ? WordOrder::LittleEndian : WordOrder::BigEndian;
    const WalChecksum sum =
        addToChecksum({}, kNative, std::as_bytes(std::span(first).first<kChecksumAt>()));
    if (sum != WalChecksum{first[kChecksumAt], first[kChecksumAt + 1]}) {
        return std::nullopt;
    }
    return first;
}

Result<WalIndexHeader> decode(const Words& words)
{
    struct Form {
        std::uint8_t isInitialized;
        std::uint8_t bigEndian;
        std::uint16_t pageSize;
    };
    const auto form = std::bit_cast<Form>(words[kFormAt]);
    if (form.isInitialized == 0) {
        return Error{.code = ErrorCode::Busy,
                     .what = {TIDEMARK_TEXT("sqlite", "The wal-index is not set up yet.")}};
    }
    if (words[kVersionAt] != kIndexVersion) {
        return Error{.code = ErrorCode::Unsupported,
                     .what = {TIDEMARK_TEXT("sqlite", "The wal-index has version %1."),
                              {std::to_string(words[kVersionAt])}}};
    }
    WalIndexHeader header;
    header.changeCounter = words[kChangeCounterAt];
    header.order = form.bigEndian != 0 ? WordOrder::BigEndian : WordOrder::LittleEndian;
    // 65536 does not fit and is written as 1.
    header.pageSizeBytes = (form.pageSize & 0xfe00U) | ((form.pageSize & 1U) << 16);
    header.mxFrame = words[kMxFrameAt];
    header.pageCount = words[kPageCountAt];
    header.checksum = {words[kFrameChecksumAt], words[kFrameChecksumAt + 1]};
    std::memcpy(header.salts.bytes.data(), &words[kSaltsAt], header.salts.bytes.size());
    return header;
}

}  // namespace

Result<WalIndexHeader> readWalIndexHeader(const volatile void* mapped)
{
    const auto* const index = static_cast<const volatile std::uint32_t*>(mapped);
    for (int i = 0; i < kReadTries; ++i) {
        if (const auto words = tryLoad(index)) {
            TIDEMARK_TRY(auto header, decode(*words));
            std::atomic_thread_fence(std::memory_order_seq_cst);
            header.backfilled = index[kBackfillAt];
            std::atomic_thread_fence(std::memory_order_seq_cst);
            // A restart of the log writes the header first and nBackfill then: without this look
            // the old log's end could come with the new log's zero.
            if (load(index) == *words) {
                return header;
            }
        }
    }
    return Error{.code = ErrorCode::Busy,
                 .what = {TIDEMARK_TEXT("sqlite", "The wal-index is being changed.")}};
}

void invalidateWalIndex(volatile void* mapped)
{
    auto* const index = static_cast<volatile std::uint32_t*>(mapped);
    for (std::size_t word = 0; word < 2 * kWords; ++word) {
        index[word] = 0;
    }
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

}  // namespace tidemark::sqlite
