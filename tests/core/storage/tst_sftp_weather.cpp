#include "tests/support/numbers.h"
#include "tests/support/sftp_world.h"
#include "tests/support/storage_contract.h"

#include <QHostAddress>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QUrl>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

/// Does things to the server: "stop", "start", "restart". False without a harness.
bool tellServer(const QString& verb)
{
    const QUrl control(qEnvironmentVariable("TIDEMARK_TEST_CONTROL"));
    QTcpSocket socket;
    socket.connectToHost(control.host(), static_cast<quint16>(control.port()));
    if (control.isEmpty() || !socket.waitForConnected()) {
        return false;
    }
    socket.write("POST /sshd/" + verb.toUtf8() + " HTTP/1.0\r\nContent-Length: 0\r\n\r\n");
    QByteArray answer;
    while (socket.waitForReadyRead(30000)) {
        answer += socket.readAll();
    }
    return answer.contains(" 200 ");
}

/// Stands between us and the server, and lets nothing through any more once it is told so.
class Relay {
public:
    Relay(const std::string& host, std::uint16_t port)
    {
        QVERIFY(m_server.listen(QHostAddress::LocalHost));
        m_server.pauseAccepting();  // By the events of this thread: the other one does it.
        m_thread = std::jthread([this, host, port](const std::stop_token& stop) {
            const int listener = static_cast<int>(m_server.socketDescriptor());
            pollfd wanted{.fd = listener, .events = POLLIN};
            while (!stop.stop_requested() && ::poll(&wanted, 1, 20) == 0) {}
            const int client = ::accept(listener, nullptr, nullptr);
            QTcpSocket server;
            server.connectToHost(QString::fromStdString(host), port);
            if (client >= 0 && server.waitForConnected()) {
                pass(client, static_cast<int>(server.socketDescriptor()), stop);
            }
            ::close(client);
        });
    }

    [[nodiscard]] std::uint16_t port() const { return m_server.serverPort(); }
    [[nodiscard]] bool isStalled() const { return m_isStalled; }
    void stall() { m_isStalled = true; }

private:
    void pass(int client, int server, const std::stop_token& stop) const
    {
        std::vector<char> buffer(1 << 16);
        while (!stop.stop_requested()) {
            pollfd both[] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
            ::poll(both, 2, 20);
            for (int from = 0; from < 2 && !m_isStalled; ++from) {
                const ssize_t got = both[from].revents != 0 ? ::recv(both[from].fd, buffer.data(),
                                                                     buffer.size(), MSG_DONTWAIT)
                                                            : 0;
                for (ssize_t sent = 0; sent < got;) {
                    pollfd to{.fd = both[1 - from].fd, .events = POLLOUT};
                    ::poll(&to, 1, 1000);
                    const ssize_t done = ::send(to.fd, buffer.data() + sent,
                                                static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
                    sent += done > 0 ? done : 0;
                }
            }
        }
    }

    QTcpServer m_server;
    std::atomic<bool> m_isStalled = false;
    std::jthread m_thread;
};

}  // namespace

/// A server that stalls, restarts or stays away.
class TestSftpWeather : public QObject, SftpWorld {
    Q_OBJECT

private slots:
    void initTestCase() { needServer(); }
    void init() { begin(); }
    void cleanup() { end(); }

    void aServerThatStallsWhileItIsReadIsNotWaitedForAfterAStop()
    {
        QVERIFY(make()->write("numbers", Numbers(20'000'000), {}, {}).ok());
        Relay relay(m_address.host, m_address.port);
        m_address.port = relay.port();
        m_person->isTrusting = true;
        const auto readAll = [&](SftpStorage& storage, const std::stop_token& stop) {
            auto reader = storage.read("numbers", 0, kToTheEnd, stop);
            if (!reader.ok()) {
                return reader.error().code;
            }
            const auto got = readNumbers(*reader.value(), 0, [&](std::uint64_t done) {
                if (done > 5'000'000) {
                    relay.stall();
                }
            });
            return got.ok() ? ErrorCode::Bug : got.error().code;
        };
        stopsAtOnce(readAll, [&] { return relay.isStalled(); });
    }

    void aServerThatStallsWhileItIsWrittenIsNotWaitedForAfterAStop()
    {
        Relay relay(m_address.host, m_address.port);
        m_address.port = relay.port();
        m_person->isTrusting = true;
        Numbers numbers(100'000'000);
        numbers.onRead = [&](std::uint64_t offset) {
            if (offset > 5'000'000) {
                relay.stall();
            }
        };
        const auto write = [&](SftpStorage& storage, const std::stop_token& stop) {
            const auto written = storage.write("numbers", numbers, {}, stop);
            return written.ok() ? ErrorCode::Bug : written.error().code;
        };
        stopsAtOnce(write, [&] { return relay.isStalled(); });
        m_address.port = static_cast<std::uint16_t>(variable("PORT").toInt());
        QCOMPARE(contract::namesOf(*make(), ""), std::vector<std::string>());
    }

    void aServerThatSaysNothingIsNotWaitedForAfterAStop()
    {
        QTcpServer silent;
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        m_address.host = "127.0.0.1";
        m_address.port = silent.serverPort();
        stopsAtOnce(
            [](SftpStorage& storage, const std::stop_token& stop) {
                return storage.find("x", stop).error().code;
            },
            [&silent] { return silent.hasPendingConnections(); });
    }

    void aRestartInTheMidstOfReadingIsNotNoticed()
    {
        constexpr std::uint64_t kSize = 30'000'000;
        const auto storage = make();
        QVERIFY(storage->write("numbers", Numbers(kSize), {}, {}).ok());
        auto reader = storage->read("numbers", 0, kToTheEnd, {});
        QVERIFY(reader.ok());
        bool isRestarted = false;
        const auto got = readNumbers(*reader.value(), 0, [&](std::uint64_t done) {
            if (done > kSize / 2 && !isRestarted) {
                isRestarted = tellServer("restart");
            }
        });
        if (!isRestarted) {
            QSKIP("The server cannot be restarted: TIDEMARK_TEST_CONTROL is not set.");
        }
        QVERIFY2(got.ok(), got.ok() ? "" : textOf(got.error()).c_str());
        QCOMPARE(got.value(), kSize);
        QVERIFY(tellServer("restart"));
        QCOMPARE(contract::namesOf(*storage, ""), std::vector<std::string>{"numbers"});
        QVERIFY(tellServer("restart"));
        QVERIFY(storage->find("numbers", {}).ok());
    }

    void aRestartInTheMidstOfWritingIsNotNoticed()
    {
        constexpr std::uint64_t kSize = 30'000'000;
        const auto storage = make();
        bool isRestarted = false;
        Numbers numbers(kSize);
        numbers.onRead = [&](std::uint64_t offset) {
            if (offset > kSize / 2 && !isRestarted) {
                isRestarted = tellServer("restart");
            }
        };
        const auto staged = storage->stage("numbers", numbers, {}, {});
        if (!isRestarted) {
            QSKIP("The server cannot be restarted: TIDEMARK_TEST_CONTROL is not set.");
        }
        QVERIFY2(staged.ok(), staged.ok() ? "" : textOf(staged.error()).c_str());
        QVERIFY(tellServer("restart"));
        StagedObject* const objects[] = {staged.value().get()};
        QCOMPARE(storage->publish(objects, {}).value(), std::size_t{1});
        auto reader = storage->read("numbers", 0, kToTheEnd, {});
        QCOMPARE(readNumbers(*reader.value(), 0).value(), kSize);
        QCOMPARE(temporaries(), QStringList());
    }

    void aServerThatStaysAwayIsNamed()
    {
        const auto storage = make();
        QVERIFY(contract::put(*storage, "x", "1"));
        if (!tellServer("stop")) {
            QSKIP("The server cannot be stopped: TIDEMARK_TEST_CONTROL is not set.");
        }
        const auto found = storage->find("x", {});
        const auto listed =
            storage->list("", [](const ObjectEntry&) { return Listing::Continue; }, {});
        QVERIFY(tellServer("start"));
        QVERIFY(!found.ok() && found.error().code == ErrorCode::Unavailable);
        QVERIFY(!listed.ok() && listed.error().code == ErrorCode::Unavailable);
        QVERIFY(storage->find("x", {}).value());
    }
};

QTEST_GUILESS_MAIN(TestSftpWeather)
#include "tst_sftp_weather.moc"
