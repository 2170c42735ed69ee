#pragma once

#include <cstddef>
#include <cstdint>

namespace tidemark::ltx {

/// Appends `value` as Go's unsigned varint: seven bits a byte, the lowest first, the top bit says
/// that more follow. `into` is anything with push_back(std::byte).
template <typename Bytes>
void appendUvarint(Bytes& into, std::uint64_t value)
{
    for (; value >= 0x80; value >>= 7) {
        into.push_back(static_cast<std::byte>((value & 0x7f) | 0x80));
    }
    into.push_back(static_cast<std::byte>(value));
}

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
