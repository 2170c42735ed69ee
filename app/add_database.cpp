#include "app/add_database.h"

#include "app/status_words.h"
#include "app/text/places.h"
#include "app/text/translated.h"
#include "app/transfer_words.h"
#include "core/config/defaults.h"

#include <QDir>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace tidemark::app {
namespace {

bool isBad(engine::Protection state)
{
    return state == engine::Protection::Waiting || state == engine::Protection::AtRisk ||
           state == engine::Protection::Broken;
}

}  // namespace

AddDatabase::AddDatabase(EnginePort& engine, DesktopPort& desktop, const Voice& voice, QString home,
                         QObject* parent)
    : QObject(parent), m_engine(engine), m_desktop(desktop), m_voice(voice), m_home(std::move(home))
{
}

QString AddDatabase::name() const
{
    return fileNameOf(m_path);
}

QString AddDatabase::folder() const
{
    return m_path.isEmpty() ? QString() : shortPath(folderOf(m_path), m_home);
}

QString AddDatabase::size() const
{
    return m_facts ? timeline::dataSize(m_facts->sizeBytes, m_voice.speech()) : QString();
}

QString AddDatabase::target() const
{
    return shortPath(m_target, m_home);
}

bool AddDatabase::mustSwitch() const
{
    return m_facts && !m_facts->isWal;
}

bool AddDatabase::canStart() const
{
    return m_stage == Stage::Ready && (!mustSwitch() || m_switchAgreed || m_watchAgreed) &&
           !m_target.isEmpty();
}

double AddDatabase::share() const
{
    return m_work ? shareDone(*m_work) : 0;
}

QString AddDatabase::percent() const
{
    return app::percent(share(), m_voice.speech());
}

QString AddDatabase::amount() const
{
    return m_work && m_work->totalBytes > 0
               ? transferWords(m_work->doneBytes, m_work->totalBytes, m_meter, m_voice.speech())
               : QString();
}

void AddDatabase::setSwitchAgreed(bool agreed)
{
    if (agreed != m_switchAgreed) {
        m_switchAgreed = agreed;
        m_watchAgreed = m_watchAgreed && !agreed;
        emit changed();
    }
}

void AddDatabase::setWatchAgreed(bool agreed)
{
    if (agreed != m_watchAgreed) {
        m_watchAgreed = agreed;
        m_switchAgreed = m_switchAgreed && !agreed;
        emit changed();
    }
}

void AddDatabase::begin()
{
    m_path.clear();
    m_facts.reset();
    m_problem.clear();
    m_advice.clear();
    m_target.clear();
    m_freeSpace.clear();
    m_switchAgreed = false;
    m_watchAgreed = false;
    m_id.clear();
    m_work.reset();
    m_meter = {};
    m_proof = Proof::None;
    m_wasThere = false;
    m_snapshotSummary.clear();
    m_proofSummary.clear();
    m_looking.reset();
    m_stage = Stage::Choosing;
    emit changed();
    emit progressed();
}

void AddDatabase::pickFile()
{
    m_desktop.pickFile(tr("Choose a SQLite database"), m_path.isEmpty() ? m_home : folderOf(m_path),
                       [this](const QString& path) { choose(path); });
}

void AddDatabase::choose(const QString& path)
{
    begin();
    m_path = path;
    m_stage = Stage::Looking;
    m_looking =
        m_engine.inspect(path.toStdString(),
                         [this](const Result<service::SourceFacts>& answer) { onLooked(answer); });
    emit changed();
}

void AddDatabase::onLooked(const Result<service::SourceFacts>& answer)
{
    if (!answer.ok()) {
        m_problem = translated(answer.error().what);
        m_advice = translated(answer.error().next);
        setStage(Stage::Choosing);
        return;
    }
    m_path = QString::fromStdString(answer.value().path);
    if (m_known.databases.contains(m_path)) {
        m_problem = tr("%1 is protected already.").arg(name());
        m_advice = tr("Choose another file, or look at its history.");
        setStage(Stage::Choosing);
        return;
    }
    m_facts = answer.value();
    m_stage = Stage::Ready;
    setTarget(proposedTarget());
}

QString AddDatabase::proposedTarget() const
{
    const auto proposed = config::kProposedFolder;
    return m_home + u'/' +
           QString::fromLatin1(proposed.data(), static_cast<qsizetype>(proposed.size())) + u'/' +
           stemOf(name());
}

void AddDatabase::pickTarget()
{
    m_desktop.pickFolder(tr("Keep the history of %1 in").arg(name()), folderOf(m_target),
                         [this](const QString& folder) {
                             // One folder a database, whatever was picked.
                             const QString stem = stemOf(name());
                             const bool own = fileNameOf(folder) == stem;
                             if (m_stage == Stage::Ready) {
                                 setTarget(own ? folder : folder + u'/' + stem);
                             }
                         });
}

void AddDatabase::setTarget(const QString& path)
{
    const QString wanted = QDir::cleanPath(path);
    m_target = wanted;
    for (int number = 2; m_known.targets.contains(m_target); ++number) {
        m_target = u"%1-%2"_s.arg(wanted).arg(number);
    }
    m_freeSpace.clear();
    m_space = m_engine.freeSpace(m_target.toStdString(), [this](const Result<Space>& answer) {
        if (answer.ok()) {
            m_freeSpace = tr("%1 free", "a size")
                              .arg(timeline::dataSize(answer.value().freeBytes, m_voice.speech()));
            emit changed();
        }
    });
    emit changed();
}

void AddDatabase::start()
{
    if (!canStart()) {
        return;
    }
    const service::DatabaseConfig config{
        .path = m_facts->path,
        .replicas = {{.name = std::string(config::replicaName(storage::StorageKind::Folder)),
                      .address = {.path = m_target.toStdString()}}},
        .switchToWal = mustSwitch() && m_switchAgreed,
        .watch = mustSwitch() && m_watchAgreed};
    m_startedAt = m_voice.now();
    m_stage = Stage::Snapshot;
    m_id = m_engine.follow(config);
    emit started(config);
    emit changed();
}

void AddDatabase::cancel()
{
    if (m_id.empty()) {
        return;
    }
    const std::string id = std::exchange(m_id, {});
    const std::string path = m_facts ? m_facts->path : std::string();
    m_engine.unfollow(id);
    begin();
    emit cancelled(path, id);
}

void AddDatabase::statusChanged(const service::DatabaseStatus& status)
{
    if (status.id != m_id || m_stage == Stage::Done) {
        return;
    }
    // Where it is, or goes on once it has healed.
    const Stage reached = m_snapshotSummary.isEmpty() ? Stage::Snapshot : Stage::Proving;
    m_work = status.work;
    if (m_work) {
        m_meter.add(m_voice.clock().monotonic(), m_work->doneBytes, m_work->totalBytes);
        setStage(m_work->kind == service::LongWork::Kind::Drill ? Stage::Proving : reached);
    } else if (isBad(status.standing.state)) {
        m_problem = translated(status.standing.reason);
        m_advice = translated(status.standing.next);
        m_stage = Stage::Stuck;
        emit changed();
    } else if (reached == Stage::Snapshot && isKept(status)) {
        finishWithWhatWasThere(status);
    } else if (m_stage == Stage::Stuck) {
        setStage(reached);
    }
    emit progressed();
}

/// Whether all of it is in the folder that was chosen.
bool AddDatabase::isKept(const service::DatabaseStatus& status) const
{
    return status.standing.state == engine::Protection::Protected &&
           std::ranges::any_of(status.replicas, [this](const service::ReplicaStatus& replica) {
               return replica.address == storage::StorageAddress{.path = m_target.toStdString()} &&
                      replica.standing.state == engine::Protection::Protected;
           });
}

QString AddDatabase::lengthSince(Timestamp start, Timestamp end) const
{
    return timeline::length(std::max<timeline::Millis>(1, (end - start).count()), m_voice.speech());
}

void AddDatabase::finish(const service::Proof& proof)
{
    const bool compared = proof.verdict == restore::Verdict::Proven;
    m_proof = compared ? Proof::Proven : Proof::Checked;
    m_proofSummary = compared ? tr("Restored and compared with the original, no fault found")
                              : tr("Restored, checksums are right, no fault found");
    m_work.reset();
    setStage(Stage::Done);
}

/// Its folder held its history already: neither a first snapshot nor a test restore comes.
void AddDatabase::finishWithWhatWasThere(const service::DatabaseStatus& status)
{
    m_wasThere = true;
    m_snapshotSummary = tr("Its history was there already and goes on");
    if (status.proof) {
        finish(*status.proof);
        const auto at = status.proof->at.time_since_epoch().count();
        m_proofSummary =
            tr("%1, %2", "what a test restore came to, an age: 4 s ago")
                .arg(m_proofSummary,
                     timeline::age(at, m_voice.now().time_since_epoch().count(), m_voice.speech()));
        emit changed();
    } else {
        m_proofSummary = tr("Not restored again: it was there before");
        setStage(Stage::Done);
    }
}

void AddDatabase::happened(const service::Event& event)
{
    if (event.database != m_id) {
        return;
    }
    if (const auto* snapshot = std::get_if<service::SnapshotWritten>(&event.what);
        snapshot != nullptr && (m_snapshotSummary.isEmpty() || m_wasThere)) {
        m_wasThere = false;
        m_snapshotSummary = tr("%1 stored as %2, in %3", "size, size, length")
                                .arg(size(), timeline::dataSize(snapshot->bytes, m_voice.speech()),
                                     lengthSince(m_startedAt, event.at));
        setStage(Stage::Proving);
        emit changed();
    } else if (const auto* proven = std::get_if<service::Proven>(&event.what)) {
        finish(proven->proof);
    }
}

void AddDatabase::setStage(Stage stage)
{
    if (m_stage != stage) {
        m_stage = stage;
        emit changed();
    }
}

}  // namespace tidemark::app
