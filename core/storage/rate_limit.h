#pragma once

#include "core/base/clock.h"

#include <cstdint>
#include <mutex>
#include <stop_token>

namespace tidemark::storage {

/// So many bytes a second and no more, shared by all who take from it. Any thread may; who comes
/// later waits longer.
class RateLimit {
public:
    /// 0 is no limit. `clock` outlives it.
    RateLimit(Clock& clock, std::uint64_t bytesPerSecond)
        : m_clock(clock), m_bytesPerSecond(bytesPerSecond)
    {
    }

    [[nodiscard]] bool isNone() const { return m_bytesPerSecond == 0; }

    /// How many bytes at once keep the line even: a twentieth of a second's.
    [[nodiscard]] std::size_t pieceBytes() const;

    /// Blocks until the line is free for `bytes` more; false when stopped meanwhile.
    [[nodiscard]] bool take(std::size_t bytes, const std::stop_token& stop);

private:
    Clock& m_clock;
    const std::uint64_t m_bytesPerSecond;
    std::mutex m_mutex;       // Guards m_free.
    Clock::Instant m_free{};  // When the line is free again.
};

}  // namespace tidemark::storage
