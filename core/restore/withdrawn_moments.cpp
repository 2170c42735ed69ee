#include "core/restore/withdrawn_moments.h"

#include "core/replica/catalog_builder.h"
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

/// The moments between a complete file and the next one: their plans read nothing else.
class Epoch {
public:
    Epoch(const replica::Catalog& catalog, const std::vector<bool>& isDamaged,
          WithdrawnMoments& result)
        : m_catalog(catalog), m_isDamaged(isDamaged), m_result(result)
    {
    }

    /// `objects` are those that end within it, by their end, the complete ones first of all.
    void withdraw(std::span<const std::size_t> objects)
    {
        const auto isDamaged = [this](std::size_t object) { return m_isDamaged[object]; };
        if (std::ranges::none_of(objects, isDamaged)) {
            return;
        }
        replica::Catalog good;
        prepare(objects, good);
        auto next = objects.begin();
        const auto& all = m_catalog.moments;
        for (const replica::Moment& moment : m_here.moments) {
            const auto place =
                std::ranges::lower_bound(all, moment.txId, {}, &replica::Moment::txId);
            if (place == all.end() || place->txId != moment.txId) {
                continue;
            }
            const bool hasWay =
                std::ranges::binary_search(good.moments, moment.txId, {}, &replica::Moment::txId);
            // Where there is no way left, a plan is no longer than the one before: it breaks where
            // that one breaks, and at what came since.
            for (; next != objects.end() && m_catalog.objects[*next].maxTxId <= moment.txId;
                 ++next) {
                if (!m_broken.empty() && m_isDamaged[*next]) {
                    m_broken.insert(*next);
                }
            }
            std::set<std::size_t> needed = m_broken;
            if (hasWay || m_broken.empty()) {
                needed = damagedInPlan(moment.txId);
            }
            if (!hasWay) {
                m_broken = needed;
            }
            note(static_cast<std::size_t>(place - all.begin()), needed);
        }
    }

private:
    void prepare(std::span<const std::size_t> objects, replica::Catalog& good)
    {
        std::vector<replica::ObjectInfo> here;
        std::vector<replica::ObjectInfo> whole;
        for (const std::size_t object : objects) {
            const replica::ObjectInfo& info = m_catalog.objects[object];
            here.push_back(info);
            if (m_isDamaged[object]) {
                m_damaged.emplace(info.name, object);
            } else {
                whole.push_back(info);
            }
        }
        m_here = replica::buildCatalog(std::move(here), {});
        good = replica::buildCatalog(std::move(whole), {});
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
    const std::vector<bool>& m_isDamaged;
    WithdrawnMoments& m_result;
    replica::Catalog m_here;
    std::map<std::string, std::size_t, std::less<>> m_damaged;  // By name.
    std::set<std::size_t> m_broken;  // What the moments without a way fail at.
};

}  // namespace

WithdrawnMoments withdrawnBy(const replica::Catalog& catalog, const std::vector<bool>& isDamaged)
{
    WithdrawnMoments result{.isWithdrawn = std::vector<bool>(catalog.moments.size())};
    if (std::ranges::find(isDamaged, true) == isDamaged.end()) {
        return result;
    }
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
        Epoch(catalog, isDamaged, result).withdraw(std::span(byEnd).subspan(first, last - first));
        first = last;
    }
    return result;
}

}  // namespace tidemark::restore
