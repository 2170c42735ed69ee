#include "core/net/qt_http_transport.h"

#include "core/base/memory_stream.h"
#include "tests/support/scripted_server.h"

#include <QDir>
#include <QElapsedTimer>
#include <QTest>

#include <atomic>
#include <thread>

using namespace tidemark;
using namespace tidemark::net;
using Then = ScriptedAnswer::Then;

namespace {

std::string bodyOf(const Result<HttpResponse>& response)
{
    if (!response.ok()) {
        return "failed: " + inEnglish(response.error().what);
    }
    const auto& body = response.value().body;
    return {reinterpret_cast<const char*>(body.data()), body.size()};
}

int statusOf(const Result<HttpResponse>& response)
{
    return response.ok() ? response.value().status : -1;
}

bool isUnavailable(const Result<HttpResponse>& response)
{
    return !response.ok() && response.error().code == ErrorCode::Unavailable;
}

/// Of a length that it says, and ends before it.
class ShortSource final : public ByteSource {
public:
    explicit ShortSource(std::optional<Error> failure) : m_failure(std::move(failure)) {}

    [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override { return 1'000'000; }
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
    {
        class Reader final : public ByteReader {
        public:
            explicit Reader(std::optional<Error> failure) : m_failure(std::move(failure)) {}

            [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
            {
                if (m_reads++ < 2) {
                    return std::min<std::size_t>(into.size(), 1000);
                }
                return m_failure ? Result<std::size_t>(*m_failure) : std::size_t{0};
            }

        private:
            std::optional<Error> m_failure;
            int m_reads = 0;
        };
        return std::unique_ptr<ByteReader>(std::make_unique<Reader>(m_failure));
    }

private:
    std::optional<Error> m_failure;
};

}  // namespace

class TestQtHttpTransport : public QObject {
    Q_OBJECT

    std::unique_ptr<HttpTransport> m_transport = makeQtHttpTransport();

    Result<HttpResponse> get(const ScriptedServer& server, const std::string& path = "/")
    {
        return m_transport->send({.url = server.url(path)}, {});
    }

    /// What comes of an answer of these bytes, with the connection closed behind it or not.
    Result<HttpResponse> got(const std::string& bytes, Then then = Then::Close)
    {
        const ScriptedServer server(
            [&](const SeenRequest&) { return ScriptedAnswer{.bytes = bytes, .then = then}; });
        return get(server);
    }

private slots:
    void whetherAnAnswerWasCutIsSaidByWhatIsKnown()
    {
        const auto says = [this](const std::string& bytes) {
            return inEnglish(got(bytes).error().what);
        };
        QVERIFY(says("HTTP/1.1 200 OK\r\n\r\nabcd").find("does not say how long") !=
                std::string::npos);
        QVERIFY(says("HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nabcde")
                    .find("not as long as it says") != std::string::npos);
    }

    void everyBodyComesWhole_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("none") << QByteArray();
        QTest::newRow("zero") << QByteArray(1, '\0');
        QTest::newRow("headers") << QByteArray("HTTP/1.1 200 OK\r\n\r\n");
        QByteArray all;
        for (int i = 0; i < 5'000'000; ++i) {
            all.append(static_cast<char>(i * 7));
        }
        QTest::newRow("large") << all;
    }
    void everyBodyComesWhole()
    {
        QFETCH(QByteArray, body);
        const ScriptedServer server(
            [&](const SeenRequest&) { return answered(200, body.toStdString(), {"X-Odd: a b"}); });
        const auto response = get(server);
        QCOMPARE(bodyOf(response), body.toStdString());
        QCOMPARE(response.value().header("x-odd"), std::string("a b"));
    }

    void anyStatusIsAnAnswer_data()
    {
        QTest::addColumn<int>("status");
        for (const int status : {200, 201, 207, 400, 401, 403, 404, 405, 409, 412, 416, 418, 423,
                                 429, 500, 501, 503, 507, 599}) {
            QTest::addRow("%d", status) << status;
        }
    }
    void anyStatusIsAnAnswer()
    {
        QFETCH(int, status);
        const ScriptedServer server([&](const SeenRequest&) { return answered(status, "why so"); });
        const auto response = get(server);
        QCOMPARE(statusOf(response), status);
        QCOMPARE(bodyOf(response), std::string("why so"));
    }

    void anAnswerWithoutABodyIsWhole()
    {
        QCOMPARE(statusOf(got("HTTP/1.1 204 Gone\r\n\r\n", Then::Keep)), 204);
        const ScriptedServer server([](const SeenRequest&) {
            return ScriptedAnswer{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n"};
        });
        const auto head = m_transport->send({.method = "HEAD", .url = server.url("/")}, {});
        QCOMPARE(statusOf(head), 200);
        QCOMPARE(head.value().header("content-length"), std::string("77"));
        QCOMPARE(server.requests().front().method, std::string("HEAD"));
    }

    void anyMethodGoesOutWithOrWithoutABody()
    {
        const ScriptedServer server([](const SeenRequest&) { return answered(200); });
        const MemorySource body("b");
        const MemorySource empty("");
        for (const ByteSource* each :
             std::initializer_list<const ByteSource*>{nullptr, &body, &empty}) {
            for (const char* method : {"PUT", "POST", "DELETE", "PROPFIND", "MKCOL", "MOVE"}) {
                const HttpRequest request{.method = method, .url = server.url("/"), .body = each};
                QCOMPARE(statusOf(m_transport->send(request, {})), 200);
                const SeenRequest seen = server.requests().back();
                QCOMPARE(seen.method, std::string(method));
                QCOMPARE(seen.body, std::string(each == &body ? "b" : ""));
                if (each != nullptr) {
                    QCOMPARE(seen.header("content-length"), std::string(each == &body ? "1" : "0"));
                }
            }
        }
        QCOMPARE(server.connections(), 1);
    }

    void chunksAreJoined()
    {
        QCOMPARE(bodyOf(got("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n")),
                 std::string("abcdefg"));
    }

    void anAnswerThatIsNotWholeIsNone_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("half a header") << QByteArray("HTTP/1.1 200 OK\r\nContent-Le");
        QTest::newRow("no body") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        QTest::newRow("cut") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcd");
        QTest::newRow("cut refusal")
            << QByteArray("HTTP/1.1 404 No\r\nContent-Length: 5\r\n\r\nabcd");
        QTest::newRow("no length") << QByteArray("HTTP/1.1 200 OK\r\n\r\nabcd");
        QTest::newRow("no HTTP") << QByteArray("SSH-2.0-OpenSSH_9.2\r\n\r\n");
        QTest::newRow("no number")
            << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nabcde");
    }
    void anAnswerThatIsNotWholeIsNone()
    {
        QFETCH(QByteArray, bytes);
        const auto response = got(bytes.toStdString());
        QVERIFY2(isUnavailable(response), std::to_string(statusOf(response)).c_str());
        QVERIFY(!response.error().next.source.empty());
    }

    /// It may come as whole all the same: then it does not say that it is.
    void cutChunksAreNoAnswerThatSaysItsLength_data()
    {
        QTest::addColumn<QByteArray>("chunks");
        QTest::newRow("none") << QByteArray();
        QTest::newRow("half") << QByteArray("5\r\nabc");
        QTest::newRow("not the last") << QByteArray("5\r\nabcde\r\n");
    }
    void cutChunksAreNoAnswerThatSaysItsLength()
    {
        QFETCH(QByteArray, chunks);
        const auto response =
            got("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks.toStdString());
        QVERIFY(response.ok() ? !response.value().saidItsLength() : isUnavailable(response));
    }

    void whatIsBehindAnAnswerBelongsToNoOther()
    {
        const ScriptedServer server([](const SeenRequest& request) {
            ScriptedAnswer answer = answered(200, request.target);
            if (request.target == "/long") {
                answer.bytes += "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";
            }
            return answer;
        });
        QCOMPARE(bodyOf(get(server, "/long")), std::string("/long"));
        QCOMPARE(bodyOf(get(server, "/next")), std::string("/next"));
    }

    void noRedirectIsFollowed()
    {
        const ScriptedServer other([](const SeenRequest&) { return answered(200, "stolen"); });
        const ScriptedServer server([&](const SeenRequest&) {
            return answered(302, "go", {"Location: " + other.url("/")});
        });
        const auto response = m_transport->send(
            {.url = server.url("/"), .headers = {{"authorization", "Basic x"}}}, {});
        QCOMPARE(statusOf(response), 302);
        QCOMPARE(response.value().header("location"), other.url("/"));
        QCOMPARE(other.connections(), 0);
    }

    void moreThanWasAskedForIsRefused()
    {
        const ScriptedServer server(
            [](const SeenRequest&) { return answered(200, std::string(3'000'001, 'm')); });
        HttpRequest request{.url = server.url("/"), .limits = {.bodyBytes = 3'000'000}};
        QVERIFY(isUnavailable(m_transport->send(request, {})));
        request.limits.bodyBytes = 3'000'001;
        QCOMPARE(bodyOf(m_transport->send(request, {})).size(), std::size_t{3'000'001});
    }

    void addressesGoOutAsTheyAre_data()
    {
        QTest::addColumn<QByteArray>("target");
        for (const char* target :
             {"/a%2Bb+c", "/a%20b", "/%C3%A4/%E4", "/a//b///", "/a%2Fb", "/~x/-._", "/a%25b%2525",
              "/!$&'()*,;=:@", "/%21%24%26%27%28%29%2A%2C%3B%3D%3A%40", "/a?x=%2F&y=a%2Bb+c&z",
              "/a?b=c%3Dd%26e&prefix=", "/%5B%5D%7B%7D%7C%5C%5E%60%3C%3E%22%23%3F"}) {
            QTest::newRow(target) << QByteArray(target);
        }
    }
    void addressesGoOutAsTheyAre()
    {
        QFETCH(QByteArray, target);
        const ScriptedServer server([](const SeenRequest&) { return answered(200); });
        QCOMPARE(statusOf(get(server, target.toStdString())), 200);
        QCOMPARE(QByteArray::fromStdString(server.requests().front().target), target);
    }

    void anAddressThatWouldChangeIsRefused_data()
    {
        QTest::addColumn<QByteArray>("target");
        for (const char* target : {"", "/./a", "/a/../b", "/%2E%2E/a", "/%7E", "/%41", "/%e4",
                                   "/a b", "/\xC3\xA4", "/%zz", "/a?b=%41", "/a#b"}) {
            QTest::newRow(target) << QByteArray(target);
        }
    }
    void anAddressThatWouldChangeIsRefused()
    {
        QFETCH(QByteArray, target);
        const ScriptedServer server([](const SeenRequest&) { return answered(200); });
        const auto response = get(server, target.toStdString());
        QVERIFY2(!response.ok(),
                 server.requests().empty() ? "" : server.requests().front().target.c_str());
        QVERIFY(response.error().code == ErrorCode::Usage);
        QCOMPARE(server.connections(), 0);
    }

    void sendsTheHeadersOfTheRequestAndFewMore()
    {
        const ScriptedServer server([](const SeenRequest&) {
            return answered(200, "packed", {"Set-Cookie: a=b", "Content-Encoding: gzip"});
        });
        const HttpRequest request{.url = server.url("/"),
                                  .headers = {{"range", "bytes=0-5"}, {"x-odd", "a=b, c"}}};
        QCOMPARE(bodyOf(m_transport->send(request, {})), std::string("packed"));
        QCOMPARE(bodyOf(m_transport->send(request, {})), std::string("packed"));
        for (const SeenRequest& seen : server.requests()) {
            QCOMPARE(seen.header("host"), "127.0.0.1:" + std::to_string(server.port()));
            QCOMPARE(seen.header("accept-encoding"), std::string("identity"));
            QCOMPARE(seen.header("range"), std::string("bytes=0-5"));
            QCOMPARE(seen.header("x-odd"), std::string("a=b, c"));
            QCOMPARE(seen.headers.count("cookie"), std::size_t{0});
            QCOMPARE(seen.headers.count("authorization"), std::size_t{0});
            QCOMPARE(seen.header("user-agent"), std::string("Tidemark"));
        }
    }

    void sendsABodyAsItIs()
    {
        std::string bytes;
        for (int i = 0; i < 5'000'000; ++i) {
            bytes += static_cast<char>(i * 3);
        }
        const ScriptedServer server([](const SeenRequest&) { return answered(201); });
        const MemorySource body(bytes);
        const HttpRequest request{.method = "PUT", .url = server.url("/"), .body = &body};
        QCOMPARE(statusOf(m_transport->send(request, {})), 201);
        QVERIFY(server.requests().front().body == bytes);
    }

    void whatABodyFailsWithIsTheResult()
    {
        const Error torn{.code = ErrorCode::Damaged, .what = {TIDEMARK_TEXT("test", "torn")}};
        const ScriptedServer server([](const SeenRequest&) { return answered(201); });
        const ShortSource body(torn);
        const HttpRequest request{.method = "PUT", .url = server.url("/"), .body = &body};
        QElapsedTimer elapsed;
        elapsed.start();
        QVERIFY(m_transport->send(request, {}).error() == torn);
        QVERIFY(elapsed.elapsed() < 2000);
        QVERIFY(server.requests().empty());
    }

    void aBodyThatEndsEarlyIsAFailure()
    {
        const ScriptedServer server([](const SeenRequest&) { return answered(201); });
        const ShortSource body({});
        const HttpRequest request{.method = "PUT", .url = server.url("/"), .body = &body};
        QElapsedTimer elapsed;
        elapsed.start();
        const auto response = m_transport->send(request, {});
        QVERIFY(!response.ok());
        QVERIFY(response.error().code == ErrorCode::Io);
        QVERIFY(elapsed.elapsed() < 2000);
    }

    /// The answer itself is not seen: Qt does not look before all is sent.
    void aServerThatTakesAPartOfTheBodyIsNamed()
    {
        const ScriptedServer server(
            [](const SeenRequest&) {
                ScriptedAnswer full = answered(507, "full", {"Connection: close"});
                full.then = Then::Close;
                return full;
            },
            {.leavesBodies = true});
        const MemorySource body(std::string(20'000'000, 'b'));
        const HttpRequest request{.method = "PUT", .url = server.url("/"), .body = &body};
        const auto response = m_transport->send(request, {});
        QVERIFY(isUnavailable(response));
        QCOMPARE(inEnglish(response.error().what),
                 "127.0.0.1:" + std::to_string(server.port()) +
                     " took a part of what was sent, and no more.");
    }

    void aBodyIsSentAgainWhenAKeptConnectionWasClosed()
    {
        const ScriptedServer server([](const SeenRequest& request) {
            // The connection dies with the request on its way.
            return request.connection == 1 && request.method == "PUT"
                       ? ScriptedAnswer{.then = Then::Close}
                       : answered(201);
        });
        QCOMPARE(statusOf(get(server)), 201);
        const std::string bytes(1'000'000, 'k');
        const MemorySource body(bytes);
        const HttpRequest request{.method = "PUT", .url = server.url("/"), .body = &body};
        QCOMPARE(statusOf(m_transport->send(request, {})), 201);
        QCOMPARE(server.connections(), 2);
        QVERIFY(server.requests().back().body == bytes);
    }

    void manyThreadsMaySendAtOnce()
    {
        const ScriptedServer server(
            [](const SeenRequest& request) { return answered(200, request.target); });
        std::atomic<int> right = 0;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 32; ++i) {
                threads.emplace_back([&, i] {
                    const std::string path = "/" + std::to_string(i);
                    right += bodyOf(get(server, path)) == path ? 1 : 0;
                });
            }
        }
        QCOMPARE(right.load(), 32);
        QVERIFY(server.connections() <= 8);
    }

    void whoIsStoppedWhileWaitingForHisTurnTakesNobodyElses()
    {
        const ScriptedServer server([](const SeenRequest& request) {
            return request.target == "/held" ? ScriptedAnswer{} : answered(200);
        });
        std::stop_source held;
        std::stop_source waiting;
        std::atomic<int> cancelledOnes = 0;
        std::atomic<int> right = 0;
        {
            std::vector<std::jthread> threads;
            const auto begin = [&](const char* path, const std::stop_token& stop) {
                threads.emplace_back([&, path, stop] {
                    const auto response = m_transport->send({.url = server.url(path)}, stop);
                    right += statusOf(response) == 200 ? 1 : 0;
                    cancelledOnes +=
                        !response.ok() && response.error().code == ErrorCode::Cancelled ? 1 : 0;
                });
            };
            for (int i = 0; i < 8; ++i) {
                begin("/held", held.get_token());
            }
            QVERIFY(server.waitForRequests(8));
            for (int i = 0; i < 8; ++i) {
                begin("/never", waiting.get_token());
                begin("/later", {});
            }
            waiting.request_stop();
            held.request_stop();
        }
        QCOMPARE(right.load(), 8);
        QCOMPARE(cancelledOnes.load(), 16);
    }

    void allThreadsEndWithIt()
    {
        const QDir tasks("/proc/self/task");
        const auto count = [&tasks] { return QDir(tasks.path()).entryList(QDir::Dirs).size(); };
        const ScriptedServer server([](const SeenRequest&) { return answered(200); });
        const auto before = count();
        {
            const auto transport = makeQtHttpTransport();
            for (int i = 0; i < 3; ++i) {
                QCOMPARE(statusOf(transport->send({.url = server.url("/")}, {})), 200);
            }
            QVERIFY(count() > before);
        }
        // One of an earlier test may have ended as well.
        QTRY_VERIFY(count() <= before);
    }
};

QTEST_GUILESS_MAIN(TestQtHttpTransport)
#include "tst_qt_http_transport.moc"
