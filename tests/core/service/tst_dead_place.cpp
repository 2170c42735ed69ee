#include "core/base/system_clock.h"
#include "core/service/shared_place.h"
#include "core/service/watch_rounds.h"
#include "tests/core/service/followed_place.h"
#include "tests/support/dead_disk.h"
#include "tests/support/hurried_clock.h"

#include <QDir>
#include <QElapsedTimer>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace tidemark;
using namespace tidemark::service;

namespace {

/// A round of the watchdog is two seconds, its patience eight.
constexpr int kHurry = 15;

constexpr int kPatienceMs = 90'000;

/// In which the watchdog would tell again of what is over.
constexpr int kRounds = 2;

/// More than there are threads for replicas.
constexpr int kMany = 40;

/// Where nothing but a thread that is free is waited for.
constexpr int kSoonMs = 30'000;

/// A server that cannot be reached, until the network is back.
class FarOpener final : public storage::StorageOpener {
public:
    explicit FarOpener(const storage::StorageOpener& folders) : m_folders(folders) {}

    void setReachable(bool isReachable) { m_isReachable = isReachable; }
    [[nodiscard]] int tries() const { return m_tries; }

    [[nodiscard]] Result<std::unique_ptr<storage::Storage>> open(
        const storage::StorageAddress& address) const override
    {
        ++m_tries;
        if (!m_isReachable) {
            return Error{.code = ErrorCode::Unavailable,
                         .what = {TIDEMARK_TEXT("test", "It cannot be reached.")}};
        }
        return m_folders.open({.path = address.path});
    }

private:
    const storage::StorageOpener& m_folders;
    std::atomic<bool> m_isReachable = false;
    mutable std::atomic<int> m_tries = 0;
};

}  // namespace

/// Replicas in a place that hangs, as a share on a network does whose server has gone.
class TestDeadPlace : public QObject, private FollowedPlace {
    Q_OBJECT

    DeadDisk m_disk{m_files, "/dead"};
    SystemClock m_clock;
    std::unique_ptr<HurriedClock> m_hurried;  // It outlives the service.
    std::vector<sqlite3*> m_others;

    static DatabaseConfig configOf(const std::string& database,
                                   const std::vector<std::string>& replicas)
    {
        DatabaseConfig config{
            .path = database, .proveFirstSnapshot = false, .drillEvery = std::chrono::hours(0)};
        for (const std::string& each : replicas) {
            config.replicas.push_back({.address = {.path = each}});
        }
        return config;
    }
    /// With a.db, that has replicas of these names.
    void follow(Clock& clock, const std::vector<const char*>& replicas)
    {
        m_service = makeService(clock, m_disk);
        followAlso("a.db", replicas);
    }
    void followAlso(const char* database, const std::vector<const char*>& replicas)
    {
        std::vector<std::string> paths;
        for (const char* const each : replicas) {
            paths.push_back(path(each));
        }
        static_cast<void>(m_service->follow(configOf(path(database), paths)));
    }
    /// Another application's database.
    sqlite3* makeDatabase(const std::string& name)
    {
        sqlite3* handle = nullptr;
        sqlite3_open(path(name.c_str()).c_str(), &handle);
        // Of this process it is not seen that it has the log open, which is cut after each rest.
        sqlite3_busy_timeout(handle, 20'000);
        sqlite3_exec(handle, "PRAGMA journal_mode=WAL; CREATE TABLE t(x)", nullptr, nullptr,
                     nullptr);
        m_others.push_back(handle);
        return handle;
    }
    [[nodiscard]] std::optional<DatabaseStatus> statusOf(const std::string& name) const
    {
        for (const DatabaseStatus& each : m_service->statuses()) {
            if (each.path == path(name.c_str())) {
                return each;
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] DatabaseStatus status() const { return m_service->statuses().front(); }
    [[nodiscard]] static bool isCurrent(const DatabaseStatus& status, std::size_t replica)
    {
        return status.replicas.size() > replica && status.captured != ltx::TxId() &&
               status.replicas[replica].confirmed >= status.captured;
    }
    void upToDate()
    {
        const Status done = m_service->bringUpToDate({});
        QVERIFY2(done.ok(), done.ok() ? "" : inEnglish(done.error().what).c_str());
    }

    static std::string placeOf(const std::string& folder)
    {
        return sharedPlace({.kind = storage::StorageKind::Folder, .path = folder});
    }

private slots:
    void init() { begin(); }
    void cleanup()
    {
        m_disk.letGo();
        end();
        for (sqlite3* const each : std::exchange(m_others, {})) {
            sqlite3_close(each);
        }
    }

    void manyReplicasInADeadPlaceKeepThoseElsewhereWaitingForNothing()
    {
        // Another mount: a place of its own.
        const QTemporaryDir elsewhere("/dev/shm/tidemark-XXXXXX");
        QVERIFY(elsewhere.isValid());
        const std::string dead = elsewhere.filePath("dead/").toStdString();
        if (placeOf(dead) == placeOf(path("live/"))) {
            QSKIP("/dev/shm is no mount of its own here.");
        }
        m_service = makeService(m_clock, m_disk);
        for (int i = 0; i < kMany; ++i) {
            const std::string name = std::to_string(i);
            makeDatabase(name + ".db");
            static_cast<void>(m_service->follow(configOf(
                path((name + ".db").c_str()), {dead + name, path(("live/" + name).c_str())})));
        }
        upToDate();
        std::vector<ltx::TxId> before;
        for (int i = 0; i < kMany; ++i) {
            before.push_back(statusOf(std::to_string(i) + ".db")->captured);
        }
        m_disk.die();
        for (sqlite3* const each : m_others) {
            QCOMPARE(sqlite3_exec(each, "INSERT INTO t VALUES (1)", nullptr, nullptr, nullptr),
                     SQLITE_OK);
        }
        const auto current = [&] {
            int count = 0;
            for (int i = 0; i < kMany; ++i) {
                const auto status = statusOf(std::to_string(i) + ".db");
                const bool isNew = status->captured > before[static_cast<std::size_t>(i)];
                count += isNew && isCurrent(*status, 1) ? 1 : 0;
            }
            return count;
        };
        QTRY_COMPARE_WITH_TIMEOUT(current(), kMany, kSoonMs);
    }

    void aReplicaThatHangsIsAtRiskUntilItGoesOn()
    {
        m_hurried = std::make_unique<HurriedClock>(kHurry);
        follow(*m_hurried, {"dead/a"});
        upToDate();
        QCOMPARE(status().standing.state, engine::Protection::Protected);
        m_disk.die();
        write();
        QTRY_VERIFY_WITH_TIMEOUT(status().standing.state == engine::Protection::AtRisk,
                                 kPatienceMs);
        const std::string reason = inEnglish(status().standing.reason);
        QVERIFY2(reason.find("does not answer") != std::string::npos, reason.c_str());
        QVERIFY2(reason.find(path("dead/a")) != std::string::npos, reason.c_str());
        QVERIFY(!status().standing.next.source.empty());

        m_disk.letGo();
        QTRY_VERIFY_WITH_TIMEOUT(status().standing.state == engine::Protection::Protected,
                                 kPatienceMs);
        upToDate();
        QCOMPARE(rowsAt(status().captured, "dead/a"), m_rows);
        // It stays so, although nothing more is written.
        QVERIFY(m_hurried->waitUntil(m_hurried->monotonic() + kRounds * WatchRounds::kRound, {}));
        QCOMPARE(status().standing.state, engine::Protection::Protected);
    }

    void oneThatWaitsBehindThoseThatHangSaysSo()
    {
        m_hurried = std::make_unique<HurriedClock>(kHurry);
        follow(*m_hurried, {"dead/0", "dead/1", "dead/2", "dead/3", "dead/4", "dead/5", "dead/6",
                            "dead/7", "dead/8", "dead/9"});
        upToDate();
        m_disk.die();
        write();
        const auto countOf = [&](const std::string& words) {
            const DatabaseStatus now = status();
            return std::ranges::count_if(now.replicas, [&words](const ReplicaStatus& each) {
                return inEnglish(each.standing.reason).find(words) != std::string::npos;
            });
        };
        QTRY_COMPARE_WITH_TIMEOUT(countOf("others that are to be written to"), 2, kPatienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(countOf("dead/"), 10, kPatienceMs);
        m_disk.letGo();
        QTRY_VERIFY_WITH_TIMEOUT(status().standing.state == engine::Protection::Protected,
                                 kPatienceMs);
    }

    void whoeverWaitsForAReplicaThatHangsIsTold()
    {
        m_hurried = std::make_unique<HurriedClock>(kHurry);
        follow(*m_hurried, {"dead/a", "live/a"});
        upToDate();
        m_disk.die();
        write();
        const Status done = m_service->bringUpToDate({});
        QVERIFY(!done.ok());
        QCOMPARE(done.error().code, ErrorCode::Unavailable);
        QVERIFY(isCurrent(status(), 1));
    }

    void aSnapshotThatHangsHoldsUpNoneElsewhere()
    {
        m_disk.die([](const std::string& file) {
            return file.find("/dead/") != std::string::npos &&
                   file.find("/ltx/9") != std::string::npos;
        });
        follow(m_clock, {"dead/a", "live/a"});
        QTRY_VERIFY_WITH_TIMEOUT(m_disk.hanging() > 0, kSoonMs);
        QTRY_VERIFY_WITH_TIMEOUT(isCurrent(status(), 1), kSoonMs);
        makeDatabase("b.db");
        followAlso("b.db", {"live/b"});
        QTRY_VERIFY_WITH_TIMEOUT(isCurrent(*statusOf("b.db"), 0), kSoonMs);
        QVERIFY(!isCurrent(status(), 0));
        // One that comes later, too.
        followAlso("a.db", {"dead/a", "live/a", "live/c"});
        QTRY_VERIFY_WITH_TIMEOUT(isCurrent(status(), 2), kSoonMs);
        m_disk.letGo();
        upToDate();
        QVERIFY(isCurrent(status(), 0));
    }

    void whoeverWaitsForASnapshotThatHangsIsTold()
    {
        m_hurried = std::make_unique<HurriedClock>(kHurry);
        m_disk.die([](const std::string& file) {
            return file.find("/dead/") != std::string::npos &&
                   file.find("/ltx/9") != std::string::npos;
        });
        follow(*m_hurried, {"dead/a"});
        const Status done = m_service->bringUpToDate({});
        QVERIFY(!done.ok());
        QCOMPARE(done.error().code, ErrorCode::Unavailable);
        QTRY_VERIFY_WITH_TIMEOUT(status().standing.state == engine::Protection::AtRisk,
                                 kPatienceMs);
        m_disk.letGo();
        QTRY_VERIFY_WITH_TIMEOUT(status().standing.state == engine::Protection::Protected,
                                 kPatienceMs);
    }

    void aServerIsTriedAtOnceWhenTheNetworkIsBack()
    {
        const FolderOpener folders(m_files, m_random);
        FarOpener far(folders);
        m_service = makeService(m_clock, m_files, far);
        DatabaseConfig config = configOf(path("a.db"), {path("replica")});
        config.replicas.front().address.kind = storage::StorageKind::WebDav;
        static_cast<void>(m_service->follow(config));
        QTRY_VERIFY_WITH_TIMEOUT(far.tries() == 1, kPatienceMs);
        QTRY_VERIFY(status().standing.state == engine::Protection::Waiting);
        QVERIFY(QDir().mkpath(QString::fromStdString(path("replica"))));
        far.setReachable(true);
        m_service->networkIsBack();
        // Not after half a minute.
        QTRY_VERIFY_WITH_TIMEOUT(far.tries() == 2 && isCurrent(status(), 0), 15'000);
        m_service.reset();
    }

    void stoppingDoesNotWaitForAPlaceThatHangs()
    {
        m_hurried = std::make_unique<HurriedClock>(kHurry);
        m_disk.die();
        follow(*m_hurried, {"dead/a"});
        QTRY_VERIFY_WITH_TIMEOUT(m_disk.hanging() > 0, kPatienceMs);
        QElapsedTimer timer;
        timer.start();
        QVERIFY(!m_service->stop());
        QVERIFY2(timer.elapsed() < 10'000, std::to_string(timer.elapsed()).c_str());
        m_disk.letGo();
        QVERIFY(m_service->stop());
    }
};

QTEST_GUILESS_MAIN(TestDeadPlace)
#include "tst_dead_place.moc"
