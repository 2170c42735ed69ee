#include "app/desktop/single_instance.h"
#include "core/base/posix_file_system.h"

#include <QFile>
#include <QLocalSocket>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <optional>

using namespace tidemark;
using namespace tidemark::app;
using namespace Qt::StringLiterals;

namespace {

/// What a second start does, in a thread since it has no event loop of its own to share.
std::optional<Status> passFromSecondStart(const SingleInstance& second,
                                          const InstanceRequest& request)
{
    std::optional<Status> status;
    const std::unique_ptr<QThread> thread(QThread::create([&] { status = second.pass(request); }));
    thread->start();
    if (!QTest::qWaitFor([&] { return thread->isFinished(); }, 2 * SingleInstance::kAnswerMs)) {
        return {};
    }
    return status;
}

}  // namespace

class TestSingleInstance : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_first = std::make_unique<SingleInstance>(m_files, folder());
    }

    void theFirstStartBecomesTheInstance()
    {
        QVERIFY(m_first->take().ok());
        SingleInstance second(m_files, folder());
        const Status taken = second.take();
        QVERIFY(!taken.ok());
        QCOMPARE(taken.error().code, ErrorCode::Busy);
    }

    void theSecondStartHandsOverItsTokenAndItsFile()
    {
        QVERIFY(m_first->take().ok());
        QList<InstanceRequest> heard;
        connect(m_first.get(), &SingleInstance::requested, this,
                [&](const InstanceRequest& request) { heard << request; });
        const SingleInstance second(m_files, folder());
        const auto passed = passFromSecondStart(
            second, {.activationToken = u"token 1/2%\n"_s, .addFile = u"/srv/ü b.db"_s});
        QVERIFY(passed && passed->ok());
        QTRY_COMPARE(heard.size(), 2);
        QCOMPARE(heard[0].activationToken, u"token 1/2%\n"_s);
        QCOMPARE(heard[1].addFile, u"/srv/ü b.db"_s);
    }

    void aStartWithoutATokenStillRaisesTheWindow()
    {
        QVERIFY(m_first->take().ok());
        QSignalSpy heard(m_first.get(), &SingleInstance::requested);
        const SingleInstance second(m_files, folder());
        const auto passed = passFromSecondStart(second, {});
        QVERIFY(passed && passed->ok());
        QTRY_COMPARE(heard.size(), 1);
    }

    void aKilledInstanceLeavesNothingInTheWay()
    {
        // A socket without its lock is what a kill leaves.
        QFile socket(m_folder->filePath(u"desktop.sock"_s));
        QVERIFY(socket.open(QIODevice::WriteOnly));
        socket.close();
        SingleInstance next(m_files, folder());
        QVERIFY(next.take().ok());
    }

    void anInstanceThatDoesNotAnswerIsToldOf()
    {
        const SingleInstance second(m_files, folder());
        const auto passed = passFromSecondStart(second, {});
        QVERIFY(passed && !passed->ok());
        QCOMPARE(passed->error().code, ErrorCode::Busy);
        QVERIFY(!passed->error().next.source.empty());
    }

    void whatIsNoRequestIsNotAnswered()
    {
        QVERIFY(m_first->take().ok());
        QList<InstanceRequest> heard;
        connect(m_first.get(), &SingleInstance::requested, this,
                [&](const InstanceRequest& request) { heard << request; });
        QLocalSocket stranger;
        stranger.connectToServer(m_folder->filePath(u"desktop.sock"_s));
        QVERIFY(stranger.waitForConnected());
        stranger.write("quit\nadd relative/path\nadd\n\nactivate last\n");
        QTRY_COMPARE(heard.size(), 1);
        QCOMPARE(heard[0].activationToken, u"last"_s);
        QTRY_COMPARE(stranger.bytesAvailable(), 3);
    }

    void anEndlessLineIsCutOff()
    {
        QVERIFY(m_first->take().ok());
        QLocalSocket stranger;
        stranger.connectToServer(m_folder->filePath(u"desktop.sock"_s));
        QVERIFY(stranger.waitForConnected());
        const QByteArray chunk(16 * 1024, 'a');
        QTRY_VERIFY_WITH_TIMEOUT((stranger.state() == QLocalSocket::ConnectedState &&
                                      stranger.write(chunk) > 0 && stranger.flush(),
                                  stranger.state() != QLocalSocket::ConnectedState),
                                 5000);
    }

    void whoeverSaysNothingIsSentAway()
    {
        QVERIFY(m_first->take().ok());
        QLocalSocket stranger;
        stranger.connectToServer(m_folder->filePath(u"desktop.sock"_s));
        QVERIFY(stranger.waitForConnected());
        QTRY_VERIFY_WITH_TIMEOUT(stranger.state() == QLocalSocket::UnconnectedState,
                                 2 * SingleInstance::kAnswerMs);
    }

    void theSocketIsTheUsersAlone()
    {
        QVERIFY(m_first->take().ok());
        const auto others =
            QFile::permissions(m_folder->filePath(u"desktop.sock"_s)) &
            (QFile::ReadOther | QFile::WriteOther | QFile::ReadGroup | QFile::WriteGroup);
        QVERIFY(!others);
    }

    void requestsSurviveTheirSpelling_data()
    {
        QTest::addColumn<QString>("token");
        QTest::addColumn<QString>("file");
        QTest::newRow("both") << u"a b"_s << u"/srv/a b.db"_s;
        QTest::newRow("line break in a name") << u""_s << u"/srv/a\nb.db"_s;
        QTest::newRow("percent") << u"%41"_s << u"/srv/100%25.db"_s;
    }
    void requestsSurviveTheirSpelling()
    {
        QFETCH(QString, token);
        QFETCH(QString, file);
        const QList<QByteArray> lines =
            formatRequest({.activationToken = token, .addFile = file}).trimmed().split('\n');
        QCOMPARE(lines.size(), 2);
        QCOMPARE(parseRequest(lines[0])->activationToken, token);
        QCOMPARE(parseRequest(lines[1])->addFile, file);
    }

private:
    [[nodiscard]] QString folder() const { return m_folder->path(); }

    PosixFileSystem m_files;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<SingleInstance> m_first;
};

QTEST_GUILESS_MAIN(TestSingleInstance)
#include "tst_single_instance.moc"
