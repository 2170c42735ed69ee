#include "app/timeline/timeline_data.h"

#include <algorithm>
#include <cassert>

namespace tidemark::app::timeline {
namespace {

/// 2000-01-01: SQLite's WAL did not exist before it, so an earlier time comes from a clock that was
/// never set.
constexpr Millis kEarliestSaneMs = 946'684'800'000;

Millis millis(Timestamp time)
{
    return time.time_since_epoch().count();
}

bool isSane(Millis ms, Timestamp asOf)
{
    return ms >= kEarliestSaneMs && ms <= millis(asOf);
}

/// Where a history begins whose first moments have no sane time.
Millis firstSaneMs(const std::vector<replica::Moment>& moments, Timestamp asOf)
{
    const auto sane = std::ranges::find_if(
        moments, [&](const auto& moment) { return isSane(millis(moment.time), asOf); });
    return sane == moments.end() ? millis(asOf) : millis(sane->time);
}

}  // namespace

TimelineData TimelineData::fromCatalog(const replica::Catalog& catalog, Timestamp asOf)
{
    TimelineData data;
    data.m_chunks.reserve(catalog.moments.size() / kChunkMoments + 1);
    if (!catalog.moments.empty() && !isSane(millis(catalog.moments.front().time), asOf)) {
        replica::Moment first = catalog.moments.front();
        data.push({.txId = first.txId,
                   .time = Timestamp{std::chrono::milliseconds(firstSaneMs(catalog.moments, asOf))},
                   .bytes = first.bytes,
                   .pages = first.pages},
                  asOf);
    }
    for (std::size_t i = data.m_count; i < catalog.moments.size(); ++i) {
        data.push(catalog.moments[i], asOf);
    }
    data.m_open.reset();
    data.readSteps(catalog);
    data.readSnapshots(catalog);
    data.readGaps(catalog, asOf);
    return data;
}

TimelineData TimelineData::appended(std::span<const replica::Moment> moments, Timestamp asOf) const
{
    TimelineData data = *this;
    for (const replica::Moment& moment : moments) {
        if (data.empty() || moment.txId.value > data.number(data.m_count - 1)) {
            data.push(moment, asOf);
        }
    }
    data.m_open.reset();
    if (data.m_count > m_count && endsInGap()) {
        data.m_gaps.back().toMs = data.shownMs(m_count);
        data.m_gaps.back().isTail = false;
    }
    // New moments are segments: every one of them can be had.
    if (data.m_count > m_count &&
        (data.m_steps.empty() || data.m_steps.back().level != replica::kSegmentLevel)) {
        data.m_steps.push_back({.first = m_count, .level = replica::kSegmentLevel});
    }
    return data;
}

TimelineData TimelineData::withSnapshot(const SnapshotMark& snapshot) const
{
    TimelineData data = *this;
    const auto place =
        std::ranges::lower_bound(data.m_snapshots, snapshot.atMs, {}, &SnapshotMark::atMs);
    if (std::ranges::find(data.m_snapshots, snapshot.number, &SnapshotMark::number) ==
        data.m_snapshots.end()) {
        data.m_snapshots.insert(place, snapshot);
        data.m_unknownPages -= isSnapshotAlone(snapshot.number, snapshot.bytes) ? 1 : 0;
    }
    return data;
}

bool TimelineData::isSnapshotAlone(std::uint64_t number, std::uint64_t bytes) const
{
    const auto index = indexOfNumber(number);
    return index && !row(*index).pages && row(*index).bytes == bytes;
}

TimelineData TimelineData::withRuns(std::vector<RestoreRun> restores,
                                    std::vector<DrillRun> drills) const
{
    TimelineData data = *this;
    data.m_restores = std::move(restores);
    data.m_drills = std::move(drills);
    for (DrillRun& drill : data.m_drills) {
        const auto index = indexOfNumber(drill.number);
        drill.momentMs = index ? shownMs(*index) : drill.momentMs;
    }
    std::ranges::sort(data.m_restores, {}, &RestoreRun::atMs);
    std::ranges::sort(data.m_drills, {}, &DrillRun::momentMs);
    return data;
}

MomentChunk& TimelineData::openChunk()
{
    if (m_open && m_open->numbers.size() < kChunkMoments) {
        return *m_open;
    }
    const bool continues =
        !m_open && !m_chunks.empty() && m_chunks.back()->numbers.size() < kChunkMoments;
    if (continues) {
        m_open = std::make_shared<MomentChunk>(*m_chunks.back());
        m_chunks.back() = m_open;
    } else {
        m_open = std::make_shared<MomentChunk>();
        m_chunks.push_back(m_open);
    }
    return *m_open;
}

void TimelineData::push(const replica::Moment& moment, Timestamp asOf)
{
    // The order of the transactions is the truth; a clock that was set back, or ahead of the time
    // at which we look, moves nothing out of it.
    const Millis recorded = millis(moment.time);
    const Millis previous = m_count == 0 ? recorded : shownMs(m_count - 1);
    const Millis shown = isSane(recorded, asOf) ? std::max(recorded, previous) : previous;
    MomentChunk& chunk = openChunk();
    chunk.push({.number = moment.txId.value,
                .shownMs = shown,
                .recordedMs = recorded,
                .pages = moment.pages,
                .bytes = moment.bytes});
    m_unknownPages += moment.pages ? 0 : 1;
    ++m_count;
    m_totals.add({.count = 1,
                  .pages = moment.pages.value_or(0),
                  .bytes = moment.bytes,
                  .maxPages = moment.pages.value_or(0),
                  .maxBytes = moment.bytes});
}

void TimelineData::readSteps(const replica::Catalog& catalog)
{
    if (m_count == 0) {
        return;
    }
    // The finest level with an object that ends on a moment tells how close moments are there.
    std::vector<int> levels(
        m_count, catalog.objects.empty() ? replica::kSegmentLevel : replica::kSnapshotLevel);
    std::size_t index = 0;
    int level = -1;
    for (const replica::ObjectInfo& object : catalog.objects) {
        index = object.level == level ? index : 0;
        level = object.level;
        while (index < m_count && number(index) < object.maxTxId.value) {
            ++index;
        }
        if (index < m_count && number(index) == object.maxTxId.value) {
            levels[index] = std::min(levels[index], level);
        }
    }
    for (std::size_t i = 0; i < m_count; ++i) {
        // A snapshot between compacted files is one more moment, not a coarser stretch.
        const bool inside = levels[i] == replica::kSnapshotLevel && !m_steps.empty();
        if (m_steps.empty() || (!inside && m_steps.back().level != levels[i])) {
            m_steps.push_back({.first = i, .level = levels[i]});
        }
    }
}

void TimelineData::readSnapshots(const replica::Catalog& catalog)
{
    for (const replica::ObjectInfo& object : catalog.objects) {
        if (object.level != replica::kSnapshotLevel) {
            continue;
        }
        const auto index = indexOfNumber(object.maxTxId.value);
        m_unknownPages -= isSnapshotAlone(object.maxTxId.value, object.sizeBytes) ? 1 : 0;
        m_snapshots.push_back({.number = object.maxTxId.value,
                               .atMs = index ? shownMs(*index) : millis(object.time),
                               .bytes = object.sizeBytes});
    }
    std::ranges::sort(m_snapshots, {}, &SnapshotMark::atMs);
}

void TimelineData::readGaps(const replica::Catalog& catalog, Timestamp asOf)
{
    for (const replica::Gap& gap : catalog.gaps) {
        if (gap.isTail()) {
            addTail(gap, asOf);
            continue;
        }
        const auto before = indexOfNumber(gap.before.value);
        if (!before) {
            continue;
        }
        const auto after = indexOfNumber(gap.after.value);
        m_gaps.push_back({.fromMs = after ? shownMs(*after) : shownMs(*before),
                          .toMs = shownMs(*before),
                          .reason = gap.reason});
    }
    std::ranges::stable_sort(m_gaps, {}, &GapSpan::fromMs);
}

void TimelineData::addTail(const replica::Gap& gap, Timestamp asOf)
{
    if (empty()) {
        return;  // There is no history that could end.
    }
    const Millis until = millis(gap.until);
    m_gaps.push_back({.fromMs = lastMs(),
                      .toMs = isSane(until, asOf) ? std::max(until, lastMs()) : lastMs(),
                      .reason = gap.reason,
                      .isTail = true});
}

MomentRow TimelineData::row(std::size_t index) const
{
    assert(index < m_count);
    return m_chunks[index / kChunkMoments]->row(index % kChunkMoments);
}

Millis TimelineData::shownMs(std::size_t index) const
{
    assert(index < m_count);
    return m_chunks[index / kChunkMoments]->shownMs[index % kChunkMoments];
}

std::uint64_t TimelineData::number(std::size_t index) const
{
    assert(index < m_count);
    return m_chunks[index / kChunkMoments]->numbers[index % kChunkMoments];
}

std::size_t TimelineData::firstNotBefore(Millis ms) const
{
    const auto chunk = std::ranges::lower_bound(
        m_chunks, ms, {}, [](const auto& candidate) { return candidate->shownMs.back(); });
    if (chunk == m_chunks.end()) {
        return m_count;
    }
    const auto& times = (*chunk)->shownMs;
    const auto inside = std::ranges::lower_bound(times, ms) - times.begin();
    return static_cast<std::size_t>(chunk - m_chunks.begin()) * kChunkMoments +
           static_cast<std::size_t>(inside);
}

std::optional<std::size_t> TimelineData::lastNotAfter(Millis ms) const
{
    if (m_count == 0) {
        return {};
    }
    const std::size_t behind = firstNotBefore(ms + 1);
    return behind == 0 ? 0 : behind - 1;
}

std::optional<std::size_t> TimelineData::nearest(Millis ms) const
{
    const auto before = lastNotAfter(ms);
    if (!before || *before + 1 >= m_count) {
        return before;
    }
    const std::size_t after = *before + 1;
    return std::abs(shownMs(after) - ms) < std::abs(ms - shownMs(*before)) ? after : *before;
}

std::optional<std::size_t> TimelineData::indexOfNumber(std::uint64_t number) const
{
    const auto chunk = std::ranges::lower_bound(
        m_chunks, number, {}, [](const auto& candidate) { return candidate->numbers.back(); });
    if (chunk == m_chunks.end()) {
        return {};
    }
    const auto& numbers = (*chunk)->numbers;
    const auto inside = std::ranges::lower_bound(numbers, number);
    if (inside == numbers.end() || *inside != number) {
        return {};
    }
    return static_cast<std::size_t>(chunk - m_chunks.begin()) * kChunkMoments +
           static_cast<std::size_t>(inside - numbers.begin());
}

MomentSums TimelineData::sums(std::size_t first, std::size_t last) const
{
    MomentSums sums;
    while (first < last) {
        const std::size_t chunk = first / kChunkMoments;
        const std::size_t end = std::min(last, (chunk + 1) * kChunkMoments);
        sums.add(m_chunks[chunk]->sums(first % kChunkMoments, end - chunk * kChunkMoments));
        first = end;
    }
    return sums;
}

}  // namespace tidemark::app::timeline
