#include "app/history.h"

#include "app/restore_name.h"
#include "app/text/places.h"
#include "app/text/translated.h"

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>

#include <utility>

namespace tidemark::app {
namespace {

using timeline::TimelineData;

/// While a replica is being read, a database in a burst makes ten moments a second.
constexpr std::size_t kMaxMeanwhile = 100'000;

replica::Moment momentOf(const service::SegmentWritten& segment)
{
    return {.txId = segment.txId,
            .time = segment.time,
            .precision = replica::TimePrecision::Exact,
            .bytes = segment.bytes,
            .pages = segment.pages};
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
      m_restore(engine, desktop, voice, m_home),
      m_options(engine, desktop, voice, m_home)
{
    connect(&m_restore, &RestoreJob::folderChosen, this, &History::folderChosen);
    connect(&m_options, &RestoreOptions::folderChosen, this, &History::folderChosen);
    connect(&m_restore, &RestoreJob::restored, this, [this](const restore::Restored& result) {
        addRestore({.momentMs = result.moment.time.time_since_epoch().count(),
                    .atMs = m_voice.now().time_since_epoch().count(),
                    .fileName = m_restore.fileName().toStdString()});
    });
}

QString History::place() const
{
    return shortPath(QString::fromStdString(m_origin.address.path), m_home);
}

timeline::Millis History::nowMs() const
{
    return m_voice.now().time_since_epoch().count();
}

void History::setChosenFolder(const QString& folder)
{
    m_chosenFolder = folder;
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
    m_meanwhile.clear();
    m_reading = m_engine.openReplica(
        m_origin.address,
        [this](const Result<EnginePort::CatalogPointer>& answer) { onCatalog(answer); });
    emit changed();
}

void History::onCatalog(const Result<EnginePort::CatalogPointer>& answer)
{
    if (!answer.ok()) {
        m_problem = translated(answer.error().what);
        m_advice = translated(answer.error().next);
        m_stage = Stage::Failed;
        emit changed();
        return;
    }
    // A million moments take a tenth of a second to arrange: not on this thread.
    QThreadPool::globalInstance()->start(
        [self = QPointer(this), catalog = answer.value(), asOf = m_voice.now()] {
            auto data = TimelineData::fromCatalog(*catalog, asOf);
            QMetaObject::invokeMethod(
                QCoreApplication::instance(),
                [self, data = std::move(data)]() mutable {
                    if (self) {
                        self->show(std::move(data));
                    }
                },
                Qt::QueuedConnection);
        });
}

void History::show(TimelineData data)
{
    m_data = data.withRuns(m_runs, m_drills);
    m_stage = Stage::Ready;
    m_problem.clear();
    m_advice.clear();
    for (const service::Event& event : std::exchange(m_meanwhile, {})) {
        happened(event);
    }
    emit changed();
    emit dataChanged();
}

void History::happened(const service::Event& event)
{
    if (m_stage == Stage::Reading && m_meanwhile.size() < kMaxMeanwhile) {
        m_meanwhile.push_back(event);
    }
    if (m_stage != Stage::Ready) {
        return;
    }
    if (const auto* segment = std::get_if<service::SegmentWritten>(&event.what)) {
        append(*segment);
    } else if (const auto* snapshot = std::get_if<service::SnapshotWritten>(&event.what)) {
        m_data = m_data.withSnapshot({.number = snapshot->txId.value,
                                      .atMs = snapshot->time.time_since_epoch().count(),
                                      .bytes = snapshot->bytes});
        emit dataChanged();
    } else if (const auto* proven = std::get_if<service::Proven>(&event.what)) {
        m_drills.push_back({.number = proven->proof.txId.value,
                            .momentMs = proven->proof.at.time_since_epoch().count()});
        m_data = m_data.withRuns(m_runs, m_drills);
        emit dataChanged();
    }
}

void History::append(const service::SegmentWritten& segment)
{
    const replica::Moment moment = momentOf(segment);
    m_data = m_data.appended(std::span(&moment, 1), m_voice.now());
    emit dataChanged();
}

void History::addRestore(const timeline::RestoreRun& run)
{
    m_runs.push_back(run);
    m_data = m_data.withRuns(m_runs, m_drills);
    emit dataChanged();
}

QString History::usualFolder() const
{
    return readOnly() ? m_downloads : folderOf(m_origin.sourcePath);
}

std::optional<RestoreOrder> History::orderFor(quint64 txId) const
{
    const auto index = m_data.indexOfNumber(txId);
    if (!index) {
        return {};
    }
    const timeline::MomentRow row = m_data.row(*index);
    const Timestamp time{std::chrono::milliseconds(row.recordedMs)};
    const bool named = !readOnly() || !suffixOf(m_origin.name).isEmpty();
    const QString fileName = !readOnly() ? fileNameOf(m_origin.sourcePath)
                             : named     ? m_origin.name
                                         : m_origin.name + QStringLiteral(".db");
    return RestoreOrder{
        .databaseName = m_origin.name,
        .address = m_origin.address,
        .moment = {.txId = {txId}, .time = time, .bytes = row.bytes, .pages = row.pages},
        .folder = m_chosenFolder.isEmpty() ? usualFolder() : m_chosenFolder,
        .fileName = restoreName(fileName, row.recordedMs, m_voice.speech()),
        .usualFolder = usualFolder()};
}

void History::hold(quint64 txId)
{
    m_options.setOrder(orderFor(txId));
}

void History::restoreMoment(quint64 txId)
{
    if (const auto order = orderFor(txId)) {
        m_restore.start(*order);
    }
}

void History::restoreChosen()
{
    if (const auto order = m_options.chosen()) {
        m_restore.start(*order);
    }
}

}  // namespace tidemark::app
