#include "tests/load/rhythm.h"

#include <algorithm>
#include <ctime>

namespace load {
namespace {

constexpr std::int64_t kUsPerSecond = 1'000'000;
// A paced writer that fell further behind does not chase what it missed.
constexpr std::int64_t kLongestLagUs = 100'000;

}  // namespace

std::int64_t nowUs()
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * kUsPerSecond + now.tv_nsec / 1000;
}

Rhythm::Rhythm(const Parameters& parameters, std::uint64_t seed)
    : m_parameters(parameters), m_chance(seed), m_dueUs(nowUs()), m_leftInBurst(parameters.burst)
{
}

bool Rhythm::knows(const std::string& mode)
{
    return mode == "flat" || mode == "paced" || mode == "bursts" || mode == "human";
}

void Rhythm::wait()
{
    if (m_parameters.mode == "flat")
        return;
    if (m_parameters.mode == "paced") {
        m_dueUs =
            std::max(m_dueUs + kUsPerSecond / m_parameters.perSecond, nowUs() - kLongestLagUs);
    } else if (m_parameters.mode == "bursts") {
        if (--m_leftInBurst > 0)
            return;
        m_leftInBurst = m_parameters.burst;
        m_dueUs = nowUs() + m_parameters.pauseMs * 1000;
    } else {
        m_dueUs = nowUs() + (m_chance.percent(15) ? 0 : m_chance.between(50, 1500) * 1000);
    }
    const timespec due{.tv_sec = m_dueUs / kUsPerSecond, .tv_nsec = m_dueUs % kUsPerSecond * 1000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr);
}

}  // namespace load
