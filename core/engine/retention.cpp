#include "core/engine/retention.h"

#include "core/engine/history_holes.h"
#include "core/engine/level_ends.h"
#include "core/engine/moment_chains.h"
#include "core/engine/range_cover.h"
#include "core/engine/retention_proof.h"
#include "core/replica/damage.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace tidemark::engine {
namespace {

using replica::Catalog;
using replica::kSegmentLevel;
using replica::kSnapshotLevel;
using replica::Moment;
using replica::ObjectInfo;

std::optional<std::size_t> momentAt(const Catalog& catalog, ltx::TxId txId)
{
    const auto found = std::ranges::lower_bound(catalog.moments, txId, {}, &Moment::txId);
    return found == catalog.moments.end() || found->txId != txId
               ? std::nullopt
               : std::optional(static_cast<std::size_t>(found - catalog.moments.begin()));
}

/// Decides over each object of a catalog. What is not decided goes in the end; a way to a moment
/// that is held can bring back what was given up before.
class Decider {
public:
    explicit Decider(const Catalog& catalog)
        : m_catalog(catalog),
          m_ends(catalog),
          m_chains(chainsTo(catalog)),
          m_isHeld(catalog.moments.size()),
          m_fates(catalog.objects.size(), Fate::Goes)
    {
    }

    /// What must stay whatever the moments need.
    void guard(const replica::ObjectNames& pinned)
    {
        const std::vector<Hole> holes = holesOf(m_catalog);
        for (std::size_t i = 0; i < m_fates.size(); ++i) {
            const ObjectInfo& object = m_catalog.objects[i];
            if (pinned.contains(object.name)) {
                m_fates[i] = Fate::Pinned;
            } else if (m_ends.isNewest(object)) {
                m_fates[i] = Fate::Newest;
            } else if (m_ends.isUnmerged(object)) {
                m_fates[i] = Fate::NotMergedYet;
            } else if (isBesideHole(holes, object.maxTxId)) {
                m_fates[i] = Fate::BesideHole;
            }
        }
    }

    /// Holds the moment, so that every object on the way to it stays.
    void hold(ltx::TxId txId, Fate why)
    {
        auto moment = momentAt(m_catalog, txId).value_or(kNoMoment);
        while (moment != kNoMoment && !m_isHeld[moment]) {
            m_isHeld[moment] = true;
            Fate& fate = m_fates[m_chains[moment].object];
            fate = fate == Fate::Goes ? why : fate;
            moment = m_chains[moment].previous;
        }
    }

    /// Without the way to it, an object that stays would lie there of no use, and look like what is
    /// left behind a hole.
    void holdWhatStays()
    {
        for (std::size_t i = 0; i < m_fates.size(); ++i) {
            if (m_fates[i] != Fate::Goes) {
                hold(m_catalog.objects[i].maxTxId, Fate::Support);
            }
        }
    }

    /// From the highest level downwards, so that what covers an object is known to stay.
    void keepWhatNothingCovers()
    {
        for (int level = kSnapshotLevel - 1; level >= kSegmentLevel; --level) {
            const auto [first, last] = placesOf(level);
            if (first == last) {
                continue;
            }
            const RangeCover merged = mergedAbove(level);
            for (std::size_t i = first; i < last; ++i) {
                if (m_fates[i] == Fate::Goes && !isCovered(i, merged)) {
                    m_fates[i] = Fate::Alone;
                    hold(m_catalog.objects[i].maxTxId, Fate::Support);
                }
            }
        }
    }

    [[nodiscard]] std::vector<Fate> fates() && { return std::move(m_fates); }

private:
    [[nodiscard]] std::pair<std::size_t, std::size_t> placesOf(int level) const
    {
        const auto range =
            std::ranges::equal_range(m_catalog.objects, level, {}, &ObjectInfo::level);
        return {static_cast<std::size_t>(range.begin() - m_catalog.objects.begin()),
                static_cast<std::size_t>(range.end() - m_catalog.objects.begin())};
    }

    /// What stays of the levels above, without snapshots.
    [[nodiscard]] RangeCover mergedAbove(int level) const
    {
        std::vector<ltx::TxRange> ranges;
        const std::size_t end = placesOf(kSnapshotLevel).first;
        for (std::size_t i = placesOf(level).second; i < end; ++i) {
            const ObjectInfo& object = m_catalog.objects[i];
            if (m_fates[i] != Fate::Goes && momentAt(m_catalog, object.maxTxId)) {
                ranges.push_back({.minTxId = object.minTxId, .maxTxId = object.maxTxId});
            }
        }
        return RangeCover(std::move(ranges));
    }

    [[nodiscard]] bool isCovered(std::size_t index, const RangeCover& merged) const
    {
        const ObjectInfo& object = m_catalog.objects[index];
        // A snapshot holds everything up to its end, and the newest one always stays. But what is
        // behind a hole is in none.
        if (object.maxTxId <= m_ends.of(kSnapshotLevel) && momentAt(m_catalog, object.maxTxId)) {
            return true;
        }
        // A whole database is not covered by changes alone.
        return merged.covers({.minTxId = object.isComplete() ? ltx::TxId{1} : object.minTxId,
                              .maxTxId = object.maxTxId});
    }

    const Catalog& m_catalog;
    LevelEnds m_ends;
    std::vector<ChainStep> m_chains;
    std::vector<bool> m_isHeld;
    std::vector<Fate> m_fates;
};

/// Within a stretch of history: of one end the object that starts lowest goes last, since others
/// may be of use only through it.
bool goesBefore(const ObjectInfo& left, const ObjectInfo& right)
{
    if (left.maxTxId != right.maxTxId) {
        return left.maxTxId > right.maxTxId;
    }
    return std::tuple(left.isComplete(), right.minTxId, left.level) <
           std::tuple(right.isComplete(), left.minTxId, right.level);
}

/// By stretches from one whole database that stays to the next, the oldest first; within one from
/// its end to its start. So nothing that is still there ever needs what has gone: what lies behind
/// the stretch is reached from the whole database at its end, what lies before the last one deleted
/// is as it was, and what is behind that stays anyway.
std::vector<ObjectInfo> inOrder(const Catalog& catalog, const std::vector<Fate>& fates)
{
    std::vector<ltx::TxId> whole;
    std::vector<std::size_t> going;
    for (std::size_t i = 0; i < fates.size(); ++i) {
        if (fates[i] == Fate::Goes) {
            going.push_back(i);
        } else if (catalog.objects[i].isComplete()) {
            whole.push_back(catalog.objects[i].maxTxId);
        }
    }
    std::ranges::sort(whole);
    std::ranges::sort(going, [&](std::size_t left, std::size_t right) {
        return goesBefore(catalog.objects[left], catalog.objects[right]);
    });
    std::vector<ObjectInfo> sorted;
    sorted.reserve(going.size());
    for (auto rest = going.rbegin(); rest != going.rend();) {
        // From the oldest on: all that ends at or before the same whole database.
        const auto end = std::ranges::lower_bound(whole, catalog.objects[*rest].maxTxId);
        const auto last = std::find_if(rest, going.rend(), [&](std::size_t i) {
            return end != whole.end() && catalog.objects[i].maxTxId > *end;
        });
        std::for_each(last.base(), rest.base(),
                      [&](std::size_t i) { sorted.push_back(catalog.objects[i]); });
        rest = last;
    }
    return sorted;
}

std::vector<ltx::TxId> lostMoments(const Catalog& before, const Catalog& after)
{
    std::vector<ltx::TxId> lost;
    for (const Moment& each : before.moments) {
        if (!momentAt(after, each.txId)) {
            lost.push_back(each.txId);
        }
    }
    return lost;
}

std::vector<Fate> decide(const Catalog& catalog, const std::vector<KeptMoment>& kept,
                         const replica::ObjectNames& pinned)
{
    Decider decider(catalog);
    decider.guard(pinned);
    for (const KeptMoment& each : kept) {
        decider.hold(each.txId, Fate::KeptMoment);
    }
    decider.holdWhatStays();
    decider.keepWhatNothingCovers();
    return std::move(decider).fates();
}

/// Without a proof.
RetentionPlan planOf(const Catalog& catalog, const RetentionPolicy& policy, Timestamp now,
                     std::span<const ltx::TxId> marks, const replica::ObjectNames& pinned)
{
    RetentionPlan plan;
    plan.kept = keptMoments(catalog, policy, now, marks);
    std::ranges::copy_if(marks, std::back_inserter(plan.goneMarks),
                         [&](ltx::TxId mark) { return !momentAt(catalog, mark); });
    if (policy.neverDelete || catalog.format != Catalog::Format::Ltx) {
        plan.fates.assign(catalog.objects.size(), Fate::NeverDelete);
        return plan;
    }
    plan.fates = decide(catalog, plan.kept, pinned);
    plan.going = inOrder(catalog, plan.fates);
    return plan;
}

/// What a deletion that broke off left with nothing that leads to it.
std::vector<ObjectInfo> leftoversOf(const Catalog& catalog, const replica::ObjectNames& pinned,
                                    const replica::ObjectNames& unfinished)
{
    std::vector<ObjectInfo> leftovers;
    if (unfinished.empty()) {
        return leftovers;
    }
    const LevelEnds ends(catalog);
    std::ranges::copy_if(
        catalog.objects, std::back_inserter(leftovers), [&](const ObjectInfo& each) {
            return unfinished.contains(each.name) && !momentAt(catalog, each.maxTxId) &&
                   !pinned.contains(each.name) && !ends.isNewest(each) && !ends.isUnmerged(each);
        });
    return leftovers;
}

/// What was left over goes before all else; nothing needs it.
void addLeftovers(RetentionPlan& plan, const Catalog& catalog,
                  const std::vector<ObjectInfo>& leftovers, const replica::ObjectNames& names)
{
    plan.going.insert(plan.going.begin(), leftovers.begin(), leftovers.end());
    std::vector<Fate> fates;
    fates.reserve(catalog.objects.size());
    auto rest = plan.fates.begin();
    for (const ObjectInfo& each : catalog.objects) {
        fates.push_back(names.contains(each.name) ? Fate::Goes : *rest++);
    }
    plan.fates = std::move(fates);
}

}  // namespace

Result<RetentionPlan> planRetention(const Catalog& catalog, const RetentionPolicy& policy,
                                    Timestamp now, std::span<const ltx::TxId> marks,
                                    const replica::ObjectNames& pinned,
                                    const replica::ObjectNames& unfinished)
{
    const bool mayDelete = !policy.neverDelete && catalog.format == Catalog::Format::Ltx;
    const auto leftovers =
        mayDelete ? leftoversOf(catalog, pinned, unfinished) : std::vector<ObjectInfo>();
    RetentionPlan plan;
    if (leftovers.empty()) {
        plan = planOf(catalog, policy, now, marks, pinned);
    } else {
        replica::ObjectNames names;
        for (const ObjectInfo& each : leftovers) {
            names.insert(each.name);
        }
        plan = planOf(replica::without(catalog, names), policy, now, marks, pinned);
        addLeftovers(plan, catalog, leftovers, names);
    }
    for (const ObjectInfo& each : plan.going) {
        plan.goingBytes += each.sizeBytes;
    }
    if (!plan.going.empty()) {
        TIDEMARK_TRY(const Catalog after, proveRetention(catalog, plan.going, plan.kept, pinned));
        plan.lost = lostMoments(catalog, after);
    }
    return plan;
}

}  // namespace tidemark::engine
