#pragma once

#include "core/base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tidemark::sqlite {

// The bytes of a write-ahead log: https://www.sqlite.org/fileformat2.html#walformat

inline constexpr std::size_t kWalHeaderSize = 32;
inline constexpr std::size_t kFrameHeaderSize = 24;

/// Both salts as they lie in the file and, the same bytes, in the wal-index. A new pair means a new
/// log.
struct Salts {
    std::array<std::byte, 8> bytes = {};
    bool operator==(const Salts&) const = default;
};

/// The running checksum behind a frame.
struct WalChecksum {
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    bool operator==(const WalChecksum&) const = default;
};

/// Whose 32-bit words the checksum adds up.
enum class WordOrder { LittleEndian, BigEndian };

struct WalHeader {
    WordOrder order = WordOrder::LittleEndian;
    std::uint32_t pageSizeBytes = 0;
    std::uint32_t checkpointSequence = 0;
    Salts salts = {};
    WalChecksum checksum = {};  ///< Of the header itself: where the first frame's goes on from.

    bool operator==(const WalHeader&) const = default;
};

struct FrameHeader {
    std::uint32_t pageNumber = 0;
    std::uint32_t pageCountAfterCommit = 0;  ///< Not zero: the frame ends a transaction.
    Salts salts = {};
    WalChecksum checksum = {};
};

/// `sum` carried on over `bytes`, whose size is a multiple of 8.
[[nodiscard]] WalChecksum addToChecksum(WalChecksum sum, WordOrder order,
                                        std::span<const std::byte> bytes);

/// Fails with Damaged for a wrong magic, checksum or page size, Unsupported for another version.
[[nodiscard]] Result<WalHeader> decodeWalHeader(std::span<const std::byte, kWalHeaderSize> bytes);

/// Only takes the fields apart; whether the frame belongs to the log is for whoever knows the log.
[[nodiscard]] FrameHeader decodeFrameHeader(std::span<const std::byte, kFrameHeaderSize> bytes);

/// Where frame `frame`, counted from 1, starts. Frame mxFrame + 1 starts where the log ends.
[[nodiscard]] constexpr std::uint64_t frameOffset(std::uint32_t frame, std::uint32_t pageSizeBytes)
{
    return kWalHeaderSize + std::uint64_t{frame - 1} * (kFrameHeaderSize + pageSizeBytes);
}

}  // namespace tidemark::sqlite
