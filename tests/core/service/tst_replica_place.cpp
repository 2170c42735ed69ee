#include "core/base/system_clock.h"
#include "tests/core/service/followed_place.h"

#include <QScopeGuard>
#include <QTest>

#include <atomic>

using namespace tidemark;
using namespace tidemark::service;

namespace {

/// A folder behind a server that asks for a key: whoever opens it with a wrong one is refused.
class LockedStorage final : public storage::Storage {
public:
    LockedStorage(std::unique_ptr<storage::Storage> inside, ErrorCode refusal)
        : m_inside(std::move(inside)), m_refusal(refusal)
    {
    }

    [[nodiscard]] Status list(std::string_view /*prefix*/,
                              const std::function<storage::Listing(const storage::ObjectEntry&)>&
                              /*entry*/,
                              std::stop_token /*stop*/) const override
    {
        return refusal();
    }
    [[nodiscard]] Result<std::optional<storage::ObjectEntry>> find(
        const std::string& /*name*/, std::stop_token /*stop*/) const override
    {
        return refusal();
    }
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> read(const std::string& /*name*/,
                                                           std::uint64_t /*offset*/,
                                                           std::uint64_t /*length*/,
                                                           std::stop_token /*stop*/) const override
    {
        return refusal();
    }
    [[nodiscard]] Result<std::unique_ptr<storage::StagedObject>> stage(
        const std::string& /*name*/, const ByteSource& /*source*/,
        const storage::ObjectMetadata& /*metadata*/, std::stop_token /*stop*/) override
    {
        return refusal();
    }
    [[nodiscard]] Result<std::size_t> publish(std::span<storage::StagedObject* const> /*staged*/,
                                              std::stop_token /*stop*/) override
    {
        return refusal();
    }
    [[nodiscard]] Status remove(std::span<const std::string> /*names*/,
                                std::stop_token /*stop*/) override
    {
        return refusal();
    }
    [[nodiscard]] std::string describe() const override { return m_inside->describe(); }

private:
    [[nodiscard]] Error refusal() const { return {.code = m_refusal, .what = {"test", "No."}}; }

    std::unique_ptr<storage::Storage> m_inside;
    ErrorCode m_refusal;
};

/// Counts, and knows the right key once a test gives it.
class KeyedOpener final : public storage::StorageOpener {
public:
    KeyedOpener(FileSystem& files, Random& random) : m_folders(files, random) {}

    std::atomic<ErrorCode> refusal = ErrorCode::Credentials;
    std::atomic<bool> hasKey = false;
    mutable std::atomic<int> openings = 0;

    [[nodiscard]] Result<std::unique_ptr<storage::Storage>> open(
        const storage::StorageAddress& address) const override
    {
        ++openings;
        auto opened = m_folders.open(address);
        if (!opened.ok() || hasKey) {
            return opened;
        }
        return std::unique_ptr<storage::Storage>(
            std::make_unique<LockedStorage>(std::move(opened).value(), refusal));
    }

private:
    FolderOpener m_folders;
};

class Silent final : public Observer {
public:
    void statusChanged(const DatabaseStatus& /*status*/) override {}
    void happened(const Event& /*event*/) override {}
    void removed(const DatabaseId& /*id*/) override {}
};

}  // namespace

class TestReplicaPlace : public QObject, private FollowedPlace {
    Q_OBJECT

    static constexpr int kPatienceMs = 20'000;

    [[nodiscard]] bool isIn(engine::Protection state) const
    {
        const DatabaseStatus status = m_service->statuses().front();
        return !status.replicas.empty() && status.replicas[0].standing.state == state;
    }

private slots:
    void init() { begin(); }
    void cleanup() { end(); }

    void whoWasRefusedOpensItAnewWhenAskedToTryAgain_data()
    {
        QTest::addColumn<int>("refusal");
        QTest::newRow("with a wrong key") << static_cast<int>(ErrorCode::Credentials);
        QTest::newRow("with one that does not suffice") << static_cast<int>(ErrorCode::Forbidden);
    }
    void whoWasRefusedOpensItAnewWhenAskedToTryAgain()
    {
        QFETCH(int, refusal);
        SystemClock clock;
        SeededRandom random(2);
        Silent observer;
        KeyedOpener storages(m_files, random);
        storages.refusal = static_cast<ErrorCode>(refusal);
        const auto over = qScopeGuard([this] { m_service.reset(); });
        m_service = std::make_unique<Service>(
            Service::Dependencies{
                .clock = clock,
                .files = m_files,
                .random = random,
                .storages = storages,
                .directories = {.data = path("data"), .cache = path("cache"), .run = path("run")}},
            observer);
        write();
        // A drill opens it for itself.
        const DatabaseId id =
            m_service->follow({.path = path("a.db"),
                               .replicas = {{.name = "one", .address = address()}},
                               .proveFirstSnapshot = false,
                               .drillEvery = std::chrono::hours(0)});
        QTRY_VERIFY_WITH_TIMEOUT(isIn(engine::Protection::Broken), kPatienceMs);
        QCOMPARE(storages.openings.load(), 1);

        storages.hasKey = true;
        m_service->retryNow(id);
        QTRY_VERIFY_WITH_TIMEOUT(isIn(engine::Protection::Protected), kPatienceMs);
        QCOMPARE(storages.openings.load(), 2);

        // What is open stays so.
        m_service->retryNow(id);
        write();
        QVERIFY(m_service->bringUpToDate({}).ok());
        QCOMPARE(storages.openings.load(), 2);
    }
};

QTEST_GUILESS_MAIN(TestReplicaPlace)
#include "tst_replica_place.moc"
