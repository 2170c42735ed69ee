#include "tests/qml/timeline_stories.h"

#include <QCoreApplication>
#include <QQmlEngine>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

using namespace tidemark;
using namespace tidemark::app::timeline;

namespace {

constexpr Millis kNowMs = 1'789'649'592'000;

Timestamp timestamp(Millis ms)
{
    return Timestamp{std::chrono::milliseconds(ms)};
}

void add(replica::Catalog& catalog, Millis ms, double pages)
{
    const auto count = static_cast<std::uint32_t>(std::max(1.0, pages));
    catalog.moments.push_back({.txId = {catalog.moments.size() + 1},
                               .time = timestamp(ms),
                               .precision = replica::TimePrecision::Exact,
                               .bytes = count * 590ULL,
                               .pages = count});
}

void addGap(replica::Catalog& catalog, const char* reason)
{
    const auto last = catalog.moments.size();
    catalog.gaps.push_back({.after = {last}, .before = {last + 1}, .reason = {"stories", reason}});
}

void addSnapshot(replica::Catalog& catalog, std::uint64_t at, std::uint64_t bytes)
{
    catalog.objects.push_back(
        {.level = replica::kSnapshotLevel, .minTxId = {1}, .maxTxId = {at}, .sizeBytes = bytes});
}

/// Levels 0 files for all moments, so that the finest step is every moment.
void addSegments(replica::Catalog& catalog, std::uint64_t from)
{
    for (std::uint64_t i = from; i <= catalog.moments.size(); ++i) {
        catalog.objects.push_back({.level = 0, .minTxId = {i}, .maxTxId = {i}});
    }
}

void registerStories()
{
    qmlRegisterSingletonType<TimelineStories>(
        "Tidemark.Tests", 1, 0, "TimelineStories",
        [](QQmlEngine*, QJSEngine*) -> QObject* { return new TimelineStories; });
}

}  // namespace

Q_COREAPP_STARTUP_FUNCTION(registerStories)

TimelineStories::TimelineStories() : m_voice(m_clock)
{
    m_clock.jumpWallTime(timestamp(kNowMs) - m_clock.now());
    m_voice.setSpeech({.locale = QLocale(QLocale::English, QLocale::UnitedStates),
                       .zone = QTimeZone("Europe/Berlin")});
}

TimelineController* TimelineStories::made(replica::Catalog catalog)
{
    auto* controller = new TimelineController(m_voice);
    QQmlEngine::setObjectOwnership(controller, QQmlEngine::JavaScriptOwnership);
    controller->setCatalog(std::make_shared<const replica::Catalog>(std::move(catalog)));
    return controller;
}

TimelineController* TimelineStories::shop()
{
    std::minstd_rand random(29);
    std::uniform_real_distribution<double> chance(0, 1);
    replica::Catalog catalog{.format = replica::Catalog::Format::Ltx};
    const Millis start = kNowMs - 24 * kHourMs;
    for (Millis ms = start; ms < kNowMs - 9'000;) {
        const double before = static_cast<double>(kNowMs - ms) / kMinuteMs;
        if (before < 61.2 && before > 45.2) {
            addGap(catalog, "Laptop asleep");
            ms = kNowMs - static_cast<Millis>(45.2 * kMinuteMs);
            continue;
        }
        if (before < 14.5 * 60 && before > 6.8 * 60) {
            addGap(catalog, "Asleep");
            ms = kNowMs - static_cast<Millis>(6.8 * 60 * kMinuteMs);
            continue;
        }
        const bool after = before < 19.5;
        const bool migration = before < 30.2 && before > 28;
        const bool busy = std::abs(before - 76) < 3;
        const double level = migration ? 2.6 + 0.5 * chance(random)
                             : busy    ? 2.2 + 0.6 * chance(random)
                                       : 1.1 + 0.4 * std::sin(before / 3.1) + chance(random) - 0.5;
        add(catalog, ms, std::pow(10, after ? level / 2 : level));
        ms += after ? static_cast<Millis>(20'000 + 60'000 * chance(random))
                    : static_cast<Millis>(1'000 + 6'500 * chance(random));
    }
    const auto at = [&](Millis ms) {
        return static_cast<std::uint64_t>(
            std::ranges::lower_bound(catalog.moments, timestamp(ms), {}, &replica::Moment::time) -
            catalog.moments.begin());
    };
    const std::uint64_t snapshot = at(kNowMs - 73 * kMinuteMs);
    const std::uint64_t drill = at(kNowMs - 83 * kMinuteMs);
    addSegments(catalog, 1);
    addSnapshot(catalog, snapshot, 188'000'000);
    auto* controller = made(std::move(catalog));
    controller->setRuns({{.momentMs = kNowMs - 33 * kMinuteMs,
                          .atMs = kNowMs - 12 * kMinuteMs,
                          .fileName = "shop-20260917-142003.db"}},
                        {{.number = drill, .momentMs = kNowMs - 83 * kMinuteMs, .compared = true}});
    return controller;
}

TimelineController* TimelineStories::month()
{
    std::minstd_rand random(41);
    std::uniform_real_distribution<double> chance(0, 1);
    replica::Catalog catalog{.format = replica::Catalog::Format::Ltx};
    std::vector<std::uint64_t> snapshots;
    std::size_t fine = 0;
    std::size_t hourly = 0;
    for (int day = 22; day >= 0; --day) {
        const Millis morning = kNowMs - day * kDayMs - 6 * kHourMs;
        snapshots.push_back(catalog.moments.size() + 1);
        for (Millis ms = morning; ms < morning + 15 * kHourMs && ms < kNowMs;) {
            const Millis old = kNowMs - ms;
            add(catalog, ms, std::pow(10, 1 + 1.8 * chance(random)));
            fine += old > kDayMs ? 1 : 0;
            hourly += old > 7 * kDayMs ? 1 : 0;
            ms += old > 7 * kDayMs ? kHourMs : old > kDayMs ? 5 * kMinuteMs : 20'000;
        }
        if (day > 0) {
            addGap(catalog, day == 11 ? "Off" : "Asleep");
        }
    }
    addSegments(catalog, fine + 1);
    for (std::uint64_t i = hourly + 1; i <= fine; ++i) {
        catalog.objects.push_back({.level = 2, .minTxId = {i}, .maxTxId = {i}});
    }
    for (std::uint64_t i = 1; i <= hourly; ++i) {
        catalog.objects.push_back({.level = 3, .minTxId = {i}, .maxTxId = {i}});
    }
    for (const std::uint64_t snapshot : snapshots) {
        addSnapshot(catalog, snapshot, 180'000'000);
    }
    return made(std::move(catalog));
}

TimelineController* TimelineStories::sparse()
{
    replica::Catalog catalog{.format = replica::Catalog::Format::Ltx};
    const std::array<std::pair<int, double>, 7> moments = {
        {{70, 3}, {52, 40}, {51, 2}, {33, 600}, {21, 1}, {6, 12}, {2, 5}}};
    for (const auto& [minutes, pages] : moments) {
        add(catalog, kNowMs - minutes * kMinuteMs, pages);
    }
    addSegments(catalog, 1);
    addSnapshot(catalog, 1, 2'400'000);
    return made(std::move(catalog));
}

TimelineController* TimelineStories::many(int count)
{
    replica::Catalog catalog{.format = replica::Catalog::Format::Ltx};
    catalog.moments.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        add(catalog, kNowMs - (count - i) * 2'000LL,
            std::pow(10, 1.5 + std::sin(i / 9000.0) + 0.4 * std::sin(i * 1.7)));
    }
    return made(std::move(catalog));
}

TimelineController* TimelineStories::none()
{
    return made({});
}

void TimelineStories::answerFacts(TimelineController* controller)
{
    const auto moment = controller->moment();
    if (moment) {
        controller->setMomentFacts(moment->txId.value, {.moment = *moment,
                                                        .databasePages = 149'414,
                                                        .pageSizeBytes = 4096,
                                                        .storedBytes = moment->bytes});
    }
}
