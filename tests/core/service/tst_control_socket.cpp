#include "core/base/posix_file_system.h"
#include "core/service/control_socket.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <future>
#include <thread>
#include <vector>

using namespace tidemark;
using namespace tidemark::service;

class TestControlSocket : public QObject {
    Q_OBJECT

private slots:
    void aQuestionIsAnswered()
    {
        const QTemporaryDir home;
        const std::string directory = home.filePath("run").toStdString();
        const auto socket =
            ControlSocket::serve(m_files, directory, 42, [](std::string_view command) {
                return std::vector{"{\"to\":\"" + std::string(command) + "\"}", std::string("{}")};
            });
        QVERIFY(socket.ok());
        QCOMPARE(socket.value()->path(), directory + "/42.sock");
        QCOMPARE(m_files.stat(directory).value()->permissions, kPrivateDirectory);
        for (int i = 0; i < 3; ++i) {
            const auto lines = askEngine(socket.value()->path(), "status");
            QVERIFY(lines.ok());
            QCOMPARE(lines.value().size(), 2U);
            QCOMPARE(lines.value()[0], std::string("{\"to\":\"status\"}"));
        }
    }

    void aLongAnswerArrivesWhole()
    {
        const QTemporaryDir home;
        const auto socket = ControlSocket::serve(
            m_files, home.path().toStdString(), 42,
            [](std::string_view) { return std::vector(1000, std::string(5000, 'x')); });
        const auto lines = askEngine(socket.value()->path(), "status");
        QVERIFY(lines.ok());
        QCOMPARE(lines.value(), std::vector(1000, std::string(5000, 'x')));
    }

    void anEndedEngineIsNotFound()
    {
        const QTemporaryDir home;
        const std::string directory = home.path().toStdString();
        std::string path;
        {
            const auto socket = ControlSocket::serve(m_files, directory, 42, [](std::string_view) {
                return std::vector<std::string>();
            });
            path = socket.value()->path();
            QVERIFY(askEngine(path, "status").value().empty());
        }
        QVERIFY(askEngine(path, "status").error().code == ErrorCode::NotFound);
        QVERIFY(m_files.list(directory).value().empty());
    }

    void aSlowClientHasOneSecondInAll()
    {
        const QTemporaryDir home;
        const auto socket =
            ControlSocket::serve(m_files, home.path().toStdString(), 42,
                                 [](std::string_view) { return std::vector<std::string>(); });
        const int slow = connected(socket.value()->path());
        QTimer drip;
        connect(&drip, &QTimer::timeout, [slow] { ::send(slow, "x", 1, MSG_NOSIGNAL); });
        drip.start(100);
        QTRY_VERIFY_WITH_TIMEOUT(::recv(slow, m_buffer, sizeof m_buffer, MSG_DONTWAIT) == 0, 5000);
        QVERIFY(askEngine(socket.value()->path(), "status").ok());
        ::close(slow);
    }

    void aSilentClientDoesNotHoldUpTheEnd()
    {
        const QTemporaryDir home;
        auto socket =
            ControlSocket::serve(m_files, home.path().toStdString(), 42,
                                 [](std::string_view) { return std::vector<std::string>(); });
        QVERIFY(askEngine(socket.value()->path(), "status").ok());
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
        auto asked = std::async(std::launch::async, [&path] { return askEngine(path, "status"); });
        const auto ready = asked.wait_for(std::chrono::seconds(20));
        ::close(listener);
        for (const int socket : waiting) {
            ::close(socket);
        }
        QVERIFY(ready == std::future_status::ready);
        const auto answer = asked.get();
        QVERIFY(!answer.ok() && answer.error().code == ErrorCode::Unavailable);
    }

    void aSignalMeanwhileIsNoFailure()
    {
        struct sigaction counting {};
        counting.sa_handler = [](int) { ++m_signals; };
        struct sigaction before {};
        QCOMPARE(::sigaction(SIGUSR1, &counting, &before), 0);
        const QTemporaryDir home;
        const auto asker = ::pthread_self();
        const auto socket =
            ControlSocket::serve(m_files, home.path().toStdString(), 42, [asker](std::string_view) {
                // Each is taken before the next one: all but the first few find it waiting.
                for (int sent = 1; sent <= 20; ++sent) {
                    const int taken = m_signals;
                    ::pthread_kill(asker, SIGUSR1);
                    while (m_signals == taken) {
                        std::this_thread::yield();
                    }
                }
                return std::vector<std::string>{"{}"};
            });
        const auto lines = askEngine(socket.value()->path(), "status");
        QCOMPARE(::sigaction(SIGUSR1, &before, nullptr), 0);
        QVERIFY(m_signals >= 20);
        QVERIFY(lines.ok());
        QCOMPARE(lines.value(), std::vector<std::string>{"{}"});
    }

    void aPathThatIsTooLongIsSaid()
    {
        const QTemporaryDir home;
        const std::string directory = home.filePath(QString(150, 'x')).toStdString();
        const auto socket = ControlSocket::serve(
            m_files, directory, 42, [](std::string_view) { return std::vector<std::string>(); });
        QVERIFY(socket.error().code == ErrorCode::Unsupported);
    }

private:
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

    static inline std::atomic<int> m_signals = 0;
    PosixFileSystem m_files;
    char m_buffer[16] = {};
};

QTEST_GUILESS_MAIN(TestControlSocket)
#include "tst_control_socket.moc"
