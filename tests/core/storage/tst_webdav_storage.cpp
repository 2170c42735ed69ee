#include "core/storage/webdav_storage.h"

#include "core/base/system_clock.h"
#include "core/net/qt_http_transport.h"
#include "core/net/retrying_transport.h"
#include "tests/support/generated_source.h"
#include "tests/support/storage_contract.h"

#include <QElapsedTimer>
#include <QTest>
#include <QUrl>

#include <atomic>
#include <thread>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

std::string variable(const char* name)
{
    return qgetenv(name).toStdString();
}

/// How many bytes are as `right` has them; -1 where one is not.
std::int64_t bytesLike(ByteReader& left, ByteReader& right)
{
    std::int64_t same = 0;
    for (std::vector<std::byte> a(1 << 16), b(1 << 16);;) {
        const auto got = left.read(a);
        if (!got.ok()) {
            return -1;
        }
        if (got.value() == 0) {
            const auto more = right.read(b);
            return more.ok() && more.value() == 0 ? same : -1;
        }
        for (std::size_t filled = 0; filled < got.value();) {
            const auto part = right.read(std::span(b).subspan(filled, got.value() - filled));
            if (!part.ok() || part.value() == 0) {
                return -1;
            }
            filled += part.value();
        }
        if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(got.value()),
                        b.begin())) {
            return -1;
        }
        same += static_cast<std::int64_t>(got.value());
    }
}

}  // namespace

/// Against real servers: with_servers.py rclone,rclone-tls,apache -- <this>.
class TestWebDavStorage : public QObject {
    Q_OBJECT

    SystemClock m_clock;
    SeededRandom m_random{unpredictableSeed()};
    std::unique_ptr<net::HttpTransport> m_wire = net::makeQtHttpTransport();
    net::RetryingTransport m_http{*m_wire, m_clock, m_random};

    /// A folder that nobody has used, of the server of this row.
    StorageAddress fresh()
    {
        QFETCH(QByteArray, server);
        const QUrl url(QString::fromUtf8(qgetenv("TIDEMARK_TEST_" + server + "_URL")));
        StorageAddress address{.kind = StorageKind::WebDav,
                               .path = "/t" + std::to_string(m_random.next()) + "/deep er",
                               .host = url.host().toStdString(),
                               .user = variable("TIDEMARK_TEST_WEBDAV_USER"),
                               .port = static_cast<std::uint16_t>(url.port()),
                               .secure = url.scheme() == "https"};
        if (address.secure) {
            address.options["ca"] = variable("TIDEMARK_TEST_WEBDAV_TLS_CA");
        }
        return address;
    }

    std::unique_ptr<WebDavStorage> open(const StorageAddress& address)
    {
        return std::make_unique<WebDavStorage>(m_http, m_clock, m_random, address,
                                               Secret(variable("TIDEMARK_WEBDAV_PASSWORD")));
    }

    static void addServers()
    {
        QTest::addColumn<QByteArray>("server");
        bool isAny = false;
        for (const char* name : {"WEBDAV", "WEBDAV_TLS", "WEBDAV_DIGEST"}) {
            if (qEnvironmentVariableIsSet(QByteArray("TIDEMARK_TEST_") + name + "_URL")) {
                QTest::newRow(name) << QByteArray(name);
                isAny = true;
            }
        }
        if (!isAny) {
            QSKIP("No WebDAV server: TIDEMARK_TEST_WEBDAV_URL is not set (tests/servers).");
        }
    }

    /// How many of eight that write an object at once are told that it is theirs; -1 when one is
    /// told neither that nor that it is there.
    static int writtenByEight(Storage& storage, const std::string& name)
    {
        std::atomic<int> written = 0;
        std::atomic<int> there = 0;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 8; ++i) {
                threads.emplace_back([&, i] {
                    const auto outcome = storage.write(
                        name, MemorySource(std::string(300'000, 'a' + static_cast<char>(i))), {},
                        {});
                    written += outcome.ok() && outcome.value() == WriteOutcome::Written ? 1 : 0;
                    there += outcome.ok() && outcome.value() == WriteOutcome::AlreadyThere ? 1 : 0;
                });
            }
        }
        return written + there == 8 ? written.load() : -1;
    }

private slots:
    void keepsTheContract_data()
    {
        QTest::addColumn<QByteArray>("server");
        QTest::addColumn<int>("clause");
        for (const char* name : {"WEBDAV", "WEBDAV_TLS", "WEBDAV_DIGEST"}) {
            if (!qEnvironmentVariableIsSet(QByteArray("TIDEMARK_TEST_") + name + "_URL")) {
                continue;
            }
            int number = 0;
            for (const contract::Clause& each : contract::kClauses) {
                QTest::addRow("%s %s", name, each.name) << QByteArray(name) << number++;
            }
        }
        if (!qEnvironmentVariableIsSet("TIDEMARK_TEST_WEBDAV_USER")) {
            QSKIP("No WebDAV server: TIDEMARK_TEST_WEBDAV_URL is not set (tests/servers).");
        }
    }
    void keepsTheContract()
    {
        QFETCH(int, clause);
        const auto storage = open(fresh());
        contract::check(clause, *storage, {.listsUploadTimes = true, .findsUploadTimes = true});
    }

    void aLargeBodyOfUnknownLengthGoesThere_data() { addServers(); }
    void aLargeBodyOfUnknownLengthGoesThere()
    {
        constexpr std::int64_t kBytes = 40'000'001;
        const auto storage = open(fresh());
        const Generated source(kBytes);
        QElapsedTimer elapsed;
        elapsed.start();
        const auto written = storage->write("ltx/0/large", source, {}, {});
        QVERIFY2(written.ok(), written.ok() ? "" : inEnglish(written.error().what).c_str());
        const auto sentMs = elapsed.restart();
        auto reader = storage->read("ltx/0/large", 0, kToTheEnd, {});
        QVERIFY(reader.ok());
        const auto expected = source.open();
        QCOMPARE(bytesLike(*reader.value(), *expected.value()), kBytes);
        qInfo("40 MB: sent in %lld ms, read in %lld ms", static_cast<long long>(sentMs),
              static_cast<long long>(elapsed.elapsed()));
    }

    void aRootThatIsNotThereIsNoEmptyOne_data() { addServers(); }
    void aRootThatIsNotThereIsNoEmptyOne()
    {
        const auto storage = open(fresh());
        for (const char* prefix : {"", "ltx/", "ltx/0/a"}) {
            const auto listed =
                storage->list(prefix, [](const auto&) { return Listing::Continue; }, {});
            QVERIFY(!listed.ok());
            QVERIFY(listed.error().code == ErrorCode::NotFound);
            QVERIFY(!listed.error().next.source.empty());
        }
        QVERIFY(storage->find("a", {}).error().code == ErrorCode::NotFound);
        const Status removed = storage->remove(std::vector<std::string>{"a"}, {});
        QVERIFY(!removed.ok() && removed.error().code == ErrorCode::NotFound);
    }

    void aWrongPasswordIsNamed_data() { addServers(); }
    void aWrongPasswordIsNamed()
    {
        WebDavStorage storage(m_http, m_clock, m_random, fresh(), Secret("wrong"));
        const auto listed = storage.list("", [](const auto&) { return Listing::Continue; }, {});
        QVERIFY(listed.error().code == ErrorCode::Credentials);
        QVERIFY(inEnglish(listed.error().what).find("refuses the login of tidemark") !=
                std::string::npos);
        const auto written = storage.write("a", MemorySource("a"), {}, {});
        QVERIFY(written.error().code == ErrorCode::Credentials);
    }

    void takesEveryName_data() { addServers(); }
    void takesEveryName()
    {
        const auto storage = open(fresh());
        std::vector<std::string> names{"a b",
                                       "a%2Fb",
                                       "a%20b",
                                       "a+b",
                                       "a&b;c=d",
                                       "a#b?c",
                                       "\xC3\xA4/\xE2\x82\xAC",
                                       "a'\"<>b",
                                       "~x",
                                       "...",
                                       "a:b!",
                                       "[x]{y}|\\^`",
                                       "-/.hidden/_"};
        for (const std::string& name : names) {
            QVERIFY2(contract::put(*storage, name, name), name.c_str());
            QCOMPARE(contract::textOf(*storage, name), name);
            QVERIFY2(storage->find(name, {}).value().has_value(), name.c_str());
        }
        std::ranges::sort(names);
        QCOMPARE(contract::namesOf(*storage, ""), names);
        QVERIFY(storage->remove(names, {}).ok());
        QCOMPARE(contract::namesOf(*storage, ""), std::vector<std::string>());
    }

    void oneOfManyWritersOfANameWrites_data() { addServers(); }
    void oneOfManyWritersOfANameWrites()
    {
        const auto storage = open(fresh());
        QVERIFY(contract::put(*storage, "first", "1"));
        // Servers look and rename without a lock: now and then two come through.
        constexpr int kRounds = 4;
        int roundsOfTwo = 0;
        for (int round = 0; round < kRounds; ++round) {
            const std::string name = "w/x" + std::to_string(round);
            const int written = writtenByEight(*storage, name);
            QVERIFY(written == 1 || written == 2);
            roundsOfTwo += written - 1;
            const std::string text = contract::textOf(*storage, name);
            QCOMPARE(text, std::string(300'000, text.front()));
        }
        QVERIFY(roundsOfTwo <= 2);
    }

    void aStopIsMindedSoon_data() { addServers(); }
    void aStopIsMindedSoon()
    {
        const auto storage = open(fresh());
        QVERIFY(contract::put(*storage, "first", "1"));
        std::stop_source source;
        std::optional<Result<WriteOutcome>> outcome;
        QElapsedTimer elapsed;
        {
            class Slow final : public ByteSource {
            public:
                explicit Slow(std::stop_source stop) : m_stop(std::move(stop)) {}
                [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override
                {
                    return 1'000'000'000;
                }
                [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
                {
                    class Reader final : public ByteReader {
                    public:
                        explicit Reader(std::stop_source stop) : m_stop(std::move(stop)) {}
                        [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
                        {
                            m_bytes += into.size();
                            if (m_bytes > 5'000'000) {
                                m_stop.request_stop();
                            }
                            return into.size();
                        }

                    private:
                        std::stop_source m_stop;
                        std::size_t m_bytes = 0;
                    };
                    return std::unique_ptr<ByteReader>(std::make_unique<Reader>(m_stop));
                }

            private:
                std::stop_source m_stop;
            };
            const std::stop_callback begun(source.get_token(), [&] { elapsed.start(); });
            outcome = storage->write("stopped", Slow(source), {}, source.get_token());
        }
        QVERIFY(elapsed.elapsed() < 200);
        QVERIFY(outcome->error().code == ErrorCode::Cancelled);
        QCOMPARE(contract::namesOf(*storage, ""), std::vector<std::string>{"first"});
        QVERIFY(contract::put(*storage, "stopped", "later"));
    }

    void manyThreadsMayUseIt_data() { addServers(); }
    void manyThreadsMayUseIt()
    {
        const auto storage = open(fresh());
        std::atomic<int> right = 0;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 16; ++i) {
                threads.emplace_back([&, i] {
                    const std::string name = "d" + std::to_string(i % 3) + "/" + std::to_string(i);
                    const std::string text(100'000, static_cast<char>('a' + i));
                    right += contract::put(*storage, name, text) &&
                                     contract::textOf(*storage, name) == text
                                 ? 1
                                 : 0;
                });
            }
        }
        QCOMPARE(right.load(), 16);
        QCOMPARE(contract::namesOf(*storage, "").size(), std::size_t{16});
    }
};

QTEST_GUILESS_MAIN(TestWebDavStorage)
#include "tst_webdav_storage.moc"
