#include "tests/qml/session_story.h"

#include <QCoreApplication>
#include <QQmlEngine>

#include <array>
#include <deque>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kSizeBytes = 48'200'000;

engine::Protection toEngine(int state)
{
    static constexpr std::array kStates = {
        engine::Protection::Protected, engine::Protection::CatchingUp, engine::Protection::Waiting,
        engine::Protection::Paused,    engine::Protection::AtRisk,     engine::Protection::Broken,
        engine::Protection::NotSetUp};
    return kStates.at(static_cast<std::size_t>(state));
}

std::uint64_t partOf(double share)
{
    return static_cast<std::uint64_t>(share * static_cast<double>(kSizeBytes));
}

/// Sentences of a test, kept for as long as messages may point at them.
std::string_view kept(const QString& text)
{
    static std::deque<std::string> texts;
    return texts.emplace_back(text.toStdString());
}

Error errorSaying(const QString& what, const QString& next)
{
    return {.code = ErrorCode::Io, .what = {"tests", kept(what)}, .next = {"tests", kept(next)}};
}

void registerStories()
{
    // What a story says must not depend on where the tests are run.
    qputenv("TZ", "Europe/Berlin");
    QLocale::setDefault(berlinSpeech().locale);
    qmlRegisterUncreatableType<SessionStory>("Tidemark.Tests", 1, 0, "SessionStory",
                                             QStringLiteral("Made by SessionStories"));
    qmlRegisterSingletonType<SessionStories>(
        "Tidemark.Tests", 1, 0, "SessionStories",
        [](QQmlEngine*, QJSEngine*) -> QObject* { return new SessionStories; });
}

}  // namespace

Q_COREAPP_STARTUP_FUNCTION(registerStories)

SessionStory::SessionStory(QObject* parent)
    : QObject(parent),
      m_session({.engine = m_world.engine,
                 .desktop = m_world.desktop,
                 .store = m_store,
                 .clock = m_world.clock,
                 .look = m_look,
                 .secrets = m_world.secrets,
                 .person = m_person,
                 .home = kHome,
                 .downloads = QStringLiteral("/home/ada/Downloads")},
                {})
{
    QQmlEngine::setObjectOwnership(&m_session, QQmlEngine::CppOwnership);
    for (QObject* const part : std::initializer_list<QObject*>{
             m_session.databases(), m_session.worstFirst(), m_session.replicas(),
             m_session.settings(), m_session.adding(), m_session.addingReplica(),
             m_session.addingReplica()->form(), m_session.addingReplica()->steps(),
             m_session.opening(), m_session.opening()->form(), &m_look, &m_person}) {
        QQmlEngine::setObjectOwnership(part, QQmlEngine::CppOwnership);
    }
    m_session.start();
}

service::DatabaseStatus& SessionStory::statusOf(const QString& path)
{
    return m_statuses
        .try_emplace(path, tests::statusOf(path.toStdString(), engine::Protection::Protected))
        .first->second;
}

void SessionStory::tell(const QString& path, const decltype(service::Event::what)& what)
{
    m_session.happened({.database = statusOf(path).id,
                        .path = path.toStdString(),
                        .at = m_world.clock.now(),
                        .what = what});
}

void SessionStory::follow(const QString& path, int state)
{
    m_session.adding()->choose(path);
    answerInspection(path, true);
    m_session.adding()->start();
    m_session.adding()->begin();
    auto& status = statusOf(path);
    status.replicas = {{.name = "Folder",
                        .address = {.path = "/home/ada/Tidemark/history"},
                        .standing = {.state = toEngine(state)}}};
    stand(path, state);
}

void SessionStory::stand(const QString& path, int state, const QString& reason, const QString& next,
                         bool triesAgain)
{
    auto& status = statusOf(path);
    status.work.reset();
    status.standing = {.state = toEngine(state),
                       .reason = {"tests", kept(reason)},
                       .next = {"tests", kept(next)},
                       .since = kNow - 26min};
    if (triesAgain) {
        status.standing.nextTry = kNow + 12s;
    }
    m_session.statusChanged(status);
}

void SessionStory::snapshotRuns(const QString& path, double share)
{
    auto& status = statusOf(path);
    status.standing.state = engine::Protection::CatchingUp;
    status.work = service::LongWork{.doneBytes = partOf(share), .totalBytes = kSizeBytes};
    m_session.statusChanged(status);
}

void SessionStory::snapshotWritten(const QString& path)
{
    m_world.clock.advance(2300ms);
    tell(path, service::SnapshotWritten{.bytes = 21'000'000});
}

void SessionStory::proven(const QString& path)
{
    tell(path, service::Proven{{.at = kNow, .verdict = restore::Verdict::Proven}});
}

void SessionStory::checked(const QString& path)
{
    tell(path, service::Proven{{.at = kNow, .verdict = restore::Verdict::Checked}});
}

void SessionStory::letGo(const QString& path)
{
    m_session.removed(statusOf(path).id);
}

void SessionStory::answerInspection(const QString& path, bool isWal)
{
    m_world.engine.inspections.back().reply(
        service::SourceFacts{.path = path.toStdString(), .sizeBytes = kSizeBytes, .isWal = isWal});
}

void SessionStory::refuseInspection(const QString& what, const QString& next)
{
    m_world.engine.inspections.back().reply(errorSaying(what, next));
}

void SessionStory::answerKind(bool isFolder)
{
    m_world.engine.kinds.back().reply(
        std::optional(isFolder ? FileKind::Directory : FileKind::Regular));
}

void SessionStory::answerFreeSpace()
{
    m_world.engine.spaces.back().reply(Space{.freeBytes = 212'000'000'000});
}

void SessionStory::answerReplicas(int moments)
{
    for (auto& question : m_world.engine.openings) {
        question.reply(catalogOf(moments));
    }
    m_world.engine.openings.clear();
}

void SessionStory::refuseReplica(const QString& what, const QString& next)
{
    m_world.engine.openings.back().reply(errorSaying(what, next));
}

void SessionStory::testRuns(int count)
{
    const auto& steps = wellTested().probed.steps;
    const auto& question = m_world.engine.tests.back();
    for (int i = 0; i < count; ++i) {
        question.what.told(steps.at(static_cast<std::size_t>(i)));
    }
}

void SessionStory::testPasses()
{
    m_world.engine.tests.back().reply(wellTested());
}

void SessionStory::testFails()
{
    service::PlaceTest test = wellTested();
    storage::ProbedStep& last = test.probed.steps.back();
    last.result = storage::ProbeResult::Failed;
    last.failure = errorSaying(QStringLiteral("Nothing may be deleted there."),
                               QStringLiteral("Add the right s3:DeleteObject."));
    m_world.engine.tests.back().reply(test);
}

void SessionStory::keyringAnswers()
{
    m_world.secrets.answerAll();
}

void SessionStory::keyringIsMissing()
{
    m_world.secrets.trouble =
        errorSaying(QStringLiteral("No keychain answers here."), QStringLiteral("Start one."));
    m_world.secrets.answerAll();
}

void SessionStory::meetsServer(const QString& host, const QString& otherKnown)
{
    m_trusted = std::async(std::launch::async,
                           [this, key = storage::HostKey{.host = host.toStdString(),
                                                         .algorithm = "ssh-ed25519",
                                                         .fingerprint = "SHA256:abc",
                                                         .otherKnown = otherKnown.toStdString()}] {
                               return m_person.trusts(key, {});
                           });
}

void SessionStory::answerFacts()
{
    const auto& question = m_world.engine.describings.back();
    service::MomentFacts facts{.moment = question.what.moment,
                               .databasePages = 149'414,
                               .pageSizeBytes = 4096,
                               .storedBytes = 18'000};
    facts.moment.pages = 31;
    question.reply(facts);
}

void SessionStory::restoreRuns(bool checking, double share)
{
    m_world.clock.advance(1s);
    m_world.engine.restores.back().what.progress(
        {.phase = checking ? restore::Phase::Checking : restore::Phase::Reading,
         .doneBytes = partOf(share),
         .totalBytes = kSizeBytes});
}

void SessionStory::restoreEnds(bool isProven)
{
    const auto& question = m_world.engine.restores.back();
    question.reply(restore::Restored{
        .moment = {.txId = {question.what.txId()}, .time = kNow - 1min},
        .verdict = isProven ? restore::Verdict::Proven : restore::Verdict::Checked,
        .path = question.what.request.target,
        .bytes = kSizeBytes,
        .duration = 5'249ms});
}

void SessionStory::restoreFails(const QString& what, const QString& next)
{
    m_world.engine.restores.back().reply(errorSaying(what, next));
}

void SessionStory::restoreIsCancelled()
{
    m_world.engine.restores.back().reply(cancelled());
}

void SessionStory::pickFile(const QString& path) const
{
    m_world.desktop.fileDialog(path);
}

void SessionStory::pickFolder(const QString& path) const
{
    m_world.desktop.folderDialog(path);
}

QString SessionStory::testedPlace() const
{
    return QString::fromStdString(
        storage::describeAddress(m_world.engine.tests.back().what.address));
}

QStringList SessionStory::followedPlaces() const
{
    QStringList places;
    for (const auto& replica : m_world.engine.followed.back().replicas) {
        places << QString::fromStdString(storage::describeAddress(replica.address));
    }
    return places;
}

QStringList SessionStory::restoreTargets() const
{
    QStringList targets;
    for (const auto& question : m_world.engine.restores) {
        targets << QString::fromStdString(question.what.request.target);
    }
    return targets;
}

bool SessionStory::restoreWasCancelled() const
{
    return m_world.engine.restores.back().fate->cancelled;
}

void SessionStory::captured(const QString& path, int number)
{
    tell(path, service::SegmentWritten{.txId = {static_cast<std::uint64_t>(number)},
                                       .time = m_world.clock.now(),
                                       .pages = 3,
                                       .bytes = 900});
}

bool SessionStory::windowWasMaximized()
{
    const auto& window = m_session.settings()->value().window;
    return window && window->maximized;
}

SessionStory* SessionStories::make()
{
    // Pages of the last test may still look at the last story.
    if (m_newest) {
        m_newest.release()->deleteLater();
    }
    m_newest = std::make_unique<SessionStory>();
    QQmlEngine::setObjectOwnership(m_newest.get(), QQmlEngine::CppOwnership);
    return m_newest.get();
}
