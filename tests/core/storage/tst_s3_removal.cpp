#include "core/storage/s3_removal.h"

#include "core/base/system_clock.h"
#include "core/storage/storage_address.h"
#include "tests/core/storage/scripted_transport.h"

#include <QTest>

#include <algorithm>

using namespace tidemark;
using namespace tidemark::storage;

class TestS3Removal : public QObject {
    Q_OBJECT

    SystemClock m_clock;
    const std::vector<std::string> m_keys{"p/a", "p/b", "p/c", "p/d"};

    static S3Bucket bucket()
    {
        return s3Bucket(parseAddress("s3://b/p?region=here", "/", "/").value(),
                        {.accessKeyId = Secret("key"), .secretAccessKey = Secret("hidden")})
            .value();
    }

    Status remove(ScriptedTransport& http)
    {
        S3Client client(http, m_clock, bucket());
        return S3Removal(client).remove(m_keys, {});
    }

    static std::string undeleted(const std::string& key)
    {
        return "<DeleteResult><Error><Key>" + key +
               "</Key><Code>InternalError</Code></Error></DeleteResult>";
    }

    /// What was asked to go by itself.
    static std::vector<std::string> deletedAlone(const ScriptedTransport& http)
    {
        std::vector<std::string> keys;
        for (const std::string& each : http.asked()) {
            if (each.starts_with("DELETE ")) {
                keys.push_back(each.substr(each.rfind('/') - 1));
            }
        }
        std::ranges::sort(keys);
        return keys;
    }

private slots:
    void onlyWhatStaysIsTriedByItself()
    {
        ScriptedTransport http([](const net::HttpRequest& request) {
            return request.method == "POST" ? answer(200, undeleted("p/c")) : answer(204);
        });
        QVERIFY(remove(http).ok());
        QCOMPARE(deletedAlone(http), std::vector<std::string>{"p/c"});
    }

    void whatNobodyAskedForIsNotDeleted()
    {
        ScriptedTransport http([](const net::HttpRequest& request) {
            return request.method == "POST" ? answer(200, undeleted("q/z")) : answer(204);
        });
        QVERIFY(remove(http).ok());
        QCOMPARE(deletedAlone(http), m_keys);
    }

    void whoKnowsNoSuchCallIsAskedOneByOneFromThenOn()
    {
        ScriptedTransport http([](const net::HttpRequest& request) {
            return answer(request.method == "POST" ? 501 : 204);
        });
        S3Client client(http, m_clock, bucket());
        S3Removal removal(client);
        QVERIFY(removal.remove(m_keys, {}).ok());
        QVERIFY(removal.remove(m_keys, {}).ok());
        QCOMPARE(http.asked().size(), 2 * m_keys.size() + 1);
    }

    void aNotFoundOfSomebodyElseDeletesNothing()
    {
        ScriptedTransport http([](const net::HttpRequest& request) {
            return request.method == "POST" ? answer(200, undeleted("p/c"))
                                            : answer(404, "<html>Log in</html>");
        });
        QVERIFY(!remove(http).ok());
        ScriptedTransport gone([](const net::HttpRequest& request) {
            return request.method == "POST" ? answer(200, undeleted("p/c"))
                                            : answer(404, "<Error><Code>NoSuchKey</Code></Error>");
        });
        QVERIFY(remove(gone).ok());
    }

    void theReasonIsTold()
    {
        ScriptedTransport http([](const net::HttpRequest& request) {
            return request.method == "POST"
                       ? answer(200, undeleted("p/c"))
                       : answer(403, "<Error><Code>AccessDenied</Code></Error>");
        });
        const Status removed = remove(http);
        QVERIFY(!removed.ok() && removed.error().code == ErrorCode::Forbidden);
    }
};

QTEST_APPLESS_MAIN(TestS3Removal)
#include "tst_s3_removal.moc"
