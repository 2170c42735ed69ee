#include "core/restore/withdrawn_moments.h"

#include "core/replica/catalog_builder.h"
#include "core/replica/damage.h"
#include "core/replica/restore_plan.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tidemark::restore {
namespace {

/// What a restore makes of the catalog.
class Ways {
public:
    Ways(const replica::Catalog& catalog, const std::vector<JudgedObject>& judged)
        : m_good(left(catalog, judged, false))
    {
        for (std::size_t i = 0; i < judged.size(); ++i) {
            if (judged[i].misleads) {
                m_misleading.insert(catalog.objects[i].name);
            }
        }
        if (!m_misleading.empty()) {
            m_planned = left(catalog, judged, true);
        }
    }

    /// Whether there is a way to it over good objects.
    [[nodiscard]] bool leadTo(ltx::TxId moment) const
    {
        return std::ranges::binary_search(m_good.moments, moment, {}, &replica::Moment::txId);
    }

    /// Whether the way that is taken to it is another one.
    [[nodiscard]] bool mislead(ltx::TxId moment) const
    {
        if (m_misleading.empty()) {
            return false;
        }
        const auto plan = replica::planRestore(m_planned, replica::AtTxId{moment});
        return !plan.ok() || std::ranges::any_of(plan.value().objects, [this](const auto& each) {
            return m_misleading.contains(each.name);
        });
    }

private:
    /// The catalog without what is damaged, but perhaps with what misleads.
    static replica::Catalog left(const replica::Catalog& catalog,
                                 const std::vector<JudgedObject>& judged, bool isMisled)
    {
        std::vector<replica::ObjectInfo> objects;
        replica::ObjectNames full;
        for (std::size_t i = 0; i < judged.size(); ++i) {
            if (judged[i].isDamaged && !(isMisled && judged[i].misleads)) {
                continue;
            }
            objects.push_back(catalog.objects[i]);
            if (judged[i].isFull && !objects.back().isComplete()) {
                full.insert(objects.back().name);
            }
        }
        replica::Catalog built = replica::buildCatalog(std::move(objects), {});
        bool any = false;
        for (replica::ObjectInfo& each : built.objects) {
            each.isFull = each.isFull || (full.contains(each.name) && isInGap(built, each));
            any = any || full.contains(each.name);
        }
        return any ? replica::buildCatalog(std::move(built.objects), {}) : built;
    }

    replica::Catalog m_good;
    replica::Catalog m_planned;
    replica::ObjectNames m_misleading;
};

/// The moments between a complete file and the next one: their plans read nothing else.
class Epoch {
public:
    Epoch(const replica::Catalog& catalog, const Ways& ways,
          const std::vector<JudgedObject>& judged, WithdrawnMoments& result)
        : m_catalog(catalog), m_ways(ways), m_judged(judged), m_result(result)
    {
    }

    /// `objects` are those that end within it, by their end, the complete ones first of all.
    void withdraw(std::span<const std::size_t> objects)
    {
        const auto isDamaged = [this](std::size_t object) { return m_judged[object].isDamaged; };
        if (std::ranges::none_of(objects, isDamaged)) {
            return;
        }
        prepare(objects);
        auto next = objects.begin();
        const auto& all = m_catalog.moments;
        for (const replica::Moment& moment : m_here.moments) {
            const auto place =
                std::ranges::lower_bound(all, moment.txId, {}, &replica::Moment::txId);
            if (place == all.end() || place->txId != moment.txId) {
                continue;
            }
            const bool hasWay = m_ways.leadTo(moment.txId);
            // Where there is no way left, a plan is no longer than the one before: it breaks where
            // that one breaks, and at what came since.
            for (; next != objects.end() && m_catalog.objects[*next].maxTxId <= moment.txId;
                 ++next) {
                if (!m_broken.empty() && m_judged[*next].isDamaged) {
                    m_broken.insert(*next);
                }
            }
            if (hasWay && !m_ways.mislead(moment.txId)) {
                m_broken.clear();
                continue;
            }
            std::set<std::size_t> needed = m_broken;
            if (hasWay || m_broken.empty()) {
                needed = damagedInPlan(moment.txId);
            }
            m_broken = hasWay ? std::set<std::size_t>() : needed;
            note(static_cast<std::size_t>(place - all.begin()), needed);
        }
    }

private:
    void prepare(std::span<const std::size_t> objects)
    {
        std::vector<replica::ObjectInfo> here;
        for (const std::size_t object : objects) {
            const replica::ObjectInfo& info = m_catalog.objects[object];
            here.push_back(info);
            if (m_judged[object].isDamaged) {
                m_damaged.emplace(info.name, object);
            }
        }
        m_here = replica::buildCatalog(std::move(here), {});
    }

    [[nodiscard]] std::set<std::size_t> damagedInPlan(ltx::TxId moment) const
    {
        std::set<std::size_t> needed;
        const auto plan = replica::planRestore(m_here, replica::AtTxId{moment});
        if (plan.ok()) {
            for (const replica::ObjectInfo& each : plan.value().objects) {
                if (const auto found = m_damaged.find(each.name); found != m_damaged.end()) {
                    needed.insert(found->second);
                }
            }
        }
        return needed;
    }

    void note(std::size_t moment, const std::set<std::size_t>& needed)
    {
        const ltx::TxId txId = m_catalog.moments[moment].txId;
        for (const std::size_t object : needed) {
            Withdrawal& withdrawal = m_result.byObject[object];
            if (withdrawal.moments++ == 0) {
                withdrawal.first = txId;
            }
            withdrawal.last = txId;
            m_result.isWithdrawn[moment] = true;
        }
    }

    const replica::Catalog& m_catalog;
    const Ways& m_ways;
    const std::vector<JudgedObject>& m_judged;
    WithdrawnMoments& m_result;
    replica::Catalog m_here;
    std::map<std::string, std::size_t, std::less<>> m_damaged;  // By name.
    std::set<std::size_t> m_broken;  // What the moments without a way fail at.
};

}  // namespace

WithdrawnMoments withdrawnBy(const replica::Catalog& catalog,
                             const std::vector<JudgedObject>& judged)
{
    WithdrawnMoments result{.isWithdrawn = std::vector<bool>(catalog.moments.size())};
    if (std::ranges::none_of(judged, &JudgedObject::isDamaged)) {
        return result;
    }
    const Ways ways(catalog, judged);
    std::vector<std::size_t> byEnd(catalog.objects.size());
    std::iota(byEnd.begin(), byEnd.end(), std::size_t{0});
    std::ranges::sort(byEnd, {}, [&](std::size_t object) {
        const replica::ObjectInfo& info = catalog.objects[object];
        return std::pair(info.maxTxId, !info.isComplete());
    });
    for (std::size_t first = 0; first < byEnd.size();) {
        const ltx::TxId start = catalog.objects[byEnd[first]].maxTxId;
        std::size_t last = first + 1;
        const auto isNextStart = [&](const replica::ObjectInfo& info) {
            return info.isComplete() && info.maxTxId != start;
        };
        while (last < byEnd.size() && !isNextStart(catalog.objects[byEnd[last]])) {
            ++last;
        }
        Epoch(catalog, ways, judged, result)
            .withdraw(std::span(byEnd).subspan(first, last - first));
        first = last;
    }
    return result;
}

}  // namespace tidemark::restore
