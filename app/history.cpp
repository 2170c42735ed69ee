#include "app/history.h"

#include "app/restore_name.h"
#include "app/text/places.h"
#include "app/text/translated.h"

#include <algorithm>
#include <utility>

namespace tidemark::app {
namespace {

/// A replica that could not be listed is listed again when something arrived there, but not for
/// each thing that did.
constexpr timeline::Millis kListAgainMs = 5000;

/// What arrives while a replica is read; with more than that it is read again instead.
constexpr std::size_t kMaxWhileReading = 10'000;

bool isArrival(const service::Event& event)
{
    return std::holds_alternative<service::SegmentWritten>(event.what) ||
           std::holds_alternative<service::SnapshotWritten>(event.what);
}

replica::Moment momentOf(const service::SegmentWritten& segment)
{
    return {.txId = segment.txId,
            .time = segment.time,
            .precision = replica::TimePrecision::Exact,
            .bytes = segment.bytes,
            .pages = segment.pages};
}

replica::Moment momentOf(const service::SnapshotWritten& snapshot)
{
    return {.txId = snapshot.txId,
            .time = snapshot.time,
            .precision = replica::TimePrecision::Exact,
            .bytes = snapshot.bytes};
}

}  // namespace

History::History(Origin origin, EnginePort& engine, DesktopPort& desktop, const Voice& voice,
                 QString home, QString downloads, QObject* parent)
    : QObject(parent),
      m_origin(std::move(origin)),
      m_engine(engine),
      m_voice(voice),
      m_home(std::move(home)),
      m_downloads(std::move(downloads)),
      m_timeline(voice),
      m_restore(engine, desktop, voice, m_home),
      m_options(engine, desktop, voice, m_home)
{
    m_timeline.setLive(!readOnly());
    connectParts();
}

void History::connectParts()
{
    using timeline::TimelineController;
    connect(&m_restore, &RestoreJob::folderChosen, this, &History::folderChosen);
    connect(&m_restore, &RestoreJob::restored, this, &History::onRestored);
    connect(&m_options, &RestoreOptions::folderChosen, this, &History::folderChosen);
    connect(&m_timeline, &TimelineController::dataChanged, this, &History::onTimelineData);
    connect(&m_timeline, &TimelineController::momentsMissed, this, &History::eventsMissed);
    connect(&m_timeline, &TimelineController::momentChanged, this, &History::refreshOrder);
    connect(&m_timeline, &TimelineController::momentFactsRequested, this, &History::describeHeld);
    connect(&m_timeline, &TimelineController::zoneChanged, this, &History::refreshOrder);
    connect(&m_timeline, &TimelineController::zoneChosen, this, &History::zoneChosen);
}

QString History::place() const
{
    return placeOf(m_origin.address, m_home);
}

timeline::Millis History::nowMs() const
{
    return m_voice.now().time_since_epoch().count();
}

void History::setChosenFolder(const QString& folder)
{
    m_chosenFolder = folder;
    refreshOrder();
}

void History::open()
{
    if (m_stage == Stage::Unread || m_stage == Stage::Failed) {
        reload();
    }
}

void History::reload()
{
    if (m_stage == Stage::Reading) {
        return;
    }
    m_stage = Stage::Reading;
    emit aboutToRead(m_origin.address);
    m_reading = m_engine.openReplica(
        m_origin.address,
        [this](const Result<EnginePort::CatalogPointer>& answer) { onCatalog(answer); });
    emit changed();
}

void History::onCatalog(const Result<EnginePort::CatalogPointer>& answer)
{
    m_reading.reset();
    const auto arrived = std::exchange(m_whileReading, {});
    if (!answer.ok()) {
        m_readAgain = false;
        m_problem = translated(answer.error().what);
        m_advice = translated(answer.error().next);
        m_stage = Stage::Failed;
        m_failedMs = nowMs();
        emit changed();
        return;
    }
    m_timeline.setCatalog(answer.value());
    // The list may have been made before they came.
    for (const service::Event& event : arrived) {
        show(event);
    }
}

void History::onTimelineData()
{
    if (m_stage == Stage::Reading && !m_reading && !m_timeline.loading()) {
        m_stage = Stage::Ready;
        m_problem.clear();
        m_advice.clear();
        emit changed();
        if (std::exchange(m_readAgain, false)) {
            reload();
        }
    }
    emit dataChanged();
}

void History::eventsMissed()
{
    if (m_stage == Stage::Ready) {
        reload();
    } else if (m_stage == Stage::Reading) {
        m_readAgain = true;
    }
}

void History::happened(const service::Event& event)
{
    if (m_stage == Stage::Failed && isArrival(event) && nowMs() - m_failedMs >= kListAgainMs) {
        reload();
    }
    if (m_stage != Stage::Ready && m_stage != Stage::Reading) {
        return;  // The listing will tell.
    }
    if (std::holds_alternative<service::Thinned>(event.what)) {
        // What is gone is not offered any more.
        eventsMissed();
        return;
    }
    if (m_reading && isArrival(event)) {
        if (m_whileReading.size() == kMaxWhileReading) {
            m_whileReading.clear();
            m_readAgain = true;
        }
        m_whileReading.push_back(event);
        if (data().empty()) {
            return;  // A single moment would be taken for all of the history.
        }
    }
    show(event);
}

void History::show(const service::Event& event)
{
    if (const auto* segment = std::get_if<service::SegmentWritten>(&event.what)) {
        m_timeline.addMoments({momentOf(*segment)});
    } else if (const auto* snapshot = std::get_if<service::SnapshotWritten>(&event.what)) {
        // The first moment comes without a segment.
        if (m_timeline.momentCount() == 0) {
            m_timeline.addMoments({momentOf(*snapshot)});
        }
        m_timeline.addSnapshot({.number = snapshot->txId.value,
                                .atMs = snapshot->time.time_since_epoch().count(),
                                .bytes = snapshot->bytes});
    }
}

void History::proven(const service::Proof& proof)
{
    const timeline::DrillRun drill{.number = proof.txId.value,
                                   .momentMs = proof.at.time_since_epoch().count(),
                                   .compared = proof.verdict == restore::Verdict::Proven};
    const auto known = std::ranges::find(m_drills, drill.number, &timeline::DrillRun::number);
    if (known != m_drills.end() && (known->compared || !drill.compared)) {
        return;
    }
    if (known != m_drills.end()) {
        known->compared = true;
    } else {
        m_drills.push_back(drill);
    }
    m_timeline.setRuns(m_runs, m_drills);
}

void History::onRestored(const restore::Restored& result)
{
    m_runs.push_back({.momentMs = result.moment.time.time_since_epoch().count(),
                      .atMs = nowMs(),
                      .fileName = m_restore.fileName().toStdString()});
    m_timeline.setRuns(m_runs, m_drills);
}

void History::describeHeld()
{
    const auto moment = m_timeline.moment();
    if (!moment) {
        return;
    }
    m_describing = m_engine.describeMoment(
        m_origin.address, *moment,
        [this, number = moment->txId.value](const Result<service::MomentFacts>& answer) {
            if (answer.ok()) {
                m_timeline.setMomentFacts(number, answer.value());
            } else {
                m_timeline.setMomentFactsProblem(number, translated(answer.error().what));
            }
        });
}

QString History::usualFolder() const
{
    return readOnly() ? m_downloads : folderOf(m_origin.sourcePath);
}

std::optional<RestoreOrder> History::order() const
{
    const auto moment = m_timeline.moment();
    if (!moment) {
        return {};
    }
    const bool named = !readOnly() || !suffixOf(m_origin.name).isEmpty();
    const QString fileName = !readOnly() ? fileNameOf(m_origin.sourcePath)
                             : named     ? m_origin.name
                                         : m_origin.name + QStringLiteral(".db");
    const timeline::Millis ms = moment->time.time_since_epoch().count();
    const timeline::Speech spoken = m_timeline.speech();
    return RestoreOrder{
        .databaseName = m_origin.name,
        .address = m_origin.address,
        .moment = *moment,
        .momentTime = tr("%1 %2", "time, zone")
                          .arg(timeline::preciseTime(ms, spoken), timeline::zoneName(ms, spoken)),
        .folder = m_chosenFolder.isEmpty() ? usualFolder() : m_chosenFolder,
        // Files are named by the clock on the wall, whatever the window shows.
        .fileName = restoreName(fileName, ms, m_voice.speech()),
        .usualFolder = usualFolder()};
}

void History::refreshOrder()
{
    m_options.setOrder(order());
}

void History::restoreMoment()
{
    if (const auto wanted = order()) {
        m_restore.start(*wanted);
    }
}

void History::prepareRestore()
{
    m_timeline.keepMoment();
    m_options.look();
}

void History::restoreChosen()
{
    if (const auto wanted = m_options.chosen()) {
        m_restore.start(*wanted);
    }
}

void History::copyCommand()
{
    m_options.copyCommand();
}

}  // namespace tidemark::app
