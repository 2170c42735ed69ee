#pragma once

#include <array>
#include <chrono>
#include <cstddef>

/// What an engine does by the clock, as values: how its segments are merged, when it makes a
/// snapshot, and what a replica keeps. Their defaults are here and nowhere else. All grids are on
/// the wall clock in UTC, so that they are the same on each computer and on each day.
namespace tidemark::engine {

/// Segments of one window become one object of that level. Window n begins n widths after the epoch
/// and ends before the next one begins.
struct CompactionWindow {
    int level = 1;
    std::chrono::milliseconds width{0};

    bool operator==(const CompactionWindow&) const = default;
};

/// Lowest level first; the widths of Litestream, whose restore then finds what it expects. Each is
/// a multiple of the one before, so that windows nest.
inline constexpr std::array kCompactionWindows{
    CompactionWindow{.level = 1, .width = std::chrono::seconds(30)},
    CompactionWindow{.level = 2, .width = std::chrono::minutes(5)},
    CompactionWindow{.level = 3, .width = std::chrono::hours(1)},
};

inline constexpr std::chrono::hours kForEver = std::chrono::hours::max();

/// When a snapshot is due of itself.
struct SnapshotSchedule {
    std::chrono::hours every{24};  ///< After the last one, if anything changed; kForEver: never.

    /// Also when what was stored since the last one is more than this part of the database: from
    /// there on a restore would read more changes than pages.
    unsigned partOfDatabasePercent = 50;

    /// But then not before the last one is so old.
    std::chrono::hours spacing{1};

    bool operator==(const SnapshotSchedule&) const = default;
};

/// Cells of a calendar in UTC.
enum class Grid { HalfMinute, FiveMinutes, Hour, Day, Month };

/// One moment of each cell stays until it is so old: the last one of the cell, of a day or month
/// the last snapshot if it has one. Cells nest, so what a coarse grid keeps a finer one kept before
/// it.
struct Thinning {
    Grid grid = Grid::Month;
    std::chrono::hours age = kForEver;

    bool operator==(const Thinning&) const = default;
};

/// Which moments of a replica stay, thinned like a time machine. Whatever this says, marks, the
/// newest moment and what is beside a hole stay.
struct RetentionPolicy {
    /// Nothing is deleted, for storages that forbid it or do it by rules of their own.
    bool neverDelete = false;

    /// Every moment stays until it is so old, or there are so many newer ones, whichever is first.
    std::chrono::hours everyMomentFor{24};
    std::size_t everyMomentAtMost = 20'000;

    /// In no particular order; a moment stays when one of them says so.
    std::array<Thinning, 5> thinnings{
        Thinning{.grid = Grid::HalfMinute, .age = std::chrono::hours(24)},
        Thinning{.grid = Grid::FiveMinutes, .age = std::chrono::days(7)},
        Thinning{.grid = Grid::Hour, .age = std::chrono::days(30)},
        Thinning{.grid = Grid::Day, .age = std::chrono::days(90)},
        Thinning{.grid = Grid::Month, .age = kForEver},
    };

    bool operator==(const RetentionPolicy&) const = default;
};

/// What deletes nothing.
inline constexpr RetentionPolicy kKeepEverything{.neverDelete = true};

}  // namespace tidemark::engine
