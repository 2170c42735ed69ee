#include "core/net/retrying_transport.h"

#include "tests/support/hurried_clock.h"

#include <QTest>

#include <vector>

using namespace tidemark;
using namespace tidemark::net;
using namespace std::chrono_literals;

namespace {

Error unavailable()
{
    return {.code = ErrorCode::Unavailable, .what = {TIDEMARK_TEXT("test", "gone")}};
}

/// Gives one result after the other, the last one for ever.
class Scripted final : public HttpTransport {
public:
    explicit Scripted(std::vector<Result<HttpResponse>> results) : m_results(std::move(results)) {}

    [[nodiscard]] Result<HttpResponse> send(const HttpRequest& /*request*/,
                                            std::stop_token /*stop*/) override
    {
        return m_results[std::min(asked++, m_results.size() - 1)];
    }

    std::size_t asked = 0;

private:
    std::vector<Result<HttpResponse>> m_results;
};

HttpResponse answer(int status, const std::string& retryAfter = {})
{
    HttpResponse response{.status = status};
    if (!retryAfter.empty()) {
        response.headers["retry-after"] = retryAfter;
    }
    return response;
}

}  // namespace

class TestRetryingTransport : public QObject {
    Q_OBJECT

    HurriedClock m_clock{100};
    SeededRandom m_random{7};

    Result<HttpResponse> send(Scripted& inner, const std::stop_token& stop = {})
    {
        RetryingTransport transport(inner, m_clock, m_random);
        return transport.send({}, stop);
    }

private slots:
    void anAnswerIsNotAskedForTwice_data()
    {
        QTest::addColumn<int>("status");
        for (const int status : {200, 206, 301, 401, 403, 404, 409, 412, 416, 423, 501, 507}) {
            QTest::addRow("%d", status) << status;
        }
    }
    void anAnswerIsNotAskedForTwice()
    {
        QFETCH(int, status);
        Scripted inner({answer(status)});
        QCOMPARE(send(inner).value().status, status);
        QCOMPARE(inner.asked, std::size_t{1});
    }

    void aBrokenConnectionIsTriedTwiceMore()
    {
        Scripted inner({unavailable(), unavailable(), answer(200)});
        QCOMPARE(send(inner).value().status, 200);
        Scripted gone({unavailable()});
        QVERIFY(send(gone).error() == unavailable());
        QCOMPARE(gone.asked, std::size_t{3});
    }

    void anyOtherFailureIsTheResult()
    {
        Scripted inner({Error{.code = ErrorCode::Damaged}});
        QVERIFY(send(inner).error().code == ErrorCode::Damaged);
        QCOMPARE(inner.asked, std::size_t{1});
    }

    void aFailureOfTheServerIsTriedFiveTimesMore_data()
    {
        QTest::addColumn<int>("status");
        for (const int status : {429, 500, 502, 503, 504}) {
            QTest::addRow("%d", status) << status;
        }
    }
    void aFailureOfTheServerIsTriedFiveTimesMore()
    {
        QFETCH(int, status);
        Scripted inner({answer(status)});
        QCOMPARE(send(inner).value().status, status);
        QCOMPARE(inner.asked, std::size_t{6});
        Scripted passing({answer(status), answer(status), answer(201)});
        QCOMPARE(send(passing).value().status, 201);
    }

    void waitsAsLongAsItIsAsked()
    {
        Scripted inner({answer(503, "20"), answer(200)});
        const auto start = m_clock.monotonic();
        QCOMPARE(send(inner).value().status, 200);
        QVERIFY(m_clock.monotonic() - start >= 20s);
    }

    void doesNotWaitForMoreThanHalfAMinute()
    {
        Scripted inner({answer(503, "31"), answer(200)});
        const auto start = m_clock.monotonic();
        QCOMPARE(send(inner).value().status, 503);
        QCOMPARE(inner.asked, std::size_t{1});
        QVERIFY(m_clock.monotonic() - start < 20s);
    }

    void stopsInThePause()
    {
        Scripted inner({answer(503, "30")});
        std::stop_source source;
        source.request_stop();
        QVERIFY(send(inner, source.get_token()).error().code == ErrorCode::Cancelled);
        QCOMPARE(inner.asked, std::size_t{1});
    }

    void readsWhatIsDemanded()
    {
        const Timestamp now{1'795'717'250'000ms};
        QVERIFY(!retryAfter(answer(503), now));
        QVERIFY(retryAfter(answer(503, "0"), now) == 0ms);
        QVERIFY(retryAfter(answer(503, "7"), now) == 7s);
        QVERIFY(retryAfter(answer(503, "Thu, 26 Nov 2026 18:20:59 GMT"), now) == 9s);
        QVERIFY(retryAfter(answer(503, "Thu, 26 Nov 2026 18:20:00 GMT"), now) == 0ms);
        QVERIFY(retryAfter(answer(503, "9223372036854775807"), now) == 24h);
        for (const char* text : {"-1", "soon", "1.5", "99999999999999999999"}) {
            QVERIFY2(!retryAfter(answer(503, text), now), text);
        }
    }
};

QTEST_APPLESS_MAIN(TestRetryingTransport)
#include "tst_retrying_transport.moc"
