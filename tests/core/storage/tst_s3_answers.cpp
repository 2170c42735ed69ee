#include "core/base/system_clock.h"
#include "core/storage/s3_storage.h"
#include "core/storage/s3_xml.h"
#include "core/storage/storage_address.h"
#include "tests/core/storage/scripted_transport.h"
#include "tests/support/storage_contract.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::storage;

/// What a service may say that it should not.
class TestS3Answers : public QObject {
    Q_OBJECT

    SystemClock m_clock;

    static S3Bucket bucket(const std::string& address = "s3://b/p?region=here")
    {
        return s3Bucket(parseAddress(address, "/", "/").value(),
                        {.accessKeyId = Secret("key"), .secretAccessKey = Secret("hidden")})
            .value();
    }

    static std::string listing(const std::string& entries, const std::string& rest = {},
                               const std::string& name = "b")
    {
        const bool saysMore = rest.find("<IsTruncated>") != std::string::npos;
        return "<?xml version=\"1.0\"?><ListBucketResult><Name>" + name + "</Name>" +
               (saysMore ? "" : "<IsTruncated>false</IsTruncated>") + entries + rest +
               "</ListBucketResult>";
    }

    static std::string entry(const std::string& key, const std::string& size = "1")
    {
        return "<Contents><Key>" + key + "</Key><Size>" + size +
               "</Size><LastModified>2026-11-26T10:00:00.000Z</LastModified></Contents>";
    }

    static std::string more(const std::string& token)
    {
        return "<IsTruncated>true</IsTruncated><NextContinuationToken>" + token +
               "</NextContinuationToken>";
    }

    static std::string failure(const std::string& code, const std::string& rest = {})
    {
        return "<Error><Code>" + code + "</Code>" + rest + "</Error>";
    }

    Status listed(ScriptedTransport& http, std::vector<std::string>* names = nullptr,
                  const std::string& address = "s3://b/p?region=here")
    {
        const S3Storage storage(http, m_clock, bucket(address));
        return storage.list("",
                            [names](const ObjectEntry& each) {
                                if (names != nullptr) {
                                    names->push_back(each.name);
                                }
                                return Listing::Continue;
                            },
                            {});
    }

private slots:
    void aListingThatLiesIsNotBelieved_data()
    {
        QTest::addColumn<QString>("page");
        const auto row = [](const char* name, const std::string& page) {
            QTest::newRow(name) << QString::fromStdString(page);
        };
        row("not in order", listing(entry("p/b") + entry("p/a")));
        row("twice the same", listing(entry("p/a") + entry("p/a")));
        row("outside of what was asked for", listing(entry("q/a")));
        row("of another bucket", listing(entry("p/a"), "", "c"));
        row("without an end", listing("", more("again")));
        row("which does not say whether it is all",
            "<ListBucketResult><Name>b</Name></ListBucketResult>");
        row("more without saying how", listing("", "<IsTruncated>true</IsTruncated>"));
        row("a size that is none", listing(entry("p/a", "-1")));
        row("a size beyond all numbers", listing(entry("p/a", "99999999999999999999")));
        row("a page for people", "<!doctype html><html><body>Log in</body></html>");
        row("nothing", "");
        row("cut short", "<ListBucketResult><Name>b</Name><Conte");
        row("entities within entities",
            "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>"
            "<ListBucketResult><Name>&b;</Name><IsTruncated>false</IsTruncated></"
            "ListBucketResult>");
    }
    void aListingThatLiesIsNotBelieved()
    {
        QFETCH(QString, page);
        ScriptedTransport http([&](const auto&) { return answer(200, page.toStdString()); });
        const Status status = listed(http);
        QVERIFY(!status.ok());
        // Never Damaged, which is said of the bytes of an object.
        QCOMPARE(status.error().code, ErrorCode::Unavailable);
        QVERIFY(!inEnglish(status.error().next).empty());
    }

    void emptyPagesGoOnAndEnd()
    {
        int page = 0;
        std::vector<std::string> names;
        ScriptedTransport few([&page](const auto&) {
            return ++page < 4 ? answer(200, listing("", more(std::to_string(page))))
                              : answer(200, listing(entry("p/a")));
        });
        QVERIFY(listed(few, &names).ok());
        QCOMPARE(names, std::vector<std::string>{"a"});
        ScriptedTransport endless([&page](const auto&) {
            return page < 5000 ? answer(200, listing("", more(std::to_string(++page))))
                               : answer(200, listing(""));
        });
        const Status status = listed(endless);
        QVERIFY(!status.ok());
        QCOMPARE(status.error().code, ErrorCode::Unavailable);
    }

    void namesThatNothingOfOursHasAreLeftOut()
    {
        std::vector<std::string> names;
        ScriptedTransport http([](const auto&) {
            return answer(200,
                          listing(entry("p/") + entry("p/../x") + entry("p/a") + entry("p/b//c")));
        });
        QVERIFY(listed(http, &names).ok());
        QCOMPARE(names, std::vector<std::string>{"a"});
    }

    void namesAreUnescapedWhereTheServiceSaysSo()
    {
        std::vector<std::string> names;
        ScriptedTransport http([](const auto&) {
            return answer(200,
                          listing(entry("p/a+b%2Bc%C3%A4"), "<EncodingType>url</EncodingType>"));
        });
        QVERIFY(listed(http, &names).ok());
        QCOMPARE(names, std::vector<std::string>{"a b+cä"});
    }

    void aRegionThatNobodyNamedIsMended()
    {
        ScriptedTransport http([](const net::HttpRequest& request) {
            const bool isRight =
                request.headers.at("authorization").find("/eu-north-1/") != std::string::npos;
            return isRight ? answer(200, listing(entry("p/a")))
                           : answer(400, failure("AuthorizationHeaderMalformed",
                                                 "<Region>eu-north-1</Region>"));
        });
        QVERIFY(listed(http, nullptr, "s3://b/p").ok());
        QCOMPARE(http.asked().size(), std::size_t{2});
    }

    void aRegionThatSomebodyNamedIsSaidToBeWrong()
    {
        ScriptedTransport http([](const auto&) {
            return answer(301, failure("PermanentRedirect"),
                          {{"x-amz-bucket-region", "eu-north-1"}});
        });
        const Status status = listed(http);
        QVERIFY(!status.ok());
        QVERIFY(inEnglish(status.error().what).find("eu-north-1") != std::string::npos);
        QVERIFY(inEnglish(status.error().next).find("region=eu-north-1") != std::string::npos);
        // Not Unavailable, which is tried for ever.
        QCOMPARE(status.error().code, ErrorCode::Usage);
        ScriptedTransport silent(
            [](const auto&) { return answer(400, failure("AuthorizationHeaderMalformed")); });
        const Status untold = listed(silent);
        QVERIFY(!untold.ok());
        QCOMPARE(untold.error().code, ErrorCode::Usage);
        QVERIFY(inEnglish(untold.error().what).find("here") != std::string::npos);
    }

    void aClockThatIsWrongIsMadeUpFor()
    {
        const std::string right = "Wed, 25 Nov 2026 10:00:00 GMT";
        ScriptedTransport http([&](const net::HttpRequest& request) {
            const bool isRight = request.headers.at("x-amz-date").starts_with("20261125T");
            return isRight ? answer(200, listing(entry("p/a")))
                           : answer(403, failure("RequestTimeTooSkewed"), {{"date", right}});
        });
        QVERIFY(listed(http).ok());
    }

    void aServiceThatGoesOnAboutTheClockIsBelieved()
    {
        ScriptedTransport http([&](const auto&) {
            return answer(403, failure("RequestTimeTooSkewed"),
                          {{"date", "Thu, 26 Nov 2020 10:00:00 GMT"}});
        });
        const Status status = listed(http);
        QVERIFY(!status.ok() && status.error().code == ErrorCode::Credentials);
        QVERIFY(inEnglish(status.error().what).find("ahead") != std::string::npos);
    }

    void theRightThatIsMissingIsNamed()
    {
        ScriptedTransport http([](const auto&) { return answer(403, failure("AccessDenied")); });
        S3Storage storage(http, m_clock, bucket());
        const auto says = [](const Error& error, const char* right) {
            return error.code == ErrorCode::Forbidden &&
                   inEnglish(error.what).find(right) != std::string::npos;
        };
        QVERIFY(says(listed(http).error(), "s3:ListBucket"));
        QVERIFY(says(storage.read("a", 0, 1, {}).error(), "s3:GetObject"));
        const std::vector<std::string> names{"a", "b"};
        QVERIFY(says(storage.remove(names, {}).error(), "s3:DeleteObject"));
    }

    /// A service that overwrites whatever it is told.
    void whereConditionsAreIgnoredALookComesFirst()
    {
        std::map<std::string, std::string> objects;
        ScriptedTransport http([&](const net::HttpRequest& request) {
            const auto found = objects.find(request.url);
            if (request.method == "HEAD") {
                return found == objects.end()
                           ? answer(404)
                           : answer(200, "", {{"content-length", "1"}, {"etag", "e"}});
            }
            objects[request.url] = "x";
            return answer(200, "", {{"etag", "e"}});
        });
        S3Storage storage(http, m_clock, bucket());
        QVERIFY(contract::put(storage, "a", "x"));
        const auto taken = storage.write("a", MemorySource("y"), {}, {});
        QVERIFY(taken.ok() && taken.value() == WriteOutcome::AlreadyThere);
        QVERIFY(contract::put(storage, "b", "x"));
        QCOMPARE(http.asked().back().substr(0, 3), std::string("PUT"));
        QCOMPARE(http.asked()[http.asked().size() - 2].substr(0, 4), std::string("HEAD"));
    }

    void whatIsCompletedWithAFailureIsNotThere()
    {
        ScriptedTransport http([&](const net::HttpRequest& request) {
            if (request.method == "HEAD") {
                return answer(404);
            }
            if (request.url.find("uploads=") != std::string::npos) {
                return request.method == "GET"
                           ? answer(200, "<ListMultipartUploadsResult/>")
                           : answer(200,
                                    "<InitiateMultipartUploadResult><UploadId>u</UploadId>"
                                    "</InitiateMultipartUploadResult>");
            }
            if (request.url.find("partNumber=") != std::string::npos) {
                return answer(200, "", {{"etag", "\"e\""}});
            }
            return request.method == "DELETE" ? answer(204) : answer(200, failure("InternalError"));
        });
        S3Storage storage(http, m_clock, bucket());
        const auto written = storage.write("a", MemorySource(std::string(9 << 20, 'x')), {}, {});
        QVERIFY(!written.ok());
        QVERIFY(inEnglish(written.error().what).find("InternalError") != std::string::npos);
        QCOMPARE(http.asked().back().substr(0, 6), std::string("DELETE"));
    }

    void aServiceThatGivesNoPartsIsRefused()
    {
        ScriptedTransport http([](const auto&) {
            return answer(200, std::string(100, 'x'), {{"etag", "e"}, {"content-length", "100"}});
        });
        const S3Storage storage(http, m_clock, bucket());
        QVERIFY(storage.read("a", 0, 100, {}).ok());
        ScriptedTransport chunks([](const auto&) { return answer(200, "cut", {{"etag", "e"}}); });
        QVERIFY(!S3Storage(chunks, m_clock, bucket()).read("a", 0, 100, {}).ok());
        QCOMPARE(storage.read("a", 5, 10, {}).error().code, ErrorCode::Unavailable);
    }

    void onlyWhatS3SaysCounts()
    {
        const std::string page = "<html>Log in</html>";
        ScriptedTransport http([&](const net::HttpRequest& request) {
            return request.method == "HEAD" ? answer(404) : answer(200, page);
        });
        S3Storage storage(http, m_clock, bucket());
        const auto written = storage.write("a", MemorySource("x"), {}, {});
        QVERIFY(!written.ok());
        QCOMPARE(written.error().code, ErrorCode::Unavailable);
        QCOMPARE(storage.read("a", 0, 100, {}).error().code, ErrorCode::Unavailable);
    }

    void aNotFoundOfSomebodyElseIsNoAnswer()
    {
        ScriptedTransport http([](const auto&) { return answer(404, "404 page not found"); });
        const S3Storage storage(http, m_clock, bucket());
        QVERIFY(storage.read("a", 0, 1, {}).error().code != ErrorCode::NotFound);
        QVERIFY(listed(http).error().code != ErrorCode::NotFound);
        const auto found = storage.find("a", {});
        QVERIFY(!found.ok() && found.error().code == ErrorCode::Unavailable);
    }

    void whatIsNotThereIsAskedForOnce()
    {
        ScriptedTransport http([](const auto&) {
            return answer(404, "", {{"x-amz-request-id", "1"}});
        });
        const auto found = S3Storage(http, m_clock, bucket()).find("a", {});
        QVERIFY(found.ok() && !found.value());
        QCOMPARE(http.asked().size(), std::size_t{1});
    }

    /// Some that speak S3 put no name of it on an answer.
    void whatIsNotThereIsAskedForByAGetWhereNobodySaysThatHeIsS3()
    {
        const auto found = [this](const std::string& code) {
            ScriptedTransport http([&code](const net::HttpRequest& request) {
                return answer(404, request.method == "HEAD" ? "" : failure(code));
            });
            return S3Storage(http, m_clock, bucket()).find("a", {});
        };
        QVERIFY(found("NoSuchKey").ok() && !found("NoSuchKey").value());
        QCOMPARE(found("NoSuchBucket").error().code, ErrorCode::NotFound);
        QCOMPARE(found("Odd").error().code, ErrorCode::Unavailable);
    }

    void piecesAreOfOneObject()
    {
        ScriptedTransport http([](const net::HttpRequest& request) {
            const bool isFirst = request.headers.at("range").starts_with("bytes=0-");
            if (!isFirst) {
                return request.headers.contains("if-match") ? answer(412) : answer(206, "wrong");
            }
            return answer(206, std::string(1 << 20, 'x'),
                          {{"etag", "one"}, {"content-range", "bytes 0-1048575/9000000"}});
        });
        const S3Storage storage(http, m_clock, bucket());
        const auto reader = storage.read("a", 0, kToTheEnd, {});
        QVERIFY(reader.ok());
        std::vector<std::byte> piece(1 << 20);
        QVERIFY(reader.value()->read(piece).ok());
        const auto next = reader.value()->read(piece);
        QVERIFY(!next.ok() && next.error().code == ErrorCode::Unavailable);
    }

    void anotherRangeThanWasAskedForIsRefused()
    {
        ScriptedTransport http([](const auto&) {
            return answer(206, "12345", {{"etag", "one"}, {"content-range", "bytes 0-4/100"}});
        });
        const S3Storage storage(http, m_clock, bucket());
        QVERIFY(storage.read("a", 0, 5, {}).ok());
        QVERIFY(!storage.read("a", 7, 5, {}).ok());
    }

    void aBodyThatBecameShorterIsNotUploaded()
    {
        class Torn final : public ByteSource {
        public:
            [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override { return 100; }
            [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
            {
                return m_source.open();
            }

        private:
            MemorySource m_source{std::string(99, 't')};
        };
        ScriptedTransport http([](const auto&) { return answer(500); });
        S3Storage storage(http, m_clock, bucket());
        QCOMPARE(storage.write("a", Torn(), {}, {}).error().code, ErrorCode::Io);
        QVERIFY(http.asked().empty());
    }

    void aRegionOfAwsIsAnotherHost()
    {
        ScriptedTransport http([](const net::HttpRequest& request) {
            const bool isRight = request.url.starts_with("https://b.s3.eu-north-1.amazonaws.com/");
            return isRight ? answer(200, listing(entry("p/a")))
                           : answer(301, failure("PermanentRedirect"),
                                    {{"x-amz-bucket-region", "eu-north-1"}});
        });
        QVERIFY(listed(http, nullptr, "s3://b/p").ok());
    }

    void aBucketThatWantsChecksumsGetsThem()
    {
        ScriptedTransport http([](const net::HttpRequest& request) {
            if (request.method == "HEAD") {
                return answer(404);
            }
            return request.headers.contains("content-md5") ? answer(200, "", {{"etag", "e"}})
                                                           : answer(400, failure("InvalidRequest"));
        });
        S3Storage storage(http, m_clock, bucket());
        QVERIFY(contract::put(storage, "a", "x"));
    }

    void noFailureTellsASecret()
    {
        for (const int status : {301, 400, 401, 403, 404, 418, 429, 500, 503, 507}) {
            ScriptedTransport http([&](const auto&) {
                return answer(status, failure("Odd", "<StringToSign>hidden</StringToSign>"));
            });
            const Status failed = listed(http);
            QVERIFY(!failed.ok());
            const std::string text =
                inEnglish(failed.error().what) + inEnglish(failed.error().next);
            QVERIFY2(text.find("hidden") == std::string::npos, text.c_str());
        }
    }

    void anAddressThatSaysNothingSensibleIsRefused_data()
    {
        QTest::addColumn<QString>("address");
        QTest::newRow("endpoint") << "s3://b?endpoint=ftp://x";
        QTest::newRow("provider") << "s3://b?provider=nobody";
        QTest::newRow("provider whose host is missing") << "s3://b?provider=r2";
        QTest::newRow("region is missing") << "s3://b?provider=digitalocean";
        QTest::newRow("parts") << "s3://b?part-size=1";
        QTest::newRow("encryption") << "s3://b?sse=rot13";
        QTest::newRow("style") << "s3://b?force-path-style=perhaps";
    }
    void anAddressThatSaysNothingSensibleIsRefused()
    {
        QFETCH(QString, address);
        const auto made = s3Bucket(parseAddress(address.toStdString(), "/", "/").value(),
                                   {.accessKeyId = Secret("k"), .secretAccessKey = Secret("s")});
        QVERIFY(!made.ok());
        QCOMPARE(made.error().code, ErrorCode::Usage);
        QVERIFY(!inEnglish(made.error().next).empty());
    }

    void whatAProviderNeedsIsNamed()
    {
        const auto refusal = [](const char* address) {
            return s3Bucket(parseAddress(address, "/", "/").value(),
                            {.accessKeyId = Secret("k"), .secretAccessKey = Secret("s")})
                .error();
        };
        const Error r2 = refusal("s3://b?provider=r2");
        QCOMPARE(inEnglish(r2.what), std::string("provider=r2 needs an endpoint."));
        QVERIFY(inEnglish(r2.next).find("endpoint=https://") != std::string::npos);
        const Error b2 = refusal("s3://b?provider=b2");
        QCOMPARE(inEnglish(b2.what), std::string("provider=b2 needs a region."));
        QVERIFY(inEnglish(b2.next).find("region=") != std::string::npos);
        const Error nobody = refusal("s3://b?provider=nobody");
        QVERIFY(inEnglish(nobody.what).find("cannot be \"nobody\"") != std::string::npos);
    }

    void aKeyOfEncryptionNeverCrossesANetworkUnencrypted()
    {
        const auto made = [](const std::string& options) {
            return s3Bucket(
                parseAddress("s3://b?sse=customer&endpoint=" + options, "/", "/").value(),
                {.accessKeyId = Secret("k"),
                 .secretAccessKey = Secret("s"),
                 .customerKey = Secret("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")});
        };
        for (const char* own : {"https://minio.lan:9000", "http://127.0.0.1:9000",
                                "http://localhost:9000", "minio.lan:9000"}) {
            QVERIFY2(made(own).ok(), own);
        }
        for (const char* open : {"http://minio.lan:9000", "http://localhost.example.com",
                                 "http://127.0.0.1:9000&force-path-style=false"}) {
            const auto refused = made(open);
            QVERIFY2(!refused.ok(), open);
            QCOMPARE(refused.error().code, ErrorCode::Usage);
            QVERIFY(inEnglish(refused.error().next).find("https://") != std::string::npos);
        }
    }

    void eachServiceHasItsPlace_data()
    {
        QTest::addColumn<QString>("address");
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("region");
        const auto row = [](const char* address, const char* url, const char* region) {
            QTest::newRow(address) << address << url << region;
        };
        row("s3://b", "https://b.s3.us-east-1.amazonaws.com/k", "us-east-1");
        row("s3://b?region=eu-west-1", "https://b.s3.eu-west-1.amazonaws.com/k", "eu-west-1");
        row("s3://b.c?region=eu-west-1", "https://s3.eu-west-1.amazonaws.com/b.c/k", "eu-west-1");
        row("s3://b?endpoint=https://x.r2.cloudflarestorage.com",
            "https://x.r2.cloudflarestorage.com/b/k", "auto");
        row("s3://b?provider=b2&region=us-west-004", "https://s3.us-west-004.backblazeb2.com/b/k",
            "us-west-004");
        row("s3://b?endpoint=https://s3.us-west-004.backblazeb2.com",
            "https://s3.us-west-004.backblazeb2.com/b/k", "us-west-004");
        row("s3://b?provider=digitalocean&region=nyc3", "https://b.nyc3.digitaloceanspaces.com/k",
            "nyc3");
        row("s3://b?provider=wasabi&region=eu-central-1",
            "https://b.s3.eu-central-1.wasabisys.com/k", "eu-central-1");
        row("s3://b?provider=tigris", "https://b.fly.storage.tigris.dev/k", "auto");
        row("s3://b?provider=hetzner&region=fsn1", "https://b.fsn1.your-objectstorage.com/k",
            "fsn1");
        row("s3://b?provider=scaleway&region=fr-par", "https://b.s3.fr-par.scw.cloud/k", "fr-par");
        row("s3://b?provider=google", "https://storage.googleapis.com/b/k", "auto");
        row("s3://b?endpoint=https://p.supabase.co/storage/v1/s3&region=eu-west-1",
            "https://p.supabase.co/storage/v1/s3/b/k", "eu-west-1");
        row("s3://b?provider=alibaba&region=eu-central-1",
            "https://b.oss-eu-central-1.aliyuncs.com/k", "eu-central-1");
        row("s3://b?endpoint=localhost:9000", "http://localhost:9000/b/k", "us-east-1");
        row("s3://b?endpoint=127.0.0.1:9000", "http://127.0.0.1:9000/b/k", "us-east-1");
        row("s3://b?endpoint=localhost.example.com", "https://localhost.example.com/b/k",
            "us-east-1");
        row("s3://b?endpoint=127.example.com:9000", "https://127.example.com:9000/b/k",
            "us-east-1");
        row("s3://b?endpoint=nas.lan:9000", "https://nas.lan:9000/b/k", "us-east-1");
    }
    void eachServiceHasItsPlace()
    {
        QFETCH(QString, address);
        QFETCH(QString, url);
        QFETCH(QString, region);
        const S3Bucket place = bucket(address.toStdString());
        QCOMPARE(QString::fromStdString(place.origin(place.region) + place.pathOf("k")), url);
        QCOMPARE(QString::fromStdString(place.region), region);
    }
};

QTEST_APPLESS_MAIN(TestS3Answers)
#include "tst_s3_answers.moc"
