#pragma once

#include <cstdint>
#include <mutex>
#include <random>

namespace tidemark {

/// Where chance comes from: node ids, temporary names, jitter. Any thread may use it.
class Random {
public:
    virtual ~Random() = default;

    /// Sixty-four bits, each as likely 0 as 1. Not for secrets.
    [[nodiscard]] virtual std::uint64_t next() = 0;
};

/// The same numbers for the same seed, on every machine.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : m_engine(seed) {}

    [[nodiscard]] std::uint64_t next() override
    {
        const std::scoped_lock lock(m_mutex);
        return m_engine();
    }

private:
    std::mutex m_mutex;  // Guards m_engine.
    std::mt19937_64 m_engine;
};

/// Numbers that nobody has seen before: a seed from the system.
[[nodiscard]] inline std::uint64_t unpredictableSeed()
{
    std::random_device device;
    return (std::uint64_t{device()} << 32) ^ device();
}

}  // namespace tidemark
