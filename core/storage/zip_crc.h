#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tidemark::storage {

/// CRC-32 as zip archives have it, over bytes as they come.
class ZipCrc {
public:
    void update(std::span<const std::byte> bytes);

    /// The sum of everything so far; 0 for nothing.
    [[nodiscard]] std::uint32_t value() const { return m_value; }

private:
    std::uint32_t m_value = 0;
};

}  // namespace tidemark::storage
