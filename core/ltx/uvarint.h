#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tidemark::ltx {

/// Go's unsigned varints: seven bits a byte, the lowest first, the top bit says that more follow.
inline constexpr std::size_t kMaxUvarintSize = 10;

/// Appends `value` to anything with push_back(std::byte).
template <typename Bytes>
void appendUvarint(Bytes& into, std::uint64_t value)
{
    for (; value >= 0x80; value >>= 7) {
        into.push_back(static_cast<std::byte>((value & 0x7f) | 0x80));
    }
    into.push_back(static_cast<std::byte>(value));
}

/// Room for one entry of an index.
class UvarintBuffer {
public:
    void push_back(std::byte byte) { m_bytes[m_size++] = byte; }
    [[nodiscard]] std::span<const std::byte> bytes() const
    {
        return std::span(m_bytes).first(m_size);
    }

private:
    std::array<std::byte, 3 * kMaxUvarintSize> m_bytes = {};
    std::size_t m_size = 0;
};

/// Puts one together from its bytes, which come one by one.
class UvarintParser {
public:
    enum class State { More, Done, Wrong };

    /// Wrong where nobody writes so: more than 64 bits, or zeros at the high end.
    State add(std::byte byte)
    {
        const auto bits = std::to_integer<std::uint64_t>(byte) & 0x7f;
        const bool last = (byte & std::byte{0x80}) == std::byte{0};
        if (m_shift == 63 && (bits > 1 || !last)) {
            return State::Wrong;
        }
        if (last && bits == 0 && m_shift > 0) {
            return State::Wrong;
        }
        m_value |= bits << m_shift;
        m_shift += 7;
        return last ? State::Done : State::More;
    }

    [[nodiscard]] std::uint64_t value() const { return m_value; }

private:
    std::uint64_t m_value = 0;
    unsigned m_shift = 0;
};

}  // namespace tidemark::ltx
