#include "core/replica/restore_plan.h"

#include "core/base/rfc3339.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace tidemark::replica {
namespace {

// The fewest: a small object comes whole with one read. A large one takes some more for its tail,
// its index and its pages.
constexpr std::uint32_t kRequestsPerObject = 1;

std::string momentName(const Moment& moment)
{
    return std::to_string(moment.txId.value) + " (" + formatRfc3339(moment.time) + ")";
}

/// Says which moments there are around the one that cannot be had. `above` is the first moment that
/// lies behind the wish.
Error notThere(const Catalog& catalog, Message what, std::size_t above)
{
    Error error{.code = ErrorCode::NotFound, .what = std::move(what)};
    const auto& moments = catalog.moments;
    if (moments.empty()) {
        error.next = {TIDEMARK_TEXT("replica", "No moment of this replica can be restored.")};
    } else if (above == 0) {
        error.next = {TIDEMARK_TEXT("replica", "The first moment is %1."),
                      {momentName(moments.front())}};
    } else if (above == moments.size()) {
        error.next = {TIDEMARK_TEXT("replica", "The last moment is %1."),
                      {momentName(moments.back())}};
    } else {
        error.next = {TIDEMARK_TEXT("replica", "The nearest moments are %1 and %2."),
                      {momentName(moments[above - 1]), momentName(moments[above])}};
    }
    return error;
}

Result<Moment> resolveLatest(const Catalog& catalog)
{
    if (catalog.moments.empty()) {
        return notThere(catalog, {TIDEMARK_TEXT("replica", "The replica has no moment.")}, 0);
    }
    return catalog.moments.back();
}

Result<Moment> resolveTime(const Catalog& catalog, Timestamp time)
{
    // From the end: where a clock was set back, the later history counts.
    const auto found = std::find_if(catalog.moments.rbegin(), catalog.moments.rend(),
                                    [&](const Moment& each) { return each.time <= time; });
    if (found == catalog.moments.rend()) {
        return noMomentUpTo(catalog, time);
    }
    return *found;
}

Result<Moment> resolveTxId(const Catalog& catalog, ltx::TxId txId)
{
    const auto found = std::ranges::lower_bound(catalog.moments, txId, {}, &Moment::txId);
    if (found == catalog.moments.end() || found->txId != txId) {
        return notThere(catalog,
                        {TIDEMARK_TEXT("replica", "Transaction %1 cannot be restored."),
                         {std::to_string(txId.value)}},
                        static_cast<std::size_t>(found - catalog.moments.begin()));
    }
    return *found;
}

/// A caller who has a mark has a storage, too, and asks planExactly().
Error unknownMark(const std::string& name)
{
    return {
        .code = ErrorCode::Usage,
        .what = {TIDEMARK_TEXT("replica", "The moment of mark \"%1\" is not known here."), {name}}};
}

Result<Moment> resolvePosition(const Catalog& catalog, const LegacyPosition& position)
{
    const auto found = std::ranges::find_if(catalog.moments, [&position](const Moment& each) {
        return each.legacy && each.legacy->isSameMoment(position);
    });
    if (found == catalog.moments.end()) {
        return notThereAnyMore(position.generation);
    }
    return *found;
}

/// The objects of one level by their first transaction, of which a plan takes some in that order.
class Level {
public:
    explicit Level(std::span<const ObjectInfo> objects) : m_rest(objects) {}

    /// The object that starts at `from` or below and reaches furthest, but not past `target`. Calls
    /// come with growing `from`, so each object is looked at once.
    const ObjectInfo* furthest(ltx::TxId from, ltx::TxId target)
    {
        while (!m_rest.empty() && m_rest.front().minTxId <= from) {
            const ObjectInfo& object = m_rest.front();
            if (object.maxTxId <= target && (!m_best || object.maxTxId > m_best->maxTxId)) {
                m_best = &object;
            }
            m_rest = m_rest.subspan(1);
        }
        return m_best;
    }

private:
    std::span<const ObjectInfo> m_rest;
    const ObjectInfo* m_best = nullptr;
};

/// Higher levels first: of two objects that reach as far, the one of the higher level wins.
std::vector<Level> levelsOf(const Catalog& catalog)
{
    std::vector<Level> levels;
    for (int level = kSnapshotLevel - 1; level >= kSegmentLevel; --level) {
        const auto range = std::ranges::equal_range(catalog.objects, level, {}, &ObjectInfo::level);
        if (!range.empty()) {
            levels.emplace_back(std::span(range));
        }
    }
    return levels;
}

/// The newest snapshot at or below `target`, else a complete file of another level.
const ObjectInfo* startOf(const Catalog& catalog, ltx::TxId target)
{
    const ObjectInfo* best = nullptr;
    for (const ObjectInfo& each : catalog.objects) {
        if (!each.isComplete() || each.maxTxId > target) {
            continue;
        }
        const bool newer = !best || each.maxTxId > best->maxTxId;
        const bool higher = best && each.maxTxId == best->maxTxId && each.level > best->level;
        if (newer || higher) {
            best = &each;
        }
    }
    return best;
}

std::optional<std::vector<ObjectInfo>> objectsFor(const Catalog& catalog, ltx::TxId target)
{
    const ObjectInfo* const start = startOf(catalog, target);
    if (!start) {
        return std::nullopt;
    }
    std::vector<ObjectInfo> objects{*start};
    std::vector<Level> levels = levelsOf(catalog);
    while (objects.back().maxTxId < target) {
        const ltx::TxId reached = objects.back().maxTxId;
        const ObjectInfo* best = nullptr;
        for (Level& level : levels) {
            const ObjectInfo* const object = level.furthest({reached.value + 1}, target);
            if (object && (!best || object->maxTxId > best->maxTxId)) {
                best = object;
            }
        }
        if (!best || best->maxTxId <= reached) {
            return std::nullopt;
        }
        objects.push_back(*best);
    }
    return objects;
}

std::optional<Gap> lostBehind(const Catalog& catalog, const Moment& moment)
{
    const bool isLast = catalog.moments.back().txId == moment.txId;
    const bool hasTail = !catalog.gaps.empty() && catalog.gaps.back().isTail();
    return isLast && hasTail ? std::optional(catalog.gaps.back()) : std::nullopt;
}

}  // namespace

Error notThereAnyMore(const std::string& generation)
{
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("replica", "The moment is not in generation %1 any more."),
                     {generation}},
            .next = {TIDEMARK_TEXT("replica", "List the replica again.")}};
}

Error noMomentUpTo(const Catalog& catalog, Timestamp time)
{
    return notThere(
        catalog,
        {TIDEMARK_TEXT("replica", "There is no moment at or before %1."), {formatRfc3339(time)}},
        0);
}

Result<Moment> resolve(const Catalog& catalog, const Wish& wish)
{
    if (const auto* const time = std::get_if<AtTime>(&wish)) {
        return resolveTime(catalog, time->time);
    }
    if (const auto* const txId = std::get_if<AtTxId>(&wish)) {
        return resolveTxId(catalog, txId->txId);
    }
    if (const auto* const position = std::get_if<AtPosition>(&wish)) {
        return resolvePosition(catalog, position->position);
    }
    if (const auto* const mark = std::get_if<AtMark>(&wish)) {
        return unknownMark(mark->name);
    }
    return resolveLatest(catalog);
}

Result<RestorePlan> planRestore(const Catalog& catalog, const Wish& wish)
{
    TIDEMARK_TRY(Moment moment, resolve(catalog, wish));
    RestorePlan plan;
    plan.lost = lostBehind(catalog, moment);
    plan.moment = std::move(moment);
    if (plan.moment.legacy) {
        return plan;
    }
    auto objects = objectsFor(catalog, plan.moment.txId);
    if (!objects) {
        return resolveTxId({}, plan.moment.txId).error();
    }
    plan.objects = *std::move(objects);
    for (const ObjectInfo& each : plan.objects) {
        plan.bytes += each.sizeBytes;
        plan.requests += kRequestsPerObject;
    }
    return plan;
}

}  // namespace tidemark::replica
