#include "core/storage/s3_storage.h"

#include "core/base/random.h"
#include "core/base/system_clock.h"
#include "core/net/qt_http_transport.h"
#include "core/net/retrying_transport.h"
#include "core/storage/level_names.h"
#include "core/storage/storage_address.h"
#include "tests/support/generated_source.h"
#include "tests/support/storage_contract.h"

#include <QTest>

#include <atomic>
#include <future>
#include <thread>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

std::string variable(const char* name)
{
    return qgetenv(name).toStdString();
}

bool areSame(ByteReader& left, ByteReader& right)
{
    std::vector<std::byte> a(1 << 20);
    std::vector<std::byte> b(1 << 20);
    const auto fill = [](ByteReader& reader, std::vector<std::byte>& into) {
        std::size_t filled = 0;
        while (filled < into.size()) {
            const auto got = reader.read(std::span(into).subspan(filled));
            if (!got.ok()) {
                return SIZE_MAX;
            }
            if (got.value() == 0) {
                break;
            }
            filled += got.value();
        }
        return filled;
    };
    for (;;) {
        const std::size_t one = fill(left, a);
        const std::size_t two = fill(right, b);
        if (one != two || one == SIZE_MAX ||
            !std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(one), b.begin())) {
            return false;
        }
        if (one == 0) {
            return true;
        }
    }
}

/// What a call costs.
class Counting final : public net::HttpTransport {
public:
    explicit Counting(net::HttpTransport& inner) : m_inner(inner) {}

    [[nodiscard]] Result<net::HttpResponse> send(const net::HttpRequest& request,
                                                 std::stop_token stop) override
    {
        ++requests;
        return m_inner.send(request, std::move(stop));
    }

    std::atomic<int> requests{0};

private:
    net::HttpTransport& m_inner;
};

}  // namespace

class TestS3Storage : public QObject {
    Q_OBJECT

    [[nodiscard]] S3Bucket bucket(const std::string& options = {}) const
    {
        const std::string text = "s3://" + variable("TIDEMARK_TEST_S3_BUCKET") + "/test " +
                                 std::to_string(m_number) +
                                 "?endpoint=" + variable("TIDEMARK_TEST_S3_ENDPOINT") + options;
        const auto address = parseAddress(text, "/", "/").value();
        return s3Bucket(address, {.accessKeyId = Secret(variable("AWS_ACCESS_KEY_ID")),
                                  .secretAccessKey = Secret(variable("AWS_SECRET_ACCESS_KEY"))})
            .value();
    }

    [[nodiscard]] std::unique_ptr<S3Storage> storage(S3Bucket bucket)
    {
        return std::make_unique<S3Storage>(m_retrying, m_clock, std::move(bucket));
    }

    SystemClock m_clock;
    SeededRandom m_random{unpredictableSeed()};
    std::unique_ptr<net::HttpTransport> m_http = net::makeQtHttpTransport();
    Counting m_counting{*m_http};
    net::RetryingTransport m_retrying{m_counting, m_clock, m_random};
    std::uint64_t m_number = 0;

private slots:
    void initTestCase()
    {
        if (variable("TIDEMARK_TEST_S3_ENDPOINT").empty()) {
            QSKIP("no S3 server: TIDEMARK_TEST_S3_ENDPOINT is not set");
        }
    }
    void init() { m_number = m_random.next(); }

    void keepsTheContract_data() { contract::addRows(); }
    void keepsTheContract()
    {
        QFETCH(int, clause);
        const auto one = storage(bucket());
        contract::check(clause, *one, {.listsUploadTimes = true});
    }

    void keepsTheContractWithTheNamesOfLitestream_data() { contract::addRows(); }
    void keepsTheContractWithTheNamesOfLitestream()
    {
        QFETCH(int, clause);
        LevelNames names(storage(bucket()));
        contract::check(clause, names, {.listsUploadTimes = true});
    }

    void levelsAreFoldersOfFourDigits()
    {
        LevelNames names(storage(bucket()));
        for (const char* const name : {"ltx/0/a", "ltx/9/b", "generations/c", "tidemark/d"}) {
            QVERIFY(contract::put(names, name, name));
        }
        const auto raw = storage(bucket());
        QCOMPARE(contract::namesOf(*raw, ""),
                 (std::vector<std::string>{"0000/a", "0009/b", "generations/c", "tidemark/d"}));
        QCOMPARE(contract::namesOf(names, ""),
                 (std::vector<std::string>{"generations/c", "ltx/0/a", "ltx/9/b", "tidemark/d"}));
        QCOMPARE(contract::namesOf(names, "ltx/9"), std::vector<std::string>{"ltx/9/b"});
    }

    void oddNamesComeBackAsTheyWere()
    {
        const auto one = storage(bucket());
        const std::vector<std::string> names{"a b",     "a+b",    "a%20b", "a&b=c?d#e", "ä/ö",
                                             "dot.",    ".start", "x'\"y", "~tilde",    "!*()",
                                             "a%2Fb/c", "[x]{y}", "50%",   "a;b,c:d@e"};
        for (const std::string& each : names) {
            QVERIFY2(contract::put(*one, each, each), each.c_str());
            QCOMPARE(contract::textOf(*one, each), each);
        }
        std::vector<std::string> sorted = names;
        std::ranges::sort(sorted);
        QCOMPARE(contract::namesOf(*one, ""), sorted);
        QVERIFY(one->remove(names, {}).ok());
        QCOMPARE(contract::namesOf(*one, ""), std::vector<std::string>());
    }

    void aBodyOfManyPartsComesBackByteForByte()
    {
        const auto one = storage(bucket("&part-size=5"));
        constexpr std::uint64_t kBytes = 33'000'017;
        const Generated source(kBytes);
        const Timestamp time{std::chrono::milliseconds(1'700'000'000'123)};
        const auto written = one->write("large", source, {.time = time}, {});
        QVERIFY2(written.ok(), written.ok() ? "" : inEnglish(written.error().what).c_str());
        QVERIFY(written.value() == WriteOutcome::Written);
        const auto found = one->find("large", {});
        QVERIFY(found.ok() && found.value());
        QCOMPARE(found.value()->sizeBytes, kBytes);
        QVERIFY(found.value()->modified == time);
        const auto wanted = source.open();
        const auto read = one->read("large", 0, kToTheEnd, {});
        QVERIFY(read.ok() && areSame(*wanted.value(), *read.value()));
        const auto again = one->write("large", source, {}, {});
        QVERIFY(again.ok() && again.value() == WriteOutcome::AlreadyThere);
    }

    void aBodyOfJustOnePartIsNoUploadOfParts()
    {
        const auto one = storage(bucket("&part-size=5"));
        for (const std::uint64_t bytes : {std::uint64_t{5 << 20}, std::uint64_t{(5 << 20) + 1}}) {
            const std::string name = std::to_string(bytes);
            const Generated source(bytes);
            QVERIFY(one->write(name, source, {}, {}).ok());
            const auto wanted = source.open();
            const auto read = one->read(name, 0, kToTheEnd, {});
            QVERIFY(read.ok() && areSame(*wanted.value(), *read.value()));
        }
    }

    void anUploadThatIsGivenUpLeavesNothing()
    {
        const auto one = storage(bucket("&part-size=5"));
        QVERIFY(one->stage("large", Generated(12'000'000), {}, {}).ok());
        QCOMPARE(contract::namesOf(*one, ""), std::vector<std::string>());
        S3Client client(m_retrying, m_clock, bucket());
        const S3Call call{.action = S3Action::List, .query = {{"uploads", ""}}};
        const auto uploads = client.send(call, {});
        QVERIFY(uploads.ok());
        const QByteArray text(reinterpret_cast<const char*>(uploads.value().body.data()),
                              static_cast<qsizetype>(uploads.value().body.size()));
        QVERIFY(!text.contains("large"));
    }

    void whatAKilledProgramLeftIsAborted()
    {
        constexpr const char* kLeft = "0009/0000000000000001-0000000000000001.ltx";
        const S3Bucket place = bucket();
        S3Client client(m_retrying, m_clock, place);
        const S3Call begin{.action = S3Action::Put,
                           .method = "POST",
                           .key = place.prefix + kLeft,
                           .query = {{"uploads", ""}},
                           .hasBody = true};
        QCOMPARE(client.send(begin, {}).value().status, 200);
        const S3Call listing{.action = S3Action::List, .query = {{"uploads", ""}}};
        const auto isThere = [&] {
            const auto answer = client.send(listing, {});
            const QByteArray text(reinterpret_cast<const char*>(answer.value().body.data()),
                                  static_cast<qsizetype>(answer.value().body.size()));
            return text.contains(kLeft);
        };
        QVERIFY(isThere());
        // This server says of each upload that it is of 2010.
        QVERIFY(abortS3Leftovers(client,
                                 Timestamp(std::chrono::sys_days(std::chrono::year(2009) / 1 / 1)),
                                 isLevelName, {})
                    .ok());
        QVERIFY(isThere());
        QVERIFY(abortS3Leftovers(client, m_clock.now(), isLevelName, {}).ok());
        QVERIFY(!isThere());
    }

    void ofTwoWritersAtOnceOneIsFirst()
    {
        const auto one = storage(bucket());
        const auto two = storage(bucket());
        QVERIFY(contract::put(*one, "first", "tells that conditions are honoured"));
        QVERIFY(contract::put(*two, "second", "also"));
        // moto looks and writes without a lock: now and then both come through.
        const int mostBoth =
            qEnvironmentVariable("TIDEMARK_TEST_S3_LOCKS") == QStringLiteral("no") ? 3 : 0;
        int both = 0;
        for (int round = 0; round < 20; ++round) {
            const std::string name = "n" + std::to_string(round);
            const auto write = [&name](S3Storage& storage, const char* text) {
                const auto outcome = storage.write(name, MemorySource(text), {}, {});
                return outcome.ok() && outcome.value() == WriteOutcome::Written;
            };
            auto other = std::async(std::launch::async, [&] { return write(*two, "two"); });
            const bool mine = write(*one, "one");
            const bool theirs = other.get();
            if (mine && theirs) {
                QVERIFY(++both <= mostBoth);
                continue;
            }
            QVERIFY(mine != theirs);
            QCOMPARE(contract::textOf(*one, name), std::string(mine ? "one" : "two"));
        }
    }

    void aCallCostsAsManyRequestsAsItHasTo()
    {
        const auto one = storage(bucket());
        QVERIFY(contract::put(*one, "first", "finds out about conditions"));
        m_counting.requests = 0;
        QVERIFY(contract::put(*one, "second", "1"));
        QCOMPARE(m_counting.requests.exchange(0), 1);
        QCOMPARE(contract::textOf(*one, "second"), std::string("1"));
        QCOMPARE(m_counting.requests.exchange(0), 1);
        QCOMPARE(contract::namesOf(*one, "").size(), std::size_t{2});
        QCOMPARE(m_counting.requests.exchange(0), 1);
        QVERIFY(!one->find("third", {}).value());
        QCOMPARE(m_counting.requests.exchange(0), 1);
        const std::vector<std::string> names{"first", "second"};
        QVERIFY(one->remove(names, {}).ok());
        QCOMPARE(m_counting.requests.exchange(0), 1);
    }

    void manyObjectsAreListedFromSeveralPages()
    {
        const auto one = storage(bucket());
        constexpr int kObjects = 1'203;
        std::vector<std::future<bool>> writers;
        for (int writer = 0; writer < 8; ++writer) {
            writers.push_back(std::async(std::launch::async, [&one, writer] {
                bool good = true;
                for (int i = writer; i < kObjects; i += 8) {
                    good = contract::put(*one, "many/" + std::to_string(100'000 + i), "x") && good;
                }
                return good;
            }));
        }
        for (auto& each : writers) {
            QVERIFY(each.get());
        }
        const auto names = contract::namesOf(*one, "many/");
        QCOMPARE(names.size(), std::size_t{kObjects});
        QVERIFY(std::ranges::is_sorted(names));
        QVERIFY(one->remove(names, {}).ok());
        QCOMPARE(contract::namesOf(*one, "many/").size(), std::size_t{0});
    }

    void whatIsWrongIsSaid_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("says");
        QTest::newRow("bucket") << "bucket" << static_cast<int>(ErrorCode::NotFound)
                                << "no bucket no-such-bucket";
        QTest::newRow("key") << "key" << static_cast<int>(ErrorCode::Credentials)
                             << "does not know the access key";
        QTest::newRow("secret") << "secret" << static_cast<int>(ErrorCode::Credentials)
                                << "not this secret";
        QTest::newRow("port") << "port" << static_cast<int>(ErrorCode::Unavailable)
                              << "Nothing answers at 127.0.0.1:1";
    }
    void whatIsWrongIsSaid()
    {
        QFETCH(QString, what);
        QFETCH(int, code);
        QFETCH(QString, says);
        S3Bucket place = bucket();
        if (what == "bucket") {
            place.bucket = "no-such-bucket";
        } else if (what == "key") {
            place.secrets.accessKeyId = Secret("AKIANOBODYKNOWSIT");
        } else if (what == "secret") {
            place.secrets.secretAccessKey = Secret("wrong");
        } else {
            place.endpoint = "http://127.0.0.1:1";
        }
        const auto one = storage(place);
        const Status listed = one->list("", [](const auto&) { return Listing::Continue; }, {});
        QVERIFY(!listed.ok());
        const std::string text = inEnglish(listed.error().what);
        QVERIFY2(QString::fromStdString(text).contains(says), text.c_str());
        QCOMPARE(static_cast<int>(listed.error().code), code);
        QVERIFY(!inEnglish(listed.error().next).empty());
        const auto written = one->write("x", MemorySource("x"), {}, {});
        QVERIFY(!written.ok());
        QCOMPARE(static_cast<int>(written.error().code), code);
    }
};

QTEST_GUILESS_MAIN(TestS3Storage)
#include "tst_s3_storage.moc"
