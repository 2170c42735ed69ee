#include "core/base/memory_stream.h"
#include "core/base/system_clock.h"
#include "core/storage/level_names.h"
#include "core/storage/s3_storage.h"
#include "core/storage/storage_address.h"
#include "tests/core/storage/scripted_transport.h"
#include "tests/support/generated_source.h"
#include "tests/support/storage_contract.h"

#include <QElapsedTimer>
#include <QTest>

#include <condition_variable>

using namespace tidemark;
using namespace tidemark::storage;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kOfFourParts = 20'000'000;

bool asksFor(const net::HttpRequest& request, const char* part)
{
    return request.url.find(part) != std::string::npos;
}

/// One part is refused at once; the others are under way until they are stopped.
class RefusingAPart final : public net::HttpTransport {
public:
    [[nodiscard]] Result<net::HttpResponse> send(const net::HttpRequest& request,
                                                 std::stop_token stop) override
    {
        if (asksFor(request, "uploads=")) {
            return answer(200,
                          "<InitiateMultipartUploadResult><UploadId>u</UploadId>"
                          "</InitiateMultipartUploadResult>");
        }
        if (!asksFor(request, "partNumber=")) {
            return answer(204);
        }
        if (asksFor(request, "partNumber=2")) {
            return answer(403, "<Error><Code>AccessDenied</Code></Error>");
        }
        std::unique_lock lock(m_mutex);
        m_never.wait_for(lock, stop, 20s, [] { return false; });
        return cancelled();
    }

private:
    std::mutex m_mutex;
    std::condition_variable_any m_never;
};

}  // namespace

/// Objects on their way into a bucket.
class TestS3Publisher : public QObject {
    Q_OBJECT

    SystemClock m_clock;

    static S3Bucket bucket()
    {
        return s3Bucket(parseAddress("s3://b/p?region=here&part-size=5", "/", "/").value(),
                        {.accessKeyId = Secret("key"), .secretAccessKey = Secret("hidden")})
            .value();
    }

private slots:
    void oneRefusalIsNoProofThatConditionsAreIgnored()
    {
        ScriptedTransport http([](const net::HttpRequest& request) {
            return request.method == "HEAD"
                       ? answer(404)
                       : answer(400, "<Error><Code>InvalidArgument</Code></Error>");
        });
        S3Storage storage(http, m_clock, bucket());
        QVERIFY(!contract::put(storage, "a", "x"));
        QVERIFY(!storage.onlyLooksFirst());
    }

    void whoTakesItWithoutTheConditionIgnoresThem()
    {
        ScriptedTransport http([](const net::HttpRequest& request) {
            if (request.method == "HEAD") {
                return answer(404);
            }
            return request.headers.contains("if-none-match")
                       ? answer(501, "<Error><Code>NotImplemented</Code></Error>")
                       : answer(200, "", {{"etag", "e"}});
        });
        S3Storage storage(http, m_clock, bucket());
        QVERIFY(contract::put(storage, "a", "x"));
        QVERIFY(storage.onlyLooksFirst());
    }

    void aLookThatSomebodyElseAnswersIsNoObject()
    {
        ScriptedTransport http([](const auto&) {
            return answer(200, "", {{"content-type", "text/html"}});
        });
        S3Storage storage(http, m_clock, bucket());
        QVERIFY(!storage.write("a", MemorySource("x"), {}, {}).ok());
    }

    void aPartThatIsRefusedStopsTheOthers()
    {
        RefusingAPart http;
        S3Storage storage(http, m_clock, bucket());
        QElapsedTimer elapsed;
        elapsed.start();
        const auto staged = storage.stage("a", Generated(kOfFourParts), {}, {});
        QVERIFY(!staged.ok() && staged.error().code == ErrorCode::Forbidden);
        QVERIFY(elapsed.elapsed() < 10'000);
    }

    void onlyUploadsOfOursAreLeftovers()
    {
        const auto upload = [](const std::string& key) {
            return "<Upload><Key>" + key +
                   "</Key><UploadId>u</UploadId><Initiated>2020-01-01T00:00:00Z</Initiated>"
                   "</Upload>";
        };
        const std::string name = "0009/0000000000000001-0000000000000001.ltx";
        ScriptedTransport http([&](const net::HttpRequest& request) {
            return request.method == "DELETE"
                       ? answer(204)
                       : answer(200, "<ListMultipartUploadsResult>" + upload("p/" + name) +
                                         upload("p/deeper/" + name) + upload(name) +
                                         upload("p/0009/other.ltx") +
                                         "</ListMultipartUploadsResult>");
        });
        S3Client client(http, m_clock, bucket());
        QVERIFY(abortS3Leftovers(client, m_clock.now(), isLevelName, {}).ok());
        QCOMPARE(http.asked().size(), std::size_t{2});
        QVERIFY(http.asked().back().find("/p/" + name) != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestS3Publisher)
#include "tst_s3_publisher.moc"
