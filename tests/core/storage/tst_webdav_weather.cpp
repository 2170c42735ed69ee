#include "core/net/retrying_transport.h"
#include "core/storage/throttled_storage.h"
#include "core/storage/webdav_storage.h"
#include "tests/support/hurried_clock.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/storage_contract.h"

#include <QTest>

#include <mutex>

using namespace tidemark;
using namespace tidemark::net;
using namespace tidemark::storage;
using namespace std::chrono_literals;

namespace {

/// "PUT /a/b" of what was asked.
std::string lineOf(const HttpRequest& request)
{
    const auto path = request.url.find('/', request.url.find("://") + 3);
    return request.method + ' ' + request.url.substr(path);
}

HttpResponse answer(int status, const std::string& body = {},
                    std::map<std::string, std::string> headers = {})
{
    const auto bytes = std::as_bytes(std::span(body));
    return {.status = status, .headers = std::move(headers), .body = {bytes.begin(), bytes.end()}};
}

std::string folderSaid(const std::string& href)
{
    return "<response><href>" + href +
           "</href><propstat><prop><resourcetype><collection/></resourcetype></prop>"
           "<status>HTTP/1.1 200 OK</status></propstat></response>";
}

std::string fileSaid(const std::string& href)
{
    return "<response><href>" + href +
           "</href><propstat><prop><resourcetype/><getcontentlength>10</getcontentlength></prop>"
           "<status>HTTP/1.1 200 OK</status></propstat></response>";
}

HttpResponse multistatus(const std::string& inner)
{
    return answer(207, "<multistatus xmlns=\"DAV:\">" + inner + "</multistatus>",
                  {{"content-type", "application/xml"}});
}

/// Answers as a server with one empty folder does, but for what a test has set.
class Weather final : public HttpTransport {
public:
    using Answers = std::function<std::optional<Result<HttpResponse>>(const HttpRequest&)>;

    [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request,
                                            std::stop_token stop) override
    {
        if (stop.stop_requested()) {
            return cancelled();
        }
        note(request);
        if (const auto special = answers ? answers(request) : std::nullopt) {
            return *special;
        }
        const std::string path = lineOf(request).substr(request.method.size() + 1);
        if (request.method == "PROPFIND") {
            return path.ends_with('/') ? multistatus(folderSaid(path)) : answer(404);
        }
        return answer(request.method == "DELETE" ? 204 : 201, "",
                      {{"date", "Thu, 26 Nov 2026 18:20:50 GMT"}});
    }

    [[nodiscard]] std::vector<std::string> lines(const std::string& method) const
    {
        const std::scoped_lock lock(m_mutex);
        std::vector<std::string> found;
        for (const HttpRequest& each : asked) {
            if (each.method == method) {
                found.push_back(lineOf(each));
            }
        }
        return found;
    }

    void forget()
    {
        answers = {};
        asked.clear();
    }

    Answers answers = {};
    std::vector<HttpRequest> asked = {};

private:
    // Who reads ahead asks from several threads.
    void note(const HttpRequest& request)
    {
        const std::scoped_lock lock(m_mutex);
        asked.push_back(request);
        asked.back().body = nullptr;
    }

    mutable std::mutex m_mutex;
};

const StorageAddress kAddress{
    .kind = StorageKind::WebDav, .path = "/r", .host = "cloud.test", .user = "tide"};

}  // namespace

class TestWebDavWeather : public QObject {
    Q_OBJECT

    HurriedClock m_clock{100};
    SeededRandom m_random{3};
    Weather m_weather;
    RetryingTransport m_http{m_weather, m_clock, m_random};

    WebDavStorage open(const StorageAddress& address = kAddress)
    {
        return {m_http, m_clock, m_random, address, Secret("s3cret")};
    }

    static Status listed(const Storage& storage)
    {
        return storage.list("", [](const auto&) { return Listing::Continue; }, {});
    }

private slots:
    void init() { m_weather.forget(); }

    void whatAListingFailsWithIsSaid_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("location");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("text");
        const auto row = [](const char* name, int status, const char* type, const char* location,
                            ErrorCode code, const char* text) {
            QTest::newRow(name) << status << QByteArray(type) << QByteArray(location)
                                << static_cast<int>(code) << QByteArray(text);
        };
        row("login", 401, "", "", ErrorCode::Credentials, "refuses the login of tide");
        row("rights", 403, "", "", ErrorCode::Forbidden, "does not permit it");
        row("nowhere", 404, "", "", ErrorCode::NotFound, "is not there");
        row("no WebDAV", 405, "text/html", "", ErrorCode::TargetRefused, "is no WebDAV folder");
        row("no method", 501, "", "", ErrorCode::TargetRefused, "is no WebDAV folder");
        row("a page", 200, "text/html", "", ErrorCode::Unavailable, "answers with a web page");
        row("a file", 200, "text/plain", "", ErrorCode::TargetRefused, "is no WebDAV folder");
        row("no XML", 207, "application/xml", "", ErrorCode::Unavailable, "no listing");
        row("a page as it", 207, "text/html", "", ErrorCode::Unavailable, "a web page");
        row("locked", 423, "", "", ErrorCode::Unavailable, "has locked something");
        row("full", 507, "", "", ErrorCode::NoSpace, "has no room left");
        row("broken", 500, "", "", ErrorCode::Unavailable, "answers with the failure 500");
        row("elsewhere", 302, "", "http://evil.test/x?y", ErrorCode::Unavailable,
            "sends us to evil.test.");
        row("TLS", 301, "", "https://cloud.test/r/", ErrorCode::Unavailable, "over TLS only");
        row("proxy", 407, "", "", ErrorCode::Unavailable, "proxy on the way");
    }
    void whatAListingFailsWithIsSaid()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, location);
        QFETCH(int, code);
        QFETCH(QByteArray, text);
        m_weather.answers = [&](const HttpRequest&) {
            return answer(
                status, "said",
                {{"content-type", type.toStdString()}, {"location", location.toStdString()}});
        };
        StorageAddress address = kAddress;
        address.secure = false;
        const auto failure = listed(open(address));
        QVERIFY(!failure.ok());
        QCOMPARE(static_cast<int>(failure.error().code), code);
        const std::string what = inEnglish(failure.error().what);
        QVERIFY2(what.find(text.toStdString()) != std::string::npos, what.c_str());
        QVERIFY(!failure.error().next.source.empty());
        QVERIFY((what + inEnglish(failure.error().next)).find("s3cret") == std::string::npos);
    }

    void whoNamesNoUserIsToldToDoSo()
    {
        m_weather.answers = [](const HttpRequest&) { return answer(401); };
        StorageAddress address = kAddress;
        address.user.clear();
        const auto failure = listed(open(address));
        QVERIFY(failure.error().code == ErrorCode::Credentials);
        QCOMPARE(inEnglish(failure.error().what),
                 std::string("webdavs://cloud.test/r asks for a login."));
        QCOMPARE(m_weather.asked.front().headers.count("authorization"), std::size_t{0});
    }

    void thePasswordIsSentAheadOnlyWhereNobodyReadsIt_data()
    {
        QTest::addColumn<QByteArray>("host");
        QTest::addColumn<bool>("secure");
        QTest::addColumn<bool>("ahead");
        QTest::newRow("TLS") << QByteArray("cloud.test") << true << true;
        QTest::newRow("loopback") << QByteArray("127.0.0.1") << false << true;
        QTest::newRow("loopback 6") << QByteArray("::1") << false << true;
        QTest::newRow("localhost") << QByteArray("localhost") << false << true;
        QTest::newRow("plain") << QByteArray("cloud.test") << false << false;
        QTest::newRow("a name") << QByteArray("127.0.0.1.cloud.test") << false << false;
    }
    void thePasswordIsSentAheadOnlyWhereNobodyReadsIt()
    {
        QFETCH(QByteArray, host);
        QFETCH(bool, secure);
        QFETCH(bool, ahead);
        StorageAddress address = kAddress;
        address.host = host.toStdString();
        address.secure = secure;
        QVERIFY(listed(open(address)).ok());
        const HttpRequest& request = m_weather.asked.front();
        QCOMPARE(request.headers.contains("authorization"), ahead);
        QCOMPARE(request.login.password, std::string(ahead ? "" : "s3cret"));
    }

    void aServerThatAsksForDigestGetsNoMoreBasic()
    {
        m_weather.answers = [](const HttpRequest& request) {
            return request.login.user.empty()
                       ? std::optional<Result<HttpResponse>>(answer(
                             401, "", {{"www-authenticate", "Digest realm=\"x\", nonce=\"y\""}}))
                       : std::nullopt;
        };
        const auto storage = open();
        QVERIFY(listed(storage).ok());
        QVERIFY(listed(storage).ok());
        QCOMPARE(m_weather.asked.size(), std::size_t{3});
        QVERIFY(!m_weather.asked.back().headers.contains("authorization"));
    }

    void aServerWithoutRangesIsReadAllTheSame()
    {
        m_weather.answers = [](const HttpRequest&) {
            return answer(200, "0123456789", {{"content-length", "10"}});
        };
        auto storage = open();
        QCOMPARE(contract::textOf(storage, "x"), std::string("0123456789"));
        QCOMPARE(contract::textOf(storage, "x", 3, 4), std::string("3456"));
        QCOMPARE(contract::textOf(storage, "x", 20, 4), std::string());
    }

    void aPieceThatWasNotAskedForIsRefused_data()
    {
        QTest::addColumn<QByteArray>("range");
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("none") << QByteArray() << QByteArray("3456");
        QTest::newRow("another") << QByteArray("bytes 2-5/10") << QByteArray("2345");
        QTest::newRow("shorter") << QByteArray("bytes 3-6/10") << QByteArray("345");
        QTest::newRow("longer") << QByteArray("bytes 3-6/10") << QByteArray("34567");
        QTest::newRow("no length") << QByteArray("bytes 3-6/*") << QByteArray("3456");
        QTest::newRow("beyond") << QByteArray("bytes 3-6/2") << QByteArray("3456");
        QTest::newRow("items") << QByteArray("items 3-6/10") << QByteArray("3456");
    }
    void aPieceThatWasNotAskedForIsRefused()
    {
        QFETCH(QByteArray, range);
        QFETCH(QByteArray, body);
        m_weather.answers = [&](const HttpRequest&) {
            return answer(206, body.toStdString(), {{"content-range", range.toStdString()}});
        };
        const auto reader = open().read("x", 3, 4, {});
        QVERIFY(!reader.ok());
        QVERIFY(reader.error().code == ErrorCode::Unavailable);
    }

    void whatIsThereIsNeverMovedOnto()
    {
        m_weather.answers = [](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
            return lineOf(request) == "PROPFIND /r/a/b"
                       ? std::optional<Result<HttpResponse>>(multistatus(fileSaid("/r/a/b")))
                       : std::nullopt;
        };
        auto storage = open();
        const auto outcome = storage.write("a/b", MemorySource("1"), {}, {});
        QVERIFY(outcome.ok() && outcome.value() == WriteOutcome::AlreadyThere);
        QVERIFY(m_weather.lines("MOVE").empty());
        QCOMPARE(m_weather.lines("DELETE").size(), std::size_t{1});
    }

    void aMoveWhoseAnswerWasLostFindsItsOwn()
    {
        bool isMoved = false;
        m_weather.answers = [&](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
            if (request.method == "MOVE") {
                const auto result = isMoved ? Result(answer(404))
                                            : Error{.code = ErrorCode::Unavailable,
                                                    .what = {TIDEMARK_TEXT("test", "lost")}};
                isMoved = true;
                return result;
            }
            if (isMoved && lineOf(request) == "PROPFIND /r/x") {
                return multistatus(fileSaid("/r/x"));
            }
            return {};
        };
        auto storage = open();
        const auto outcome = storage.write("x", MemorySource("1"), {}, {});
        QVERIFY(outcome.ok() && outcome.value() == WriteOutcome::AlreadyThere);
    }

    void whatIsHalfDoneIsNotDone_data()
    {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<int>("status");
        for (const char* method : {"MKCOL", "PUT", "MOVE", "DELETE"}) {
            for (const int status : {202, 207}) {
                QTest::addRow("%s %d", method, status) << QByteArray(method) << status;
            }
        }
    }
    void whatIsHalfDoneIsNotDone()
    {
        QFETCH(QByteArray, method);
        QFETCH(int, status);
        m_weather.answers = [&](const HttpRequest& request) {
            return request.method == method.toStdString()
                       ? std::optional<Result<HttpResponse>>(answer(status))
                       : std::nullopt;
        };
        auto storage = open();
        const auto failure = method == "DELETE"
                                 ? storage.remove(std::vector<std::string>{"x"}, {})
                                 : Status(storage.write("x", MemorySource("1"), {}, {}).error());
        QVERIFY(!failure.ok());
        QCOMPARE(failure.error().code, ErrorCode::Unavailable);
    }

    void aFolderThatNoParentHelpsIsGivenUp()
    {
        m_weather.answers = [](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
            if (request.method != "MKCOL") {
                return {};
            }
            return answer(lineOf(request) == "MKCOL /r/" ? 405 : 409);
        };
        auto storage = open();
        QVERIFY(!storage.write("x", MemorySource("1"), {}, {}).ok());
        QCOMPARE(m_weather.lines("MKCOL"),
                 (std::vector<std::string>{"MKCOL /r/.tidemark-tmp/", "MKCOL /r/",
                                           "MKCOL /r/.tidemark-tmp/"}));
    }

    void aRootThatWentIsNotMadeAnew()
    {
        auto storage = open();
        QVERIFY(contract::put(storage, "x", "1"));
        const auto made = m_weather.lines("MKCOL").size();
        m_weather.answers = [](const HttpRequest& request) {
            return answer(request.method == "PROPFIND" || request.method == "GET" ? 404 : 409);
        };
        for (int i = 0; i < 2; ++i) {
            QCOMPARE(storage.write("y", MemorySource("2"), {}, {}).error().code,
                     ErrorCode::Unavailable);
            QCOMPARE(listed(storage).error().code, ErrorCode::Unavailable);
            QCOMPARE(storage.find("x", {}).error().code, ErrorCode::Unavailable);
            QCOMPARE(storage.read("x", 0, 1, {}).error().code, ErrorCode::Unavailable);
        }
        QCOMPARE(m_weather.lines("MKCOL").size(), made);
    }

    void whatARootThatWentHeldWasNotRemoved()
    {
        auto storage = open();
        QVERIFY(listed(storage).ok());
        const std::vector<std::string> names{"x", "y"};
        m_weather.answers = [](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
            return request.method == "DELETE" ? std::optional(Result(answer(404))) : std::nullopt;
        };
        QVERIFY(storage.remove(names, {}).ok());
        m_weather.answers = [](const HttpRequest&) { return answer(404); };
        const Status removed = storage.remove(names, {});
        QVERIFY(!removed.ok());
        QCOMPARE(removed.error().code, ErrorCode::Unavailable);
    }

    void aRootThatWasListedIsNotMadeAnew()
    {
        auto storage = open();
        QVERIFY(listed(storage).ok());
        m_weather.answers = [](const HttpRequest& request) {
            return answer(request.method == "PROPFIND" || request.method == "GET" ? 404 : 409);
        };
        QCOMPARE(storage.write("y", MemorySource("2"), {}, {}).error().code,
                 ErrorCode::Unavailable);
        QCOMPARE(m_weather.lines("MKCOL"), std::vector<std::string>{"MKCOL /r/.tidemark-tmp/"});
    }

    void anotherDiskInItsPlaceIsSaidOnce()
    {
        auto storage = open();
        QVERIFY(contract::put(storage, "x", "1"));
        m_weather.answers = [this](const HttpRequest& request) {
            const bool isMissing = request.method == "PUT" && m_weather.lines("MKCOL").size() < 2;
            return isMissing ? std::optional<Result<HttpResponse>>(answer(409)) : std::nullopt;
        };
        QCOMPARE(storage.write("y", MemorySource("2"), {}, {}).error().code,
                 ErrorCode::Unavailable);
        QVERIFY(contract::put(storage, "y", "2"));
    }

    void aPageIsNoObject()
    {
        m_weather.answers = [](const HttpRequest&) {
            return answer(200, "<html>log in</html>", {{"content-type", "text/html"}});
        };
        QCOMPARE(open().read("x", 0, 100, {}).error().code, ErrorCode::Unavailable);
    }

    void piecesOfTwoVersionsAreNoObject()
    {
        m_weather.answers = [this](const HttpRequest& request) -> Result<HttpResponse> {
            const bool isFirst = m_weather.asked.size() == 1;
            if (const auto wanted = request.headers.find("if-match");
                wanted != request.headers.end() && wanted->second != "\"2\"") {
                return answer(412);
            }
            const std::string range = request.headers.at("range").substr(6);
            const auto dash = range.find('-');
            const std::uint64_t from = std::stoull(range);
            const std::uint64_t total = 20 << 20;
            const auto last =
                std::min<std::uint64_t>(std::stoull(range.substr(dash + 1)), total - 1);
            return answer(
                206, std::string(last + 1 - from, 'x'),
                {{"etag", isFirst ? "\"1\"" : "\"2\""},
                 {"content-range", "bytes " + std::to_string(from) + '-' + std::to_string(last) +
                                       '/' + std::to_string(total)}});
        };
        auto storage = open();
        auto reader = storage.read("x", 0, kToTheEnd, {});
        QVERIFY(reader.ok());
        std::vector<std::byte> piece(1 << 20);
        auto got = reader.value()->read(piece);
        while (got.ok() && got.value() > 0) {
            got = reader.value()->read(piece);
        }
        QVERIFY(!got.ok());
        QCOMPARE(got.error().code, ErrorCode::Unavailable);
    }

    void aSourceThatChangesItsLengthIsNotSent_data()
    {
        QTest::addColumn<int>("said");
        QTest::newRow("less") << 3;
        QTest::newRow("more") << 5;
    }
    void aSourceThatChangesItsLengthIsNotSent()
    {
        class Odd final : public ByteSource {
        public:
            explicit Odd(std::uint64_t said) : m_said(said) {}
            [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override { return m_said; }
            [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
            {
                return m_source.open();
            }

        private:
            std::uint64_t m_said = 0;
            MemorySource m_source{"1234"};
        };
        QFETCH(int, said);
        m_weather.answers = [](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
            if (request.method != "PUT") {
                return {};
            }
            const auto reader = request.body->open();
            std::vector<std::byte> bytes(*request.body->sizeBytes());
            for (std::size_t done = 0; done < bytes.size();) {
                const auto got = reader.value()->read(std::span(bytes).subspan(done));
                if (!got.ok()) {
                    return got.error();
                }
                done += got.value();
            }
            return {};
        };
        auto storage = open();
        const Odd source(static_cast<std::uint64_t>(said));
        QCOMPARE(storage.write("x", source, {}, {}).error().code, ErrorCode::Io);
    }

    void aBodyOfUnknownLengthGoesThroughALimitOnce()
    {
        class Nameless final : public ByteSource {
        public:
            [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override { return {}; }
            [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
            {
                return m_source.open();
            }

        private:
            MemorySource m_source{std::string(1'000'000, 'n')};
        };
        m_weather.answers = [](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
            if (request.method == "PUT") {
                const auto reader = request.body->open();
                std::vector<std::byte> piece(1 << 16);
                while (reader.value()->read(piece).value() > 0) {}
            }
            return {};
        };
        SimulatedClock clock;
        ThrottledStorage storage(
            std::make_unique<WebDavStorage>(m_http, m_clock, m_random, kAddress, Secret("s3cret")),
            clock, 1'000'000, 0);
        const auto before = clock.monotonic();
        QVERIFY(storage.write("x", Nameless(), {}, {}).ok());
        QVERIFY(clock.monotonic() - before > 900ms && clock.monotonic() - before < 1100ms);
    }

    void whoStopsWaitsForNoTidying()
    {
        auto storage = open();
        std::stop_source stop;
        {
            const auto staged = storage.stage("x", MemorySource("1"), {}, stop.get_token());
            QVERIFY(staged.ok());
            stop.request_stop();
        }
        QVERIFY(m_weather.lines("DELETE").empty());
        QVERIFY(contract::put(storage, "y", "1"));
        QCOMPARE(m_weather.lines("DELETE").size(), std::size_t{1});
    }

    void whoEndsLeavesNothing()
    {
        {
            auto storage = open();
            std::stop_source stop;
            const auto staged = storage.stage("x", MemorySource("1"), {}, stop.get_token());
            QVERIFY(staged.ok());
            stop.request_stop();
        }
        QCOMPARE(m_weather.lines("DELETE").size(), std::size_t{1});
    }

    void whatFailedToBeTidiedIsTidiedBehindTheFirstThatIsSent()
    {
        int answered = 0;
        // The answer to the first body, and the one to its tidying, are lost.
        m_weather.answers = [&](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
            const bool isLost = request.method == "PUT"      ? answered++ < 1
                                : request.method == "DELETE" ? answered++ < 2
                                                             : false;
            return isLost ? std::optional<Result<HttpResponse>>(
                                Error{.code = ErrorCode::Unavailable,
                                      .what = {TIDEMARK_TEXT("test", "silent")}})
                          : std::nullopt;
        };
        WebDavStorage storage{m_weather, m_clock, m_random, kAddress, Secret("s3cret")};
        QVERIFY(!contract::put(storage, "x", "1"));
        QVERIFY(contract::put(storage, "x", "1"));
        const auto tidied = m_weather.lines("DELETE");
        QCOMPARE(tidied.size(), std::size_t{2});
        QCOMPARE(tidied[0], tidied[1]);
    }

    void tidyingIsNotTriedAgain()
    {
        auto storage = open();
        const MemorySource source("1");
        std::vector<std::unique_ptr<StagedObject>> staged;
        for (const char* name : {"a", "b", "c"}) {
            staged.push_back(storage.stage(name, source, {}, {}).value());
        }
        m_weather.answers = [](const HttpRequest&) {
            return Error{.code = ErrorCode::Unavailable, .what = {TIDEMARK_TEXT("test", "silent")}};
        };
        staged.clear();
        QCOMPARE(m_weather.lines("DELETE").size(), std::size_t{1});
    }

    void aServerThatIsSilentIsNotAskedToTidyUp()
    {
        auto storage = open();
        {
            const MemorySource source("1");
            std::vector<std::unique_ptr<StagedObject>> staged;
            for (const char* name : {"a", "b", "c"}) {
                staged.push_back(storage.stage(name, source, {}, {}).value());
            }
            m_weather.answers = [](const HttpRequest&) {
                return Error{.code = ErrorCode::Unavailable,
                             .what = {TIDEMARK_TEXT("test", "silent")}};
            };
            std::vector<StagedObject*> all{staged[0].get(), staged[1].get(), staged[2].get()};
            QCOMPARE(storage.publish(all, {}).error().code, ErrorCode::Unavailable);
        }
        QVERIFY(m_weather.lines("DELETE").empty());
        m_weather.answers = {};
        QVERIFY(contract::put(storage, "y", "1"));
        QCOMPARE(m_weather.lines("DELETE").size(), std::size_t{3});
    }

    void whatSomebodyTookAwayIsNotWritten()
    {
        m_weather.answers = [](const HttpRequest& request) {
            return request.method == "MOVE" ? std::optional<Result<HttpResponse>>(answer(404))
                                            : std::nullopt;
        };
        auto storage = open();
        const auto outcome = storage.write("x", MemorySource("1"), {}, {});
        QVERIFY(!outcome.ok());
        QVERIFY(outcome.error().code == ErrorCode::Unavailable);
    }

    void movesWithoutOverwriting()
    {
        auto storage = open();
        QVERIFY(contract::put(storage, "a b/c", "1",
                              Timestamp(std::chrono::milliseconds(1'700'000'000'999))));
        const auto found = std::ranges::find(m_weather.asked, "MOVE", &HttpRequest::method);
        QVERIFY(found != m_weather.asked.end());
        QCOMPARE(found->headers.at("overwrite"), std::string("F"));
        QCOMPARE(found->headers.at("destination"), std::string("https://cloud.test/r/a%20b/c"));
        const auto put = std::ranges::find(m_weather.asked, "PUT", &HttpRequest::method);
        QVERIFY(lineOf(*put).starts_with("PUT /r/.tidemark-tmp/"));
        QCOMPARE(put->headers.at("x-oc-mtime"), std::string("1700000000"));
        // Each folder is made once.
        const auto made = m_weather.lines("MKCOL").size();
        QVERIFY(contract::put(storage, "a b/d", "1"));
        QCOMPARE(m_weather.lines("MKCOL").size(), made);
    }

    void aFullServerSaysSoAndNothingStays()
    {
        m_weather.answers = [](const HttpRequest& request) {
            return request.method == "PUT" ? std::optional<Result<HttpResponse>>(answer(507))
                                           : std::nullopt;
        };
        auto storage = open();
        QVERIFY(storage.write("x", MemorySource("1"), {}, {}).error().code == ErrorCode::NoSpace);
        m_weather.answers = {};
        QVERIFY(contract::put(storage, "y", "1"));
        QCOMPARE(m_weather.lines("DELETE").size(), std::size_t{1});
    }

    void leftoversOfTwoDaysAreCleared()
    {
        // 1795717250 is the server's time.
        const std::string folder = "/r/.tidemark-tmp/";
        const std::string old = folder + "006b0559c2-0123456789abcdef";
        const std::string young = folder + "006b07fcc2-0123456789abcdef";
        m_weather.answers = [&](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
            if (lineOf(request) != "PROPFIND " + folder) {
                return {};
            }
            return multistatus(folderSaid(folder) + fileSaid(old) + fileSaid(young) +
                               fileSaid(folder + "somebody's"));
        };
        auto storage = open();
        QVERIFY(contract::put(storage, "x", "1"));
        QCOMPARE(m_weather.lines("DELETE"), std::vector<std::string>{"DELETE " + old});
    }

    void aRootThatGoesMeanwhileIsNoShortListing()
    {
        m_weather.answers = [](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
            const bool isFirst =
                request.headers.at("depth") == "1" && lineOf(request) == "PROPFIND /r/";
            return isFirst ? multistatus(folderSaid("/r/") + folderSaid("/r/a/")) : answer(404);
        };
        const auto failure = listed(open());
        QVERIFY(!failure.ok());
        QVERIFY(failure.error().code == ErrorCode::NotFound);
    }

    void asksOnlyFoldersThatMayHoldThePrefix()
    {
        m_weather.answers = [](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
            const std::string path = lineOf(request).substr(9);
            std::string inner = folderSaid(path);
            for (const char* name : {"aa/", "ab/", "b/"}) {
                inner += path.size() < 8 ? folderSaid(path + name) : fileSaid(path + "f");
            }
            return multistatus(inner);
        };
        auto storage = open();
        contract::namesOf(storage, "ab/a");
        QCOMPARE(m_weather.lines("PROPFIND"),
                 (std::vector<std::string>{"PROPFIND /r/ab/", "PROPFIND /r/ab/aa/",
                                           "PROPFIND /r/ab/ab/"}));
    }
};

QTEST_APPLESS_MAIN(TestWebDavWeather)
#include "tst_webdav_weather.moc"
