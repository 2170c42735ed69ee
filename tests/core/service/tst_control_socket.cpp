#include "core/base/posix_file_system.h"
#include "core/service/control_socket.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <future>
#include <vector>

using namespace tidemark;
using namespace tidemark::service;

namespace {

const ControlRequest kStatus{.command = "status"};

}  // namespace

class TestControlSocket : public QObject {
    Q_OBJECT

private slots:
    void aQuestionIsAnswered()
    {
        const QTemporaryDir home;
        const std::string directory = home.filePath("run").toStdString();
        const auto socket =
            ControlSocket::serve(m_files, directory, 42, [](const ControlRequest& request) {
                return std::vector{"{\"to\":\"" + request.command + "\"}", std::string("{}")};
            });
        QVERIFY(socket.ok());
        QCOMPARE(socket.value()->path(), directory + "/42.sock");
        QCOMPARE(m_files.stat(directory).value()->permissions, kPrivateDirectory);
        for (int i = 0; i < 3; ++i) {
            const auto lines = askEngine(socket.value()->path(), kStatus);
            QVERIFY(lines.ok());
            QCOMPARE(lines.value().size(), 2U);
            QCOMPARE(lines.value()[0], std::string("{\"to\":\"status\"}"));
        }
    }

    void aLongAnswerArrivesWhole()
    {
        const QTemporaryDir home;
        const auto socket = serve(home, std::vector(1000, std::string(5000, 'x')));
        const auto lines = askEngine(socket.value()->path(), kStatus);
        QVERIFY(lines.ok());
        QCOMPARE(lines.value(), std::vector(1000, std::string(5000, 'x')));
    }

    void anEndedEngineIsNotFound()
    {
        const QTemporaryDir home;
        std::string path;
        {
            const auto socket = serve(home, {});
            path = socket.value()->path();
            QVERIFY(askEngine(path, kStatus).value().empty());
        }
        QVERIFY(askEngine(path, kStatus).error().code == ErrorCode::NotFound);
        QVERIFY(m_files.list(home.path().toStdString()).value().empty());
    }

    void aSlowClientHasOneSecondInAll()
    {
        const QTemporaryDir home;
        const auto socket = serve(home, {});
        const int slow = connected(socket.value()->path());
        QTimer drip;
        connect(&drip, &QTimer::timeout, [slow] { ::send(slow, "x", 1, MSG_NOSIGNAL); });
        drip.start(100);
        QTRY_VERIFY_WITH_TIMEOUT(::recv(slow, m_buffer, sizeof m_buffer, MSG_DONTWAIT) == 0, 5000);
        QVERIFY(askEngine(socket.value()->path(), kStatus).ok());
        ::close(slow);
    }

    void aSilentClientDoesNotHoldUpTheEnd()
    {
        const QTemporaryDir home;
        auto socket = serve(home, {});
        QVERIFY(askEngine(socket.value()->path(), kStatus).ok());
        const int silent = connected(socket.value()->path());
        QElapsedTimer timer;
        timer.start();
        std::move(socket).value().reset();
        QVERIFY(timer.elapsed() < 700);
        ::close(silent);
    }

    void anEngineThatTakesNobodyIsNotWaitedForWithoutEnd()
    {
        const QTemporaryDir home;
        const std::string path = home.filePath("stuck.sock").toStdString();
        const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const sockaddr_un address = addressOf(path);
        QCOMPARE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        QCOMPARE(::listen(listener, 0), 0);
        std::vector<int> waiting;
        while ((waiting.emplace_back(connected(path, SOCK_NONBLOCK))) >= 0) {}
        auto asked = std::async(std::launch::async, [&path] { return askEngine(path, kStatus); });
        const auto ready = asked.wait_for(std::chrono::seconds(20));
        ::close(listener);
        for (const int socket : waiting) {
            ::close(socket);
        }
        QVERIFY(ready == std::future_status::ready);
        const auto answer = asked.get();
        QVERIFY(!answer.ok() && answer.error().code == ErrorCode::Busy);
    }

    void aSignalMeanwhileIsNoFailure()
    {
        struct sigaction counting {};
        counting.sa_handler = [](int) { ++signalCount; };
        QCOMPARE(::sigaction(SIGUSR1, &counting, nullptr), 0);
        const QTemporaryDir home;
        const auto asker = ::pthread_self();
        const auto signalAsker = [asker](const ControlRequest&) {
            // Each is taken before the next one: all but the first few find it waiting.
            for (int sent = 1; sent <= 20; ++sent) {
                const int taken = signalCount;
                // ThreadSanitizer keeps one that comes just before a wait until that ends.
                while (signalCount == taken) {
                    ::pthread_kill(asker, SIGUSR1);
                    ::poll(nullptr, 0, 1);
                }
            }
            return std::vector<std::string>{"{}"};
        };
        const auto socket =
            ControlSocket::serve(m_files, home.path().toStdString(), 42, signalAsker);
        const auto lines = askEngine(socket.value()->path(), kStatus);
        QVERIFY(signalCount >= 20);
        QVERIFY(lines.ok());
        QCOMPARE(lines.value(), std::vector<std::string>{"{}"});
    }

    void argumentsArriveAsTheyWereGiven()
    {
        const QTemporaryDir home;
        const ControlRequest asked{.command = "snapshot",
                                   .arguments = {{"database", "/a b/\"c\"\n.db"}, {"", ""}}};
        std::atomic<bool> isHeard = false;
        const auto socket = ControlSocket::serve(m_files, home.path().toStdString(), 42,
                                                 [&](const ControlRequest& request) {
                                                     isHeard = request == asked;
                                                     return std::vector<std::string>();
                                                 });
        QVERIFY(askEngine(socket.value()->path(), asked).ok());
        QVERIFY(isHeard);
    }

    void aLineThatIsNoRequestIsAnsweredWithAnError_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::newRow("nothing") << QByteArray("\n");
        QTest::newRow("garbage") << QByteArray("\x00\xff{{{\n", 6);
        QTest::newRow("another field") << QByteArray(R"({"version":1,"command":"a","x":1})"
                                                     "\n");
        QTest::newRow("a line without an end") << QByteArray(70'000, 'x');
        QTest::newRow("a huge line") << QByteArray(1'000'000, 'x') + "\n";
    }
    void aLineThatIsNoRequestIsAnsweredWithAnError()
    {
        QFETCH(QByteArray, line);
        const QTemporaryDir home;
        const auto socket = serve(home, {});
        const int client = connected(socket.value()->path());
        ::send(client, line.constData(), static_cast<std::size_t>(line.size()), MSG_NOSIGNAL);
        QByteArray answer;
        char buffer[4096];
        for (ssize_t got = 1; got > 0;) {
            got = ::recv(client, buffer, sizeof buffer, 0);
            answer.append(buffer, std::max<ssize_t>(got, 0));
        }
        ::close(client);
        const auto error = errorOfLine(answer.trimmed().toStdString());
        QVERIFY2(error && error->code == ErrorCode::Usage, answer.constData());
        QCOMPARE(m_asked, 0);
        // The next one is served as if nothing had been.
        QVERIFY(askEngine(socket.value()->path(), kStatus).ok());
    }

    void halfALineIsNoRequest()
    {
        const QTemporaryDir home;
        const auto socket = serve(home, {});
        const int client = connected(socket.value()->path());
        const QByteArray whole = R"({"version":1,"command":"status"})";
        ::send(client, whole.constData(), static_cast<std::size_t>(whole.size()), MSG_NOSIGNAL);
        ::shutdown(client, SHUT_WR);
        QCOMPARE(::recv(client, m_buffer, sizeof m_buffer, 0), 0);
        QCOMPARE(m_asked, 0);
        ::close(client);
    }

    void aRequestMayComeInPieces()
    {
        const QTemporaryDir home;
        const auto socket = serve(home, {"{}"});
        const int client = connected(socket.value()->path());
        for (const char each : std::string_view("{\"version\":1,\"command\":\"status\"}\n")) {
            QCOMPARE(::send(client, &each, 1, MSG_NOSIGNAL), 1);
        }
        QCOMPARE(::recv(client, m_buffer, sizeof m_buffer, MSG_WAITALL), 3);
        ::close(client);
    }

    void manyClientsAreAllServed()
    {
        const QTemporaryDir home;
        const auto socket = serve(home, std::vector(10, std::string(1000, 'x')));
        std::vector<std::future<bool>> clients;
        // More than may wait to be accepted.
        for (int i = 0; i < 12; ++i) {
            clients.push_back(std::async(std::launch::async, [&socket] {
                const auto lines = askEngine(socket.value()->path(), kStatus);
                return lines.ok() && lines.value().size() == 10;
            }));
        }
        for (auto& client : clients) {
            QVERIFY(client.get());
        }
        QCOMPARE(m_asked, 12);
    }

    void anErrorsLineIsAFailureToWhoeverAsked()
    {
        const QTemporaryDir home;
        const Error said{.code = ErrorCode::Busy,
                         .what = {.source = "It is paused."},
                         .next = {.source = "Resume it."}};
        const auto socket = serve(home, {errorLine(said)});
        const auto answer = askEngine(socket.value()->path(), kStatus);
        QVERIFY(!answer.ok() && answer.error().code == ErrorCode::Busy);
        QCOMPARE(inEnglish(answer.error().what), std::string("It is paused."));
        QCOMPARE(inEnglish(answer.error().next), std::string("Resume it."));
    }

    void aPathThatIsTooLongIsSaid()
    {
        const QTemporaryDir home;
        const std::string directory = home.filePath(QString(150, 'x')).toStdString();
        const auto socket = ControlSocket::serve(m_files, directory, 42, [](const ControlRequest&) {
            return std::vector<std::string>();
        });
        QVERIFY(socket.error().code == ErrorCode::Unsupported);
    }

private:
    /// Answers each request with these lines, and counts it.
    [[nodiscard]] Result<std::unique_ptr<ControlSocket>> serve(
        const QTemporaryDir& home, const std::vector<std::string>& lines)
    {
        m_asked = 0;
        return ControlSocket::serve(m_files, home.path().toStdString(), 42,
                                    [this, lines](const ControlRequest&) {
                                        ++m_asked;
                                        return lines;
                                    });
    }

    static sockaddr_un addressOf(const std::string& path)
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::ranges::copy(path, address.sun_path);
        return address;
    }

    static int connected(const std::string& path, int flags = 0)
    {
        const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
        const sockaddr_un address = addressOf(path);
        const bool isConnected =
            ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        return isConnected ? socket : -1;
    }

    static inline std::atomic<int> signalCount = 0;
    PosixFileSystem m_files;
    std::atomic<int> m_asked = 0;
    char m_buffer[16] = {};
};

QTEST_GUILESS_MAIN(TestControlSocket)
#include "tst_control_socket.moc"
