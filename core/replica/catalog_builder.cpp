#include "core/replica/catalog_builder.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <tuple>
#include <utility>

namespace tidemark::replica {
namespace {

bool byPlace(const ObjectInfo& left, const ObjectInfo& right)
{
    return std::tie(left.level, left.minTxId, left.maxTxId, left.name) <
           std::tie(right.level, right.minTxId, right.maxTxId, right.name);
}

std::vector<const ObjectInfo*> byEnd(const std::vector<ObjectInfo>& objects)
{
    std::vector<const ObjectInfo*> sorted;
    sorted.reserve(objects.size());
    for (const ObjectInfo& each : objects) {
        sorted.push_back(&each);
    }
    // The objects are by level already: of those with one end the lowest level comes first.
    std::ranges::stable_sort(sorted, {}, [](const ObjectInfo* each) { return each->maxTxId; });
    return sorted;
}

/// Whether `object` leads on from `reached`, the highest moment below its end, without a break in
/// the history. A snapshot does not tell what happened before it.
bool continues(const ObjectInfo& object, ltx::TxId reached)
{
    const ltx::TxId next{reached.value + 1};
    return reached.value > 0 && object.minTxId <= next &&
           (object.level != kSnapshotLevel || object.maxTxId == next);
}

/// The moment at which all of `objects` end. What is new in it is told best by the file of the
/// lowest level that is not a whole database.
Moment momentOf(std::span<const ObjectInfo* const> objects)
{
    const auto change =
        std::ranges::find_if(objects, [](const ObjectInfo* each) { return !each->isComplete(); });
    const ObjectInfo& newest = change == objects.end() ? *objects.front() : **change;
    Moment moment{.txId = newest.maxTxId,
                  .time = newest.time,
                  .precision = newest.precision,
                  .bytes = newest.sizeBytes};
    for (const ObjectInfo* const each : objects) {
        if (moment.precision != TimePrecision::Exact && each->precision == TimePrecision::Exact) {
            moment.time = each->time;
            moment.precision = each->precision;
        }
    }
    return moment;
}

/// Walks the ends of the objects upwards and keeps what can be reached.
class Builder {
public:
    explicit Builder(Catalog& catalog) : m_catalog(catalog) {}

    void addEnd(std::span<const ObjectInfo* const> objects)
    {
        bool continued = false;
        bool complete = false;
        for (const ObjectInfo* const each : objects) {
            continued = continued || continues(*each, m_reached);
            complete = complete || each->isComplete();
            m_newest = std::max(m_newest, each->time);
        }
        if (!continued && !complete) {
            m_stranded = true;
            return;
        }
        const ltx::TxId here = objects.front()->maxTxId;
        // What lies between is of no use, but nothing is missing where a merged file leads on: who
        // deletes what was merged may have been ended in the midst of it.
        if (!continued && (m_stranded || m_reached.value > 0)) {
            addGap(here);
        }
        m_catalog.moments.push_back(momentOf(objects));
        m_reached = here;
        m_stranded = false;
        m_newest = {};
    }

    void finish()
    {
        if (m_stranded) {
            addGap({});
            m_catalog.gaps.back().until = m_newest;
        }
    }

private:
    void addGap(ltx::TxId before)
    {
        m_catalog.gaps.push_back({.after = m_reached, .before = before, .reason = reason()});
    }

    [[nodiscard]] Message reason() const
    {
        if (!m_stranded) {
            return {TIDEMARK_TEXT("replica",
                                  "Only the snapshot behind it is there; the changes "
                                  "between were removed.")};
        }
        if (m_reached.value == 0) {
            return {TIDEMARK_TEXT("replica",
                                  "There is no snapshot to which these changes could be "
                                  "applied.")};
        }
        return {TIDEMARK_TEXT("replica", "The changes of transaction %1 are missing."),
                {std::to_string(m_reached.value + 1)}};
    }

    Catalog& m_catalog;
    ltx::TxId m_reached = {};
    bool m_stranded = false;  // Objects since m_reached that nothing leads to.
    Timestamp m_newest = {};  // The latest time of them.
};

}  // namespace

Catalog buildCatalog(std::vector<ObjectInfo> objects, std::vector<std::string> foreign)
{
    Catalog catalog;
    catalog.format = objects.empty() ? Catalog::Format::Empty : Catalog::Format::Ltx;
    catalog.objects = std::move(objects);
    catalog.foreign = std::move(foreign);
    // A listing by name is in this order already.
    if (!std::ranges::is_sorted(catalog.objects, byPlace)) {
        std::ranges::sort(catalog.objects, byPlace);
    }

    Builder builder(catalog);
    const auto sorted = byEnd(catalog.objects);
    for (auto first = sorted.begin(); first != sorted.end();) {
        const auto last = std::find_if(first, sorted.end(), [&](const ObjectInfo* each) {
            return each->maxTxId != (*first)->maxTxId;
        });
        builder.addEnd({first, last});
        first = last;
    }
    builder.finish();
    return catalog;
}

bool isMoment(const Catalog& catalog, ltx::TxId txId)
{
    return std::ranges::binary_search(catalog.moments, txId, {}, &Moment::txId);
}

ltx::TxId positionOf(const Catalog& catalog)
{
    return catalog.moments.empty() ? ltx::TxId{} : catalog.moments.back().txId;
}

ltx::TxId highestTxId(const Catalog& catalog)
{
    ltx::TxId highest;
    for (const ObjectInfo& each : catalog.objects) {
        highest = std::max(highest, each.maxTxId);
    }
    return highest;
}

bool isInGap(const Catalog& catalog, const ObjectInfo& object)
{
    const auto behind = std::ranges::lower_bound(catalog.gaps, object.maxTxId, {}, &Gap::after);
    if (behind == catalog.gaps.begin()) {
        return false;
    }
    const Gap& gap = *std::prev(behind);
    return gap.isTail() || object.maxTxId < gap.before;
}

const ObjectInfo* newestObjectOf(const Catalog& catalog, ltx::TxId moment)
{
    const ObjectInfo* found = nullptr;
    const auto take = [&](const ObjectInfo& object) {
        if (object.maxTxId == moment && (!found || object.minTxId > found->minTxId)) {
            found = &object;
        }
    };
    // The objects of a level end in the order in which they start, unless somebody merged twice.
    for (int level = kSegmentLevel; level <= kSnapshotLevel; ++level) {
        const auto objects =
            std::ranges::equal_range(catalog.objects, level, {}, &ObjectInfo::level);
        const auto at = std::ranges::lower_bound(objects, moment, {}, &ObjectInfo::maxTxId);
        if (at != objects.end()) {
            take(*at);
        }
    }
    if (!found) {
        std::ranges::for_each(catalog.objects, take);
    }
    return found;
}

}  // namespace tidemark::replica
