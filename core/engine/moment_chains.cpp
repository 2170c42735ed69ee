#include "core/engine/moment_chains.h"

#include <algorithm>
#include <cassert>
#include <optional>

namespace tidemark::engine {
namespace {

using replica::Catalog;
using replica::ObjectInfo;

/// The objects by their ends; of one end the higher level first, which takes the fewest objects and
/// lets those of lower levels go.
std::vector<std::size_t> byEnd(const std::vector<ObjectInfo>& objects)
{
    std::vector<std::size_t> order;
    order.reserve(objects.size());
    for (std::size_t i = objects.size(); i > 0; --i) {
        order.push_back(i - 1);
    }
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return objects[i].maxTxId; });
    return order;
}

/// Of the moments so far, those that no later one beats: a later one with a way that is not longer.
/// Their ways grow longer from first to last.
class Shortest {
public:
    explicit Shortest(const Catalog& catalog) : m_catalog(catalog) {}

    struct Entry {
        std::size_t moment = 0;
        std::size_t length = 0;
    };

    void add(Entry entry)
    {
        while (!m_entries.empty() && m_entries.back().length >= entry.length) {
            m_entries.pop_back();
        }
        m_entries.push_back(entry);
    }

    /// The moment with the shortest way among those at or above `txId`.
    [[nodiscard]] std::optional<Entry> from(ltx::TxId txId) const
    {
        const auto found = std::ranges::lower_bound(m_entries, txId, {}, [this](const Entry& each) {
            return m_catalog.moments[each.moment].txId;
        });
        return found == m_entries.end() ? std::nullopt : std::optional(*found);
    }

private:
    const Catalog& m_catalog;
    std::vector<Entry> m_entries;
};

}  // namespace

std::vector<ChainStep> chainsTo(const Catalog& catalog)
{
    std::vector<ChainStep> steps(catalog.moments.size());
    Shortest shortest(catalog);
    const auto order = byEnd(catalog.objects);
    auto next = order.begin();
    for (std::size_t moment = 0; moment < steps.size(); ++moment) {
        const ltx::TxId end = catalog.moments[moment].txId;
        std::size_t length = 0;
        for (; next != order.end() && catalog.objects[*next].maxTxId <= end; ++next) {
            const ObjectInfo& object = catalog.objects[*next];
            if (object.maxTxId < end) {
                continue;  // Nothing leads to it.
            }
            if (object.isComplete()) {
                if (length != 1) {
                    steps[moment] = {.object = *next, .previous = kNoMoment};
                    length = 1;
                }
                continue;
            }
            const auto before = shortest.from({object.minTxId.value - 1});
            if (before && (length == 0 || before->length + 1 < length)) {
                steps[moment] = {.object = *next, .previous = before->moment};
                length = before->length + 1;
            }
        }
        assert(length > 0);  // A moment is what a plan reaches.
        shortest.add({.moment = moment, .length = length});
    }
    return steps;
}

}  // namespace tidemark::engine
