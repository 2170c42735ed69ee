#include "core/storage/aws_signature.h"

#include "core/base/hash.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::storage;

/// The examples of AWS's reference "Signature Calculations for the Authorization Header".
class TestAwsSignature : public QObject {
    Q_OBJECT

    const Secrets m_secrets{.accessKeyId = Secret("AKIAIOSFODNN7EXAMPLE"),
                            .secretAccessKey = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")};

    std::string authorization(SignedRequest request, std::string_view body = {}) const
    {
        request.headers["host"] = "examplebucket.s3.amazonaws.com";
        const Sha256 hash = sha256(body);
        request.payloadHash = hex(std::span<const std::byte>(hash));
        const Timestamp time = std::chrono::sys_days(std::chrono::year(2013) / 5 / 24);
        return signedHeaders(request, m_secrets, "us-east-1", time).at("authorization");
    }

    static std::string expected(const std::string& names, const std::string& signature)
    {
        return "AWS4-HMAC-SHA256 "
               "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
               "SignedHeaders=" +
               names + ", Signature=" + signature;
    }

private slots:
    void ofAnObject()
    {
        QCOMPARE(authorization({.path = "/test.txt", .headers = {{"range", "bytes=0-9"}}}),
                 expected("host;range;x-amz-content-sha256;x-amz-date",
                          "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
    }

    void ofAWrite()
    {
        QCOMPARE(authorization({.method = "PUT",
                                .path = "/" + awsEscaped("test$file.text", true),
                                .headers = {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                                            {"x-amz-storage-class", "REDUCED_REDUNDANCY"}}},
                               "Welcome to Amazon S3."),
                 expected("date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                          "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
    }

    void ofAQueryWithoutValues()
    {
        QCOMPARE(authorization({.path = "/", .query = {{"lifecycle", ""}}}),
                 expected("host;x-amz-content-sha256;x-amz-date",
                          "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
    }

    void ofAListing()
    {
        QCOMPARE(authorization({.path = "/", .query = {{"prefix", "J"}, {"max-keys", "2"}}}),
                 expected("host;x-amz-content-sha256;x-amz-date",
                          "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
    }

    void aSessionIsSignedToo()
    {
        Secrets session = m_secrets;
        session.sessionToken = Secret("token");
        const auto headers =
            signedHeaders({.path = "/", .headers = {{"host", "h"}}}, session, "r", {});
        QCOMPARE(headers.at("x-amz-security-token"), std::string("token"));
        QVERIFY(headers.at("authorization").find("x-amz-security-token") != std::string::npos);
    }

    void escapesAllThatIsNoLetter()
    {
        QCOMPARE(awsEscaped("a b+c%/ä~", true), std::string("a%20b%2Bc%25/%C3%A4~"));
        QCOMPARE(awsEscaped("a/b", false), std::string("a%2Fb"));
        QCOMPARE(awsQuery({{"b", "2"}, {"a-", ""}, {"a", "1 "}}), std::string("a=1%20&a-=&b=2"));
    }
};

QTEST_APPLESS_MAIN(TestAwsSignature)
#include "tst_aws_signature.moc"
