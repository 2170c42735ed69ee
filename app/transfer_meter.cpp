#include "app/transfer_meter.h"

namespace tidemark::app {
namespace {

using namespace std::chrono_literals;

// Long enough to even out one slow write, short enough to follow a change.
constexpr auto kWindow = 3s;
// Less tells of start-up, not of the work.
constexpr auto kEnough = 300ms;

}  // namespace

void TransferMeter::add(Clock::Instant at, std::uint64_t doneBytes, std::uint64_t totalBytes)
{
    m_totalBytes = totalBytes;
    if (!m_samples.empty() && doneBytes < m_samples.back().doneBytes) {
        m_samples.clear();  // The next phase counts from zero.
    }
    m_samples.push_back({at, doneBytes});
    while (m_samples.size() > 2 && at - m_samples[1].at >= kWindow) {
        m_samples.pop_front();
    }
}

std::optional<double> TransferMeter::bytesPerSecond() const
{
    if (m_samples.size() < 2 || m_samples.back().at - m_samples.front().at < kEnough) {
        return {};
    }
    const std::chrono::duration<double> span = m_samples.back().at - m_samples.front().at;
    return static_cast<double>(m_samples.back().doneBytes - m_samples.front().doneBytes) /
           span.count();
}

std::optional<std::chrono::milliseconds> TransferMeter::left() const
{
    const auto rate = bytesPerSecond();
    if (!rate || *rate <= 0 || m_samples.back().doneBytes > m_totalBytes) {
        return {};
    }
    const auto bytes = static_cast<double>(m_totalBytes - m_samples.back().doneBytes);
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::duration<double>(bytes / *rate));
}

}  // namespace tidemark::app
