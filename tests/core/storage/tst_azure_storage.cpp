#include "core/base/hash.h"
#include "core/base/memory_stream.h"
#include "core/base/rfc3339.h"
#include "core/base/system_clock.h"
#include "core/net/qt_http_transport.h"
#include "core/net/retrying_transport.h"
#include "core/storage/azure_signature.h"
#include "core/storage/azure_storage.h"
#include "tests/support/storage_contract.h"

#include <QElapsedTimer>
#include <QTest>

#include <atomic>
#include <cstdlib>
#include <thread>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

std::string variable(const char* name)
{
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

constexpr const char* kAllRights = "rcwdl";

/// A token for one container. Source: Microsoft's "Create a service SAS", version 2020-12-06 on.
std::string tokenFor(const AzureAccount& account, const std::string& rights, Timestamp end)
{
    const std::string until = formatRfc3339(end).substr(0, 19) + 'Z';
    const std::string version = "2021-12-02";
    const std::string text = rights + "\n\n" + until + "\n/blob/" + account.name + '/' +
                             account.container + "\n\n\n\n" + version + "\nc\n\n\n\n\n\n\n";
    const std::string& key = account.key.reveal();
    const auto signature = hmacSha256(std::as_bytes(std::span(key.data(), key.size())), text);
    return azureQuery(
        {{"sp", rights}, {"se", until}, {"sv", version}, {"sr", "c"}, {"sig", base64(signature)}});
}

/// A body of whatever length that is never in memory as a whole; told, or not.
class Made final : public ByteSource {
public:
    explicit Made(std::uint64_t size, bool isTold = false) : m_size(size), m_isTold(isTold) {}

    /// How much all readers together gave.
    [[nodiscard]] std::uint64_t given() const { return m_given; }

    [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override
    {
        return m_isTold ? std::optional(m_size) : std::nullopt;
    }
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
    {
        return std::unique_ptr<ByteReader>(std::make_unique<Reader>(m_size, m_given));
    }
    static std::byte at(std::uint64_t place) { return std::byte(place * 31 + (place >> 20)); }

private:
    class Reader final : public ByteReader {
    public:
        Reader(std::uint64_t size, std::atomic<std::uint64_t>& given) : m_size(size), m_given(given)
        {
        }
        [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
        {
            const auto count = std::min<std::uint64_t>(into.size(), m_size - m_place);
            for (std::byte& each : into.first(count)) {
                each = at(m_place++);
            }
            m_given += count;
            return count;
        }

    private:
        std::uint64_t m_size = 0;
        std::atomic<std::uint64_t>& m_given;
        std::uint64_t m_place = 0;
    };

    std::uint64_t m_size = 0;
    bool m_isTold = false;
    mutable std::atomic<std::uint64_t> m_given = 0;
};

/// How many bytes of a Made come back; empty when one of them is another one.
std::optional<std::uint64_t> sizeAsMade(const Storage& storage, const std::string& name)
{
    const auto reader = storage.read(name, 0, kToTheEnd, {});
    if (!reader.ok()) {
        return {};
    }
    std::vector<std::byte> buffer(1 << 20);
    for (std::uint64_t place = 0;;) {
        const auto got = reader.value()->read(buffer);
        if (!got.ok()) {
            return {};
        }
        if (got.value() == 0) {
            return place;
        }
        for (const std::byte each : std::span(buffer).first(got.value())) {
            if (each != Made::at(place++)) {
                return {};
            }
        }
    }
}

}  // namespace

/// Against Azurite, which tests/servers starts.
class TestAzureStorage : public QObject {
    Q_OBJECT

    SystemClock m_clock;
    SeededRandom m_random{unpredictableSeed()};
    std::unique_ptr<net::HttpTransport> m_http = net::makeQtHttpTransport();
    net::RetryingTransport m_retrying{*m_http, m_clock, m_random};
    StorageAddress m_address;
    Secrets m_key;

    /// A place that nothing was written to yet.
    [[nodiscard]] AzureAccount account()
    {
        StorageAddress address = m_address;
        address.path = "tests/" + hex(m_random.next(), 16);
        return azureAccount(address, m_key).value();
    }

    [[nodiscard]] AzureAccount accountByToken(const std::string& rights, Timestamp end)
    {
        AzureAccount made = account();
        made.sasToken = Secret(tokenFor(made, rights, end));
        made.key = Secret();
        return made;
    }

    [[nodiscard]] AzureAccount accountByToken(const std::string& rights)
    {
        return accountByToken(rights, m_clock.now() + std::chrono::hours(1));
    }

    [[nodiscard]] AzureStorage open(AzureAccount account,
                                    std::size_t page = AzureStorage::kPageEntries)
    {
        return {std::move(account), m_retrying, m_clock, m_random, page};
    }

    static Status listAll(const Storage& storage, const std::stop_token& stop = {})
    {
        return storage.list(
            "", [](const auto&) { return Listing::Continue; }, stop);
    }

    static bool isRefused(const auto& result, ErrorCode code, const char* words)
    {
        if (result.ok()) {
            return false;
        }
        const Error& error = result.error();
        const std::string said = inEnglish(error.what) + ' ' + inEnglish(error.next);
        qInfo().noquote() << said.c_str();
        return error.code == code && said.find(words) != std::string::npos &&
               said.find("sig=") == std::string::npos;
    }

private slots:
    void initTestCase()
    {
        m_address = {.kind = StorageKind::Azure,
                     .options = {{"endpoint", variable("TIDEMARK_TEST_AZURE_ENDPOINT")}},
                     .host = variable("TIDEMARK_TEST_AZURE_CONTAINER"),
                     .user = variable("TIDEMARK_TEST_AZURE_ACCOUNT")};
        m_key.accountKey = Secret(variable("AZURE_STORAGE_KEY"));
        if (optionOf(m_address, "endpoint").empty() || m_key.accountKey.empty()) {
            QSKIP("TIDEMARK_TEST_AZURE_ENDPOINT is not set: run it under tests/servers.");
        }
    }

    void keepsTheContract_data() { contract::addRows(); }
    void keepsTheContract()
    {
        QFETCH(int, clause);
        AzureStorage storage = open(account());
        contract::check(clause, storage);
    }

    void keepsTheContractWithAToken_data() { contract::addRows(); }
    void keepsTheContractWithAToken()
    {
        QFETCH(int, clause);
        AzureStorage storage = open(accountByToken(kAllRights));
        contract::check(clause, storage);
    }

    void largeBodiesGoInBlocks_data()
    {
        QTest::addColumn<quint64>("size");
        QTest::addColumn<bool>("isTold");
        const quint64 block = kAzureBlock;
        QTest::newRow("just one request") << block << false;
        QTest::newRow("just one request, told") << block << true;
        QTest::newRow("one byte more") << block + 1 << false;
        QTest::newRow("one byte more, told") << block + 1 << true;
        QTest::newRow("two blocks") << 2 * block << true;
        QTest::newRow("40 MB") << quint64{40'000'000} << false;
    }

    void largeBodiesGoInBlocks()
    {
        QFETCH(quint64, size);
        QFETCH(bool, isTold);
        AzureStorage storage = open(account());
        const Timestamp time{std::chrono::milliseconds(1'700'000'000'123)};
        const auto written = storage.write("ltx/9/big", Made(size, isTold), {.time = time}, {});
        QVERIFY(written.ok() && written.value() == WriteOutcome::Written);
        QVERIFY(sizeAsMade(storage, "ltx/9/big") == size);
        const auto found = storage.find("ltx/9/big", {});
        QVERIFY(found.ok() && found.value());
        QVERIFY(found.value()->modified == time && found.value()->sizeBytes == size);
        QVERIFY(contract::entriesOf(storage, "").front().modified == time);
    }

    void blocksAreSeenByNobodyUntilTheyArePublishedAndNeverOverwrite()
    {
        AzureStorage storage = open(account());
        const Made big(20'000'000);
        auto mine = storage.stage("big", big, {}, {});
        auto theirs = storage.stage("big", Made(9'000'000), {}, {});
        QVERIFY(mine.ok() && theirs.ok());
        QCOMPARE(contract::namesOf(storage, ""), std::vector<std::string>());
        QVERIFY(!storage.find("big", {}).value());
        StagedObject* object = mine.value().get();
        QCOMPARE(storage.publish(std::span(&object, 1), {}).value(), std::size_t{1});
        object = theirs.value().get();
        QCOMPARE(storage.publish(std::span(&object, 1), {}).value(), std::size_t{0});
        QVERIFY(sizeAsMade(storage, "big") == 20'000'000);
        // Published twice, as a request whose answer was lost is.
        object = mine.value().get();
        QCOMPARE(storage.publish(std::span(&object, 1), {}).value(), std::size_t{0});
        const auto late = storage.write("big", Made(9'000'000), {}, {});
        QVERIFY(late.ok() && late.value() == WriteOutcome::AlreadyThere);
        QVERIFY(sizeAsMade(storage, "big") == 20'000'000);
    }

    void blocksThatNobodyPublishedAreInNobodysWay()
    {
        AzureStorage storage = open(account());
        QVERIFY(storage.stage("x", Made(9'000'000), {}, {}).ok());
        QVERIFY(contract::put(storage, "x", "small"));
        QCOMPARE(contract::textOf(storage, "x"), std::string("small"));
        QVERIFY(storage.stage("y", Made(9'000'000), {}, {}).ok());
        QVERIFY(contract::put(storage, "y", ""));
        QCOMPARE(storage.find("y", {}).value()->sizeBytes, std::uint64_t{0});
        const auto again = storage.write("y", MemorySource("other"), {}, {});
        QVERIFY(again.ok() && again.value() == WriteOutcome::AlreadyThere);
    }

    void severalAreStagedAtOnce()
    {
        AzureStorage storage = open(account());
        const Made big(20'000'000);
        std::vector<std::unique_ptr<StagedObject>> staged(4);
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 0; i < staged.size(); ++i) {
                threads.emplace_back([&, i] {
                    auto one = storage.stage("s/" + std::to_string(i), big, {}, {});
                    staged[i] = one.ok() ? std::move(one).value() : nullptr;
                });
            }
        }
        QCOMPARE(contract::publishAll(storage, staged).value(), std::size_t{4});
        for (const char* name : {"s/0", "s/1", "s/2", "s/3"}) {
            QVERIFY(sizeAsMade(storage, name) == 20'000'000);
        }
    }

    void oddNamesComeBackAsTheyWere()
    {
        AzureStorage storage = open(account());
        std::vector<std::string> names{
            " a b ",   "!\"#$%&'()*,-.:;<=>?@[]^_`{|}~", "%41%2F%",         "..a/.b", "a+b",
            "a=1&b=2", "\xc3\xa9\xe2\x82\xac",           "\xf0\x9f\x8c\x8a"};
        for (const std::string& name : names) {
            QVERIFY2(contract::put(storage, name, name), name.c_str());
            QCOMPARE(contract::textOf(storage, name), name);
            QVERIFY(storage.find(name, {}).value());
            QCOMPARE(contract::namesOf(storage, name), std::vector<std::string>{name});
        }
        std::ranges::sort(names);
        QCOMPARE(contract::namesOf(storage, ""), names);
        QVERIFY(storage.remove(names, {}).ok());
        QCOMPARE(contract::namesOf(storage, ""), std::vector<std::string>());
        QVERIFY(isRefused(storage.find("a.", {}), ErrorCode::Usage, "name"));
    }

    void listsOverManyPages()
    {
        const AzureAccount place = account();
        AzureStorage storage = open(place, 7);
        std::vector<std::string> names;
        for (int i = 0; i < 50; ++i) {
            names.push_back("ltx/0/" + hex(std::uint64_t(i), 16) + ".ltx");
            QVERIFY(contract::put(storage, names.back(), "x"));
        }
        QCOMPARE(contract::namesOf(storage, ""), names);
        QCOMPARE(contract::namesOf(storage, "ltx/0/000000000000001").size(), std::size_t{16});
        QVERIFY(storage.remove(names, {}).ok());
        QCOMPARE(contract::namesOf(storage, ""), std::vector<std::string>());
    }

    void aMissingContainerIsNoEmptyOne()
    {
        AzureAccount place = account();
        place.container = "nowhere";
        AzureStorage storage = open(place);
        QVERIFY(isRefused(listAll(storage), ErrorCode::NotFound, "nowhere"));
        QVERIFY(isRefused(storage.find("x", {}), ErrorCode::NotFound, "nowhere"));
        QVERIFY(isRefused(storage.read("x", 0, 1, {}), ErrorCode::NotFound, "nowhere"));
        QVERIFY(isRefused(storage.write("x", MemorySource("1"), {}, {}), ErrorCode::NotFound,
                          "nowhere"));
    }

    /// Azurite does not tell a wrong signature from a missing right; Azure does
    /// (tst_azure_failure).
    void aWrongKeyIsTold()
    {
        AzureAccount place = account();
        place.key = Secret("another");
        AzureStorage storage = open(place);
        for (const auto code : {listAll(storage).error().code, storage.find("x", {}).error().code,
                                storage.read("x", 0, 1, {}).error().code,
                                storage.write("x", MemorySource("1"), {}, {}).error().code}) {
            QVERIFY(code == ErrorCode::Credentials || code == ErrorCode::Forbidden);
        }
    }

    void aTokenThatEndedIsTold()
    {
        AzureStorage storage =
            open(accountByToken(kAllRights, m_clock.now() - std::chrono::hours(1)));
        QVERIFY(isRefused(listAll(storage), ErrorCode::Credentials, "ended"));
    }

    void aMissingRightIsNamed()
    {
        AzureStorage all = open(account());
        QVERIFY(contract::put(all, "x", "1"));
        const std::vector<std::string> names{"x"};
        AzureStorage noList = open(accountByToken("rcwd"));
        QVERIFY(isRefused(listAll(noList), ErrorCode::Forbidden, "sp=l "));
        AzureStorage noWrite = open(accountByToken("rdl"));
        QVERIFY(isRefused(noWrite.write("y", MemorySource("1"), {}, {}), ErrorCode::Forbidden,
                          "sp=cw "));
        QVERIFY(
            isRefused(noWrite.write("y", Made(9'000'000), {}, {}), ErrorCode::Forbidden, "sp=cw "));
        AzureStorage noDelete = open(accountByToken("rcwl"));
        QVERIFY(isRefused(noDelete.remove(names, {}), ErrorCode::Forbidden, "sp=d "));
        AzureStorage noRead = open(accountByToken("cwdl"));
        QVERIFY(isRefused(noRead.find("x", {}), ErrorCode::Forbidden, "sp=r "));
        QVERIFY(isRefused(noRead.read("x", 0, 1, {}), ErrorCode::Forbidden, "sp=r "));
    }

    void whoMayOnlyWriteCanWriteLargeBodies()
    {
        AzureStorage storage = open(accountByToken("cw"));
        const auto written = storage.write("big", Made(9'000'000), {}, {});
        QVERIFY(written.ok() && written.value() == WriteOutcome::Written);
    }

    void stopsSoonInTheMidstOfALargeBody()
    {
        AzureStorage storage = open(account());
        std::stop_source source;
        const Made endless(std::uint64_t{4} << 30);
        Result<WriteOutcome> outcome = WriteOutcome::Written;
        std::jthread writer(
            [&] { outcome = storage.write("big", endless, {}, source.get_token()); });
        QTRY_VERIFY(endless.given() > 50'000'000);
        QElapsedTimer timer;
        timer.start();
        source.request_stop();
        writer.join();
        qInfo() << "stopped after" << timer.elapsed() << "ms";
        QVERIFY(timer.elapsed() < 200);
        QVERIFY(!outcome.ok() && outcome.error().code == ErrorCode::Cancelled);
        QCOMPARE(contract::namesOf(storage, ""), std::vector<std::string>());
    }

    void aServerThatIsNotThereIsUnavailable()
    {
        AzureAccount place = account();
        place.server = "http://127.0.0.1:1";
        AzureStorage storage = open(place);
        QVERIFY(isRefused(listAll(storage), ErrorCode::Unavailable, "Nothing answers"));
        place.server = "https://acc.blob.invalid";
        place.isOwnServer = false;
        AzureStorage nowhere = open(place);
        QVERIFY(isRefused(listAll(nowhere), ErrorCode::Unavailable, place.name.c_str()));
    }

private:
    static constexpr quint64 kAzureBlock = 8 << 20;
};

QTEST_GUILESS_MAIN(TestAzureStorage)
#include "tst_azure_storage.moc"
