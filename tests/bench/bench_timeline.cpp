// A timeline of 1,000,000 moments: how long it takes to open, and how long the slowest frames of
// panning and zooming take to lay out at 1920 px. Prints a line a figure; exit 1 for a missed bar.

#include "app/timeline/timeline_layout.h"
#include "tests/app/timeline/histories.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <vector>

using namespace tidemark::app::timeline;
using namespace tidemark::app::timeline::tests;

namespace {

constexpr std::size_t kMoments = 1'000'000;
constexpr Millis kStepMs = 2'000;
constexpr double kWidthPx = 1920;
constexpr double kFrameMs = 16.6;
constexpr double kOpenMs = 200;
constexpr int kOpenings = 5;
constexpr int kFrames = 400;

double elapsedMs(const std::function<void()>& work)
{
    const auto began = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began)
        .count();
}

double percentile(std::vector<double> values, double share)
{
    std::ranges::sort(values);
    const auto last = static_cast<double>(values.size() - 1);
    return values[static_cast<std::size_t>(share * last)];
}

bool bar(const char* name, double value, double limit)
{
    const bool reached = value <= limit;
    std::printf("%s  %-52s %19.2f ms  <= %g ms\n", reached ? "PASS" : "FAIL", name, value, limit);
    return reached;
}

void note(const char* name, double value)
{
    std::printf("      %-52s %19.2f ms\n", name, value);
}

/// A catalog as a busy year leaves it: segments, snapshots now and then, gaps at night.
tidemark::replica::Catalog millionMoments()
{
    auto catalog = evenCatalog(kMoments, kStepMs);
    for (std::uint64_t number = 1; number <= kMoments; ++number) {
        catalog.objects.push_back(
            {.level = tidemark::replica::kSegmentLevel, .minTxId = {number}, .maxTxId = {number}});
    }
    for (std::uint64_t number = 10'000; number <= kMoments; number += 10'000) {
        catalog.objects.push_back({.level = tidemark::replica::kSnapshotLevel,
                                   .minTxId = {1},
                                   .maxTxId = {number},
                                   .sizeBytes = 180'000'000});
        catalog.gaps.push_back({.after = {number - 1}, .before = {number}});
    }
    return catalog;
}

/// The frames of a person who zooms in on the far end, pans along and zooms out again.
std::vector<double> frames(const TimelineData& data)
{
    std::vector<double> times;
    const ViewLimits limits = limitsOf(data, kNowMs);
    ViewWindow window = fitted(limits);
    for (int i = 0; i < kFrames; ++i) {
        const int quarter = i * 4 / kFrames;
        window = quarter == 0   ? zoomed(window, 0.92, window.fromMs + window.spanMs() / 3, limits)
                 : quarter == 1 ? panned(window, window.spanMs() / 7, limits)
                 : quarter == 2 ? zoomed(window, 1 / 0.92, window.toMs, limits)
                                : panned(window, -window.spanMs() / 9, limits);
        Scene scene = sceneOf(window, kWidthPx);
        scene.held = HeldMoment{.index = kMoments / 2, .askedMs = data.shownMs(kMoments / 2)};
        times.push_back(
            elapsedMs([&] { static_cast<void>(layoutTimeline(data, scene, sixPixelsALetter)); }));
    }
    return times;
}

}  // namespace

int main()
{
    const auto catalog = millionMoments();
    TimelineData data;
    std::vector<double> openings;
    for (int i = 0; i < kOpenings; ++i) {
        openings.push_back(elapsedMs([&] {
            data = TimelineData::fromCatalog(catalog, timestamp(kNowMs));
            const ViewWindow all = fitted(limitsOf(data, kNowMs));
            static_cast<void>(layoutTimeline(data, sceneOf(all, kWidthPx), sixPixelsALetter));
        }));
    }
    const std::vector<double> times = frames(data);
    const std::vector<double> appended = {elapsedMs([&] {
        const auto newest = moment(kMoments + 1, kNowMs);
        static_cast<void>(data.appended({&newest, 1}, timestamp(kNowMs)));
    })};
    bool reached =
        bar("timeline: opening 1,000,000 moments, median", percentile(openings, 0.5), kOpenMs);
    note("timeline: a frame at 1920 px, median", percentile(times, 0.5));
    reached =
        bar("timeline: a frame at 1920 px, p99", percentile(times, 0.99), kFrameMs) && reached;
    reached = bar("timeline: one moment more", appended.front(), kFrameMs) && reached;
    return reached ? 0 : 1;
}
