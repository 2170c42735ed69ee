#pragma once

#include "core/base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tidemark::ltx {

inline constexpr std::size_t kTrailerSize = 16;

/// The bytes of the trailer that the file checksum covers.
inline constexpr std::size_t kTrailerCoveredBytes = 8;

/// The last bytes of an LTX file.
struct Trailer {
    std::uint64_t postApplyChecksum = 0;  ///< Of the database; zero without database checksums.
    std::uint64_t fileChecksum = 0;

    bool operator==(const Trailer&) const = default;
};

/// Reads a trailer from exactly kTrailerSize bytes. Fails with Damaged if a checksum is not one
/// that a file with or without database checksums may have.
[[nodiscard]] Result<Trailer> decodeTrailer(std::span<const std::byte> bytes,
                                            bool hasDatabaseChecksums);

[[nodiscard]] std::array<std::byte, kTrailerSize> encodeTrailer(const Trailer& trailer);

/// The file checksum for a CRC-64 over everything that it covers (FORMAT.md says what).
[[nodiscard]] constexpr std::uint64_t fileChecksumOf(std::uint64_t crc)
{
    return std::uint64_t{1} << 63 | crc;
}

}  // namespace tidemark::ltx
