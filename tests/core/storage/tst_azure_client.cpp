#include "core/base/memory_stream.h"
#include "core/net/no_answer.h"
#include "core/net/retrying_transport.h"
#include "core/storage/azure_storage.h"
#include "tests/support/generated_source.h"
#include "tests/support/simulated_clock.h"

#include <QTest>

#include <algorithm>
#include <functional>
#include <mutex>
#include <vector>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

/// Answers as a test says, and notes what was asked.
class Scripted final : public net::HttpTransport {
public:
    std::function<Result<net::HttpResponse>(const net::HttpRequest&)> answer;
    std::vector<net::HttpRequest> asked;

    [[nodiscard]] Result<net::HttpResponse> send(const net::HttpRequest& request,
                                                 std::stop_token /*stop*/) override
    {
        const std::scoped_lock lock(m_mutex);
        asked.push_back(request);
        asked.back().body = nullptr;
        return answer(request);
    }

private:
    std::mutex m_mutex;  // Guards asked.
};

net::HttpResponse azure(int status, std::map<std::string, std::string> headers = {},
                        const std::string& body = {})
{
    headers["x-ms-request-id"] = "1";
    const auto bytes = std::as_bytes(std::span(body.data(), body.size()));
    return {.status = status,
            .headers = std::move(headers),
            .body = std::vector<std::byte>(bytes.begin(), bytes.end())};
}

net::HttpResponse azureError(int status, const std::string& code)
{
    return azure(status, {{"x-ms-error-code", code}});
}

net::HttpResponse listing(const std::string& blobs, const std::string& marker)
{
    return azure(200, {},
                 "<EnumerationResults ContainerName=\"backups\"><Blobs>" + blobs +
                     "</Blobs><NextMarker>" + marker + "</NextMarker></EnumerationResults>");
}

std::string blob(const std::string& name)
{
    return "<Blob><Name>" + name +
           "</Name><Properties><Content-Length>1</Content-Length></Properties></Blob>";
}

/// Gives another number of bytes than it says.
class Torn final : public ByteSource {
public:
    Torn(std::uint64_t said, std::uint64_t given) : m_said(said), m_given(given) {}

    [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override { return m_said; }
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
    {
        return m_given.open();
    }

private:
    std::uint64_t m_said;
    Generated m_given;
};

bool holds(const std::string& text, const char* part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace

class TestAzureClient : public QObject {
    Q_OBJECT

    SimulatedClock m_clock;
    SeededRandom m_random{1};
    Scripted m_http;
    net::RetryingTransport m_retrying{m_http, m_clock, m_random};
    AzureAccount m_account;
    std::unique_ptr<AzureStorage> m_storage;

    void open(const AzureAccount& account)
    {
        m_http.asked.clear();
        m_account = account;
        m_storage = std::make_unique<AzureStorage>(account, m_retrying, m_clock, m_random);
    }

    [[nodiscard]] Status listAll() const
    {
        return m_storage->list("", [](const auto&) { return Listing::Continue; }, {});
    }

    [[nodiscard]] Result<WriteOutcome> write(const std::string& text)
    {
        return m_storage->write("x", MemorySource(text), {}, {});
    }

private slots:
    void init()
    {
        open({.name = "acc",
              .container = "backups",
              .root = "notes/",
              .server = "https://acc.blob.core.windows.net",
              .key = Secret("key"),
              .place = "abs://acc@backups/notes"});
    }

    void asksWithASignatureOrWithAToken()
    {
        m_http.answer = [](const auto&) { return listing("", ""); };
        QVERIFY(listAll().ok());
        const net::HttpRequest byKey = m_http.asked.front();
        QVERIFY(byKey.headers.at("authorization").starts_with("SharedKey acc:"));
        QCOMPARE(byKey.url, std::string("https://acc.blob.core.windows.net/backups?comp=list&"
                                        "include=metadata&maxresults=5000&prefix=notes%2F&"
                                        "restype=container"));
        m_account.sasToken = Secret("sp=rl&sig=a%2Bb");
        open(m_account);
        QVERIFY(listAll().ok());
        QVERIFY(!m_http.asked.front().headers.contains("authorization"));
        QVERIFY(m_http.asked.front().url.ends_with("&sp=rl&sig=a%2Bb"));
    }

    void aWrongAccountIsAHostThatIsNotThere()
    {
        m_http.answer = [](const auto&) -> Result<net::HttpResponse> {
            return net::noSuchHost("h");
        };
        const Status listed = listAll();
        QVERIFY(!listed.ok() && listed.error().code == ErrorCode::Unavailable);
        QVERIFY(holds(inEnglish(listed.error().next), "\"acc\""));
    }

    void somebodyElsesAnswerIsNeverOneOfAzure()
    {
        for (const int status : {200, 201, 202, 206, 404}) {
            m_http.answer = [status](const auto&) { return net::HttpResponse{.status = status}; };
            const auto found = m_storage->find("x", {});
            QVERIFY(!found.ok() && found.error().code == ErrorCode::Unavailable);
            QVERIFY(!listAll().ok());
            QVERIFY(!write("1").ok());
            const auto read = m_storage->read("x", 0, 1, {});
            QVERIFY(!read.ok() && read.error().code == ErrorCode::Unavailable);
            const std::vector<std::string> names{"x"};
            QVERIFY(!m_storage->remove(names, {}).ok());
        }
    }

    void aCreationWhoseAnswerWasLostMeetsItself()
    {
        int sent = 0;
        m_http.answer = [&sent](const net::HttpRequest& request) {
            if (request.method == "HEAD") {
                return azure(200, {{"content-length", "1"}});
            }
            return ++sent == 1 ? azure(500) : azureError(409, "BlobAlreadyExists");
        };
        const auto written = write("1");
        QVERIFY(written.ok() && written.value() == WriteOutcome::AlreadyThere);
        QCOMPARE(sent, 2);
    }

    void whoMayOnlyCreateHearsThatItIsThere()
    {
        for (const char* code : {"UnauthorizedBlobOverwrite", "BlobImmutableDueToPolicy"}) {
            m_http.answer = [code](const net::HttpRequest& request) {
                return request.method == "HEAD" ? azure(200, {{"content-length", "1"}})
                                                : azureError(403, code);
            };
            const auto written = write("1");
            QVERIFY(written.ok() && written.value() == WriteOutcome::AlreadyThere);
        }
        m_http.answer = [](const auto&) {
            return azureError(409, "SnapshotOperationRateExceeded");
        };
        QVERIFY(!write("1").ok());
    }

    void whatBrokenUploadsLeftIsNoObject()
    {
        m_http.answer = [](const net::HttpRequest& request) {
            if (request.method == "HEAD") {
                return azureError(404, "BlobNotFound");
            }
            return holds(request.url, "comp=block") ? azure(201)
                                                    : azureError(409, "BlobAlreadyExists");
        };
        const auto written = write("1");
        QVERIFY(written.ok() && written.value() == WriteOutcome::Written);
        QCOMPARE(m_http.asked.size(), std::size_t{4});
        QCOMPARE(m_http.asked.back().headers.at("if-none-match"), std::string("*"));
    }

    void aBodyOfAnotherSizeThanItSaidMakesNoBlob_data()
    {
        QTest::addColumn<quint64>("said");
        QTest::addColumn<quint64>("given");
        QTest::newRow("shorter") << quint64{100} << quint64{99};
        QTest::newRow("longer") << quint64{100} << quint64{101};
        QTest::newRow("shorter, in blocks") << quint64{20'000'000} << quint64{18'000'000};
        QTest::newRow("longer, in blocks") << quint64{20'000'000} << quint64{20'000'001};
        QTest::newRow("shorter by all but a block") << quint64{20'000'000} << quint64{8 << 20};
    }
    void aBodyOfAnotherSizeThanItSaidMakesNoBlob()
    {
        QFETCH(quint64, said);
        QFETCH(quint64, given);
        m_http.answer = [](const net::HttpRequest& request) {
            return request.method == "HEAD" ? azureError(404, "BlobNotFound") : azure(201);
        };
        const auto written = m_storage->write("x", Torn(said, given), {}, {});
        QVERIFY(!written.ok());
        QCOMPARE(written.error().code, ErrorCode::Io);
        QVERIFY(std::ranges::none_of(m_http.asked, [](const net::HttpRequest& request) {
            return request.method == "PUT" && !holds(request.url, "blockid=");
        }));
    }

    void emptyPagesWithMarkersGoOnAndEnd()
    {
        int page = 0;
        m_http.answer = [&page](const auto&) {
            return ++page < 4 ? listing("", "m" + std::to_string(page))
                              : listing(blob("notes/a"), "");
        };
        int seen = 0;
        QVERIFY(m_storage
                    ->list("",
                           [&](const auto&) {
                               ++seen;
                               return Listing::Continue;
                           },
                           {})
                    .ok());
        QCOMPARE(seen, 1);
        m_http.answer = [&page](const auto&) { return listing("", std::to_string(++page)); };
        QVERIFY(!listAll().ok());
    }

    void aPageThatGoesBackIsRefused()
    {
        int page = 0;
        m_http.answer = [&page](const auto&) {
            return ++page == 1 ? listing(blob("notes/b"), "m") : listing(blob("notes/a"), "");
        };
        QVERIFY(!listAll().ok());
    }

    void laterPiecesAreOfTheSameObject()
    {
        m_http.answer = [](const net::HttpRequest& request) {
            const std::string range = request.headers.at("x-ms-range").substr(6);
            const auto dash = range.find('-');
            const auto from = std::stoull(range.substr(0, dash));
            const auto to = std::stoull(range.substr(dash + 1));
            if (from > 0) {
                return azureError(412, "ConditionNotMet");
            }
            return azure(206,
                         {{"etag", "\"one\""}, {"content-range", "bytes " + range + "/20000000"}},
                         std::string(to - from + 1, 'x'));
        };
        const auto reader = m_storage->read("x", 0, kToTheEnd, {});
        QVERIFY(reader.ok());
        std::vector<std::byte> buffer(1 << 20);
        Result<std::size_t> got = 0;
        do {
            got = reader.value()->read(buffer);
        } while (got.ok() && got.value() > 0);
        QVERIFY(!got.ok() && got.error().code == ErrorCode::Unavailable);
        QVERIFY(!m_http.asked[0].headers.contains("if-match"));
        QCOMPARE(m_http.asked[1].headers.at("if-match"), std::string("\"one\""));
    }

    void aPieceThatIsNotTheOneAskedForIsAFailure()
    {
        for (const auto& [range, body] :
             std::vector<std::pair<std::string, std::string>>{{"bytes 0-3/10", "abc"},
                                                              {"bytes 1-4/10", "abcd"},
                                                              {"bytes 0-3/x", "abcd"},
                                                              {"bytes 0-3/3", "abcd"},
                                                              {"", "abcd"},
                                                              {"bytes 0-2/10", "abc"}}) {
            m_http.answer = [&](const auto&) {
                return azure(206, {{"content-range", range}}, body);
            };
            const auto read = m_storage->read("x", 0, 4, {});
            QVERIFY2(!read.ok() && read.error().code == ErrorCode::Unavailable, range.c_str());
        }
        m_http.answer = [](const auto&) { return azure(200, {}, "abcd"); };
        QVERIFY(!m_storage->read("x", 0, 4, {}).ok());
    }

    void aTokenIsInNoError()
    {
        m_account.sasToken = Secret("sp=rl&sig=s3cret");
        open(m_account);
        for (const int status : {301, 400, 401, 403, 404, 407, 409, 412, 413, 416, 429, 500, 503}) {
            m_http.answer = [status](const net::HttpRequest& request) {
                auto response = azure(status, {{"location", request.url}}, request.url);
                if (status % 2 == 0) {
                    response.headers.erase("x-ms-request-id");
                }
                return response;
            };
            const Status listed = listAll();
            QVERIFY(!listed.ok());
            QVERIFY(!holds(inEnglish(listed.error().what), "s3cret"));
            QVERIFY(!holds(inEnglish(listed.error().next), "s3cret"));
        }
    }

    void namesThatAzureWouldChangeAreRefusedBeforeAnythingIsSent()
    {
        m_http.answer = [](const auto&) { return azure(500); };
        for (const char* name : {"", "a.", "a./b", "../a", "a//b", "a\\b", "a\nb"}) {
            const auto found = m_storage->find(name, {});
            QVERIFY(!found.ok() && found.error().code == ErrorCode::Usage);
            QVERIFY(!m_storage->write(name, MemorySource("1"), {}, {}).ok());
        }
        QVERIFY(m_http.asked.empty());
    }

    void foldersOfAHierarchicalNamespaceAreNoObjects()
    {
        m_http.answer = [](const auto&) {
            return azure(200, {{"content-length", "0"}, {"x-ms-resource-type", "directory"}});
        };
        const auto found = m_storage->find("ltx", {});
        QVERIFY(found.ok() && !found.value());
    }

    void theFirstFailureOfSeveralRemovalsIsTold()
    {
        m_http.answer = [](const net::HttpRequest& request) {
            return holds(request.url, "/5") ? azureError(403, "AuthorizationPermissionMismatch")
                                            : azure(202);
        };
        std::vector<std::string> names;
        for (int i = 0; i < 20; ++i) {
            names.push_back(std::to_string(i));
        }
        const Status removed = m_storage->remove(names, {});
        QVERIFY(!removed.ok() && removed.error().code == ErrorCode::Forbidden);
    }
};

QTEST_APPLESS_MAIN(TestAzureClient)
#include "tst_azure_client.moc"
