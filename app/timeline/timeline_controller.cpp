#include "app/timeline/timeline_controller.h"

#include "app/timeline/go_to.h"
#include "app/timeline/moment_steps.h"

#include <QClipboard>
#include <QGuiApplication>

#include <algorithm>
#include <chrono>
#include <utility>

using namespace std::chrono_literals;

namespace tidemark::app::timeline {
namespace {

constexpr double kZoomStep = 1.5;
/// The clock is told in whole seconds.
constexpr auto kClockInterval = 1s;

/// As the catalog has it, or as far as the row tells: it came after the catalog was read.
replica::Moment momentOf(const MomentRow& row, const replica::Catalog* catalog)
{
    if (catalog != nullptr) {
        const auto found = std::ranges::lower_bound(catalog->moments, ltx::TxId{row.number}, {},
                                                    &replica::Moment::txId);
        if (found != catalog->moments.end() && found->txId.value == row.number) {
            return *found;
        }
    }
    return {.txId = {row.number},
            .time = Timestamp{std::chrono::milliseconds(row.recordedMs)},
            .bytes = row.bytes,
            .pages = row.pages};
}

}  // namespace

TimelineController::TimelineController(const Voice& voice, QObject* parent)
    : QObject(parent),
      m_voice(voice),
      m_loader(voice),
      m_data(std::make_shared<const TimelineData>()),
      m_nowMs(voice.now().time_since_epoch().count())
{
    m_zone = voice.speech().zone == QTimeZone::utc() ? Zone::Utc : Zone::Local;
    m_shown.begin(firstWindow(*m_data, extent()));
    m_clockTimer.setInterval(kClockInterval);
    connect(&m_clockTimer, &QTimer::timeout, this, &TimelineController::tick);
    connect(&m_loader, &CatalogLoader::ready, this,
            [this](const TimelineData& data) { adopt(data.withRuns(m_restores, m_drills)); });
    connect(&m_loader, &CatalogLoader::missed, this, &TimelineController::momentsMissed);
    connect(&m_facts, &HeldFacts::changed, this, &TimelineController::factsChanged);
    connect(&m_facts, &HeldFacts::wanted, this, &TimelineController::momentFactsRequested);
}

void TimelineController::setCatalog(std::shared_ptr<const replica::Catalog> catalog)
{
    m_loader.load(std::move(catalog));
    emit dataChanged();
}

void TimelineController::adopt(TimelineData data)
{
    const bool first = m_data->empty();
    const std::uint64_t heldNumber = m_held ? m_data->number(m_held->index) : 0;
    m_data = std::make_shared<const TimelineData>(std::move(data));
    m_nowMs = m_voice.now().time_since_epoch().count();
    if (first || m_data->empty()) {
        m_held.reset();
        m_heldByHand = false;
        m_facts.forget();
        m_shown.begin(firstWindow(*m_data, extent()));
    }
    if (const auto again = m_heldByHand ? m_data->indexOfNumber(heldNumber) : std::nullopt) {
        m_held->index = *again;
    } else {
        holdNewest();
    }
    m_shown.keepUp(extent());
    emit windowChanged();
    emit dataChanged();
    retell();
}

void TimelineController::addMoments(const std::vector<replica::Moment>& moments)
{
    if (m_loader.loading()) {
        m_loader.keep(moments);
    } else {
        adopt(m_data->appended(moments, m_voice.now()));
    }
}

void TimelineController::addSnapshot(const SnapshotMark& snapshot)
{
    if (m_loader.loading()) {
        m_loader.keep(snapshot);
    }
    adopt(m_data->withSnapshot(snapshot));
}

void TimelineController::setRuns(std::vector<RestoreRun> restores, std::vector<DrillRun> drills)
{
    m_restores = std::move(restores);
    m_drills = std::move(drills);
    adopt(m_data->withRuns(m_restores, m_drills));
}

void TimelineController::setLive(bool live)
{
    m_live = live;
    m_shown.begin(firstWindow(*m_data, extent()));
    emit windowChanged();
}

std::optional<replica::Moment> TimelineController::moment() const
{
    if (!m_held) {
        return {};
    }
    return momentOf(m_data->row(m_held->index), m_loader.catalog());
}

void TimelineController::setMomentFacts(std::uint64_t number, const service::MomentFacts& facts)
{
    m_facts.take(number, facts, speech());
}

void TimelineController::setMomentFactsProblem(std::uint64_t number, const QString& problem)
{
    m_facts.fail(number, problem);
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

Extent TimelineController::extent() const
{
    return extentOf(*m_data, m_live || m_data->empty() ? m_nowMs : m_data->endMs());
}

void TimelineController::setWindow(const ViewWindow& window)
{
    m_shown.show(window, extent());
    emit windowChanged();
}

ViewWindow TimelineController::overviewWindow() const
{
    const Extent all = extent();
    switch (m_overviewSpan) {
    case OverviewSpan::Day: return lastStretch(kDayMs, all);
    case OverviewSpan::Week: return lastStretch(7 * kDayMs, all);
    case OverviewSpan::Month: return lastStretch(30 * kDayMs, all);
    case OverviewSpan::All: return fitted(all.limits);
    case OverviewSpan::Automatic: break;
    }
    return overviewAround(window(), all);
}

void TimelineController::zoomAround(double factor, Millis anchorMs)
{
    m_shown.zoom(factor, anchorMs, extent());
    emit windowChanged();
}

void TimelineController::panBy(Millis ms)
{
    m_shown.pan(ms, extent());
    emit windowChanged();
}

void TimelineController::hold(const HeldMoment& held)
{
    if (held.index >= m_data->count()) {
        return;
    }
    m_heldByHand = true;
    m_held = held;
    m_facts.hold(m_data->row(held.index), speech());
    retell();
}

void TimelineController::holdNewest()
{
    if (!m_data->empty()) {
        hold({.index = m_data->count() - 1, .askedMs = m_data->lastMs()});
    }
    m_heldByHand = false;
}

void TimelineController::holdInView(const HeldMoment& moment)
{
    hold(moment);
    m_shown.reveal(m_data->shownMs(moment.index), extent());
    emit windowChanged();
}

void TimelineController::holdIndex(std::optional<std::size_t> index)
{
    if (index && *index < m_data->count()) {
        holdInView({.index = *index, .askedMs = m_data->shownMs(*index)});
    }
}

void TimelineController::step(int count)
{
    if (m_held) {
        holdIndex(stepped(*m_data, m_held->index, count));
    }
}

void TimelineController::stepTime(Millis ms)
{
    if (m_held) {
        holdInView(steppedInTime(*m_data, m_held->index, ms));
    }
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
    if (position > 0) {
        holdIndex(static_cast<std::size_t>(position) - 1);
    }
}

void TimelineController::holdNextEvent()
{
    if (m_held) {
        holdIndex(nextEvent(*m_data, m_held->index));
    }
}

void TimelineController::holdPreviousEvent()
{
    if (m_held) {
        holdIndex(previousEvent(*m_data, m_held->index));
    }
}

Millis TimelineController::zoomAnchor() const
{
    return m_shown.zoomAnchor(m_held ? std::optional(m_data->shownMs(m_held->index))
                                     : std::nullopt);
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
    setWindow(fitted(extent().limits));
}

void TimelineController::goToNow()
{
    holdNewest();
    m_shown.followEnd(extent());
    emit windowChanged();
}

bool TimelineController::goTo(const QString& text)
{
    const auto destination = parseGoTo(text, m_nowMs, speech());
    const auto found = destination ? momentAt(*m_data, *destination) : std::nullopt;
    if (found) {
        holdInView(*found);
    }
    return found.has_value();
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
    m_shown.keepUp(extent());
    emit windowChanged();
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
    return stretch(window().fromMs, window().toMs, speech());
}

QString TimelineController::spanText() const
{
    return length(window().spanMs(), speech());
}

QString TimelineController::overviewText() const
{
    return length(overviewWindow().spanMs(), speech());
}

int TimelineController::momentPosition() const
{
    return m_held ? static_cast<int>(m_held->index) + 1 : 0;
}

}  // namespace tidemark::app::timeline
