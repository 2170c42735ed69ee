#include "core/storage/rate_limit.h"

#include <algorithm>

namespace tidemark::storage {
namespace {

constexpr std::uint64_t kPiecesPerSecond = 20;
constexpr std::size_t kLeastPieceBytes = 1 << 10;

}  // namespace

std::size_t RateLimit::pieceBytes() const
{
    return std::max<std::size_t>(kLeastPieceBytes,
                                 static_cast<std::size_t>(m_bytesPerSecond / kPiecesPerSecond));
}

bool RateLimit::take(std::size_t bytes, const std::stop_token& stop)
{
    if (isNone()) {
        return !stop.stop_requested();
    }
    const auto lasts = std::chrono::nanoseconds(static_cast<std::int64_t>(
        static_cast<double>(bytes) * 1e9 / static_cast<double>(m_bytesPerSecond)));
    Clock::Instant begin{};
    {
        const std::scoped_lock lock(m_mutex);
        begin = std::max(m_free, m_clock.monotonic());
        m_free = begin + std::chrono::duration_cast<Clock::Instant::duration>(lasts);
    }
    return m_clock.waitUntil(begin, stop);
}

}  // namespace tidemark::storage
