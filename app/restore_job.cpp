#include "app/restore_job.h"

#include "app/restore_name.h"
#include "app/status_words.h"
#include "app/text/places.h"
#include "app/text/translated.h"
#include "app/transfer_words.h"

#include <algorithm>
#include <utility>

namespace tidemark::app {
namespace {

RestoreJob::Stage stageOf(restore::Phase phase)
{
    switch (phase) {
    case restore::Phase::Planning: return RestoreJob::Stage::Planning;
    case restore::Phase::Reading: return RestoreJob::Stage::Reading;
    case restore::Phase::Checking: return RestoreJob::Stage::Checking;
    }
    Q_UNREACHABLE();
}

replica::Wish wishFor(const replica::Moment& moment)
{
    // The number of a 0.3 moment is its place in a list that retention shortens.
    return moment.legacy ? replica::Wish(replica::AtPosition{*moment.legacy})
                         : replica::Wish(replica::AtTxId{moment.txId});
}

}  // namespace

RestoreJob::RestoreJob(EnginePort& engine, DesktopPort& desktop, const Voice& voice, QString home,
                       QObject* parent)
    : QObject(parent), m_engine(engine), m_desktop(desktop), m_voice(voice), m_home(std::move(home))
{
}

bool RestoreJob::running() const
{
    return m_stage == Stage::Planning || m_stage == Stage::Reading || m_stage == Stage::Checking;
}

QString RestoreJob::folder() const
{
    return shortPath(m_order.folder, m_home);
}

double RestoreJob::share() const
{
    if (m_progress.totalBytes == 0) {
        return 0;
    }
    return std::min(1.0, static_cast<double>(m_progress.doneBytes) /
                             static_cast<double>(m_progress.totalBytes));
}

QString RestoreJob::percent() const
{
    return app::percent(share(), m_voice.speech());
}

QString RestoreJob::amount() const
{
    return m_progress.totalBytes == 0 ? QString()
                                      : transferWords(m_progress.doneBytes, m_progress.totalBytes,
                                                      m_meter, m_voice.speech());
}

QString RestoreJob::otherFolder() const
{
    return m_order.usualFolder == m_order.folder ? QString()
                                                 : shortPath(m_order.usualFolder, m_home);
}

void RestoreJob::start(RestoreOrder order)
{
    if (running()) {
        return;
    }
    m_order = std::move(order);
    attempt(1);
}

void RestoreJob::attempt(int number)
{
    m_fileName = number == 1 ? m_order.fileName : nameForAttempt(m_order.fileName, number);
    m_progress = {};
    m_meter = {};
    m_stage = Stage::Planning;
    const restore::Request request{.wish = wishFor(m_order.moment),
                                   .target = (m_order.folder + u'/' + m_fileName).toStdString(),
                                   .check = m_order.check};
    m_pending = m_engine.restore(
        m_order.address, request, [this](const restore::Progress& each) { onProgress(each); },
        [this, number](const Result<restore::Restored>& answer) { onAnswer(answer, number); });
    emit changed();
    emit progressed();
}

void RestoreJob::onProgress(const restore::Progress& progress)
{
    m_progress = progress;
    m_meter.add(m_voice.clock().monotonic(), progress.doneBytes, progress.totalBytes);
    setStage(stageOf(progress.phase));
    emit progressed();
}

void RestoreJob::onAnswer(const Result<restore::Restored>& answer, int attempt)
{
    if (answer.ok()) {
        succeed(answer.value());
    } else if (answer.error().code == ErrorCode::AlreadyExists && attempt < kMaxNames) {
        this->attempt(attempt + 1);  // Never overwrites; the next name is the answer.
    } else if (answer.error().code == ErrorCode::Cancelled) {
        setStage(Stage::Idle);
    } else {
        fail(answer.error());
    }
}

void RestoreJob::succeed(const restore::Restored& result)
{
    m_verdict = result.verdict == restore::Verdict::Proven ? Verdict::Proven : Verdict::Checked;
    m_summary = tr("%1 in %2", "size, length")
                    .arg(timeline::dataSize(result.bytes, m_voice.speech()),
                         timeline::length(std::max<timeline::Millis>(1, result.duration.count()),
                                          m_voice.speech()));
    setStage(Stage::Done);
    emit restored(result);
}

void RestoreJob::fail(const Error& error)
{
    m_problem = translated(error.what);
    m_advice = translated(error.next);
    setStage(Stage::Failed);
}

void RestoreJob::setStage(Stage stage)
{
    if (m_stage != stage) {
        m_stage = stage;
        emit changed();
    }
}

void RestoreJob::cancel()
{
    if (running() && m_pending) {
        m_pending->cancel();
    }
}

void RestoreJob::dismiss()
{
    if (!running()) {
        setStage(Stage::Idle);
    }
}

void RestoreJob::tryAgain()
{
    if (m_stage == Stage::Failed) {
        attempt(1);
    }
}

void RestoreJob::tryOtherFolder()
{
    if (m_stage == Stage::Failed) {
        m_order.folder = m_order.usualFolder;
        attempt(1);
    }
}

void RestoreJob::chooseFolder()
{
    m_desktop.pickFolder(tr("Restore into"), m_order.folder, [this](const QString& folder) {
        if (m_stage == Stage::Failed) {
            m_order.folder = folder;
            emit folderChosen(folder);
            attempt(1);
        }
    });
}

void RestoreJob::showInFolder()
{
    m_desktop.showInFolder(m_order.folder + u'/' + m_fileName);
}

void RestoreJob::copyPath()
{
    m_desktop.copy(m_order.folder + u'/' + m_fileName);
}

}  // namespace tidemark::app
