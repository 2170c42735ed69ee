#include "app/timeline/timeline_controller.h"

#include "app/timeline/go_to.h"

#include <QClipboard>
#include <QCoreApplication>
#include <QGuiApplication>
#include <QPointer>
#include <QThreadPool>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

using namespace std::chrono_literals;

namespace tidemark::app::timeline {
namespace {

constexpr Millis kMinuteMs = 60'000;
constexpr Millis kHourMs = 60 * kMinuteMs;
constexpr Millis kDayMs = 24 * kHourMs;

constexpr double kZoomStep = 1.5;
/// The clock is told in whole seconds.
constexpr auto kClockInterval = 1s;
/// A key that is held down passes many moments a second; only where it rests are facts read.
constexpr auto kFactsDelay = 120ms;
/// Closer than this part of the window to now counts as following it.
constexpr double kFollowTolerance = 0.03;
/// The first window is the shortest of these with so many moments in it.
constexpr std::array kFirstSpans = {90 * kMinuteMs, kDayMs, 7 * kDayMs, 30 * kDayMs};
constexpr std::size_t kFirstMoments = 20;
constexpr std::array kOverviewSpans = {kDayMs, 7 * kDayMs, 30 * kDayMs};
/// An overview of this many windows still shows the window 24 px wide.
constexpr int kMostWindowsInOverview = 38;

template <typename Marks, typename Time>
int countWithin(const Marks& marks, const ViewWindow& window, Time time)
{
    return static_cast<int>(std::ranges::upper_bound(marks, window.toMs, {}, time) -
                            std::ranges::lower_bound(marks, window.fromMs, {}, time));
}

}  // namespace

TimelineController::TimelineController(const Voice& voice, QObject* parent)
    : QObject(parent),
      m_voice(voice),
      m_data(std::make_shared<const TimelineData>()),
      m_nowMs(voice.now().time_since_epoch().count())
{
    m_zone = voice.speech().zone == QTimeZone::utc() ? Zone::Utc : Zone::Local;
    m_window = firstWindow();
    m_clockTimer.setInterval(kClockInterval);
    connect(&m_clockTimer, &QTimer::timeout, this, &TimelineController::tick);
    m_factsTimer.setSingleShot(true);
    m_factsTimer.setInterval(kFactsDelay);
    connect(&m_factsTimer, &QTimer::timeout, this, &TimelineController::momentFactsRequested);
}

void TimelineController::setCatalog(std::shared_ptr<const replica::Catalog> catalog)
{
    m_loading = true;
    m_waiting.clear();
    m_waitingSnapshots.clear();
    const int generation = ++m_generation;
    const Timestamp asOf = m_voice.now();
    // Ready on this thread, or never if the controller is gone by then: it is asked for there,
    // since a continuation whose context is gone is more than Qt 6.4 bears.
    QThreadPool::globalInstance()->start([guard = QPointer(this), generation, catalog, asOf] {
        TimelineData data = TimelineData::fromCatalog(*catalog, asOf);
        QMetaObject::invokeMethod(QCoreApplication::instance(), [guard, generation, catalog,
                                                                 data = std::move(data)]() mutable {
            if (guard) {
                guard->takeReady(generation, std::move(data), std::move(catalog));
            }
        });
    });
    emit dataChanged();
}

void TimelineController::takeReady(int generation, TimelineData data,
                                   std::shared_ptr<const replica::Catalog> from)
{
    if (generation != m_generation) {
        return;  // A newer catalog is on its way.
    }
    m_loading = false;
    m_catalog = std::move(from);
    TimelineData ready = data.appended(m_waiting, m_voice.now());
    for (const SnapshotMark& snapshot : m_waitingSnapshots) {
        ready = ready.withSnapshot(snapshot);
    }
    ready = ready.withRuns(m_restores, m_drills);
    m_waiting.clear();
    m_waitingSnapshots.clear();
    adopt(std::make_shared<const TimelineData>(std::move(ready)));
    if (std::exchange(m_missed, false)) {
        emit momentsMissed();
    }
}

void TimelineController::makeRoom(std::size_t count)
{
    if (m_waiting.size() + m_waitingSnapshots.size() + count > kMaxWaiting) {
        m_waiting.clear();
        m_waitingSnapshots.clear();
        m_missed = true;
    }
}

void TimelineController::adopt(std::shared_ptr<const TimelineData> data)
{
    const bool first = m_data->empty();
    const std::uint64_t heldNumber = m_held ? m_data->number(m_held->index) : 0;
    m_data = std::move(data);
    m_nowMs = m_voice.now().time_since_epoch().count();
    if (first || m_data->empty()) {
        m_held.reset();
        m_heldByHand = false;
        m_factsOf.reset();
        m_window = firstWindow();
    }
    const auto again = m_heldByHand ? m_data->indexOfNumber(heldNumber) : std::nullopt;
    if (again) {
        m_held->index = *again;
    } else if (!m_data->empty()) {
        m_heldByHand = false;
        holdIndex(m_data->count() - 1);
    }
    setWindow(m_followsNow ? endingAtNow(m_window, endMs(), limits()) : m_window);
    emit dataChanged();
    retell();
}

void TimelineController::addMoments(const std::vector<replica::Moment>& moments)
{
    if (m_loading) {
        makeRoom(moments.size());
        m_waiting.insert(m_waiting.end(), moments.begin(), moments.end());
    } else {
        adopt(std::make_shared<const TimelineData>(m_data->appended(moments, m_voice.now())));
    }
}

void TimelineController::addSnapshot(const SnapshotMark& snapshot)
{
    if (m_loading) {
        makeRoom(1);
        m_waitingSnapshots.push_back(snapshot);
    }
    adopt(std::make_shared<const TimelineData>(m_data->withSnapshot(snapshot)));
}

void TimelineController::setRuns(std::vector<RestoreRun> restores, std::vector<DrillRun> drills)
{
    m_restores = std::move(restores);
    m_drills = std::move(drills);
    adopt(std::make_shared<const TimelineData>(m_data->withRuns(m_restores, m_drills)));
}

void TimelineController::setLive(bool live)
{
    m_live = live;
    m_window = firstWindow();
    emit windowChanged();
}

std::optional<replica::Moment> TimelineController::moment() const
{
    if (!m_held) {
        return {};
    }
    const MomentRow row = m_data->row(m_held->index);
    if (m_catalog) {
        const auto& moments = m_catalog->moments;
        const auto found =
            std::ranges::lower_bound(moments, ltx::TxId{row.number}, {}, &replica::Moment::txId);
        if (found != moments.end() && found->txId.value == row.number) {
            return *found;
        }
    }
    return replica::Moment{.txId = {row.number},
                           .time = Timestamp{std::chrono::milliseconds(row.recordedMs)},
                           .bytes = row.bytes,
                           .pages = row.pages};
}

void TimelineController::setMomentFacts(std::uint64_t number, const service::MomentFacts& facts)
{
    if (m_held && m_data->number(m_held->index) == number) {
        m_facts = wordsFor(facts, speech());
        m_factsProblem.clear();
        emit factsChanged();
    }
}

void TimelineController::setMomentFactsProblem(std::uint64_t number, const QString& problem)
{
    if (m_held && m_data->number(m_held->index) == number) {
        m_factsProblem = problem;
        emit factsChanged();
    }
}

void TimelineController::voiceChanged()
{
    emit zoneChanged();
    emit windowChanged();
    retell();
}

Speech TimelineController::speech() const
{
    const Speech& spoken = m_voice.speech();
    const bool utc = m_zone == Zone::Utc;
    const bool local = spoken.zone != QTimeZone::utc();
    return {.locale = spoken.locale,
            .zone = utc     ? QTimeZone::utc()
                    : local ? spoken.zone
                            : QTimeZone::systemTimeZone()};
}

Millis TimelineController::endMs() const
{
    return m_live || m_data->empty() ? m_nowMs : m_data->endMs();
}

ViewLimits TimelineController::limits() const
{
    return limitsOf(*m_data, endMs());
}

ViewWindow TimelineController::firstWindow() const
{
    const ViewLimits all = limits();
    for (const Millis span : kFirstSpans) {
        const ViewWindow window =
            endingAtNow({.fromMs = endMs() - span, .toMs = endMs()}, endMs(), all);
        const std::size_t from = m_data->firstNotBefore(window.fromMs);
        if (m_data->count() - from >= kFirstMoments || from == 0) {
            return window;
        }
    }
    return fitted(all);
}

void TimelineController::setWindow(const ViewWindow& window)
{
    const ViewWindow next = clamped(window, limits());
    const ViewWindow following = endingAtNow(next, endMs(), limits());
    const auto tolerance =
        static_cast<Millis>(kFollowTolerance * static_cast<double>(next.spanMs()));
    m_followsNow = std::abs(following.toMs - next.toMs) <= tolerance;
    m_window = next;
    emit windowChanged();
}

ViewWindow TimelineController::overviewWindow() const
{
    const ViewLimits all = limits();
    const auto ending = [&](Millis span) {
        return endingAtNow({.fromMs = endMs() - span, .toMs = endMs()}, endMs(), all);
    };
    switch (m_overviewSpan) {
    case OverviewSpan::Day: return ending(kDayMs);
    case OverviewSpan::Week: return ending(7 * kDayMs);
    case OverviewSpan::Month: return ending(30 * kDayMs);
    case OverviewSpan::All: return fitted(all);
    case OverviewSpan::Automatic: break;
    }
    for (const Millis span : kOverviewSpans) {
        const ViewWindow overview = ending(span);
        if (overview.fromMs <= m_window.fromMs && m_window.spanMs() * 2 <= span &&
            m_window.spanMs() * kMostWindowsInOverview >= span) {
            return overview;
        }
    }
    return m_window.spanMs() * kMostWindowsInOverview < kDayMs &&
                   ending(kDayMs).fromMs <= m_window.fromMs
               ? ending(kDayMs)
               : fitted(all);
}

void TimelineController::zoomAround(double factor, Millis anchorMs)
{
    // While the clock is followed, it is the right edge that stays.
    const bool atNow = m_followsNow && anchorMs >= m_window.toMs - m_window.spanMs() / 10;
    const ViewWindow next = zoomed(m_window, factor, atNow ? m_window.toMs : anchorMs, limits());
    setWindow(atNow ? endingAtNow(next, endMs(), limits()) : next);
}

void TimelineController::panBy(Millis ms)
{
    setWindow(panned(m_window, ms, limits()));
}

void TimelineController::hold(const HeldMoment& held)
{
    if (held.index >= m_data->count()) {
        return;
    }
    m_heldByHand = true;
    m_held = held;
    // By its number: in a list that was read again another moment may stand at the same place.
    const std::uint64_t number = m_data->number(held.index);
    if (std::exchange(m_factsOf, number) != number) {
        m_facts = wordsFor(m_data->row(held.index), speech());
        m_factsProblem.clear();
        m_factsTimer.start();
        emit factsChanged();
    }
    retell();
}

void TimelineController::holdIndex(std::size_t index)
{
    const bool byHand = m_heldByHand;
    hold({.index = index, .askedMs = m_data->shownMs(index)});
    m_heldByHand = byHand;
}

void TimelineController::reveal()
{
    if (m_held) {
        setWindow(revealing(m_window, m_data->shownMs(m_held->index), limits()));
    }
}

void TimelineController::step(int count)
{
    if (!m_held) {
        return;
    }
    const auto last = static_cast<std::int64_t>(m_data->count()) - 1;
    const auto index =
        std::clamp<std::int64_t>(static_cast<std::int64_t>(m_held->index) + count, 0, last);
    holdPosition(static_cast<int>(index) + 1);
}

void TimelineController::stepTime(Millis ms)
{
    if (!m_held) {
        return;
    }
    const Millis here = m_data->shownMs(m_held->index);
    const std::size_t found = *m_data->lastNotAfter(here + ms);
    if (found == m_held->index) {
        step(ms > 0 ? 1 : -1);
        return;
    }
    hold({.index = found, .askedMs = here + ms});
    reveal();
}

void TimelineController::stepHours(int hours)
{
    stepTime(hours * kHourMs);
}

void TimelineController::stepDays(int days)
{
    stepTime(days * kDayMs);
}

void TimelineController::holdFirst()
{
    holdPosition(1);
}

void TimelineController::holdLast()
{
    holdPosition(momentCount());
}

void TimelineController::holdPosition(int position)
{
    if (position < 1 || position > momentCount()) {
        return;
    }
    const auto index = static_cast<std::size_t>(position - 1);
    hold({.index = index, .askedMs = m_data->shownMs(index)});
    reveal();
}

void TimelineController::holdNumber(std::uint64_t number)
{
    if (const auto index = m_data->indexOfNumber(number)) {
        holdPosition(static_cast<int>(*index) + 1);
    }
}

void TimelineController::holdNextEvent()
{
    if (!m_held) {
        return;
    }
    const Millis here = m_data->shownMs(m_held->index);
    const auto& snapshots = m_data->snapshots();
    const auto& drills = m_data->drills();
    const auto snapshot = std::ranges::upper_bound(snapshots, here, {}, &SnapshotMark::atMs);
    const auto drill = std::ranges::upper_bound(drills, here, {}, &DrillRun::momentMs);
    if (drill != drills.end() &&
        (snapshot == snapshots.end() || drill->momentMs < snapshot->atMs)) {
        holdNumber(drill->number);
    } else if (snapshot != snapshots.end()) {
        holdNumber(snapshot->number);
    }
}

void TimelineController::holdPreviousEvent()
{
    if (!m_held) {
        return;
    }
    const Millis here = m_data->shownMs(m_held->index);
    const auto& snapshots = m_data->snapshots();
    const auto& drills = m_data->drills();
    const auto snapshot = std::ranges::lower_bound(snapshots, here, {}, &SnapshotMark::atMs);
    const auto drill = std::ranges::lower_bound(drills, here, {}, &DrillRun::momentMs);
    const bool hasDrill = drill != drills.begin();
    const bool hasSnapshot = snapshot != snapshots.begin();
    if (hasDrill && (!hasSnapshot || std::prev(drill)->momentMs > std::prev(snapshot)->atMs)) {
        holdNumber(std::prev(drill)->number);
    } else if (hasSnapshot) {
        holdNumber(std::prev(snapshot)->number);
    }
}

Millis TimelineController::zoomAnchor() const
{
    // Keys zoom about the moment that is held, if it is in view.
    const bool held = m_held && m_window.contains(m_data->shownMs(m_held->index));
    return held ? m_data->shownMs(m_held->index) : m_window.fromMs + m_window.spanMs() / 2;
}

void TimelineController::zoomIn()
{
    zoomAround(1 / kZoomStep, zoomAnchor());
}

void TimelineController::zoomOut()
{
    zoomAround(kZoomStep, zoomAnchor());
}

void TimelineController::fit()
{
    setWindow(fitted(limits()));
}

void TimelineController::goToNow()
{
    if (!m_data->empty()) {
        holdIndex(m_data->count() - 1);
    }
    m_heldByHand = false;
    setWindow(endingAtNow(m_window, endMs(), limits()));
}

bool TimelineController::goTo(const QString& text)
{
    const auto destination = parseGoTo(text, m_nowMs, speech());
    if (!destination || m_data->empty()) {
        return false;
    }
    if (destination->number) {
        const auto index = m_data->indexOfNumber(*destination->number);
        if (index) {
            holdPosition(static_cast<int>(*index) + 1);
        }
        return index.has_value();
    }
    hold({.index = *m_data->lastNotAfter(*destination->atMs), .askedMs = *destination->atMs});
    reveal();
    return true;
}

void TimelineController::copyTime() const
{
    if (m_held) {
        QGuiApplication::clipboard()->setText(isoUtc(m_data->shownMs(m_held->index)));
    }
}

void TimelineController::tick()
{
    m_nowMs = m_voice.now().time_since_epoch().count();
    if (m_followsNow) {
        setWindow(endingAtNow(m_window, endMs(), limits()));
    } else {
        emit windowChanged();
    }
    retell();
}

void TimelineController::retell()
{
    m_words = m_held ? wordsFor(*m_data, *m_held, m_nowMs, speech()) : MomentWords{};
    emit momentChanged();
}

void TimelineController::setActive(bool active)
{
    if (m_active == active) {
        return;
    }
    m_active = active;
    if (active) {
        tick();
        m_clockTimer.start();
    } else {
        m_clockTimer.stop();
    }
    emit activeChanged();
}

void TimelineController::setOverviewSpan(OverviewSpan span)
{
    m_overviewSpan = span;
    emit windowChanged();
}

void TimelineController::setZone(Zone zone)
{
    if (m_zone != zone) {
        m_zone = zone;
        voiceChanged();
        emit zoneChosen(zone);
    }
}

QString TimelineController::zoneAbbreviation() const
{
    return zoneName(m_nowMs, speech());
}

QString TimelineController::zoneText() const
{
    return m_zone == Zone::Utc ? tr("UTC") : tr("Local time (%1)").arg(zoneAbbreviation());
}

QString TimelineController::rangeText() const
{
    return stretch(m_window.fromMs, m_window.toMs, speech());
}

QString TimelineController::spanText() const
{
    return length(m_window.spanMs(), speech());
}

QString TimelineController::overviewText() const
{
    return length(overviewWindow().spanMs(), speech());
}

int TimelineController::momentsInWindow() const
{
    return static_cast<int>(m_data->firstNotBefore(m_window.toMs + 1) -
                            m_data->firstNotBefore(m_window.fromMs));
}

int TimelineController::snapshotsInWindow() const
{
    return countWithin(m_data->snapshots(), m_window, &SnapshotMark::atMs);
}

int TimelineController::restoresInWindow() const
{
    return countWithin(m_data->restores(), m_window, &RestoreRun::atMs);
}

int TimelineController::drillsInWindow() const
{
    return countWithin(m_data->drills(), m_window, &DrillRun::momentMs);
}

int TimelineController::gapsInWindow() const
{
    return static_cast<int>(
        std::ranges::upper_bound(m_data->gaps(), m_window.toMs, {}, &GapSpan::fromMs) -
        std::ranges::lower_bound(m_data->gaps(), m_window.fromMs, {}, &GapSpan::toMs));
}

int TimelineController::momentPosition() const
{
    return m_held ? static_cast<int>(m_held->index) + 1 : 0;
}

}  // namespace tidemark::app::timeline
