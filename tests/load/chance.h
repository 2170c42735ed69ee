#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace load {

/// Seeded chance: the same seed makes the same load.
class Chance {
public:
    explicit Chance(std::uint64_t seed) : m_engine(seed) {}

    /// A whole number from `low` to `high`, both included.
    std::int64_t between(std::int64_t low, std::int64_t high)
    {
        return std::uniform_int_distribution<std::int64_t>(low, high)(m_engine);
    }
    bool percent(std::int64_t chance) { return between(1, 100) <= chance; }
    std::uint64_t bits() { return m_engine(); }

    /// Bytes of which about half are news, as in ordinary tables: about 2:1 under LZ4.
    std::vector<std::uint8_t> bytes(std::size_t size);
    std::string word(std::size_t size);

private:
    std::mt19937_64 m_engine;
};

}  // namespace load
