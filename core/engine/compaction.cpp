#include "core/engine/compaction.h"

#include "core/ltx/merge.h"

#include <algorithm>
#include <span>

namespace tidemark::engine {
namespace {

using std::chrono::milliseconds;

// Objects from the future are merged all the same once there are so many: a clock that was years
// ahead must not fill a level.
constexpr std::size_t kManyFromTheFuture = 64;

// Times that are further ahead than this were given by a clock that was wrong.
constexpr std::chrono::hours kMuchAhead{1};

std::int64_t windowOf(Timestamp time, milliseconds length)
{
    const std::int64_t ms = time.time_since_epoch().count();
    // Rounded down before 1970, too.
    const std::int64_t rest = ((ms % length.count()) + length.count()) % length.count();
    return (ms - rest) / length.count();
}

/// The objects at the start that are one window: without a break, and of the same time.
std::size_t firstWindow(std::span<const replica::ObjectInfo> open, milliseconds length)
{
    std::size_t count = open.empty() ? 0 : 1;
    while (count < open.size() && count < ltx::kMaxMergeInputs) {
        const replica::ObjectInfo& last = open[count - 1];
        const replica::ObjectInfo& next = open[count];
        const bool leadsOn =
            next.minTxId.value <= last.maxTxId.value + 1 && next.maxTxId > last.maxTxId;
        if (!leadsOn || windowOf(next.time, length) != windowOf(open.front().time, length)) {
            break;
        }
        ++count;
    }
    return count;
}

/// When the first window of a level can be merged; empty while it waits for more.
std::optional<Timestamp> dueAt(std::span<const replica::ObjectInfo> open, milliseconds length,
                               bool isBehind, Timestamp now)
{
    if (open.empty()) {
        return std::nullopt;
    }
    const std::size_t count = firstWindow(open, length);
    const std::int64_t window = windowOf(open.front().time, length);
    const std::int64_t current = windowOf(now, length);
    const bool isFuture = window > current;
    // What comes behind belongs to another window: nothing is added to this one any more.
    const bool isClosed = count < open.size() && !isFuture;
    const bool isMany = isFuture && open.size() >= kManyFromTheFuture;
    if (isClosed || count == ltx::kMaxMergeInputs || isMany) {
        return now;
    }
    if (isBehind) {
        return std::nullopt;
    }
    return window < current ? now : Timestamp(milliseconds((window + 1) * length.count()));
}

std::uint64_t sumOfBytes(std::span<const replica::ObjectInfo> objects)
{
    std::uint64_t sum = 0;
    for (const replica::ObjectInfo& each : objects) {
        sum += each.sizeBytes;
    }
    return sum;
}

bool isWorthASnapshot(const ReplicaLevels& levels, const SnapshotSchedule& schedule)
{
    const auto plan = levels.newestPlan();
    const std::uint64_t beside = sumOfBytes(std::span(plan).subspan(1));
    return beside > plan.front().sizeBytes / 100 * schedule.partOfDatabasePercent;
}

}  // namespace

std::optional<Merge> nextMerge(const ReplicaLevels& levels, bool isBehind, Timestamp now)
{
    for (const auto& [level, width] : kCompactionWindows) {
        const auto& open = levels.open(level - 1);
        const auto due = dueAt(open, width, isBehind, now);
        if (due && *due <= now) {
            const auto count = static_cast<std::ptrdiff_t>(firstWindow(open, width));
            return Merge{.level = level, .inputs = {open.begin(), open.begin() + count}};
        }
    }
    return std::nullopt;
}

std::optional<Timestamp> nextMergeAt(const ReplicaLevels& levels, bool isBehind, Timestamp now)
{
    std::optional<Timestamp> next;
    for (const auto& [level, width] : kCompactionWindows) {
        if (const auto due = dueAt(levels.open(level - 1), width, isBehind, now)) {
            next = std::min(next.value_or(*due), *due);
        }
    }
    return next;
}

bool isSnapshotDue(const ReplicaLevels& levels, const SnapshotSchedule& schedule, Timestamp now)
{
    const auto next = nextSnapshotAt(levels, schedule, now);
    return next && *next <= now;
}

std::optional<Timestamp> nextSnapshotAt(const ReplicaLevels& levels,
                                        const SnapshotSchedule& schedule, Timestamp now)
{
    if (levels.newestPlan().size() < 2) {
        return std::nullopt;
    }
    const bool isWorthIt = isWorthASnapshot(levels, schedule);
    if (!isWorthIt && schedule.every == kForEver) {
        return std::nullopt;
    }
    const Timestamp last = levels.snapshot()->time;
    if (last > now + kMuchAhead) {
        // It would put off the next for as long as the clock was ahead.
        return now;
    }
    return last + (isWorthIt ? schedule.spacing : schedule.every);
}

}  // namespace tidemark::engine
