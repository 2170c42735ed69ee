#include "core/engine/retention.h"
#include "core/replica/catalog_builder.h"
#include "core/replica/restore_plan.h"
#include "tests/core/engine/naive_history.h"
#include "tests/core/engine/random_life.h"

#include <QTest>
#include <map>
#include <optional>

using namespace tidemark;
using namespace tidemark::engine;
using namespace std::chrono_literals;
using naive::Numbers;
using replica::ObjectInfo;

/// Thousands of lives of a replica, each retention judged by a slow oracle of its own. A failure
/// names the seed of its life.
class TestRetentionLives : public QObject {
    Q_OBJECT

    static constexpr std::uint64_t kLives = 2000;

    using Objects = std::vector<ObjectInfo>;

    /// One retention: what goes in and what comes out.
    struct Round {
        Objects objects = {};
        RetentionPolicy policy = {};
        Timestamp now = {};
        std::vector<ltx::TxId> marks = {};
        replica::ObjectNames pinned = {};
        RetentionPlan plan = {};
        Numbers kept = {};
    };

    /// How often what matters came up: lives in which nothing happens prove nothing.
    struct Seen {
        std::size_t going = 0;
        std::size_t staying = 0;
        std::size_t holes = 0;
        std::size_t pinned = 0;
        std::size_t future = 0;
        std::size_t setBack = 0;
        std::size_t calm = 0;
    };

    static Result<RetentionPlan> planOf(const Round& round)
    {
        return planRetention(replica::buildCatalog(round.objects, {"ltx/foreign"}), round.policy,
                             round.now, round.marks, round.pinned);
    }

    static RetentionPolicy policyOf(RandomLife& life)
    {
        RetentionPolicy policy;
        if (life.oneOf(3)) {
            return policy;
        }
        policy.everyMomentFor = life.pick(std::array{0h, 1h, 24h, 100h});
        policy.everyMomentAtMost = life.pick(std::array<std::size_t, 4>{0, 3, 10, 20'000});
        for (Thinning& each : policy.thinnings) {
            each.age = life.pick(std::array{0h, 2h, 30h, 300h, kForEver});
        }
        return policy;
    }

    static Round roundOf(RandomLife& life)
    {
        Round round{.objects = life.objects, .policy = policyOf(life)};
        // Mostly soon after, sometimes long after, or by a clock that is wrong.
        round.now = life.now() +
                    std::chrono::milliseconds(life.below(life.oneOf(2) ? 5'000'000 : 600'000'000));
        if (!life.isCalm() && life.oneOf(5)) {
            round.now += life.pick(std::array{-30h, -90'000h, 500h, 90'000h});
        }
        for (std::uint64_t count = life.below(3); count > 0; --count) {
            round.marks.push_back({1 + life.below(life.last() + 3)});
        }
        if (life.oneOf(2)) {
            for (std::uint64_t count = life.below(4); count > 0; --count) {
                round.pinned.insert(life.objects.at(life.below(life.objects.size())).name);
            }
        }
        return round;
    }

    /// The moments at the edges of what is lost.
    static Numbers edgesOfHoles(const Objects& objects)
    {
        const Numbers reached = naive::restorable(objects);
        Numbers edges;
        for (const ObjectInfo& each : naive::lostBehindHoles(objects)) {
            const auto above = reached.upper_bound(each.maxTxId.value);
            if (above != reached.end()) {
                edges.insert(*above);
            }
            if (above != reached.begin()) {
                edges.insert(*std::prev(above));
            }
        }
        return edges;
    }

    static std::map<std::uint64_t, Timestamp> timesOf(const Objects& objects)
    {
        std::map<std::uint64_t, Timestamp> times;
        for (const ObjectInfo& each : objects) {
            times[each.maxTxId.value] = each.time;
        }
        return times;
    }

    /// What must be kept whatever the clocks say.
    static QString missesWhatIsPlain(const Round& round)
    {
        const Numbers reached = naive::restorable(round.objects);
        Numbers plain = edgesOfHoles(round.objects);
        if (!reached.empty()) {
            plain.insert(*reached.rbegin());
        }
        for (const ltx::TxId mark : round.marks) {
            if (reached.contains(mark.value)) {
                plain.insert(mark.value);
            }
        }
        const auto times = timesOf(round.objects);
        for (const std::uint64_t each : reached) {
            if (times.at(each) > round.now) {
                plain.insert(each);
            }
        }
        for (const std::uint64_t each : plain) {
            if (!round.kept.contains(each)) {
                return QString("transaction %1 is not kept").arg(each);
            }
        }
        return {};
    }

    /// A cell in which something happened lately has a moment, whatever the clocks say.
    static QString missesACell(const Round& round)
    {
        const auto times = timesOf(round.objects);
        for (const Thinning& thinning : round.policy.thinnings) {
            const auto width = thinning.grid == Grid::Month ? 32 * 24h
                               : thinning.grid == Grid::Day ? 25h
                                                            : 2h;
            std::set<std::string> cells;
            for (const std::uint64_t each : round.kept) {
                cells.insert(naive::cellOf(thinning.grid, times.at(each)));
            }
            for (const std::uint64_t each : naive::restorable(round.objects)) {
                const bool isYoung =
                    thinning.age == kForEver || round.now - times.at(each) < thinning.age - width;
                if (isYoung && !cells.contains(naive::cellOf(thinning.grid, times.at(each)))) {
                    return QString("the cell of transaction %1 is empty").arg(each);
                }
            }
        }
        return {};
    }

    /// The cell of each transaction in each of the policy's grids.
    static std::map<std::uint64_t, std::vector<std::string>> cellsOf(const Round& round)
    {
        std::map<std::uint64_t, std::vector<std::string>> cells;
        for (const auto& [txId, time] : timesOf(round.objects)) {
            for (const Thinning& each : round.policy.thinnings) {
                cells[txId].push_back(naive::cellOf(each.grid, time));
            }
        }
        return cells;
    }

    /// Exactly what the policy says, of a history whose clock was right.
    static Numbers keptByTheBook(const Round& round)
    {
        const Numbers reached = naive::restorable(round.objects);
        const auto times = timesOf(round.objects);
        Numbers snapshots;
        for (const ObjectInfo& each : round.objects) {
            if (each.level == 9) {
                snapshots.insert(each.maxTxId.value);
            }
        }
        const auto cells = cellsOf(round);
        Numbers kept = edgesOfHoles(round.objects);
        std::size_t newer = 0;
        for (auto each = reached.rbegin(); each != reached.rend(); ++each, ++newer) {
            const auto age = round.now - times.at(*each);
            bool keep = newer == 0 || (newer < round.policy.everyMomentAtMost &&
                                       age < round.policy.everyMomentFor);
            for (const ltx::TxId mark : round.marks) {
                keep = keep || mark.value == *each;
            }
            for (std::size_t i = 0; i < round.policy.thinnings.size(); ++i) {
                const Thinning& thinning = round.policy.thinnings.at(i);
                bool isBest = thinning.age == kForEver || age < thinning.age;
                const bool byDay = thinning.grid == Grid::Day || thinning.grid == Grid::Month;
                for (const std::uint64_t other : reached) {
                    const bool same = cells.at(other).at(i) == cells.at(*each).at(i);
                    const int ours = byDay && snapshots.contains(*each) ? 1 : 0;
                    const int theirs = byDay && snapshots.contains(other) ? 1 : 0;
                    const bool better = theirs > ours || (theirs == ours && other > *each);
                    isBest = isBest && !(same && better);
                }
                keep = keep || isBest;
            }
            if (keep) {
                kept.insert(*each);
            }
        }
        return kept;
    }

    /// What never goes, and what must cover what goes.
    static QString takesTooMuch(const Round& round)
    {
        Objects rest = round.objects;
        for (const ObjectInfo& each : round.plan.going) {
            if (std::erase(rest, each) != 1) {
                return "what goes is not there: " + QString::fromStdString(each.name);
            }
        }
        const Numbers reached = naive::restorable(rest);
        const auto lost = naive::lostBehindHoles(round.objects);
        for (const ObjectInfo& each : round.plan.going) {
            const auto why = [&](const char* text) {
                return QString("%1 goes: %2").arg(QString::fromStdString(each.name), text);
            };
            if (round.pinned.contains(each.name)) {
                return why("it is pinned");
            }
            std::uint64_t end = 0;
            std::uint64_t above = 0;
            bool isCovered = false;
            for (const ObjectInfo& other : round.objects) {
                if (other.level == each.level) {
                    end = std::max(end, other.maxTxId.value);
                }
                const bool isNext =
                    each.level < 3 ? other.level == each.level + 1 : other.level > each.level;
                if (isNext) {
                    above = std::max(above, other.maxTxId.value);
                }
            }
            for (const ObjectInfo& other : rest) {
                isCovered = isCovered || (naive::isWithin(each, other) &&
                                          reached.contains(other.maxTxId.value) &&
                                          (other.level > each.level || each.level == 9));
            }
            if (each.maxTxId.value >= end) {
                return why("it is the newest of its level");
            }
            if (each.level < 9 && each.maxTxId.value > above) {
                return why("it is not merged");
            }
            if (std::ranges::find(lost, each) != lost.end()) {
                return why("it is behind a hole");
            }
            if (!isCovered) {
                return why("nothing that stays covers it");
            }
        }
        return {};
    }

    /// Deletes in the order of the plan and looks after each deletion.
    static QString losesOnTheWay(const Round& round)
    {
        const Numbers before = naive::restorable(round.objects);
        Objects rest = round.objects;
        Numbers reached = before;
        for (const ObjectInfo& each : round.plan.going) {
            std::erase(rest, each);
            reached = naive::restorable(rest);
            const auto after = "after " + QString::fromStdString(each.name) + ": ";
            if (!std::ranges::includes(reached, round.kept)) {
                return after + "a kept moment cannot be restored";
            }
            for (const ObjectInfo& other : rest) {
                if (before.contains(other.maxTxId.value) &&
                    !reached.contains(other.maxTxId.value)) {
                    return after + "nothing leads to " + QString::fromStdString(other.name);
                }
            }
        }
        Numbers lost;
        std::ranges::set_difference(before, reached, std::inserter(lost, lost.end()));
        Numbers told;
        for (const ltx::TxId each : round.plan.lost) {
            told.insert(each.value);
        }
        return lost == told ? QString() : "the lost moments are not those that were told";
    }

    /// Every kept moment has a plan of files that are there and lead on to it.
    static QString lacksAPlan(const Round& round, const Objects& rest)
    {
        const auto catalog = replica::buildCatalog(rest, {});
        for (const std::uint64_t each : round.kept) {
            const auto plan = replica::planRestore(catalog, replica::AtTxId{{each}});
            if (!plan.ok() || naive::restorable(plan.value().objects).count(each) == 0) {
                return QString("there is no plan for %1").arg(each);
            }
        }
        return {};
    }

    static QString doesMoreTheNextTime(Round round, const Objects& rest)
    {
        round.objects = rest;
        const auto again = planOf(round);
        return again.ok() && again.value().going.empty() ? QString()
                                                         : "the second time more would go";
    }

    /// A clock that is ten years ahead makes nothing older than the last moment.
    static QString trustsALeap(const Round& round, Timestamp lastTime)
    {
        const auto catalog = replica::buildCatalog(round.objects, {});
        const auto leapt =
            keptMoments(catalog, round.policy, lastTime + 10 * 365 * 24h, round.marks);
        const auto there = keptMoments(catalog, round.policy, lastTime, round.marks);
        return leapt == there ? QString() : "a leap of the clock makes moments older";
    }

    static QString judge(const RandomLife& life, Round& round, Seen& seen)
    {
        auto plan = planOf(round);
        if (!plan.ok()) {
            return QString::fromStdString(inEnglish(plan.error().what));
        }
        round.plan = std::move(plan).value();
        for (const KeptMoment& each : round.plan.kept) {
            round.kept.insert(each.txId.value);
            seen.future += each.why == KeptFor::Future;
            seen.setBack += each.why == KeptFor::ClockSetBack;
        }
        Objects rest = round.objects;
        for (const ObjectInfo& each : round.plan.going) {
            std::erase(rest, each);
        }
        seen.going += round.plan.going.size();
        seen.staying += rest.size();
        seen.holes += naive::lostBehindHoles(round.objects).empty() ? 0 : 1;
        seen.pinned += round.pinned.empty() ? 0 : 1;

        QString problem = missesWhatIsPlain(round);
        const auto next = [&problem](const QString& found) {
            problem = problem.isEmpty() ? found : problem;
        };
        next(missesACell(round));
        next(takesTooMuch(round));
        next(losesOnTheWay(round));
        next(lacksAPlan(round, rest));
        next(doesMoreTheNextTime(round, rest));
        const Numbers reached = naive::restorable(round.objects);
        const bool isCalm = life.isCalm() && reached.contains(life.last()) &&
                            round.now - life.lastTime() < 7 * 24h && !sleptLong(round);
        if (isCalm) {
            ++seen.calm;
            next(round.kept == keptByTheBook(round) ? QString() : "the policy says otherwise");
            next(trustsALeap(round, life.lastTime()));
        }
        return problem;
    }

    /// Where a leap is to be seen, or a step back, the policy is not all.
    static bool sleptLong(const Round& round)
    {
        const auto times = timesOf(round.objects);
        std::optional<Timestamp> before;
        bool isLong = false;
        for (const std::uint64_t each : naive::restorable(round.objects)) {
            const auto slept = before ? times.at(each) - *before : 0ms;
            isLong = isLong || slept > 7 * 24h || slept < -1h;
            before = times.at(each);
        }
        return isLong;
    }

private slots:
    void whateverHappensNoKeptMomentIsLost()
    {
        Seen seen;
        for (std::uint64_t seed = 1; seed <= kLives; ++seed) {
            RandomLife life(seed);
            for (std::uint64_t rounds = 1 + life.below(4); rounds > 0; --rounds) {
                life.liveOn();
                Round round = roundOf(life);
                const QString problem = judge(life, round, seen);
                QVERIFY2(problem.isEmpty(),
                         qPrintable(QString("seed %1: %2").arg(seed).arg(problem)));
                // Life goes on, often after a kill in the middle of the deletions.
                const std::size_t done = life.oneOf(2) ? round.plan.going.size()
                                                       : life.below(round.plan.going.size() + 1);
                for (std::size_t i = 0; i < done; ++i) {
                    std::erase(life.objects, round.plan.going[i]);
                }
            }
        }
        qInfo(
            "%zu objects went, %zu stayed; %zu replicas with holes, %zu with pins, %zu judged by "
            "the book; %zu moments from the future, %zu beside a clock set back",
            seen.going, seen.staying, seen.holes, seen.pinned, seen.calm, seen.future,
            seen.setBack);
        QVERIFY(seen.going > 10 * kLives);
        QVERIFY(seen.holes > kLives / 10);
        QVERIFY(seen.pinned > kLives / 10);
        QVERIFY(seen.future > kLives / 10);
        QVERIFY(seen.setBack > kLives / 10);
        QVERIFY(seen.calm > kLives / 10);
    }
};

QTEST_GUILESS_MAIN(TestRetentionLives)
#include "tst_retention_lives.moc"
