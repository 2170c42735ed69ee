#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tidemark {

/// CRC-64/ISO over bytes as they come: the sum of LTX files, the same as Go's hash/crc64 with its
/// ISO table. Many GB/s where the processor multiplies without carries.
class Crc64 {
public:
    void update(std::span<const std::byte> bytes);

    /// The sum of everything so far; 0 for nothing.
    [[nodiscard]] std::uint64_t value() const { return m_value; }

private:
    std::uint64_t m_value = 0;
};

/// The sum of A followed by B from the sums of both, so that parts can be summed at once.
[[nodiscard]] std::uint64_t crc64Combine(std::uint64_t sumOfA, std::uint64_t sumOfB,
                                         std::uint64_t lengthOfB);

/// The two ways to go on from `sum` over `bytes`. They agree; Crc64 takes the faster one that this
/// processor has.
[[nodiscard]] std::uint64_t crc64ByTable(std::uint64_t sum, std::span<const std::byte> bytes);
[[nodiscard]] std::uint64_t crc64ByFolding(std::uint64_t sum, std::span<const std::byte> bytes);

/// Whether crc64ByFolding() may be called here.
[[nodiscard]] bool crc64CanFold();

}  // namespace tidemark
