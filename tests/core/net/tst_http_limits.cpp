#include "core/net/qt_http_transport.h"

#include "core/base/memory_stream.h"
#include "tests/support/scripted_server.h"

#include <QElapsedTimer>
#include <QTest>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <thread>
#include <tuple>

using namespace tidemark;
using namespace tidemark::net;
using namespace std::chrono_literals;

namespace {

/// Where connections are neither taken nor refused: the queue of those that wait is full.
class FullHost {
public:
    FullHost()
    {
        m_listener = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
        socklen_t size = sizeof address;
        auto* const place = reinterpret_cast<sockaddr*>(&address);
        m_works = ::bind(m_listener, place, size) == 0 && ::listen(m_listener, 0) == 0 &&
                  ::getsockname(m_listener, place, &size) == 0;
        for (int& each : m_waiting) {
            each = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
            std::ignore = ::connect(each, place, size);
        }
        m_url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
    }
    ~FullHost()
    {
        for (const int each : m_waiting) {
            ::close(each);
        }
        ::close(m_listener);
    }
    FullHost(const FullHost&) = delete;
    FullHost& operator=(const FullHost&) = delete;

    [[nodiscard]] bool works() const { return m_works; }
    [[nodiscard]] const std::string& url() const { return m_url; }

private:
    int m_listener = -1;
    int m_waiting[4] = {};
    bool m_works = false;
    std::string m_url;
};

constexpr HttpLimits kOnlyConnect{.connect = 300ms, .idle = 60s, .total = 60s};
constexpr HttpLimits kOnlyIdle{.connect = 60s, .idle = 300ms, .total = 60s};
constexpr HttpLimits kOnlyTotal{.connect = 60s, .idle = 60s, .total = 300ms};

const std::string kStart = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nstart";

}  // namespace

class TestHttpLimits : public QObject {
    Q_OBJECT

    std::unique_ptr<HttpTransport> m_transport = makeQtHttpTransport();

    /// Whether it ends as Unavailable around the limit of 300 ms, saying `text`.
    bool endsInTime(const HttpRequest& request, const char* text)
    {
        QElapsedTimer elapsed;
        elapsed.start();
        const auto response = m_transport->send(request, {});
        const auto tookMs = elapsed.elapsed();
        if (response.ok() || response.error().code != ErrorCode::Unavailable || tookMs < 250 ||
            tookMs > 1500) {
            qWarning("%lld ms", static_cast<long long>(tookMs));
            return false;
        }
        return inEnglish(response.error().what).find(text) != std::string::npos;
    }

    static ScriptedAnswer silence(const SeenRequest&) { return {}; }
    static ScriptedAnswer startOnly(const SeenRequest&) { return {.bytes = kStart}; }

private slots:
    void aHostThatTakesNoConnectionIsGivenUp()
    {
        const FullHost host;
        QVERIFY(host.works());
        QVERIFY(endsInTime({.url = host.url(), .limits = kOnlyConnect}, "did not answer in time"));
    }

    void aHandshakeThatNeverEndsIsGivenUp()
    {
        const ScriptedServer server(silence);
        const std::string url = "https" + server.url("/").substr(4);
        QVERIFY(endsInTime({.url = url, .limits = kOnlyConnect}, "did not answer in time"));
    }

    void theConnectLimitIsNotForTheAnswer()
    {
        const ScriptedServer server(silence);
        HttpLimits limits = kOnlyIdle;
        limits.connect = 100ms;
        QVERIFY(endsInTime({.url = server.url("/"), .limits = limits}, "fell silent"));
    }

    void aServerThatNeverAnswersIsGivenUp()
    {
        const ScriptedServer server(silence);
        QVERIFY(endsInTime({.url = server.url("/"), .limits = kOnlyIdle}, "fell silent"));
        QVERIFY(endsInTime({.url = server.url("/"), .limits = kOnlyTotal}, "took too long"));
    }

    void aServerThatStopsInTheMiddleIsGivenUp()
    {
        const ScriptedServer server(startOnly);
        QVERIFY(endsInTime({.url = server.url("/"), .limits = kOnlyIdle}, "fell silent"));
        QVERIFY(endsInTime({.url = server.url("/"), .limits = kOnlyTotal}, "took too long"));
    }

    void aServerThatReadsNoMoreIsGivenUp()
    {
        const ScriptedServer server(silence, {.leavesBodies = true});
        const MemorySource body(std::string(20'000'000, 'u'));
        const HttpRequest request{
            .method = "PUT", .url = server.url("/"), .body = &body, .limits = kOnlyIdle};
        QVERIFY(endsInTime(request, "fell silent"));
    }

    void stopsSoonAtEachStage_data()
    {
        QTest::addColumn<QByteArray>("stage");
        for (const char* stage :
             {"before", "connecting", "handshake", "answer", "body", "upload"}) {
            QTest::newRow(stage) << QByteArray(stage);
        }
    }
    void stopsSoonAtEachStage()
    {
        QFETCH(QByteArray, stage);
        const FullHost host;
        const ScriptedServer server(stage == "body" ? startOnly : silence,
                                    {.leavesBodies = stage == "upload"});
        const MemorySource body(std::string(20'000'000, 'u'));
        HttpRequest request{.url = server.url("/")};
        if (stage == "connecting") {
            request.url = host.url();
        } else if (stage == "handshake") {
            request.url = "https" + server.url("/").substr(4);
        } else if (stage == "upload") {
            request.method = "PUT";
            request.body = &body;
        }
        std::stop_source source;
        if (stage == "before") {
            source.request_stop();
        }
        std::optional<Result<HttpResponse>> response;
        std::jthread sending([&] { response = m_transport->send(request, source.get_token()); });
        if (stage == "handshake") {
            QVERIFY(server.waitForConnections(1));
        } else if (stage == "answer" || stage == "body" || stage == "upload") {
            QVERIFY(server.waitForRequests(1));
        }
        QElapsedTimer elapsed;
        elapsed.start();
        source.request_stop();
        sending.join();
        QVERIFY(elapsed.elapsed() < 200);
        QVERIFY(response->error().code == ErrorCode::Cancelled);
    }

    void goesOnAfterAStop()
    {
        std::atomic<bool> isSilent = true;
        const ScriptedServer server([&](const SeenRequest&) {
            return isSilent ? ScriptedAnswer{.bytes = kStart} : answered(200, "new");
        });
        std::stop_source source;
        {
            const std::jthread sending([&] {
                std::ignore = m_transport->send({.url = server.url("/")}, source.get_token());
            });
            QVERIFY(server.waitForRequests(1));
            source.request_stop();
        }
        isSilent = false;
        const auto response = m_transport->send({.url = server.url("/")}, {});
        QVERIFY(response.ok());
        QCOMPARE(response.value().body.size(), std::size_t{3});
    }
};

QTEST_GUILESS_MAIN(TestHttpLimits)
#include "tst_http_limits.moc"
