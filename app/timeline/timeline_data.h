#pragma once

#include "core/base/message.h"
#include "core/replica/catalog.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tidemark::app::timeline {

/// Milliseconds since the Unix epoch, UTC: what a pixel is computed from.
using Millis = std::int64_t;

inline constexpr Millis kSecondMs = 1'000;
inline constexpr Millis kMinuteMs = 60 * kSecondMs;
inline constexpr Millis kHourMs = 60 * kMinuteMs;
inline constexpr Millis kDayMs = 24 * kHourMs;

/// How many moments a chunk holds; an append copies one chunk at most.
inline constexpr std::size_t kChunkMoments = 4096;
/// How many moments share one entry of a chunk's sums and maxima.
inline constexpr std::size_t kBlockMoments = 64;

/// One moment as the timeline knows it.
struct MomentRow {
    std::uint64_t number = 0;  ///< Its transaction number.
    Millis shownMs = 0;        ///< Where it stands: never before the moment in front of it.
    Millis recordedMs = 0;     ///< What its clock said; differs from shownMs when that was wrong.
    std::optional<std::uint32_t> pages = {};
    std::uint64_t bytes = 0;

    bool operator==(const MomentRow&) const = default;
};

/// What a stretch of moments adds up to.
struct MomentSums {
    std::size_t count = 0;
    std::uint64_t pages = 0;  ///< Of those that are known.
    std::uint64_t bytes = 0;
    std::uint32_t maxPages = 0;
    std::uint64_t maxBytes = 0;

    void add(const MomentSums& other);
    bool operator==(const MomentSums&) const = default;
};

/// Up to kChunkMoments moments in columns, with sums a block. Never changed once it is shared.
struct MomentChunk {
    std::vector<std::uint64_t> numbers = {};
    std::vector<Millis> shownMs = {};
    std::vector<Millis> recordedMs = {};    ///< Empty while all are as shown.
    std::vector<std::uint32_t> pages = {};  ///< kUnknownPages where nobody has read them.
    std::vector<std::uint64_t> bytes = {};
    std::vector<MomentSums> blocks = {};
    MomentSums all = {};

    void push(const MomentRow& row);
    [[nodiscard]] MomentRow row(std::size_t position) const;
    [[nodiscard]] MomentSums sums(std::size_t first, std::size_t last) const;
};

inline constexpr std::uint32_t kUnknownPages = 0xFFFFFFFF;

struct SnapshotMark {
    std::uint64_t number = 0;
    Millis atMs = 0;
    std::uint64_t bytes = 0;
    bool operator==(const SnapshotMark&) const = default;
};

/// A stretch in which nothing can be restored.
struct GapSpan {
    Millis fromMs = 0;
    Millis toMs = 0;
    Message reason = {};
    bool isTail = false;  ///< No moment lies behind it: it ends with the newest of what is lost.
    bool operator==(const GapSpan&) const = default;
};

/// A restore: which moment was brought back, when that was, into what.
struct RestoreRun {
    Millis momentMs = 0;
    Millis atMs = 0;
    std::string fileName = {};
    bool operator==(const RestoreRun&) const = default;
};

/// A restore that only proved that it can be done. It stands at its moment, if that is known.
struct DrillRun {
    std::uint64_t number = 0;
    Millis momentMs = 0;
    bool compared = false;  ///< With what was recorded at its moment; else only checked.
    bool operator==(const DrillRun&) const = default;
};

/// From `first` on the moments are as close as those of `level` are.
struct StepRun {
    std::size_t first = 0;
    int level = replica::kSegmentLevel;
    bool operator==(const StepRun&) const = default;
};

/// Everything that the timeline of one replica draws. A value over shared chunks: copying it costs
/// a pointer a chunk, so a writer makes a new one and any thread may read the old one.
class TimelineData {
public:
    TimelineData() = default;

    /// Blocks: about 100 ms for 1,000,000 moments. Not for the GUI thread. `asOf` is the time at
    /// which the catalog was read: a moment said to be later has its time from a wrong clock.
    static TimelineData fromCatalog(const replica::Catalog& catalog, Timestamp asOf);

    /// The same with newer moments behind; those that it has already are left out. Copies the last
    /// chunk only.
    [[nodiscard]] TimelineData appended(std::span<const replica::Moment> moments,
                                        Timestamp asOf) const;
    [[nodiscard]] TimelineData withSnapshot(const SnapshotMark& snapshot) const;
    [[nodiscard]] TimelineData withRuns(std::vector<RestoreRun> restores,
                                        std::vector<DrillRun> drills) const;

    [[nodiscard]] std::size_t count() const { return m_count; }
    [[nodiscard]] bool empty() const { return m_count == 0; }
    [[nodiscard]] MomentRow row(std::size_t index) const;
    [[nodiscard]] Millis shownMs(std::size_t index) const;
    [[nodiscard]] std::uint64_t number(std::size_t index) const;
    [[nodiscard]] Millis firstMs() const { return shownMs(0); }
    [[nodiscard]] Millis lastMs() const { return shownMs(m_count - 1); }
    /// Whether changes behind the last moment are there and cannot be restored.
    [[nodiscard]] bool endsInGap() const { return !m_gaps.empty() && m_gaps.back().isTail; }
    /// Of the last moment, or of the gap behind it.
    [[nodiscard]] Millis endMs() const { return endsInGap() ? m_gaps.back().toMs : lastMs(); }

    /// Whether each segment's page count is known; else bytes stand in for all of them. A snapshot
    /// is no segment: it changed nothing.
    [[nodiscard]] bool pagesKnown() const
    {
        return m_unknownPages == 0 && (m_totals.pages > 0 || empty());
    }

    /// The first moment that is not before `ms`; count() if there is none. O(log n).
    [[nodiscard]] std::size_t firstNotBefore(Millis ms) const;

    /// The last moment not after `ms`, which is what restoring a time means; the first one for
    /// a time before all of them. Nothing in an empty history.
    [[nodiscard]] std::optional<std::size_t> lastNotAfter(Millis ms) const;

    /// The moment closest to `ms`.
    [[nodiscard]] std::optional<std::size_t> nearest(Millis ms) const;

    [[nodiscard]] std::optional<std::size_t> indexOfNumber(std::uint64_t number) const;

    /// Of [first, last). O(log n) but for one step a chunk that lies between.
    [[nodiscard]] MomentSums sums(std::size_t first, std::size_t last) const;
    [[nodiscard]] const MomentSums& totals() const { return m_totals; }

    [[nodiscard]] const std::vector<SnapshotMark>& snapshots() const { return m_snapshots; }
    [[nodiscard]] const std::vector<GapSpan>& gaps() const { return m_gaps; }
    [[nodiscard]] const std::vector<RestoreRun>& restores() const { return m_restores; }
    [[nodiscard]] const std::vector<DrillRun>& drills() const { return m_drills; }
    /// By index; empty in an empty history.
    [[nodiscard]] const std::vector<StepRun>& steps() const { return m_steps; }

private:
    void push(const replica::Moment& moment, Timestamp asOf);
    void readSteps(const replica::Catalog& catalog);
    void readSnapshots(const replica::Catalog& catalog);
    void readGaps(const replica::Catalog& catalog, Timestamp asOf);
    void addTail(const replica::Gap& gap, Timestamp asOf);
    MomentChunk& openChunk();
    /// Whether nothing but a snapshot of that size made the moment.
    [[nodiscard]] bool isSnapshotAlone(std::uint64_t number, std::uint64_t bytes) const;

    // Shared with every copy; all but the last are full.
    std::vector<std::shared_ptr<const MomentChunk>> m_chunks;
    std::shared_ptr<MomentChunk> m_open;  // The last chunk while this value is being made.
    std::size_t m_count = 0;
    std::size_t m_unknownPages = 0;  // Of segments.
    MomentSums m_totals;
    std::vector<SnapshotMark> m_snapshots;
    std::vector<GapSpan> m_gaps;
    std::vector<RestoreRun> m_restores;
    std::vector<DrillRun> m_drills;
    std::vector<StepRun> m_steps;
};

}  // namespace tidemark::app::timeline
