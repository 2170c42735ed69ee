#include "core/storage/s3_client.h"

#include "core/storage/storage_address.h"
#include "tests/core/storage/scripted_transport.h"
#include "tests/support/simulated_clock.h"

#include <QTest>

#include <future>
#include <latch>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

constexpr int kAtOnce = 8;

/// Requests that have not learnt yet what this service wants are all under way before the first of
/// them is answered.
class Demanding final : public net::HttpTransport {
public:
    using IsRight = std::function<bool(const net::HttpRequest&)>;

    Demanding(IsRight isRight, net::HttpResponse refusal)
        : m_isRight(std::move(isRight)), m_refusal(std::move(refusal))
    {
    }

    [[nodiscard]] Result<net::HttpResponse> send(const net::HttpRequest& request,
                                                 std::stop_token /*stop*/) override
    {
        if (m_isRight(request)) {
            return answer(200);
        }
        m_all.arrive_and_wait();
        return m_refusal;
    }

private:
    IsRight m_isRight;
    net::HttpResponse m_refusal;
    std::latch m_all{kAtOnce};
};

}  // namespace

class TestS3Client : public QObject {
    Q_OBJECT

    SimulatedClock m_clock;

    static S3Bucket bucket()
    {
        return s3Bucket(parseAddress("s3://b", "/", "/").value(),
                        {.accessKeyId = Secret("key"), .secretAccessKey = Secret("hidden")})
            .value();
    }

    /// How many of kAtOnce that are sent at once succeed.
    int succeeding(Demanding& http)
    {
        S3Client client(http, m_clock, bucket());
        std::vector<std::future<bool>> sending;
        for (int i = 0; i < kAtOnce; ++i) {
            sending.push_back(std::async(std::launch::async, [&client] {
                const S3Call call{.action = S3Action::Put, .method = "PUT", .hasBody = true};
                const auto response = client.send(call, {});
                return response.ok() && response.value().isSuccess();
            }));
        }
        int good = 0;
        for (auto& each : sending) {
            good += each.get() ? 1 : 0;
        }
        return good;
    }

private slots:
    void allThatAreUnderWayLearnThatChecksumsAreWanted()
    {
        Demanding http([](const auto& request) { return request.headers.contains("content-md5"); },
                       answer(400, "<Error><Code>InvalidRequest</Code></Error>"));
        QCOMPARE(succeeding(http), kAtOnce);
    }

    void allThatAreUnderWayLearnTheTime()
    {
        Demanding http(
            [](const auto& request) {
                return request.headers.at("x-amz-date").starts_with("20201125T10");
            },
            answer(403, "<Error><Code>RequestTimeTooSkewed</Code></Error>",
                   {{"date", "Wed, 25 Nov 2020 10:00:00 GMT"}}));
        QCOMPARE(succeeding(http), kAtOnce);
    }

    void allThatAreUnderWayLearnTheRegion()
    {
        Demanding http(
            [](const auto& request) {
                return request.headers.at("authorization").find("/eu-north-1/") !=
                       std::string::npos;
            },
            answer(400,
                   "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-north-1</Region>"
                   "</Error>"));
        QCOMPARE(succeeding(http), kAtOnce);
    }

    void aDemandThatWasMetIsNotMadeTwice()
    {
        int sent = 0;
        ScriptedTransport http([&sent](const auto&) {
            ++sent;
            return answer(400, "<Error><Code>InvalidRequest</Code></Error>");
        });
        S3Client client(http, m_clock, bucket());
        const S3Call call{.action = S3Action::Put, .method = "PUT", .hasBody = true};
        QVERIFY(client.send(call, {}).ok());
        QCOMPARE(std::exchange(sent, 0), 2);
        QVERIFY(client.send(call, {}).ok());
        QCOMPARE(sent, 1);
    }
};

QTEST_APPLESS_MAIN(TestS3Client)
#include "tst_s3_client.moc"
