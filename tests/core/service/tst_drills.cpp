#include "core/base/posix_file_system.h"
#include "core/service/drill_schedule.h"
#include "core/service/service.h"
#include "core/state/state_db.h"
#include "tests/support/folder_opener.h"
#include "tests/support/hurried_clock.h"
#include "tests/support/passing_file_system.h"

#include <sqlite3.h>

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>

using namespace tidemark;
using namespace tidemark::service;

namespace {

class Counter final : public Observer {
public:
    void statusChanged(const DatabaseStatus&) override {}
    void happened(const Event& event) override
    {
        m_proven += std::holds_alternative<Proven>(event.what) ? 1 : 0;
    }
    void removed(const DatabaseId&) override {}

    [[nodiscard]] int proven() const { return m_proven; }

private:
    std::atomic<int> m_proven = 0;
};

/// The disk of the cache, as short of room as a test says, and who is told when a drill begins.
class CacheDisk final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    std::atomic<bool> isShort = false;
    std::function<void()> onDrill;

    [[nodiscard]] Result<Space> space(const std::string& path) const override
    {
        if (isShort && path.ends_with("/drills")) {
            return Space{.freeBytes = 1 << 20};
        }
        return PassingFileSystem::space(path);
    }
    [[nodiscard]] Result<std::unique_ptr<File>> createUnnamed(const std::string& directory,
                                                              std::uint32_t permissions) override
    {
        if (onDrill && directory.ends_with("/drills")) {
            onDrill();
        }
        return PassingFileSystem::createUnnamed(directory, permissions);
    }
};

}  // namespace

/// Drills of a followed database, in time that is hurried: an hour passes in nine seconds.
class TestDrills : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_directory;
    PosixFileSystem m_disk;
    std::unique_ptr<CacheDisk> m_files;
    SeededRandom m_random{1};
    std::deque<FolderOpener> m_storages;
    std::unique_ptr<Counter> m_counter;
    HurriedClock m_clock{400};
    std::unique_ptr<Service> m_service;
    sqlite3* m_application = nullptr;
    DatabaseId m_id;

    [[nodiscard]] std::string path(const char* name) const
    {
        return m_directory->filePath(name).toStdString();
    }

    void follow(int everyHours, bool proveFirst = true)
    {
        start();
        m_id = followInto("replica", everyHours, proveFirst);
    }

    void start()
    {
        m_service = std::make_unique<Service>(
            Service::Dependencies{
                .clock = m_clock,
                .files = *m_files,
                .random = m_random,
                .storages = m_storages.emplace_back(*m_files, m_random),
                .directories = {.data = path("data"), .cache = path("cache"), .run = path("run")}},
            *m_counter);
    }

    DatabaseId followInto(const char* folder, int everyHours, bool proveFirst)
    {
        return m_service->follow({.path = path("a.db"),
                                  .replicas = {{.address = {.path = path(folder)}}},
                                  .proveFirstSnapshot = proveFirst,
                                  .drillEvery = std::chrono::hours(everyHours)});
    }

    [[nodiscard]] DatabaseStatus status() const { return m_service->statuses().front(); }
    [[nodiscard]] bool isSaved() const
    {
        return status().savedAt && status().standing.state == engine::Protection::Protected;
    }

    /// The name of the one snapshot of the replica.
    [[nodiscard]] std::string theBase() const
    {
        const auto names = QDir(m_directory->filePath("replica/ltx/9")).entryList(QDir::Files);
        return names.isEmpty() ? std::string() : "ltx/9/" + names.front().toStdString();
    }

    /// As a drill would have been remembered that was followed by a stop.
    void suspect(const std::string& object)
    {
        QDirIterator found(m_directory->filePath("data"), {"state.db"}, QDir::Files,
                           QDirIterator::Subdirectories);
        const auto state = state::StateDb::open(m_disk, found.next().toStdString());
        QVERIFY(state.ok());
        const std::string id = storage::replicaId({.path = path("replica")});
        QVERIFY(state.value()->setSuspected(id, {object}).ok());
    }

    [[nodiscard]] bool isCacheEmpty() const
    {
        return QDir(m_directory->filePath("cache/drills"))
            .isEmpty(QDir::Files | QDir::Hidden | QDir::NoDotAndDotDot);
    }

private slots:
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        m_files = std::make_unique<CacheDisk>(m_disk);
        m_counter = std::make_unique<Counter>();
        sqlite3_open(path("a.db").c_str(), &m_application);
        // Of this process it is not seen that it has the log open, which is cut after each rest.
        sqlite3_busy_timeout(m_application, 20'000);
        sqlite3_exec(m_application, "PRAGMA journal_mode=WAL; CREATE TABLE t(x)", nullptr, nullptr,
                     nullptr);
    }
    void cleanup()
    {
        m_service.reset();
        sqlite3_close(m_application);
    }

    void theNewestMomentIsProvenAgainAndAgain()
    {
        follow(1);
        QTRY_VERIFY_WITH_TIMEOUT(m_counter->proven() == 1, 20'000);
        const Proof first = *status().proof;
        sqlite3_exec(m_application, "INSERT INTO t VALUES (1)", nullptr, nullptr, nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(m_counter->proven() >= 2, 60'000);
        const Proof second = *status().proof;
        QVERIFY(second.txId > first.txId);
        // The place of this replica is up to an eighth of the interval ahead.
        QVERIFY(second.at - first.at >= std::chrono::minutes(52));
        QVERIFY(second.verdict == restore::Verdict::Proven);
        QCOMPARE(status().replicas.front().proof->txId, second.txId);
        QVERIFY(isCacheEmpty());
    }

    void whatWasProvenIsNotProvenAgainAtEachStart()
    {
        follow(24);
        QTRY_VERIFY_WITH_TIMEOUT(m_counter->proven() == 1, 20'000);
        m_service.reset();
        follow(24);
        QTRY_VERIFY_WITH_TIMEOUT(isSaved(), 20'000);
        // Longer than what is overdue would wait for.
        QVERIFY(m_clock.waitUntil(m_clock.monotonic() + 2 * kDrillPatience, {}));
        QCOMPARE(m_counter->proven(), 1);
        QVERIFY(status().replicas.front().proof.has_value());
    }

    void whatWasReadAsDamagedOnceBeforeAStopIsReadAgain()
    {
        follow(0, false);
        QTRY_VERIFY_WITH_TIMEOUT(isSaved(), 20'000);
        m_service.reset();
        const std::string base = theBase();
        QFile file(m_directory->filePath("replica/") + QString::fromStdString(base));
        QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(file.size() / 2));
        QCOMPARE(file.write(QByteArray(8, '\x5a')), 8);
        file.close();
        suspect(base);
        follow(0, false);
        QTRY_VERIFY_WITH_TIMEOUT(
            !status().replicas.empty() && status().replicas.front().damage.has_value(), 20'000);
    }

    void turnedOffItIsDoneOnlyWhenItIsAskedFor()
    {
        follow(0, false);
        QTRY_VERIFY_WITH_TIMEOUT(isSaved(), 20'000);
        QVERIFY(m_clock.waitUntil(m_clock.monotonic() + 2 * kDrillPatience, {}));
        QCOMPARE(m_counter->proven(), 0);
        m_service->proveNow(m_id);
        QTRY_COMPARE_WITH_TIMEOUT(m_counter->proven(), 1, 20'000);
        m_service->proveNow(m_id);
        QTRY_COMPARE_WITH_TIMEOUT(m_counter->proven(), 2, 20'000);
        QVERIFY(isCacheEmpty());
    }

    void whereTheDiskIsShortItSaysSoAndNothingElseIsWrong()
    {
        m_files->isShort = true;
        follow(1);
        QTRY_VERIFY_WITH_TIMEOUT(isSaved() && status().unproven, 20'000);
        QVERIFY(status().unproven->why.code == ErrorCode::NoSpace);
        QVERIFY(!status().proof);
        QVERIFY(status().standing.state == engine::Protection::Protected);
        QVERIFY(isCacheEmpty());
        // It tries again by itself.
        m_files->isShort = false;
        QTRY_VERIFY_WITH_TIMEOUT(m_counter->proven() >= 1, 20'000);
        QVERIFY(!status().unproven);
    }

    void aDatabaseThatIsNotWholeItselfIsNotRestoredAgainAndAgain()
    {
        QCOMPARE(sqlite3_exec(m_application,
                              "INSERT INTO t VALUES (NULL); PRAGMA writable_schema=1;"
                              "UPDATE sqlite_master SET sql='CREATE TABLE t(x NOT NULL)'",
                              nullptr, nullptr, nullptr),
                 SQLITE_OK);
        std::atomic<int> drills = 0;
        m_files->onDrill = [&] { ++drills; };
        follow(24);
        QTRY_VERIFY_WITH_TIMEOUT(status().unproven.has_value(), 20'000);
        QVERIFY(status().unproven->why.code == ErrorCode::Damaged);
        QVERIFY(inEnglish(status().unproven->why.next).find("content of the database") !=
                std::string::npos);
        QVERIFY(m_clock.waitUntil(m_clock.monotonic() + std::chrono::minutes(30), {}));
        QCOMPARE(drills.load(), 1);
        // Asked for, it is tried; and the next time comes.
        m_service->retryNow(m_id);
        QTRY_COMPARE_WITH_TIMEOUT(drills.load(), 2, 20'000);
        m_service->proveNow(m_id);
        QTRY_COMPARE_WITH_TIMEOUT(drills.load(), 3, 20'000);
        QVERIFY(isCacheEmpty());
    }

    void pausedInItsMiddleItLeavesNothingAndIsDoneLater()
    {
        std::atomic<int> drills = 0;
        m_files->onDrill = [&] {
            if (++drills == 1) {
                m_service->pause(m_service->statuses().front().id);
            }
        };
        follow(24);
        QTRY_VERIFY_WITH_TIMEOUT(drills == 1 && !status().work, 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(status().standing.state == engine::Protection::Paused, 20'000);
        QCOMPARE(m_counter->proven(), 0);
        QVERIFY(!status().unproven);
        QVERIFY(isCacheEmpty());
        m_service->resume(m_id);
        QTRY_COMPARE_WITH_TIMEOUT(m_counter->proven(), 1, 20'000);
    }

    void aReplicaThatLeavesDoesNotWaitForItsDrill()
    {
        std::atomic<int> drills = 0;
        m_files->onDrill = [&] {
            if (++drills == 1) {
                followInto("other", 24, true);
            }
        };
        follow(24);
        QTRY_COMPARE_WITH_TIMEOUT(m_counter->proven(), 1, 20'000);
        QCOMPARE(drills.load(), 2);
        QCOMPARE(status().replicas.size(), std::size_t{1});
        QVERIFY(status().replicas.front().proof.has_value());
        QVERIFY(!status().unproven);
        QVERIFY(isCacheEmpty());
    }

    void stoppedInItsMiddleItLeavesNothing()
    {
        std::atomic<int> drills = 0;
        m_files->onDrill = [&] {
            if (++drills == 1) {
                m_service->unfollow(m_service->statuses().front().id);
            }
        };
        follow(24);
        QTRY_VERIFY_WITH_TIMEOUT(drills == 1 && m_service->statuses().empty(), 20'000);
        QCOMPARE(m_counter->proven(), 0);
        QVERIFY(isCacheEmpty());
    }
};

QTEST_GUILESS_MAIN(TestDrills)
#include "tst_drills.moc"
