#include "tests/load/chance.h"

#include <algorithm>
#include <cstring>

namespace load {

std::vector<std::uint8_t> Chance::bytes(std::size_t size)
{
    // 16 random bytes, then 16 that repeat: LZ4 finds the second half of each pair.
    constexpr std::size_t kNews = 16;
    std::vector<std::uint8_t> made(size, std::uint8_t{'-'});
    for (std::size_t at = 0; at < size; at += 2 * kNews) {
        for (std::size_t i = at; i < std::min(at + kNews, size); i += sizeof(std::uint64_t)) {
            const std::uint64_t news = m_engine();
            std::memcpy(&made[i], &news, std::min(sizeof news, size - i));
        }
    }
    return made;
}

std::string Chance::word(std::size_t size)
{
    std::string made(size, 'a');
    for (char& c : made)
        c = static_cast<char>('a' + between(0, 25));
    return made;
}

}  // namespace load
