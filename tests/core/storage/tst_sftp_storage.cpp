#include "core/storage/storage_factory.h"
#include "tests/support/numbers.h"
#include "tests/support/sftp_world.h"
#include "tests/support/storage_contract.h"

#include <QTest>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace tidemark;
using namespace tidemark::storage;

class TestSftpStorage : public QObject, SftpWorld {
    Q_OBJECT

private slots:
    void initTestCase() { needServer(); }
    void init() { begin(); }
    void cleanup() { end(); }

    void keepsTheContract_data() { contract::addRows(); }
    void keepsTheContract()
    {
        QFETCH(int, clause);
        const auto storage = make();
        contract::check(clause, *storage, {.wholeSecondTimes = true});
        QCOMPARE(temporaries(), QStringList());
    }

    void keepsTheContractWithoutConcurrentWrites_data() { contract::addRows(); }
    void keepsTheContractWithoutConcurrentWrites()
    {
        QFETCH(int, clause);
        m_address.options["concurrent-writes"] = "false";
        contract::check(clause, *make(), {.wholeSecondTimes = true});
    }

    void theFactoryOpensIt()
    {
        class Known final : public SecretSource {
        public:
            Secrets secrets;
            [[nodiscard]] Result<Secrets> secretsOf(const StorageAddress&) const override
            {
                return secrets;
            }
        };
        class NoHttp final : public net::HttpTransport {
        public:
            [[nodiscard]] Result<net::HttpResponse> send(const net::HttpRequest&,
                                                         std::stop_token) override
            {
                return Error{.code = ErrorCode::Bug};
            }
        };
        Known known;
        known.secrets = m_secrets;
        NoHttp http;
        const StorageFactory factory({.files = m_files,
                                      .random = m_random,
                                      .clock = m_clock,
                                      .http = http,
                                      .secrets = known,
                                      .person = *m_person,
                                      .home = m_home->path().toStdString(),
                                      .config = m_home->path().toStdString() + "/config"});
        const auto storage = factory.open(m_address);
        QVERIFY(storage.ok());
        QCOMPARE(storage.value()->describe(), describeAddress(m_address));
        QVERIFY(contract::put(*storage.value(), "x", "1"));
    }

    void aBigObjectOfUnknownLengthComesBackWhole()
    {
        constexpr std::uint64_t kSize = 100'000'003;
        const auto storage = make();
        const auto written = storage->write("big", Numbers(kSize), {}, {});
        QVERIFY2(written.ok(), written.ok() ? "" : textOf(written.error()).c_str());
        QCOMPARE(storage->find("big", {}).value()->sizeBytes, kSize);
        for (const std::uint64_t offset : {0U, 1U, 29'999U, 30'000U, 90'000'000U}) {
            auto reader = storage->read("big", offset, kToTheEnd, {});
            QVERIFY(reader.ok());
            const auto got = readNumbers(*reader.value(), offset);
            QVERIFY2(got.ok(), got.ok() ? "" : textOf(got.error()).c_str());
            QCOMPARE(got.value(), kSize - offset);
        }
    }

    void anyPieceIsTheRightOne()
    {
        const auto storage = make();
        QVERIFY(storage->write("numbers", Numbers(1'000'000, true), {}, {}).ok());
        for (const std::uint64_t length :
             {1U, 2U, 3U, 5U, 29'999U, 30'000U, 30'001U, 59'999U, 270'000U, 270'001U, 700'000U}) {
            for (const std::uint64_t offset : {0U, 1U, 12'345U, 30'000U}) {
                auto reader = storage->read("numbers", offset, length, {});
                QVERIFY(reader.ok());
                const auto got = readNumbers(*reader.value(), offset);
                QVERIFY2(got.ok(), got.ok() ? "" : textOf(got.error()).c_str());
                QCOMPARE(got.value(), length);
            }
        }
    }

    void oddNamesAreKept()
    {
        const auto storage = make();
        std::vector<std::string> names{
            " ",       "%2F",         "+",         "-",        "...",       ".hidden/x",
            "a b/c d", "back\\slash", "new\nline", "quote\"'", "star*?[a]", "\xc3\xa4\xe2\x82\xac",
            "~"};
        for (const std::string& name : names) {
            QVERIFY(contract::put(*storage, name, name));
            QCOMPARE(contract::textOf(*storage, name), name);
        }
        std::ranges::sort(names);
        QCOMPARE(contract::namesOf(*storage, ""), names);
        QVERIFY(storage->remove(names, {}).ok());
        QCOMPARE(contract::namesOf(*storage, ""), std::vector<std::string>());
    }

    void namesThatLeadElsewhereAreRefused()
    {
        const auto storage = make();
        for (const char* name : {"", "/etc/x", "../x", "a/../../x", "a//b", "a/.", "a/"}) {
            QVERIFY(storage->write(name, MemorySource("2"), {}, {}).error().code ==
                    ErrorCode::Usage);
            QVERIFY(storage->read(name, 0, 1, {}).error().code == ErrorCode::Usage);
        }
    }

    void aPathFromTheFolderOfTheLoginOn()
    {
        const std::string name = "tidemark-test-" + std::to_string(m_random.next());
        m_address.path = name;
        const auto storage = make();
        QVERIFY(contract::put(*storage, "a/b", "1"));
        QCOMPARE(contract::namesOf(*storage, ""), std::vector<std::string>{"a/b"});
        const std::vector<std::string> names{"a/b"};
        QVERIFY(storage->remove(names, {}).ok());
    }

    void aMissingFolderIsNotAnEmptyOne()
    {
        const auto storage = make();
        const auto listed =
            storage->list("", [](const ObjectEntry&) { return Listing::Continue; }, {});
        QCOMPARE(listed.error().code, ErrorCode::NotFound);
        QCOMPARE(storage->find("x", {}).error().code, ErrorCode::NotFound);
        QCOMPARE(storage->read("x", 0, 1, {}).error().code, ErrorCode::NotFound);
    }

    void manyAtOnceShareTheConnections()
    {
        const auto storage = make();
        std::vector<std::jthread> threads;
        std::atomic<int> failures = 0;
        for (int i = 0; i < 12; ++i) {
            threads.emplace_back([&, i] {
                const std::string name = "t/" + std::to_string(i);
                const std::string text(100'000 + static_cast<std::size_t>(i), 'x');
                for (int round = 0; round < 5; ++round) {
                    const std::string each = name + '-' + std::to_string(round);
                    failures += contract::put(*storage, each, text) ? 0 : 1;
                    failures +=
                        contract::textOf(*storage, each, 99'990) == text.substr(99'990) ? 0 : 1;
                }
            });
        }
        threads.clear();
        QCOMPARE(failures.load(), 0);
        QCOMPARE(contract::namesOf(*storage, "").size(), std::size_t{60});
    }

    void anObjectIsWrittenFromOthersOfTheSamePlace()
    {
        const auto storage = make();
        QVERIFY(storage->write("from", Numbers(20'000'000), {}, {}).ok());
        class Copied final : public ByteSource {
        public:
            explicit Copied(Storage& storage) : m_storage(storage) {}
            [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override { return {}; }
            [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
            {
                return m_storage.read("from", 0, kToTheEnd, {});
            }

        private:
            Storage& m_storage;
        };
        std::vector<std::jthread> threads;
        std::atomic<int> written = 0;
        for (int i = 0; i < 6; ++i) {
            threads.emplace_back([&, i] {
                const auto done =
                    storage->write("to/" + std::to_string(i), Copied(*storage), {}, {});
                written += done.ok() ? 1 : 0;
            });
        }
        threads.clear();
        QCOMPARE(written.load(), 6);
        auto reader = storage->read("to/5", 0, kToTheEnd, {});
        QCOMPARE(readNumbers(*reader.value(), 0).value(), std::uint64_t{20'000'000});
    }
};

QTEST_GUILESS_MAIN(TestSftpStorage)
#include "tst_sftp_storage.moc"
