#include "core/base/hash.h"
#include "core/storage/azure_signature.h"

#include <QTest>
#include "core/net/http_date.h"

using namespace tidemark;
using namespace tidemark::storage;

namespace {

/// Of Azurite, which everybody knows.
constexpr const char* kKey =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

Secret keyBytes()
{
    const auto bytes = fromBase64(kKey).value();
    return Secret(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

const Timestamp kTime{std::chrono::milliseconds(1'795'717'250'000)};

}  // namespace

/// The first two are examples of Microsoft's reference; what is signed with the key was computed by
/// another implementation, which Azurite accepts.
class TestAzureSignature : public QObject {
    Q_OBJECT

private slots:
    void signsTheExampleOfTheReference()
    {
        const AzureRequest request{
            .path = "/mycontainer",
            .query = {{"restype", "container"}, {"comp", "metadata"}, {"timeout", "20"}},
            .headers = {{"x-ms-version", "2015-02-21"},
                        {"x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT"}}};
        QCOMPARE(azureStringToSign(request, "myaccount"),
                 std::string("GET\n\n\n\n\n\n\n\n\n\n\n\n"
                             "x-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\n"
                             "x-ms-version:2015-02-21\n"
                             "/myaccount/mycontainer\n"
                             "comp:metadata\nrestype:container\ntimeout:20"));
    }

    void signsTheExampleOfTheGuide()
    {
        const AzureRequest request{.path = "/",
                                   .query = {{"comp", "list"}},
                                   .headers = {{"x-ms-date", "Fri, 17 Nov 2017 00:44:48 GMT"},
                                               {"x-ms-version", "2017-07-29"}}};
        QCOMPARE(azureStringToSign(request, "contosorest"),
                 std::string("GET\n\n\n\n\n\n\n\n\n\n\n\n"
                             "x-ms-date:Fri, 17 Nov 2017 00:44:48 GMT\n"
                             "x-ms-version:2017-07-29\n/contosorest/\ncomp:list"));
    }

    void signsABodyWithItsLengthAndSumAndCondition()
    {
        AzureRequest request{
            .method = "PUT",
            .path = "/devstoreaccount1/tidemark-test/" + azureEscaped("notes/a b+c%.ltx", true),
            .headers = {{"content-type", "application/octet-stream"},
                        {"content-md5", "XUFAKrxLKna5cZ2REBfFkg=="},
                        {"if-none-match", "*"},
                        {"x-ms-blob-type", "BlockBlob"},
                        {"x-ms-meta-litestreamtimestamp", "2026-11-22T12:31:06.812Z"},
                        {"x-ms-date", net::formatHttpDate(kTime)},
                        {"x-ms-version", "2021-12-02"}},
            .bodyBytes = 5};
        QCOMPARE(azureAuthorization(request, "devstoreaccount1", keyBytes()),
                 std::string("SharedKey devstoreaccount1:"
                             "XG8wU7U3VjmOdEXcQ8xvIIKvvemlrfyvucf4LolxpIU="));
        request.bodyBytes = 6;
        QVERIFY(!azureAuthorization(request, "devstoreaccount1", keyBytes()).ends_with("pIU="));
    }

    void signsTheValuesOfAQueryUnescaped()
    {
        const AzureRequest request{
            .path = "/devstoreaccount1/tidemark-test",
            .query = {{"comp", "list"},
                      {"include", "metadata"},
                      {"maxresults", "5000"},
                      {"prefix", "a b/\xc3\xa9"},
                      {"restype", "container"}},
            .headers = {{"x-ms-date", net::formatHttpDate(kTime)}, {"x-ms-version", "2021-12-02"}}};
        QCOMPARE(azureQuery(request.query),
                 std::string("comp=list&include=metadata&maxresults=5000&prefix=a%20b%2F%C3%A9"
                             "&restype=container"));
        QCOMPARE(azureAuthorization(request, "devstoreaccount1", keyBytes()),
                 std::string("SharedKey devstoreaccount1:"
                             "hnxtTnT2dgOz7+Skk42wIQrG3GpEeZs5CYLFAI/PA9M="));
    }

    void anEmptyBodyIsSignedWithoutALength()
    {
        const AzureRequest request{.method = "PUT", .path = "/c/b"};
        QCOMPARE(azureStringToSign(request, "a"), std::string("PUT\n\n\n\n\n\n\n\n\n\n\n\n/a/c/b"));
    }

    void escapesAllThatCouldMeanSomething()
    {
        QCOMPARE(azureEscaped("a/b-._~c", true), std::string("a/b-._~c"));
        QCOMPARE(azureEscaped("/ +%?#&='()*!", false),
                 std::string("%2F%20%2B%25%3F%23%26%3D%27%28%29%2A%21"));
    }
};

QTEST_APPLESS_MAIN(TestAzureSignature)
#include "tst_azure_signature.moc"
