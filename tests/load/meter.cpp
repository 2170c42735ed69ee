#include "tests/load/meter.h"

#include <cstdio>

#include "tests/load/rhythm.h"

namespace load {
namespace {

constexpr std::int64_t kBatchUs = 1'000'000;

long long number(std::int64_t value)
{
    return value;
}

}  // namespace

Meter::Meter()
{
    m_now.sinceUs = m_all.sinceUs = nowUs();
}

void Meter::committed(std::int64_t us, std::int64_t n)
{
    m_now.commits.add(us);
    m_n = n;
}

void Meter::checkpointed(std::int64_t us, bool complete)
{
    m_now.checkpoints.add(us);
    m_now.incomplete += complete ? 0 : 1;
}

void Meter::tick()
{
    if (nowUs() - m_now.sinceUs < kBatchUs)
        return;
    print(m_now, "");
    m_all.add(m_now);
    m_now = Counts{};
    m_now.sinceUs = nowUs();
}

void Meter::total()
{
    m_all.add(m_now);
    print(m_all, "\"total\":true,");
}

void Meter::Counts::add(const Counts& other)
{
    commits.add(other.commits);
    checkpoints.add(other.checkpoints);
    locked += other.locked;
    rolledBack += other.rolledBack;
    incomplete += other.incomplete;
}

void Meter::print(const Counts& counts, const char* mark) const
{
    const double seconds = static_cast<double>(nowUs() - counts.sinceUs) / 1e6;
    const Latencies& commits = counts.commits;
    const Latencies& checkpoints = counts.checkpoints;
    std::printf(
        "{%s\"n\":%lld,\"commits\":%lld,\"perSecond\":%.0f,\"p50Us\":%lld,\"p99Us\":%lld,"
        "\"maxUs\":%lld,\"locked\":%lld,\"rolledBack\":%lld,\"checkpoints\":%lld,"
        "\"checkpointP50Us\":%lld,\"checkpointMaxUs\":%lld,\"checkpointsIncomplete\":%lld}\n",
        mark, number(m_n), number(commits.count()),
        static_cast<double>(commits.count()) / std::max(seconds, 1e-6),
        number(commits.quantileUs(500)), number(commits.quantileUs(990)),
        number(commits.longestUs()), number(counts.locked), number(counts.rolledBack),
        number(checkpoints.count()), number(checkpoints.quantileUs(500)),
        number(checkpoints.longestUs()), number(counts.incomplete));
    std::fflush(stdout);
}

}  // namespace load
