#include "core/engine/kept_moments.h"

#include "core/engine/history_holes.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

namespace tidemark::engine {
namespace {

using replica::Catalog;
using replica::Moment;
using std::chrono::milliseconds;

// The writer of a replica corrects smaller steps itself: each segment's time is above the last.
constexpr std::chrono::hours kSetBackBy{1};

// Longer than a computer usually sleeps, shorter than clocks go wrong by when their battery is
// empty.
constexpr milliseconds kLeap = std::chrono::days(7);

// A clock that is wrong is usually set right within the day.
constexpr milliseconds kBelievedAfter = std::chrono::days(1);

// Outside of it calendars do not count, and differences could overflow.
constexpr Timestamp kFirstTime{};
constexpr Timestamp kLastTime = std::chrono::sys_days(std::chrono::year(9999) / 12 / 31);

Timestamp sane(Timestamp time)
{
    return std::clamp(time, kFirstTime, kLastTime);
}

/// A storage without times lists the epoch.
bool isUnknown(const Moment& moment)
{
    return moment.time <= kFirstTime;
}

/// The number of the cell in which `time` lies.
std::int64_t cellOf(Grid grid, Timestamp time)
{
    const auto since = time.time_since_epoch();
    switch (grid) {
    case Grid::HalfMinute: return since / std::chrono::seconds(30);
    case Grid::FiveMinutes: return since / std::chrono::minutes(5);
    case Grid::Hour: return since / std::chrono::hours(1);
    case Grid::Day: return since / std::chrono::days(1);
    case Grid::Month: break;
    }
    const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
    return static_cast<std::int64_t>(static_cast<int>(date.year())) * 12 +
           static_cast<unsigned>(date.month());
}

bool prefersSnapshots(Grid grid)
{
    return grid == Grid::Day || grid == Grid::Month;
}

/// What time it is as far as ages go: leaps that nothing confirms yet are taken back.
Timestamp believedNow(const std::vector<Moment>& moments, Timestamp now)
{
    Timestamp believed = now;
    Timestamp later = now;
    milliseconds lived{0};
    for (auto each = moments.rbegin(); each != moments.rend() && lived < kBelievedAfter; ++each) {
        const milliseconds between = later - sane(each->time);
        if (isUnknown(*each) || between < milliseconds(0)) {
            continue;
        }
        if (between > kLeap) {
            believed -= between;
        } else {
            lived += between;
        }
        later = sane(each->time);
    }
    return believed;
}

/// Chooses among the moments of one catalog; indexes are of its moments.
class Chooser {
public:
    Chooser(const Catalog& catalog, Timestamp now)
        : m_moments(catalog.moments),
          m_now(believedNow(catalog.moments, sane(now))),
          m_why(catalog.moments.size()),
          m_run(catalog.moments.size()),
          m_ages(catalog.moments.size()),
          m_isSnapshot(catalog.moments.size())
    {
        findSnapshots(catalog);
        followClock();
    }

    void keep(std::size_t index, KeptFor why)
    {
        m_why[index] = m_why[index] ? std::min(*m_why[index], why) : why;
    }

    void keepTransaction(ltx::TxId txId, KeptFor why)
    {
        if (const auto index = indexOf(txId)) {
            keep(*index, why);
        }
    }

    void keepNewest(const RetentionPolicy& policy)
    {
        const std::size_t count = m_moments.size();
        for (std::size_t i = count - std::min(count, policy.everyMomentAtMost); i < count; ++i) {
            if (isYounger(i, policy.everyMomentFor)) {
                keep(i, KeptFor::EveryMoment);
            }
        }
    }

    /// One of each cell: the last one, for a time that was lived twice the one of the later life.
    void thin(const Thinning& thinning)
    {
        for (std::size_t next = 0; next < m_byClock.size();) {
            const auto cell = cellAt(thinning.grid, next);
            std::size_t chosen = m_byClock[next];
            while (++next < m_byClock.size() && cellAt(thinning.grid, next) == cell) {
                chosen = better(thinning.grid, chosen, m_byClock[next]);
            }
            if (isYounger(chosen, thinning.age)) {
                keep(chosen, KeptFor::Point);
            }
        }
    }

    [[nodiscard]] std::vector<KeptMoment> kept() const
    {
        std::vector<KeptMoment> kept;
        for (std::size_t i = 0; i < m_why.size(); ++i) {
            if (m_why[i]) {
                kept.push_back({.txId = m_moments[i].txId, .why = *m_why[i]});
            }
        }
        return kept;
    }

private:
    [[nodiscard]] std::optional<std::size_t> indexOf(ltx::TxId txId) const
    {
        const auto found = std::ranges::lower_bound(m_moments, txId, {}, &Moment::txId);
        return found == m_moments.end() || found->txId != txId
                   ? std::nullopt
                   : std::optional(static_cast<std::size_t>(found - m_moments.begin()));
    }

    void findSnapshots(const Catalog& catalog)
    {
        for (const replica::ObjectInfo& each : catalog.objects) {
            if (each.level == replica::kSnapshotLevel) {
                if (const auto index = indexOf(each.maxTxId)) {
                    m_isSnapshot[*index] = true;
                }
            }
        }
    }

    /// Splits the history where the clock was set back, and says how old each moment is: not older
    /// than what was there before it. Both moments at such a place stay, so that it is the same
    /// place the next time.
    void followClock()
    {
        std::size_t run = 0;
        Timestamp notBefore = kFirstTime;
        for (std::size_t i = 0; i < m_moments.size(); ++i) {
            const Timestamp time = sane(m_moments[i].time);
            if (isUnknown(m_moments[i])) {
                keep(i, KeptFor::UnknownTime);
            } else if (time > m_now) {
                keep(i, KeptFor::Future);
            }
            if (i > 0 && sane(m_moments[i - 1].time) - time > kSetBackBy) {
                ++run;
                keep(i - 1, KeptFor::ClockSetBack);
                keep(i, KeptFor::ClockSetBack);
                // Who trusted a time that has not come would keep everything until it has.
                if (sane(m_moments[i - 1].time) <= m_now) {
                    notBefore = std::max(notBefore, sane(m_moments[i - 1].time));
                }
            }
            m_run[i] = run;
            m_ages[i] = m_now - std::max(time, notBefore);
        }
        m_byClock.resize(m_moments.size());
        std::iota(m_byClock.begin(), m_byClock.end(), std::size_t{0});
        const auto place = [this](std::size_t i) {
            return std::pair(m_run[i], sane(m_moments[i].time));
        };
        // Nearly always it is sorted.
        if (!std::ranges::is_sorted(m_byClock, {}, place)) {
            std::ranges::stable_sort(m_byClock, {}, place);
        }
    }

    [[nodiscard]] std::pair<std::size_t, std::int64_t> cellAt(Grid grid, std::size_t place) const
    {
        const std::size_t index = m_byClock[place];
        return {m_run[index], cellOf(grid, sane(m_moments[index].time))};
    }

    [[nodiscard]] std::size_t better(Grid grid, std::size_t left, std::size_t right) const
    {
        if (prefersSnapshots(grid) && m_isSnapshot[left] != m_isSnapshot[right]) {
            return m_isSnapshot[left] ? left : right;
        }
        return std::max(left, right);
    }

    [[nodiscard]] bool isYounger(std::size_t index, std::chrono::hours limit) const
    {
        return std::chrono::floor<std::chrono::hours>(m_ages[index]) < limit;
    }

    const std::vector<Moment>& m_moments;
    Timestamp m_now;
    std::vector<std::optional<KeptFor>> m_why;
    std::vector<std::size_t> m_run;
    std::vector<milliseconds> m_ages;
    std::vector<bool> m_isSnapshot;
    std::vector<std::size_t> m_byClock;  // By run, then time, then number.
};

}  // namespace

std::vector<KeptMoment> keptMoments(const Catalog& catalog, const RetentionPolicy& policy,
                                    Timestamp now, std::span<const ltx::TxId> marks)
{
    if (catalog.moments.empty()) {
        return {};
    }
    Chooser chooser(catalog, now);
    for (const ltx::TxId mark : marks) {
        chooser.keepTransaction(mark, KeptFor::Mark);
    }
    for (const Hole& hole : holesOf(catalog)) {
        chooser.keepTransaction(hole.after, KeptFor::Hole);
        chooser.keepTransaction(hole.before, KeptFor::Hole);
    }
    if (policy.neverDelete) {
        for (std::size_t i = 0; i < catalog.moments.size(); ++i) {
            chooser.keep(i, KeptFor::NeverDelete);
        }
    }
    chooser.keep(catalog.moments.size() - 1, KeptFor::Newest);
    chooser.keepNewest(policy);
    std::ranges::for_each(policy.thinnings, [&](const Thinning& each) { chooser.thin(each); });
    return chooser.kept();
}

}  // namespace tidemark::engine
