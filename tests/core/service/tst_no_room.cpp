#include "core/base/posix_file_system.h"
#include "core/base/system_clock.h"
#include "tests/core/service/followed_place.h"
#include "tests/support/passing_file_system.h"

#include <QTest>

#include <atomic>
#include <string>
#include <vector>

using namespace tidemark;
using namespace tidemark::service;

namespace {

constexpr int kSoonMs = 30'000;

/// A disk that gets full, as it says itself.
class FullDisk final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    void fill(bool isFull) { m_isFull = isFull; }

    Result<Space> space(const std::string& path) const override
    {
        return m_isFull ? Result<Space>(Space{.freeBytes = 1 << 20})
                        : PassingFileSystem::space(path);
    }

private:
    std::atomic<bool> m_isFull = false;
};

}  // namespace

/// A watched database of which no copy can be made, so that no new replica gets a snapshot.
class TestNoRoom : public QObject, private FollowedPlace {
    Q_OBJECT

    PosixFileSystem m_posix;
    FullDisk m_disk{m_posix};
    SystemClock m_clock;

    DatabaseId follow(const char* database, const std::vector<const char*>& replicas)
    {
        DatabaseConfig config{.path = path(database),
                              .watch = true,
                              .proveFirstSnapshot = false,
                              .drillEvery = std::chrono::hours(0)};
        for (const char* const each : replicas) {
            config.replicas.push_back({.address = address(each)});
        }
        return m_service->follow(config);
    }
    [[nodiscard]] ReplicaStatus replica(std::size_t database, std::size_t index) const
    {
        const auto statuses = m_service->statuses();
        const auto& replicas = statuses.at(database).replicas;
        return replicas.size() > index ? replicas[index] : ReplicaStatus();
    }
    [[nodiscard]] bool hasAll(std::size_t database, std::size_t index) const
    {
        const auto captured = m_service->statuses().at(database).captured;
        return captured != ltx::TxId() && replica(database, index).confirmed >= captured;
    }
    void upToDate()
    {
        const Status done = m_service->bringUpToDate({});
        QVERIFY2(done.ok(), done.ok() ? "" : inEnglish(done.error().what).c_str());
    }

private slots:
    void init() { begin(); }
    void cleanup() { end(); }

    void itsReplicaSaysSoAndOtherDatabasesAreNotKeptWaiting()
    {
        QCOMPARE(
            sqlite3_exec(m_application, "PRAGMA journal_mode=DELETE", nullptr, nullptr, nullptr),
            SQLITE_OK);
        m_service = makeService(m_clock, m_disk);
        const DatabaseId watched = follow("a.db", {"first"});
        upToDate();
        m_disk.fill(true);
        follow("a.db", {"first", "second"});
        QTRY_VERIFY_WITH_TIMEOUT(
            inEnglish(replica(0, 1).standing.reason).find("no room") != std::string::npos, kSoonMs);
        QCOMPARE(replica(0, 1).standing.state, engine::Protection::Waiting);
        QCOMPARE(replica(0, 0).standing.state, engine::Protection::Protected);
        QCOMPARE(m_service->bringUpToDate({}).error().code, ErrorCode::NoSpace);

        sqlite3* other = nullptr;
        sqlite3_open(path("b.db").c_str(), &other);
        sqlite3_exec(other, "PRAGMA journal_mode=WAL; CREATE TABLE t(x)", nullptr, nullptr,
                     nullptr);
        follow("b.db", {"other"});
        QTRY_VERIFY_WITH_TIMEOUT(hasAll(1, 0), kSoonMs);

        m_disk.fill(false);
        m_service->retryNow(watched);
        QTRY_VERIFY_WITH_TIMEOUT(hasAll(0, 1), kSoonMs);
        upToDate();
        QCOMPARE(replica(0, 1).standing.state, engine::Protection::Protected);
        sqlite3_close(other);
    }
};

QTEST_GUILESS_MAIN(TestNoRoom)
#include "tst_no_room.moc"
