#pragma once

#include "core/base/random.h"
#include "core/engine/policy.h"
#include "core/replica/catalog.h"
#include "tests/support/made_replica.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <vector>

namespace tidemark::engine {

/// A replica that lives through whatever comes: commits, merges of every level (late, twice,
/// overlapping), snapshots, lost files, whole files in odd places, clocks that go wrong. The same
/// for the same seed.
class RandomLife {
public:
    explicit RandomLife(std::uint64_t seed) : m_random(seed)
    {
        m_isCalm = oneOf(3);
        m_pace = pick(std::array<std::int64_t, 7>{300, 9'000, 70'000, 900'000, 7'000'000,
                                                  40'000'000, 300'000'000});
        m_clock = Timestamp(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)) +
                  std::chrono::milliseconds(below(40ULL * 86'400'000));
        commit();
        add(9, 1, 1);
    }

    std::vector<replica::ObjectInfo> objects;

    /// Nothing was ever wrong with the clock, and nobody slept for long.
    [[nodiscard]] bool isCalm() const { return m_isCalm; }
    [[nodiscard]] std::uint64_t last() const { return m_times.size(); }
    [[nodiscard]] Timestamp lastTime() const { return m_times.back(); }

    /// What the clock of the computer says.
    [[nodiscard]] Timestamp now() const { return m_clock + m_wrongBy; }

    [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return m_random.next() % limit; }
    [[nodiscard]] bool oneOf(std::uint64_t count) { return below(count) == 0; }

    template <typename T, std::size_t N>
    [[nodiscard]] T pick(const std::array<T, N>& from)
    {
        return from.at(below(N));
    }

    void liveOn()
    {
        for (std::uint64_t actions = 10 + below(30); actions > 0; --actions) {
            act();
        }
    }

private:
    void act()
    {
        const std::uint64_t what = below(100);
        if (what < 60) {
            commit();
        } else if (what < 70) {
            merge(1);
        } else if (what < 77) {
            merge(2);
        } else if (what < 82) {
            merge(3);
        } else if (what < 83) {
            merge(static_cast<int>(4 + below(5)));
        } else if (what < 90) {
            add(9, 1, oneOf(5) ? 1 + below(last()) : last());
        } else if (what < 93) {
            m_clock += std::chrono::milliseconds(below(m_isCalm ? 100'000'000 : 4'000'000'000));
        } else if (what < 95 && !m_isCalm) {
            upsetClock();
        } else if (what < 96 && oneOf(2)) {
            lose(oneOf(4));
        } else if (what < 97 && oneOf(4)) {
            objects.at(below(objects.size())).isFull = true;
        } else if (what < 98) {
            m_wrongBy = {};
        }
    }

    void commit()
    {
        m_clock += std::chrono::milliseconds(1 + below(static_cast<std::uint64_t>(2 * m_pace)));
        Timestamp time = now();
        // As the writer does, but somebody else may write as well.
        if (!m_times.empty() && time <= m_times.back() &&
            m_times.back() - time <= std::chrono::hours(1) && !oneOf(9)) {
            time = m_times.back() + std::chrono::milliseconds(1);
        }
        m_times.push_back(time);
        add(0, last(), last());
    }

    /// From where the level ended on, seldom from before that; up to some end of a level below.
    void merge(int level)
    {
        std::uint64_t& merged = m_merged.at(static_cast<std::size_t>(level));
        const std::uint64_t from = oneOf(6) ? 1 + below(merged + 1) : merged + 1;
        std::vector<std::uint64_t> ends;
        for (const replica::ObjectInfo& each : objects) {
            if (each.level < level && each.maxTxId.value >= from) {
                ends.push_back(each.maxTxId.value);
            }
        }
        if (ends.empty()) {
            return;
        }
        const std::uint64_t to = oneOf(2) ? std::ranges::max(ends) : ends.at(below(ends.size()));
        const auto lost = m_lost.lower_bound(from);
        if (lost == m_lost.end() || *lost > to) {
            add(level, from, to);
            merged = std::max(merged, to);
        } else {
            merged = std::max(merged, *lost);
        }
    }

    /// One file vanishes, or a transaction with all that holds it.
    void lose(bool oneFile)
    {
        if (oneFile) {
            objects.erase(objects.begin() + static_cast<std::ptrdiff_t>(below(objects.size())));
            return;
        }
        const std::uint64_t lost = last() - below(std::min<std::uint64_t>(last(), 12));
        m_lost.insert(lost);
        std::erase_if(objects, [lost](const replica::ObjectInfo& each) {
            return each.level < 9 && each.minTxId.value <= lost && lost <= each.maxTxId.value;
        });
    }

    void upsetClock()
    {
        const auto by = std::chrono::milliseconds(pick(std::array<std::int64_t, 5>{
            5'000, 2'000'000, 20'000'000, 3'000'000'000, 300'000'000'000}));
        m_wrongBy = oneOf(2) ? by : -by;
    }

    void add(int level, std::uint64_t minTxId, std::uint64_t maxTxId)
    {
        replica::ObjectInfo object = replica::objectInfo(level, minTxId, maxTxId);
        object.time = m_times.at(maxTxId - 1);
        const bool isThere = std::ranges::any_of(
            objects, [&](const replica::ObjectInfo& each) { return each.name == object.name; });
        if (!isThere) {
            objects.push_back(object);
        }
    }

    SeededRandom m_random;
    bool m_isCalm = false;
    std::int64_t m_pace = 1;
    Timestamp m_clock = {};
    std::chrono::milliseconds m_wrongBy{0};
    std::vector<Timestamp> m_times;  // Of transaction 1 and on.
    std::array<std::uint64_t, 9> m_merged = {};
    std::set<std::uint64_t> m_lost;
};

}  // namespace tidemark::engine
