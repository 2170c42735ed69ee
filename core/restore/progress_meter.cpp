#include "core/restore/progress_meter.h"

#include <algorithm>

namespace tidemark::restore {
namespace {

// As often as a person sees a bar move smoothly.
constexpr std::chrono::milliseconds kPause{40};

}  // namespace

void ProgressMeter::expect(std::uint64_t bytes)
{
    const std::scoped_lock lock(m_mutex);
    m_progress.totalBytes = m_progress.doneBytes + bytes;
}

void ProgressMeter::enter(Phase phase)
{
    const std::scoped_lock lock(m_mutex);
    m_progress.phase = phase;
    tell(true);
}

void ProgressMeter::add(std::uint64_t bytes)
{
    const std::scoped_lock lock(m_mutex);
    m_progress.doneBytes = std::min(m_progress.totalBytes, m_progress.doneBytes + bytes);
    tell(false);
}

void ProgressMeter::finish()
{
    const std::scoped_lock lock(m_mutex);
    m_progress.doneBytes = m_progress.totalBytes;
    tell(true);
}

void ProgressMeter::tell(bool always)
{
    const auto now = m_clock.monotonic();
    if (m_tell && (always || now >= m_nextTelling)) {
        m_nextTelling = now + kPause;
        m_tell(m_progress);
    }
}

}  // namespace tidemark::restore
