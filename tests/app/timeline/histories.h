#pragma once

#include "app/timeline/timeline_layout.h"
#include "core/replica/catalog.h"

#include <cstdint>
#include <vector>

namespace tidemark::app::timeline::tests {

/// 2026-09-17 14:53:12 in Berlin.
inline constexpr Millis kNowMs = 1'789'649'592'000;

inline Timestamp timestamp(Millis ms)
{
    return Timestamp{std::chrono::milliseconds(ms)};
}

inline replica::Moment moment(std::uint64_t number, Millis ms, std::uint32_t pages = 10)
{
    return {.txId = {number}, .time = timestamp(ms), .bytes = pages * 600ULL, .pages = pages};
}

/// One moment each `stepMs`, the last one at `lastMs`; page counts rise and fall.
inline replica::Catalog evenCatalog(std::size_t count, Millis stepMs, Millis lastMs = kNowMs)
{
    replica::Catalog catalog{.format = replica::Catalog::Format::Ltx};
    catalog.moments.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const Millis ms = lastMs - static_cast<Millis>(count - 1 - i) * stepMs;
        catalog.moments.push_back(
            moment(i + 1, ms, static_cast<std::uint32_t>(1 + (i * 7919) % 1500)));
    }
    return catalog;
}

inline TimelineData evenHistory(std::size_t count, Millis stepMs, Millis lastMs = kNowMs)
{
    return TimelineData::fromCatalog(evenCatalog(count, stepMs, lastMs), timestamp(kNowMs));
}

/// A history with these times, in this order.
inline TimelineData historyAt(const std::vector<Millis>& times)
{
    replica::Catalog catalog{.format = replica::Catalog::Format::Ltx};
    for (const Millis ms : times) {
        catalog.moments.push_back(moment(catalog.moments.size() + 1, ms));
    }
    return TimelineData::fromCatalog(catalog, timestamp(kNowMs));
}

/// evenCatalog, and changes behind its last moment that cannot be restored, up to `untilMs`.
inline replica::Catalog tornCatalog(std::size_t count, Millis stepMs, Millis lastMs, Millis untilMs)
{
    replica::Catalog catalog = evenCatalog(count, stepMs, lastMs);
    catalog.gaps.push_back(
        {.after = {count}, .reason = {"tests", "Torn."}, .until = timestamp(untilMs)});
    return catalog;
}

/// Six pixels a letter: no font needed.
inline double sixPixelsALetter(const QString& text, bool)
{
    return 6.0 * static_cast<double>(text.size());
}

inline Speech berlin()
{
    return {.locale = QLocale(QLocale::English, QLocale::UnitedStates),
            .zone = QTimeZone("Europe/Berlin")};
}

inline Scene sceneOf(ViewWindow window, double widthPx = 1064)
{
    return {.window = window, .widthPx = widthPx, .nowMs = kNowMs, .speech = berlin()};
}

}  // namespace tidemark::app::timeline::tests
