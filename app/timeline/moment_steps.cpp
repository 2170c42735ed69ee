#include "app/timeline/moment_steps.h"

#include <algorithm>
#include <iterator>

namespace tidemark::app::timeline {
namespace {

HeldMoment exactly(const TimelineData& data, std::size_t index)
{
    return {.index = index, .askedMs = data.shownMs(index)};
}

}  // namespace

std::size_t stepped(const TimelineData& data, std::size_t from, int count)
{
    const auto last = static_cast<std::int64_t>(data.count()) - 1;
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(static_cast<std::int64_t>(from) + count, 0, last));
}

HeldMoment steppedInTime(const TimelineData& data, std::size_t from, Millis ms)
{
    const Millis asked = data.shownMs(from) + ms;
    const std::size_t found = *data.lastNotAfter(asked);
    return found == from ? exactly(data, stepped(data, from, ms > 0 ? 1 : -1))
                         : HeldMoment{.index = found, .askedMs = asked};
}

std::optional<std::size_t> nextEvent(const TimelineData& data, std::size_t from)
{
    const Millis here = data.shownMs(from);
    const auto snapshot = std::ranges::upper_bound(data.snapshots(), here, {}, &SnapshotMark::atMs);
    const auto drill = std::ranges::upper_bound(data.drills(), here, {}, &DrillRun::momentMs);
    const bool hasSnapshot = snapshot != data.snapshots().end();
    if (drill != data.drills().end() && (!hasSnapshot || drill->momentMs < snapshot->atMs)) {
        return data.indexOfNumber(drill->number);
    }
    return hasSnapshot ? data.indexOfNumber(snapshot->number) : std::nullopt;
}

std::optional<std::size_t> previousEvent(const TimelineData& data, std::size_t from)
{
    const Millis here = data.shownMs(from);
    const auto snapshot = std::ranges::lower_bound(data.snapshots(), here, {}, &SnapshotMark::atMs);
    const auto drill = std::ranges::lower_bound(data.drills(), here, {}, &DrillRun::momentMs);
    const bool hasSnapshot = snapshot != data.snapshots().begin();
    if (drill != data.drills().begin() &&
        (!hasSnapshot || std::prev(drill)->momentMs > std::prev(snapshot)->atMs)) {
        return data.indexOfNumber(std::prev(drill)->number);
    }
    return hasSnapshot ? data.indexOfNumber(std::prev(snapshot)->number) : std::nullopt;
}

std::optional<HeldMoment> momentAt(const TimelineData& data, const Destination& destination)
{
    if (data.empty()) {
        return {};
    }
    if (destination.number) {
        const auto index = data.indexOfNumber(*destination.number);
        return index ? std::optional(exactly(data, *index)) : std::nullopt;
    }
    return HeldMoment{.index = *data.lastNotAfter(*destination.atMs), .askedMs = *destination.atMs};
}

}  // namespace tidemark::app::timeline
