#include "app/cli/systemd_watchdog.h"
#include "core/base/descriptor.h"
#include "core/base/process.h"

#include <QTemporaryDir>
#include <QTest>

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>

using namespace tidemark;
using namespace tidemark::cli;
using namespace std::chrono_literals;

using Variables = std::map<std::string, std::string>;

class TestSystemdWatchdog : public QObject {
    Q_OBJECT

    /// What systemd listens at.
    class Listener {
    public:
        explicit Listener(const std::string& name) : m_socket(::socket(AF_UNIX, SOCK_DGRAM, 0))
        {
            sockaddr_un address{};
            address.sun_family = AF_UNIX;
            std::ranges::copy(name, address.sun_path);
            if (name.front() == '@') {
                address.sun_path[0] = '\0';
            }
            const auto length =
                static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
            m_isBound =
                ::bind(m_socket.number(), reinterpret_cast<const sockaddr*>(&address), length) == 0;
        }

        [[nodiscard]] bool isBound() const { return m_isBound; }

        /// What came, or nothing.
        [[nodiscard]] std::string take() const
        {
            std::array<char, 64> heard{};
            const auto size = ::recv(m_socket.number(), heard.data(), heard.size(), MSG_DONTWAIT);
            return {heard.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
        }

    private:
        Descriptor m_socket;
        bool m_isBound = false;
    };

    static SystemdWatchdog watchdogWith(const Variables& variables)
    {
        return SystemdWatchdog([variables](const std::string& name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::optional<std::string>() : found->second;
        });
    }

    QTemporaryDir m_folder;
    const Clock::Instant m_now{1h};

private slots:
    void aBeatIsSentThreeTimesAPeriodAndNotMoreOften()
    {
        const std::string name = m_folder.filePath("notify").toStdString();
        const Listener listener(name);
        QVERIFY(listener.isBound());
        auto watchdog = watchdogWith({{"NOTIFY_SOCKET", name},
                                      {"WATCHDOG_USEC", "90000000"},
                                      {"WATCHDOG_PID", std::to_string(processId())}});
        watchdog.beat(m_now);
        QCOMPARE(listener.take(), std::string("WATCHDOG=1"));
        QVERIFY(watchdog.next(m_now + 1min) == m_now + 30s);
        QVERIFY(watchdog.next(m_now + 10s) == m_now + 10s);
        watchdog.beat(m_now + 29s);
        QCOMPARE(listener.take(), std::string());
        watchdog.beat(m_now + 30s);
        QCOMPARE(listener.take(), std::string("WATCHDOG=1"));
    }

    void aSocketWithoutAFileHearsItToo()
    {
        const std::string name = "@tidemark-test-" + std::to_string(processId());
        const Listener listener(name);
        QVERIFY(listener.isBound());
        watchdogWith({{"NOTIFY_SOCKET", name}, {"WATCHDOG_USEC", "1000000"}}).beat(m_now);
        QCOMPARE(listener.take(), std::string("WATCHDOG=1"));
    }

    void whereNobodyAsksNothingIsSent_data()
    {
        QTest::addColumn<QString>("period");
        QTest::addColumn<QString>("process");
        QTest::newRow("no period") << ""
                                   << "";
        QTest::newRow("none of that name") << "soon"
                                           << "";
        QTest::newRow("no time at all") << "0"
                                        << "";
        QTest::newRow("another process is meant") << "1000000"
                                                  << "1";
    }

    void whereNobodyAsksNothingIsSent()
    {
        QFETCH(const QString, period);
        QFETCH(const QString, process);
        const std::string name = m_folder.filePath("unasked").toStdString();
        const Listener listener(name);
        Variables variables{{"NOTIFY_SOCKET", name}, {"WATCHDOG_USEC", period.toStdString()}};
        if (!process.isEmpty()) {
            variables["WATCHDOG_PID"] = process.toStdString();
        }
        auto watchdog = watchdogWith(variables);
        watchdog.beat(m_now);
        QCOMPARE(listener.take(), std::string());
        QVERIFY(watchdog.next(m_now + 1min) == m_now + 1min);
    }

    void aSocketThatIsNotThereIsNoTrouble()
    {
        watchdogWith({{"NOTIFY_SOCKET", "/no/such/socket"}, {"WATCHDOG_USEC", "1000000"}})
            .beat(m_now);
        watchdogWith({{"NOTIFY_SOCKET", "/" + std::string(200, 'x')}, {"WATCHDOG_USEC", "1000000"}})
            .beat(m_now);
    }
};

QTEST_APPLESS_MAIN(TestSystemdWatchdog)
#include "tst_systemd_watchdog.moc"
