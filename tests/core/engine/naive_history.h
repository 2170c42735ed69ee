#pragma once

#include "core/base/civil_time.h"
#include "core/engine/policy.h"
#include "core/replica/catalog.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

/// What a replica can do, worked out the slow way and by nothing of the product's: to judge it.
namespace tidemark::engine::naive {

using Numbers = std::set<std::uint64_t>;

/// The transactions that can be restored from these files: whole databases, and from each that can
/// be restored whatever a file that starts no higher than behind it leads to.
inline Numbers restorable(const std::vector<replica::ObjectInfo>& objects)
{
    Numbers reached;
    std::size_t before = 0;
    do {
        before = reached.size();
        for (const replica::ObjectInfo& each : objects) {
            const auto from = reached.lower_bound(each.minTxId.value - 1);
            const bool follows = from != reached.end() && *from < each.maxTxId.value;
            if (each.minTxId.value == 1 || each.isFull || follows) {
                reached.insert(each.maxTxId.value);
            }
        }
    } while (reached.size() != before);
    return reached;
}

/// The cell of a calendar in UTC, written out.
inline std::string cellOf(Grid grid, Timestamp time)
{
    const CivilTime civil = inUtc(time);
    std::string cell = std::to_string(civil.year) + '-' + std::to_string(civil.month);
    if (grid == Grid::Month) {
        return cell;
    }
    cell += '-' + std::to_string(civil.day);
    if (grid == Grid::Day) {
        return cell;
    }
    cell += ' ' + std::to_string(civil.hour);
    if (grid == Grid::Hour) {
        return cell;
    }
    return cell + ':' +
           (grid == Grid::FiveMinutes
                ? std::to_string(civil.minute / 5 * 5)
                : std::to_string(civil.minute) + ':' + std::to_string(civil.second / 30 * 30));
}

/// Whether `range` lies in that of `other`.
inline bool isWithin(const replica::ObjectInfo& range, const replica::ObjectInfo& other)
{
    return other.minTxId <= range.minTxId && range.maxTxId <= other.maxTxId;
}

/// The files of `objects` whose transaction cannot be restored, and that no merged file accounts
/// for: they lie behind a hole.
inline std::vector<replica::ObjectInfo> lostBehindHoles(
    const std::vector<replica::ObjectInfo>& objects)
{
    const Numbers reached = restorable(objects);
    std::vector<replica::ObjectInfo> lost;
    for (const replica::ObjectInfo& each : objects) {
        bool isLost = !reached.contains(each.maxTxId.value);
        for (const replica::ObjectInfo& other : objects) {
            isLost = isLost && !(other.level > 0 && other.level < 9 && isWithin(each, other) &&
                                 reached.contains(other.maxTxId.value));
        }
        if (isLost) {
            lost.push_back(each);
        }
    }
    return lost;
}

}  // namespace tidemark::engine::naive
