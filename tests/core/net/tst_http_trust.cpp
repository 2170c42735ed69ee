#include "core/net/qt_http_transport.h"

#include "core/base/memory_stream.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test_authority.h"

#include <QCryptographicHash>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <optional>
#include <thread>

using namespace tidemark;
using namespace tidemark::net;

namespace {

const HttpLogin kRight{.user = "tide", .password = "Ebb & flow: 100 % s\u00e4lt"};
const char* const kDigest =
    "WWW-Authenticate: Digest realm=\"tests\", nonce=\"n0nce\", qop=\"auth\", algorithm=MD5";
const char* const kBasic = "WWW-Authenticate: Basic realm=\"tests\", charset=\"UTF-8\"";

int statusOf(const Result<HttpResponse>& response)
{
    return response.ok() ? response.value().status : -1;
}

QByteArray md5(const QByteArray& text)
{
    return QCryptographicHash::hash(text, QCryptographicHash::Md5).toHex();
}

/// Whether `header` proves that its sender knows the password (RFC 7616).
bool isRightDigest(const SeenRequest& request)
{
    const QString header = QString::fromStdString(request.header("authorization"));
    const auto field = [&header](const char* name) {
        const QRegularExpression pattern(QString("[ ,]%1=\"?([^\",]*)").arg(name));
        return pattern.match(header).captured(1).toUtf8();
    };
    const QByteArray user = QByteArray::fromStdString(kRight.user);
    const QByteArray a1 = md5(user + ":tests:" + QByteArray::fromStdString(kRight.password));
    const QByteArray a2 = md5(QByteArray::fromStdString(request.method + ":" + request.target));
    return header.startsWith("Digest ") && field("username") == user &&
           field("response") ==
               md5(a1 + ":n0nce:" + field("nc") + ":" + field("cnonce") + ":auth:" + a2);
}

bool isRightBasic(const SeenRequest& request)
{
    const QByteArray plain = QByteArray::fromStdString(kRight.user + ":" + kRight.password);
    return request.header("authorization") == "Basic " + plain.toBase64().toStdString();
}

ScriptedServer::Script asksFor(const char* challenge, bool (*isRight)(const SeenRequest&))
{
    return [challenge, isRight](const SeenRequest& request) {
        return isRight(request) ? answered(200, "in") : answered(401, "who?", {challenge});
    };
}

}  // namespace

class TestHttpTrust : public QObject {
    Q_OBJECT

    std::unique_ptr<HttpTransport> m_transport = makeQtHttpTransport();
    TestAuthority m_authority{"IP:127.0.0.1"};
    TestAuthority m_other{"DNS:elsewhere.test"};

    Result<HttpResponse> get(const ScriptedServer& server, const HttpLogin& login)
    {
        return m_transport->send({.url = server.url("/x"), .login = login}, {});
    }

private slots:
    void logsInWhenItIsAsked_data()
    {
        QTest::addColumn<bool>("isDigest");
        QTest::newRow("Basic") << false;
        QTest::newRow("Digest") << true;
    }
    void logsInWhenItIsAsked()
    {
        QFETCH(bool, isDigest);
        const ScriptedServer server(isDigest ? asksFor(kDigest, isRightDigest)
                                             : asksFor(kBasic, isRightBasic));
        QCOMPARE(statusOf(get(server, kRight)), 200);
        // Known from here on, body and all.
        const MemorySource body(std::string(500'000, 'b'));
        const HttpRequest request{
            .method = "PUT", .url = server.url("/y"), .body = &body, .login = kRight};
        QCOMPARE(statusOf(m_transport->send(request, {})), 200);
        QVERIFY(server.requests().size() <= 3);
        QCOMPARE(server.requests().back().body.size(), std::size_t{500'000});
    }

    void aBodyIsSentAgainWithTheLogin()
    {
        const ScriptedServer server(asksFor(kDigest, isRightDigest));
        const MemorySource body(std::string(500'000, 'b'));
        const HttpRequest request{
            .method = "PUT", .url = server.url("/y"), .body = &body, .login = kRight};
        QCOMPARE(statusOf(m_transport->send(request, {})), 200);
        QCOMPARE(server.requests().back().body.size(), std::size_t{500'000});
    }

    void aLargeBodyIsNotSentBeforeTheLogin()
    {
        const ScriptedServer server(asksFor(kDigest, isRightDigest));
        const MemorySource body(std::string(2'000'000, 'b'));
        HttpRequest request{
            .method = "PUT", .url = server.url("/y"), .body = &body, .login = kRight};
        QCOMPARE(statusOf(m_transport->send(request, {})), 200);
        QCOMPARE(server.requests().back().body.size(), std::size_t{2'000'000});
        request.login.password = "wrong";
        QCOMPARE(statusOf(m_transport->send(request, {})), 401);
        const auto requests = server.requests();
        QCOMPARE(std::ranges::count(requests, "PUT", &SeenRequest::method), 1);
    }

    void aWrongLoginEndsWithTheAnswer_data() { logsInWhenItIsAsked_data(); }
    void aWrongLoginEndsWithTheAnswer()
    {
        QFETCH(bool, isDigest);
        const ScriptedServer server(isDigest ? asksFor(kDigest, isRightDigest)
                                             : asksFor(kBasic, isRightBasic));
        QCOMPARE(statusOf(get(server, {.user = "tide", .password = "wrong"})), 401);
        QVERIFY(server.requests().size() <= 3);
        QCOMPARE(statusOf(get(server, kRight)), 200);
        QCOMPARE(statusOf(get(server, {.user = "tide", .password = "wrong"})), 401);
        QCOMPARE(statusOf(get(server, {.user = "else", .password = kRight.password})), 401);
        QCOMPARE(statusOf(get(server, {})), 401);
        QCOMPARE(statusOf(get(server, kRight)), 200);
    }

    void noLoginIsSentUnasked()
    {
        const ScriptedServer server([](const SeenRequest&) { return answered(200); });
        QCOMPARE(statusOf(get(server, kRight)), 200);
        QCOMPARE(server.requests().front().headers.count("authorization"), std::size_t{0});
    }

    void aLoginThatNobodyCanAnswerIsAnAnswer_data()
    {
        QTest::addColumn<QByteArray>("challenge");
        QTest::newRow("none") << QByteArray("X-None: 1");
        QTest::newRow("unknown") << QByteArray("WWW-Authenticate: Bearer realm=\"x\"");
        QTest::newRow("broken") << QByteArray("WWW-Authenticate: Digest");
    }
    void aLoginThatNobodyCanAnswerIsAnAnswer()
    {
        QFETCH(QByteArray, challenge);
        const ScriptedServer server([challenge](const SeenRequest&) {
            return answered(401, "who?", {challenge.toStdString()});
        });
        const auto response = get(server, kRight);
        QCOMPARE(statusOf(response), 401);
        QVERIFY(server.requests().size() <= 3);
    }

    void aLoginSentAheadIsKept()
    {
        const ScriptedServer server(asksFor(kBasic, isRightBasic));
        const QByteArray plain = QByteArray::fromStdString(kRight.user + ":" + kRight.password);
        const HttpRequest request{
            .url = server.url("/"),
            .headers = {{"authorization", "Basic " + plain.toBase64().toStdString()}}};
        QCOMPARE(statusOf(m_transport->send(request, {})), 200);
        QCOMPARE(server.requests().size(), std::size_t{1});
    }

    void aServerOfAKnownAuthorityIsTrusted()
    {
        QVERIFY(m_authority.made());
        const ScriptedServer server([](const SeenRequest&) { return answered(200, "safe"); },
                                    {.tls = m_authority.server()});
        const HttpRequest request{.url = server.url("/"), .caFile = m_authority.caFile()};
        QCOMPARE(statusOf(m_transport->send(request, {})), 200);
        // What was trusted for one request is not trusted for the next.
        const auto without = m_transport->send({.url = server.url("/")}, {});
        QVERIFY(!without.ok());
        QVERIFY(without.error().code == ErrorCode::Unavailable);
        QVERIFY(inEnglish(without.error().what).find("cannot prove who it is") !=
                std::string::npos);
        QCOMPARE(statusOf(m_transport->send(request, {})), 200);
        QCOMPARE(server.requests().size(), std::size_t{2});
    }

    void aServerOfAnotherNameIsNotTrusted()
    {
        const ScriptedServer server([](const SeenRequest&) { return answered(200); },
                                    {.tls = m_other.server()});
        const HttpRequest request{.url = server.url("/"), .caFile = m_other.caFile()};
        const auto response = m_transport->send(request, {});
        QVERIFY(!response.ok());
        QVERIFY(inEnglish(response.error().what).find("cannot prove who it is") !=
                std::string::npos);
        QVERIFY(server.requests().empty());
    }

    void aServerWithoutTlsIsNoSecureOne()
    {
        const ScriptedServer server([](const SeenRequest&) {
            return ScriptedAnswer{.bytes = "HTTP/1.1 400 TLS?\r\n\r\n"};
        });
        const auto response = m_transport->send({.url = "https" + server.url("/").substr(4),
                                                 .limits = {.connect = std::chrono::seconds(1)}},
                                                {});
        QVERIFY(!response.ok());
        QVERIFY(response.error().code == ErrorCode::Unavailable);
    }

    /// It answers the first bytes of TLS as if they were a request.
    void aServerThatSpeaksPlainlyIsToldAsSuch()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        const std::string port = std::to_string(server.serverPort());
        std::optional<Result<HttpResponse>> response;
        std::thread client([&] {
            response = makeQtHttpTransport()->send({.url = "https://127.0.0.1:" + port + "/"}, {});
        });
        if (server.waitForNewConnection(20'000)) {
            QTcpSocket* const socket = server.nextPendingConnection();
            socket->write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            socket->waitForBytesWritten();
        }
        client.join();
        QVERIFY(!response->ok());
        const std::string what = inEnglish(response->error().what);
        QVERIFY2(what.starts_with("No TLS connection to 127.0.0.1:" + port), what.c_str());
        QVERIFY(inEnglish(response->error().next).find("http://") != std::string::npos);
    }

    void aFileWithoutCertificatesIsNamed()
    {
        const auto response =
            m_transport->send({.url = "https://127.0.0.1:1/", .caFile = "/nowhere/ca.pem"}, {});
        QVERIFY(response.error().code == ErrorCode::Usage);
        QVERIFY(inEnglish(response.error().what).find("/nowhere/ca.pem") != std::string::npos);
    }

    void nothingThatListensIsNamed()
    {
        std::uint16_t port = 0;
        {
            const ScriptedServer gone([](const SeenRequest&) { return answered(200); });
            port = gone.port();
        }
        const std::string host = "127.0.0.1:" + std::to_string(port);
        const auto response = m_transport->send({.url = "http://" + host + "/?secret"}, {});
        QCOMPARE(inEnglish(response.error().what), "Nothing answers at " + host + ".");
    }

    void theProxyOfTheSystemIsUsed()
    {
        const ScriptedServer proxy(
            [](const SeenRequest& request) { return answered(200, request.target); });
        qputenv("http_proxy", QByteArray::fromStdString(proxy.url("")));
        const auto transport = makeQtHttpTransport();
        const auto response = transport->send({.url = "http://far.test/a%2Fb"}, {});
        qunsetenv("http_proxy");
        QCOMPARE(statusOf(response), 200);
        QCOMPARE(proxy.requests().front().target, std::string("http://far.test/a%2Fb"));
    }

    void aProxyThatAsksForALoginIsNamed_data()
    {
        QTest::addColumn<QByteArray>("url");
        QTest::newRow("plain") << QByteArray("http://far.test/");
        QTest::newRow("TLS") << QByteArray("https://far.test/");
    }
    void aProxyThatAsksForALoginIsNamed()
    {
        QFETCH(QByteArray, url);
        const ScriptedServer proxy([](const SeenRequest&) {
            return answered(407, "who?", {"Proxy-Authenticate: Basic realm=\"proxy\""});
        });
        qputenv("http_proxy", QByteArray::fromStdString(proxy.url("")));
        qputenv("https_proxy", QByteArray::fromStdString(proxy.url("")));
        const auto transport = makeQtHttpTransport();
        const auto response = transport->send({.url = url.toStdString(), .login = kRight}, {});
        qunsetenv("http_proxy");
        qunsetenv("https_proxy");
        QVERIFY(!response.ok());
        QCOMPARE(inEnglish(response.error().what),
                 std::string("The proxy on the way to far.test asks for a login."));
        QVERIFY(!proxy.requests().empty());
        for (const SeenRequest& seen : proxy.requests()) {
            QCOMPARE(seen.headers.count("proxy-authorization"), std::size_t{0});
            QCOMPARE(seen.headers.count("authorization"), std::size_t{0});
        }
    }
};

QTEST_GUILESS_MAIN(TestHttpTrust)
#include "tst_http_trust.moc"
