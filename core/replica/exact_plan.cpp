// planExactly() of ltx_replica.h: what names and listed times cannot tell.
#include "core/ltx/state_digest.h"
#include "core/replica/catalog_builder.h"
#include "core/replica/damage.h"
#include "core/replica/ltx_object.h"
#include "core/replica/ltx_replica.h"
#include "core/replica/marks.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tidemark::replica {
namespace {

// A hole is rare and a full file behind it is among the largest: beyond these nobody looks.
constexpr std::size_t kMaxCandidates = 16;

/// Reads headers of moments, and keeps the times.
class ExactTimes {
public:
    ExactTimes(const storage::Storage& storage, Catalog& catalog, const std::stop_token& stop)
        : m_storage(storage), m_catalog(catalog), m_stop(stop)
    {
    }

    Result<Timestamp> at(std::size_t index)
    {
        for (std::size_t each = index + 1; each-- > 0;) {
            Moment& moment = m_catalog.moments[each];
            TIDEMARK_TRY(const bool isTold, read(moment));
            // Where no whole object tells, it is no earlier than the one before it, and should that
            // make it the answer, restoring it says what is damaged.
            if (isTold) {
                return moment.time;
            }
        }
        return m_catalog.moments[index].time;
    }

    /// How many moments are not after `time`, if times grow. Listed times say where to look first;
    /// steps that double find the end even if they are all wrong, as in a copied folder.
    Result<std::size_t> countUpTo(Timestamp time)
    {
        const auto& moments = m_catalog.moments;
        const auto guess = std::find_if(moments.rbegin(), moments.rend(),
                                        [&](const Moment& each) { return each.time <= time; });
        std::size_t low = 0;                // Below it all are not after `time`.
        std::size_t high = moments.size();  // From it on all are after it.
        auto probe = static_cast<std::size_t>(moments.rend() - guess);
        probe = probe == 0 ? 0 : probe - 1;
        for (std::size_t step = 1; low < high; step *= 2) {
            TIDEMARK_TRY(const Timestamp here, at(probe));
            const bool within = here <= time;
            (within ? low : high) = within ? probe + 1 : probe;
            if (step > high - low) {
                probe = low + (high - low) / 2;
            } else {
                probe = within ? low + step - 1 : high - step;
            }
        }
        return low;
    }

private:
    /// Whether the time of `moment` is exact now.
    Result<bool> read(Moment& moment)
    {
        if (moment.precision == TimePrecision::Exact || m_unreadable.contains(moment.txId.value)) {
            return moment.precision == TimePrecision::Exact;
        }
        for (ObjectInfo* const object : endingWith(moment.txId)) {
            const auto header = readObjectHeader(m_storage, *object, m_stop);
            if (header.ok()) {
                object->time = moment.time = header.value().createdAt;
                object->precision = moment.precision = TimePrecision::Exact;
                return true;
            }
            if (!isOfObject(header.error())) {
                return header.error();
            }
        }
        m_unreadable.insert(moment.txId.value);
        return false;
    }

    /// The few headers that are read for a time are not worth a sorted list; damage without end is.
    std::vector<ObjectInfo*> endingWith(ltx::TxId txId)
    {
        constexpr std::size_t kMaxScans = 64;
        std::vector<ObjectInfo*> found;
        if (++m_scans <= kMaxScans) {
            for (ObjectInfo& each : m_catalog.objects) {
                if (each.maxTxId == txId) {
                    found.push_back(&each);
                }
            }
            return found;
        }
        const auto endOf = [](const ObjectInfo* each) { return each->maxTxId; };
        if (m_byEnd.empty()) {
            for (ObjectInfo& each : m_catalog.objects) {
                m_byEnd.push_back(&each);
            }
            std::ranges::stable_sort(m_byEnd, {}, endOf);
        }
        const auto range = std::ranges::equal_range(m_byEnd, txId, {}, endOf);
        found.assign(range.begin(), range.end());
        return found;
    }

    const storage::Storage& m_storage;
    Catalog& m_catalog;
    const std::stop_token& m_stop;
    std::size_t m_scans = 0;
    std::unordered_set<std::uint64_t> m_unreadable;  // Numbers of moments.
    std::vector<ObjectInfo*> m_byEnd;
};

/// Whether the object, whatever its name says, has every page.
Result<bool> holdsEveryPage(const storage::Storage& storage, const ObjectInfo& info,
                            const std::stop_token& stop)
{
    TIDEMARK_TRY(const ObjectFacts facts, lookInside(storage, info, stop));
    return ltx::holdsEveryPage(facts.header, facts.pages);
}

/// Marks full files above `reached` and up to `target`, the largest of them, and builds the catalog
/// anew if there are any.
Result<bool> findFullFiles(const storage::Storage& storage, Catalog& catalog, ltx::TxId reached,
                           ltx::TxId target, const std::stop_token& stop)
{
    std::vector<ObjectInfo*> candidates;
    for (ObjectInfo& each : catalog.objects) {
        if (each.maxTxId > reached && each.maxTxId <= target && !each.isComplete()) {
            candidates.push_back(&each);
        }
    }
    std::ranges::sort(candidates, std::greater(), &ObjectInfo::sizeBytes);
    candidates.resize(std::min(candidates.size(), kMaxCandidates));
    bool found = false;
    for (ObjectInfo* const each : candidates) {
        const auto full = holdsEveryPage(storage, *each, stop);
        if (!full.ok() && full.error().code != ErrorCode::Damaged &&
            full.error().code != ErrorCode::NotFound) {
            return full.error();
        }
        each->isFull = full.ok() && full.value();
        found = found || each->isFull;
    }
    if (found) {
        catalog = buildCatalog(std::move(catalog.objects), std::move(catalog.foreign));
    }
    return found;
}

/// The same within the gap that begins where the first `count` moments end; false where none does.
Result<bool> fillGapBehind(const storage::Storage& storage, Catalog& catalog, std::size_t count,
                           const std::stop_token& stop)
{
    const ltx::TxId reached = count == 0 ? ltx::TxId{} : catalog.moments[count - 1].txId;
    const auto gap = std::ranges::lower_bound(catalog.gaps, reached, {}, &Gap::after);
    if (gap == catalog.gaps.end() || gap->after != reached) {
        return false;
    }
    const ltx::TxId end = gap->isTail() ? highestTxId(catalog) : ltx::TxId{gap->before.value - 1};
    return findFullFiles(storage, catalog, reached, end, stop);
}

Result<RestorePlan> planLatest(const storage::Storage& storage, Catalog& catalog,
                               const std::stop_token& stop)
{
    TIDEMARK_TRY([[maybe_unused]] const bool found,
                 fillGapBehind(storage, catalog, catalog.moments.size(), stop));
    return planRestore(catalog, Latest{});
}

Result<RestorePlan> planAtTime(const storage::Storage& storage, Catalog& catalog, Timestamp time,
                               const std::stop_token& stop)
{
    for (;;) {
        TIDEMARK_TRY(const std::size_t count, ExactTimes(storage, catalog, stop).countUpTo(time));
        // What the gap hides may be the answer. Each turn fills one, so there are not many.
        TIDEMARK_TRY(const bool grew, fillGapBehind(storage, catalog, count, stop));
        if (grew) {
            continue;
        }
        if (count == 0) {
            return noMomentUpTo(catalog, time);
        }
        return planRestore(catalog, AtTxId{catalog.moments[count - 1].txId});
    }
}

Result<RestorePlan> planAtTxId(const storage::Storage& storage, Catalog& catalog, ltx::TxId txId,
                               const std::stop_token& stop)
{
    auto plan = planRestore(catalog, AtTxId{txId});
    if (plan.ok() || plan.error().code != ErrorCode::NotFound) {
        return plan;
    }
    const auto above = std::ranges::lower_bound(catalog.moments, txId, {}, &Moment::txId);
    const ltx::TxId reached =
        above == catalog.moments.begin() ? ltx::TxId{} : std::prev(above)->txId;
    TIDEMARK_TRY([[maybe_unused]] const bool found,
                 findFullFiles(storage, catalog, reached, txId, stop));
    return planRestore(catalog, AtTxId{txId});
}

Result<RestorePlan> planAtMark(const storage::Storage& storage, Catalog& catalog,
                               const std::string& name, const std::stop_token& stop)
{
    TIDEMARK_TRY(const Mark mark, findMark(storage, name, stop));
    auto plan = planAtTxId(storage, catalog, mark.txId, stop);
    if (!plan.ok() && plan.error().code == ErrorCode::NotFound) {
        Error error = std::move(plan).error();
        error.what = {TIDEMARK_TEXT("replica",
                                    "The moment of mark \"%1\", transaction %2, cannot be restored "
                                    "any more."),
                      {name, std::to_string(mark.txId.value)}};
        return error;
    }
    return plan;
}

}  // namespace

Result<RestorePlan> planExactly(const storage::Storage& storage, Catalog& catalog, const Wish& wish,
                                const std::stop_token& stop)
{
    const auto* const mark = std::get_if<AtMark>(&wish);
    if (mark != nullptr) {
        return catalog.format == Catalog::Format::Legacy
                   ? noMarksInLegacy()
                   : planAtMark(storage, catalog, mark->name, stop);
    }
    if (catalog.format != Catalog::Format::Ltx) {
        return planRestore(catalog, wish);
    }
    if (const auto* const time = std::get_if<AtTime>(&wish)) {
        return planAtTime(storage, catalog, time->time, stop);
    }
    if (const auto* const txId = std::get_if<AtTxId>(&wish)) {
        return planAtTxId(storage, catalog, txId->txId, stop);
    }
    return std::holds_alternative<Latest>(wish) ? planLatest(storage, catalog, stop)
                                                : planRestore(catalog, wish);
}

}  // namespace tidemark::replica
