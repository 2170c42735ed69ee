#include "core/base/posix_file_system.h"
#include "core/base/system_clock.h"
#include "core/service/service.h"
#include "tests/support/folder_opener.h"
#include "tests/support/passing_file_system.h"

#include <sqlite3.h>

#include <unistd.h>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

using namespace tidemark;
using namespace tidemark::service;
using engine::Protection;

namespace {

/// Keeps what it hears; a test waits until it heard enough.
class Listener final : public Observer {
public:
    void statusChanged(const DatabaseStatus& status) override
    {
        note([&] { m_status = status; });
    }
    void happened(const Event& event) override
    {
        note([&] { m_events.push_back(event); });
    }
    void removed(const DatabaseId& id) override
    {
        note([&] { m_removed.push_back(id); });
    }

    /// Whether `condition` came true within the limit of every wait here.
    bool heard(const std::function<bool(const Listener&)>& condition)
    {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, std::chrono::seconds(20), [&] { return condition(*this); });
    }

    template <typename What>
    [[nodiscard]] int count() const
    {
        const std::scoped_lock lock(m_mutex);
        int count = 0;
        for (const Event& event : m_events) {
            count += std::holds_alternative<What>(event.what) ? 1 : 0;
        }
        return count;
    }
    [[nodiscard]] std::optional<Error> lastFailure() const
    {
        const std::scoped_lock lock(m_mutex);
        const auto* const stopped =
            m_events.empty() ? nullptr : std::get_if<Stopped>(&m_events.back().what);
        return stopped != nullptr ? stopped->failure : std::nullopt;
    }
    [[nodiscard]] DatabaseStatus status() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_status;
    }
    [[nodiscard]] std::vector<DatabaseId> removedIds() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_removed;
    }

private:
    void note(const std::function<void()>& change)
    {
        {
            const std::scoped_lock lock(m_mutex);
            change();
        }
        m_changed.notify_all();
    }

    // Guards what follows; recursive, since a condition asks what it locks as well.
    mutable std::recursive_mutex m_mutex;
    std::condition_variable_any m_changed;
    std::vector<Event> m_events;
    std::vector<DatabaseId> m_removed;
    DatabaseStatus m_status;
};

/// The application.
class Application {
public:
    explicit Application(const std::string& path, const std::string& mode = "WAL")
    {
        sqlite3_open(path.c_str(), &m_handle);
        sqlite3_busy_timeout(m_handle, 1000);
        run(("PRAGMA journal_mode=" + mode).c_str());
        run("PRAGMA synchronous=OFF");
        run("CREATE TABLE IF NOT EXISTS t(x)");
    }
    ~Application() { sqlite3_close(m_handle); }
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    bool write() { return run("INSERT INTO t VALUES (hex(randomblob(500)))"); }

private:
    bool run(const char* sql)
    {
        return sqlite3_exec(m_handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
    }

    sqlite3* m_handle = nullptr;
};

/// By the only program that has it open.
bool setJournalMode(const std::string& path, const std::string& mode)
{
    sqlite3* handle = nullptr;
    sqlite3_open(path.c_str(), &handle);
    const int code =
        sqlite3_exec(handle, ("PRAGMA journal_mode=" + mode).c_str(), nullptr, nullptr, nullptr);
    sqlite3_close(handle);
    return code == SQLITE_OK;
}

int rowsIn(const std::string& path)
{
    sqlite3* handle = nullptr;
    sqlite3_stmt* statement = nullptr;
    sqlite3_open(path.c_str(), &handle);
    sqlite3_prepare_v2(handle, "SELECT count(*) FROM t", -1, &statement, nullptr);
    const int rows = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int(statement, 0) : -1;
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return rows;
}

/// A disk that counts who looks at it from one thread.
class OwnThreadFiles final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    void watchThisThread() { m_watched = std::this_thread::get_id(); }
    [[nodiscard]] int calls() const { return m_calls; }

    Result<std::optional<FileFacts>> stat(const std::string& path) const override
    {
        m_calls += std::this_thread::get_id() == m_watched ? 1 : 0;
        return PassingFileSystem::stat(path);
    }

private:
    std::atomic<std::thread::id> m_watched;
    mutable std::atomic<int> m_calls = 0;
};

/// The result of a job, waited for.
template <typename Value>
class Answer {
public:
    std::function<void(Result<Value>)> slot()
    {
        return [this](Result<Value> result) {
            m_result = std::move(result);
            m_done.release();
        };
    }
    const Result<Value>& wait()
    {
        m_done.acquire();
        m_done.release();
        return *m_result;
    }

private:
    std::optional<Result<Value>> m_result;
    std::binary_semaphore m_done{0};
};

}  // namespace

class TestService : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        m_database = path("a.db");
        m_address = {.path = path("replica")};
    }

    void aFollowedDatabaseIsProtectedAndProven()
    {
        Application application(m_database);
        QVERIFY(application.write());
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QCOMPARE(id.size(), 16U);
        QVERIFY(listener.heard([](const Listener& heard) { return heard.count<Proven>() == 1; }));
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Protected;
        }));
        const DatabaseStatus status = service->statuses().front();
        QCOMPARE(status.id, id);
        QCOMPARE(status.replicas.size(), 1U);
        QCOMPARE(status.replicas[0].confirmed, status.captured);
        QCOMPARE(status.replicas[0].pendingSegments, 0U);
        QVERIFY(status.proof->verdict == restore::Verdict::Proven);
        QVERIFY(status.savedAt.has_value());
        QVERIFY(!status.work);
    }

    void aProofIsToldAgainAfterANewStart()
    {
        Application application(m_database);
        QVERIFY(application.write());
        std::optional<Proof> before;
        {
            Listener listener;
            const auto service = makeService(listener);
            service->follow(config());
            QVERIFY(
                listener.heard([](const Listener& heard) { return heard.count<Proven>() == 1; }));
            before = service->statuses().front().proof;
        }
        Listener listener;
        const auto service = makeService(listener);
        service->follow(config());
        QVERIFY(
            listener.heard([](const Listener& heard) { return heard.status().proof.has_value(); }));
        QVERIFY(service->statuses().front().proof->txId == before->txId);
        QVERIFY(service->statuses().front().proof->verdict == restore::Verdict::Proven);
    }

    void whoCannotLookAtTheDatabaseDoesNotSayThatItIsSaved()
    {
        {
            Application application(m_database);
            Listener listener;
            const auto service = makeService(listener);
            service->follow(config());
            QVERIFY(service->bringUpToDate({}).ok());
        }
        // Who reads it keeps it from being switched back.
        QVERIFY(setJournalMode(m_database, "DELETE"));
        sqlite3* reader = nullptr;
        sqlite3_open(m_database.c_str(), &reader);
        QCOMPARE(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM t", nullptr, nullptr, nullptr),
                 SQLITE_OK);
        Listener listener;
        const auto service = makeService(listener);
        DatabaseConfig switched = config();
        switched.switchToWal = true;
        service->follow(switched);
        // It remembers all that the replica has.
        const bool isWaiting = listener.heard([](const Listener& heard) {
            const DatabaseStatus status = heard.status();
            return status.standing.state >= Protection::Waiting && !status.replicas.empty() &&
                   status.captured != ltx::TxId{} &&
                   status.replicas.front().confirmed >= status.captured;
        });
        const bool isSaved = listener.status().savedAt.has_value();
        sqlite3_close(reader);
        QVERIFY(isWaiting && !isSaved);
        service->retryNow(service->statuses().front().id);
        QVERIFY(listener.heard(
            [](const Listener& heard) { return heard.status().savedAt.has_value(); }));
    }

    void everyWriteBecomesRestorable()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        service->follow(config());
        for (int i = 0; i < 20; ++i) {
            QVERIFY(application.write());
        }
        QVERIFY(service->bringUpToDate({}).ok());
        Answer<restore::Restored> answer;
        const auto job = service->restore(
            m_address, {.target = path("out.db")}, [](const restore::Progress&) {}, answer.slot());
        QVERIFY(answer.wait().ok());
        QCOMPARE(rowsIn(path("out.db")), 20);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.count<SegmentWritten>() >= 1 && heard.count<Attached>() == 1 &&
                   heard.count<SnapshotWritten>() == 1;
        }));
    }

    void whoIsUploadedToSeldomHasAllWhenSomebodyWaitsForIt()
    {
        Application application(m_database);
        Listener listener;
        auto service = makeService(listener);
        DatabaseConfig seldom = config();
        seldom.replicas.front().syncInterval = std::chrono::hours(1);
        const DatabaseId id = service->follow(seldom);
        QVERIFY(service->bringUpToDate({}).ok());
        const auto isHeldBack = [](const Listener& heard) {
            const DatabaseStatus status = heard.status();
            return status.standing.state == Protection::Protected &&
                   status.replicas.front().pendingSegments > 2;
        };
        for (int i = 0; i < 5; ++i) {
            const ltx::TxId before = service->statuses().front().captured;
            QVERIFY(application.write());
            QVERIFY(listener.heard(
                [before](const Listener& heard) { return heard.status().captured > before; }));
        }
        QVERIFY(listener.heard(isHeldBack));
        QVERIFY(service->statuses().front().replicas.front().syncInterval == std::chrono::hours(1));
        const std::uint64_t before = segmentsInReplica();
        const int told = listener.count<SegmentWritten>();
        QVERIFY(service->bringUpToDate({}).ok());
        // The last one, and all before it: no other moment is told of.
        QCOMPARE(segmentsInReplica(), before + 2);
        QCOMPARE(listener.count<SegmentWritten>(), told + 2);
        QVERIFY(application.write());
        const int rows = rowsIn(m_database);
        // Who leaves waits no hour either.
        service->unfollow(id);
        QVERIFY(listener.heard([](const Listener& heard) { return !heard.removedIds().empty(); }));
        QCOMPARE(restoredRows(*service), rows);
    }

    void aPausedDatabaseIsLetGoAndCaughtUpOnResume()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        service->pause(id);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Paused;
        }));
        QVERIFY(application.write());
        service->resume(id);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Protected;
        }));
        QVERIFY(service->bringUpToDate({}).ok());
        QCOMPARE(restoredRows(*service), 1);
    }

    void aDatabaseThatIsPausedFromTheStartIsNotTouched()
    {
        Application application(m_database);
        QVERIFY(application.write());
        Listener listener;
        const auto service = makeService(listener);
        DatabaseConfig paused = config();
        paused.paused = true;
        const DatabaseId id = service->follow(paused);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Paused;
        }));
        QCOMPARE(service->statuses().front().replicas.size(), 1U);
        QVERIFY(!QDir(m_directory->filePath("replica")).exists());
        QVERIFY(!QDir(m_directory->filePath("data/databases")).exists());
        service->resume(id);
        QVERIFY(service->bringUpToDate({}).ok());
        QCOMPARE(restoredRows(*service), 1);
        QVERIFY(listener.heard([](const Listener& heard) { return heard.count<Attached>() == 1; }));
    }

    void whatIsFollowedAgainWhileItLeavesIsPausedWhenThatWasAskedFor()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        service->unfollow(id);
        static_cast<void>(service->follow(config()));
        service->pause(id);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.count<Stopped>() == 1 &&
                   heard.status().standing.state == Protection::Paused;
        }));
        QCOMPARE(service->statuses().size(), 1U);
    }

    void aDatabaseThatIsFollowedByTwoPathsIsFollowedOnce()
    {
        Application application(m_database);
        QVERIFY(QFile::link(QString::fromStdString(m_database), m_directory->filePath("link.db")));
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId first = service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        DatabaseConfig byLink{.path = path("link.db"),
                              .replicas = {{.name = "other", .address = {.path = path("other")}}}};
        const DatabaseId second = service->follow(byLink);
        QVERIFY(first != second);
        QVERIFY(listener.heard([&](const Listener& heard) {
            return heard.status().id == second &&
                   heard.status().standing.state == Protection::Waiting &&
                   !heard.status().standing.reason.source.empty();
        }));
        QVERIFY(!QDir(m_directory->filePath("other")).exists());
        QVERIFY(application.write());
        service->unfollow(second);
        QVERIFY(listener.heard(
            [&](const Listener& heard) { return heard.removedIds() == std::vector{second}; }));
        QVERIFY(service->bringUpToDate({}).ok());
        QCOMPARE(restoredRows(*service), 1);
    }

    void aDatabaseBehindALinkGoesOnWithItsOwnHistory()
    {
        Application application(m_database);
        QVERIFY(QFile::link(QString::fromStdString(m_database), m_directory->filePath("link.db")));
        {
            Listener listener;
            const auto service = makeService(listener);
            static_cast<void>(service->follow(config()));
            QVERIFY(service->bringUpToDate({}).ok());
        }
        const std::string real = m_database;
        m_database = path("link.db");
        QVERIFY(application.write());
        Listener listener;
        const auto service = makeService(listener);
        static_cast<void>(service->follow(config()));
        QVERIFY(service->bringUpToDate({}).ok());
        QCOMPARE(service->statuses().front().path, real);
        QCOMPARE(restoredRows(*service), 1);
        QVERIFY(newestListed(*service).pages.has_value());
    }

    void aDatabaseThatLeftWalModeMeanwhileWaitsForItsOwner()
    {
        Listener listener;
        const auto service = makeService(listener);
        {
            Application application(m_database);
            const DatabaseId id = service->follow(config());
            QVERIFY(service->bringUpToDate({}).ok());
            service->pause(id);
            QVERIFY(listener.heard([](const Listener& heard) {
                return heard.status().standing.state == Protection::Paused;
            }));
        }
        QVERIFY(setJournalMode(m_database, "DELETE"));
        service->resume(service->statuses().front().id);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::NotSetUp;
        }));
        const Status status = service->bringUpToDate({});
        QVERIFY(!status.ok() && status.error().code == ErrorCode::NotInWalMode);
    }

    void oneThatIsNotInWalModeIsWatchedWhereItMayBe()
    {
        Application application(m_database, "DELETE");
        QVERIFY(application.write());
        Listener listener;
        const auto service = makeService(listener);
        DatabaseConfig watched = config();
        watched.watch = true;
        service->follow(watched);
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(listener.status().watch);
        QVERIFY(application.write());
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(!QFile::exists(QString::fromStdString(m_database) + "-wal"));
        QCOMPARE(restoredRows(*service), 2);
    }

    void oneThatIsLockedForAMomentIsWaitedFor()
    {
        Application application(m_database, "DELETE");
        QVERIFY(application.write());
        sqlite3* writer = nullptr;
        QCOMPARE(sqlite3_open(m_database.c_str(), &writer), SQLITE_OK);
        QCOMPARE(sqlite3_exec(writer, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
        Listener listener;
        const auto service = makeService(listener);
        DatabaseConfig watched = config();
        watched.watch = true;
        service->follow(watched);
        {
            const std::jthread unlocker([&](const std::stop_token& stop) {
                SystemClock clock;
                static_cast<void>(
                    clock.waitUntil(clock.monotonic() + std::chrono::seconds(1), stop));
                sqlite3_exec(writer, "COMMIT", nullptr, nullptr, nullptr);
            });
            // It was found locked.
            QVERIFY(listener.heard([](const Listener& heard) {
                return heard.status().standing.state == Protection::Waiting;
            }));
            const Status done = service->bringUpToDate({});
            QVERIFY2(done.ok(), done.ok() ? "" : inEnglish(done.error().what).c_str());
        }
        QCOMPARE(restoredRows(*service), 1);
        sqlite3_close(writer);
    }

    void oneThatIsFollowedAgainAtTheEndIsNotWaitedFor()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        service->unfollow(id);
        service->follow(config());
        QElapsedTimer timer;
        timer.start();
        QVERIFY(service->stop());
        QVERIFY2(timer.elapsed() < 10'000, std::to_string(timer.elapsed()).c_str());
        // To whoever keeps a list it is one of those that are followed.
        QVERIFY(listener.removedIds().empty());
    }

    void oneFileIsFollowedByOneOfItsNames()
    {
        Application application(m_database);
        QVERIFY(application.write());
        const std::string other = m_database + ".link";
        QCOMPARE(::link(m_database.c_str(), other.c_str()), 0);
        Listener listener;
        const auto service = makeService(listener);
        service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        DatabaseConfig linked = config();
        linked.path = other;
        linked.replicas.front().address.path += ".other";
        service->follow(linked);
        const Status refused = service->bringUpToDate({});
        QVERIFY(!refused.ok());
        QCOMPARE(refused.error().code, ErrorCode::Busy);
        QVERIFY(inEnglish(refused.error().what).find("same file") != std::string::npos);
    }

    void nobodyListensToOneThatIsPaused()
    {
        const auto watches = [] {
            int count = 0;
            for (const QString& each : QDir("/proc/self/fdinfo").entryList(QDir::Files)) {
                QFile info("/proc/self/fdinfo/" + each);
                count += info.open(QIODevice::ReadOnly)
                             ? static_cast<int>(info.readAll().count("inotify wd:"))
                             : 0;
            }
            return count;
        };
        const int before = watches();
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(watches() > before);
        service->pause(id);
        QTRY_COMPARE_WITH_TIMEOUT(watches(), before, 10'000);
        service->resume(id);
        QVERIFY(application.write());
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(watches() > before);
    }

    void aChangeOfOneThatIsWatchedIsHeardOfBothWays()
    {
        Listener listener;
        const auto service = makeService(listener);
        DatabaseConfig watched = config();
        watched.watch = true;
        Application application(m_database, "DELETE");
        service->follow(watched);
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(application.write());
        QVERIFY(listener.heard(
            [](const Listener& heard) { return heard.count<SegmentWritten>() >= 1; }));
        QVERIFY(setJournalMode(m_database, "WAL"));
        QVERIFY(listener.heard([](const Listener& heard) { return !heard.status().watch; }));
        const int before = listener.count<SegmentWritten>();
        QVERIFY(application.write());
        QVERIFY(listener.heard(
            [&](const Listener& heard) { return heard.count<SegmentWritten>() > before; }));
        QVERIFY(service->bringUpToDate({}).ok());
        QCOMPARE(restoredRows(*service), 2);
    }

    void unfollowCapturesToTheEndAndSaysSo()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(application.write());
        service->unfollow(id);
        QVERIFY(listener.heard([&id](const Listener& heard) {
            return heard.removedIds() == std::vector{id} && heard.count<Stopped>() == 1;
        }));
        QVERIFY(service->statuses().empty());
        QCOMPARE(restoredRows(*service), 1);
    }

    /// What was just written is waited for until it rests, or proves to be commits.
    void oneThatIsWatchedIsLeftWithAllThatWasWritten()
    {
        Application application(m_database, "DELETE");
        QVERIFY(application.write());
        Listener listener;
        const auto service = makeService(listener);
        DatabaseConfig watched = config();
        watched.watch = true;
        const DatabaseId id = service->follow(watched);
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(application.write());
        service->pause(id);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Paused;
        }));
        QVERIFY(application.write());
        service->resume(id);
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(application.write());
        service->unfollow(id);
        QVERIFY(listener.heard([](const Listener& heard) { return heard.count<Stopped>() == 1; }));
        QVERIFY(!listener.lastFailure());
        QCOMPARE(restoredRows(*service), 4);
    }

    void aDatabaseCanBeFollowedAgainAtOnce()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        service->unfollow(id);
        QCOMPARE(service->follow(config()), id);
        QVERIFY(application.write());
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Protected;
        }));
        QVERIFY(service->bringUpToDate({}).ok());
        QCOMPARE(restoredRows(*service), 1);
    }

    void aSecondReplicaCanJoinLater()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(application.write());
        DatabaseConfig both = config();
        both.replicas.push_back({.name = "second", .address = {.path = path("second")}});
        service->follow(both);
        QVERIFY(service->bringUpToDate({}).ok());
        m_address = {.path = path("second")};
        QCOMPARE(restoredRows(*service), 1);
    }

    void twoServicesDoNotFollowTheSameDatabase()
    {
        Application application(m_database);
        Listener first;
        Listener second;
        const auto one = makeService(first);
        one->follow(config());
        QVERIFY(one->bringUpToDate({}).ok());
        const auto two = makeService(second);
        two->follow(config());
        QVERIFY(second.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Waiting;
        }));
        const Status status = two->bringUpToDate({});
        QVERIFY(status.error().code == ErrorCode::Busy);
    }

    void whatStandsInTheWayIsTheStanding()
    {
        Listener listener;
        const auto service = makeService(listener);
        service->follow(config());
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Broken &&
                   !heard.status().standing.reason.source.empty();
        }));
        QVERIFY(service->bringUpToDate({}).error().code == ErrorCode::NotFound);
        // Once it is there, it is followed.
        Application application(m_database);
        service->retryNow(service->statuses().front().id);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Protected;
        }));
    }

    void aProofThatFailedIsTriedAgain()
    {
        Application application(m_database);
        QFile inTheWay(m_directory->filePath("cache"));
        QVERIFY(inTheWay.open(QIODevice::WriteOnly));
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::AtRisk;
        }));
        QVERIFY(inTheWay.remove());
        service->retryNow(id);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.count<Proven>() == 1 &&
                   heard.status().standing.state == Protection::Protected;
        }));
    }

    void aReplicaIsOneDatabases()
    {
        Application application(m_database);
        Application otherApplication(path("b.db"));
        for (int i = 0; i < 50; ++i) {
            QVERIFY(application.write() && otherApplication.write());
        }
        Listener listener;
        const auto service = makeService(listener);
        service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        DatabaseConfig other = config();
        other.path = path("b.db");
        const DatabaseId id = service->follow(other);
        QVERIFY(service->bringUpToDate({}).error().code == ErrorCode::AlreadyExists);
        service->retryNow(id);
        QVERIFY(service->bringUpToDate({}).error().code == ErrorCode::AlreadyExists);
        QVERIFY(application.write());
        QVERIFY(otherApplication.write() && otherApplication.write());
        QVERIFY(listener.heard(
            [](const Listener& heard) { return heard.count<SegmentWritten>() >= 2; }));
        QCOMPARE(restoredRows(*service), 51);
    }

    void aHistoryOfAnotherDatabaseIsNotGoneOnWith_data()
    {
        QTest::addColumn<bool>("isOtherComputer");
        QTest::newRow("one computer, where its owner is noted") << false;
        QTest::newRow("two computers, where its pages tell") << true;
    }
    void aHistoryOfAnotherDatabaseIsNotGoneOnWith()
    {
        QFETCH(bool, isOtherComputer);
        Application application(m_database);
        Application otherApplication(path("b.db"));
        for (int i = 0; i < 50; ++i) {
            QVERIFY(application.write() && otherApplication.write());
        }
        QVERIFY(follow(config(), "data").ok());
        DatabaseConfig other = config();
        other.path = path("b.db");
        Listener listener;
        const auto service = makeService(listener, isOtherComputer ? "data2" : "data");
        const DatabaseId id = service->follow(other);
        for (int i = 0; i < 2; ++i) {
            const Status status = service->bringUpToDate({});
            QVERIFY(!status.ok() && status.error().code == ErrorCode::AlreadyExists);
            service->retryNow(id);
        }
        QCOMPARE(listener.count<SnapshotWritten>(), 0);
        QCOMPARE(restoredRows(*service), 50);
    }

    void itsOwnHistoryIsGoneOnWith_data()
    {
        QTest::addColumn<QString>("movedTo");
        QTest::addColumn<QString>("data");
        QTest::newRow("a file that was moved") << "moved.db"
                                               << "data";
        QTest::newRow("a computer that forgot all") << "a.db"
                                                    << "data2";
    }
    void itsOwnHistoryIsGoneOnWith()
    {
        QFETCH(QString, movedTo);
        QFETCH(QString, data);
        {
            Application application(m_database);
            for (int i = 0; i < 50; ++i) {
                QVERIFY(application.write());
            }
            QVERIFY(follow(config(), "data").ok());
        }
        DatabaseConfig moved = config();
        moved.path = m_directory->filePath(movedTo).toStdString();
        QVERIFY(moved.path == m_database || QFile::rename(QString::fromStdString(m_database),
                                                          QString::fromStdString(moved.path)));
        Application application(moved.path);
        QVERIFY(application.write());
        const Status followed = follow(moved, data.toStdString().c_str());
        QVERIFY2(followed.ok(), followed.ok() ? "" : inEnglish(followed.error().what).c_str());
        Listener listener;
        QCOMPARE(restoredRows(*makeService(listener)), 51);
    }

    void itsOwnHistoryIsGoneOnWithAfterASwitchToWal()
    {
        {
            Application application(m_database);
            for (int i = 0; i < 50; ++i) {
                QVERIFY(application.write());
            }
            QVERIFY(follow(config(), "data").ok());
        }
        QVERIFY(setJournalMode(m_database, "DELETE"));
        DatabaseConfig switched = config();
        switched.switchToWal = true;
        const Status followed = follow(switched, "data2");
        QVERIFY2(followed.ok(), followed.ok() ? "" : inEnglish(followed.error().what).c_str());
        Listener listener;
        QCOMPARE(restoredRows(*makeService(listener)), 50);
    }

    void aReplicaThatMissedWhatTheSpoolLetGoOfGetsASnapshot()
    {
        Application application(m_database);
        DatabaseConfig both = config();
        both.replicas.push_back({.name = "second", .address = {.path = path("second")}});
        QVERIFY(follow(both, "data").ok());
        QVERIFY(application.write());
        QVERIFY(follow(config(), "data").ok());
        QVERIFY(follow(both, "data").ok());
        m_address = {.path = path("second")};
        Listener listener;
        QCOMPARE(restoredRows(*makeService(listener)), 1);
    }

    void anEmptiedReplicaIsNotBegunAnew()
    {
        Application application(m_database);
        QVERIFY(follow(config(), "data").ok());
        QVERIFY(QDir(m_directory->filePath("replica")).removeRecursively());
        const Status gone = follow(config(), "data");
        QVERIFY(!gone.ok() && gone.error().code == ErrorCode::Unavailable);
        QVERIFY(!QDir(m_directory->filePath("replica")).exists());
        QVERIFY(QDir().mkpath(m_directory->filePath("replica")));
        const Status empty = follow(config(), "data");
        QVERIFY(!empty.ok() && empty.error().code == ErrorCode::Unavailable);
        QVERIFY(QDir(m_directory->filePath("replica")).isEmpty());
    }

    void aReplicaThatIsEmptiedWhileItIsFollowedIsLeftAlone()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        service->follow(config());
        QVERIFY(application.write());
        QVERIFY(service->bringUpToDate({}).ok());
        const QDir replica(m_directory->filePath("replica"));
        QVERIFY(QDir(replica).rename("ltx", "aside"));
        QVERIFY(application.write());
        const Status said = service->bringUpToDate({});
        QVERIFY(!said.ok() && said.error().code == ErrorCode::Unavailable);
        QVERIFY(!replica.exists("ltx"));
    }

    void whatIsNotUploadedAtTheEndIsSaid()
    {
        Application application(m_database);
        Listener listener;
        auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(QDir(m_directory->filePath("replica")).removeRecursively());
        QVERIFY(application.write());
        service->unfollow(id);
        QVERIFY(listener.heard([](const Listener& heard) { return heard.count<Stopped>() == 1; }));
        QVERIFY(listener.lastFailure() && listener.lastFailure()->code == ErrorCode::Unavailable);
    }

    void aCleanEndHasNoFailure()
    {
        Application application(m_database);
        Listener listener;
        auto service = makeService(listener);
        service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(application.write());
        service->stop();
        QVERIFY(listener.count<Stopped>() == 1 && !listener.lastFailure());
    }

    void aLastCaptureThatFailsIsSaid()
    {
        Listener listener;
        auto service = makeService(listener);
        {
            Application application(m_database);
            service->follow(config());
            QVERIFY(service->bringUpToDate({}).ok());
            QVERIFY(QFile::remove(QString::fromStdString(m_database)));
        }
        service->stop();
        QVERIFY(listener.count<Stopped>() == 1 && listener.lastFailure());
        QVERIFY(listener.status().standing.state >= Protection::AtRisk);
    }

    void aSourceIsInspectedAndAReplicaListed()
    {
        Application application(m_database);
        QVERIFY(application.write());
        Listener listener;
        const auto service = makeService(listener);
        Answer<SourceFacts> facts;
        const auto inspecting = service->inspect(m_database, facts.slot());
        QVERIFY(facts.wait().ok());
        QVERIFY(facts.wait().value().isWal);

        service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        Answer<std::shared_ptr<const replica::Catalog>> catalog;
        const auto listing = service->openReplica(m_address, catalog.slot());
        const auto& listed = catalog.wait();
        QVERIFY(listed.ok());
        QVERIFY(!listed.value()->moments.empty());

        Answer<MomentFacts> moment;
        const auto looking =
            service->describeMoment(m_address, listed.value()->moments.back(), moment.slot());
        const auto& described = moment.wait();
        QVERIFY(described.ok());
        QVERIFY(described.value().moment.pages.value() >= 1U);
        QCOMPARE(described.value().pageSizeBytes, 4096U);
        QVERIFY(described.value().databasePages >= 2U);
    }

    void aPlaceIsTriedOutStepByStepAndWhatIsThereIsTold()
    {
        Listener listener;
        const auto service = makeService(listener);
        std::mutex mutex;
        std::vector<storage::ProbedStep> told;
        const auto tell = [&](const storage::ProbedStep& step) {
            const std::scoped_lock lock(mutex);
            told.push_back(step);
        };
        Answer<PlaceTest> empty;
        const auto testing = service->testPlace(m_address, tell, empty.slot());
        QVERIFY(empty.wait().ok());
        QVERIFY(storage::firstFailure(empty.wait().value().probed.steps) == nullptr);
        QVERIFY(empty.wait().value().contents == replica::PlaceContents());
        {
            const std::scoped_lock lock(mutex);
            QVERIFY(told == empty.wait().value().probed.steps);
        }

        Application application(m_database);
        QVERIFY(application.write());
        service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        Answer<PlaceTest> used;
        const auto again = service->testPlace(m_address, tell, used.slot());
        QVERIFY(used.wait().ok());
        QVERIFY(used.wait().value().contents->kind == replica::PlaceContents::Kind::Replica);
    }

    void aJobThatNobodyTookDoesNothingOnItsOwnersThread()
    {
        OwnThreadFiles files(m_files);
        Listener listener;
        Service service({.clock = m_clock,
                         .files = files,
                         .random = m_random,
                         .storages = m_storages.emplace_back(m_files, m_random),
                         .directories = {.data = path("data")}},
                        listener);
        // Every thread for jobs is held until the test is done with them.
        std::counting_semaphore<> inside(0);
        std::counting_semaphore<> release(0);
        std::vector<std::unique_ptr<Job>> holding;
        constexpr int kThreads = 4;
        for (int i = 0; i < kThreads; ++i) {
            holding.push_back(service.inspect(m_database, [&](const Result<SourceFacts>&) {
                inside.release();
                release.acquire();
            }));
        }
        for (int i = 0; i < kThreads; ++i) {
            inside.acquire();
        }
        std::vector<ErrorCode> told;
        const auto note = [&told](const auto& result) {
            told.push_back(result.ok() ? ErrorCode::Bug : result.error().code);
        };
        files.watchThisThread();
        service.inspect(m_database, note).reset();
        service.openReplica(m_address, note).reset();
        service.describeMoment(m_address, {}, note).reset();
        service
            .restore(
                m_address, {.target = path("out.db")}, [](const restore::Progress&) {}, note)
            .reset();
        QCOMPARE(told, std::vector(4, ErrorCode::Cancelled));
        QCOMPARE(files.calls(), 0);
        release.release(kThreads);
    }

    void aListingOfAFollowedDatabaseTellsPagesToo()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(application.write());
        QVERIFY(service->bringUpToDate({}).ok());
        const replica::Moment told = newestListed(*service);
        QVERIFY(told.pages.value() >= 1U);
        QVERIFY(told.precision == replica::TimePrecision::Exact);
        // Of a replica that is nobody's here, only its objects could tell.
        service->unfollow(id);
        QVERIFY(listener.heard([](const Listener& heard) { return !heard.removedIds().empty(); }));
        QVERIFY(!newestListed(*service).pages);
    }

private:
    replica::Moment newestListed(Service& service) const
    {
        Answer<std::shared_ptr<const replica::Catalog>> catalog;
        const auto listing = service.openReplica(m_address, catalog.slot());
        return catalog.wait().value()->moments.back();
    }

    [[nodiscard]] std::string path(const char* name) const
    {
        return m_directory->filePath(name).toStdString();
    }

    [[nodiscard]] DatabaseConfig config() const
    {
        return {.path = m_database, .replicas = {{.name = "Folder", .address = m_address}}};
    }

    /// One run of a program, on the computer whose state is in the folder `data`.
    [[nodiscard]] Status follow(const DatabaseConfig& config, const char* data)
    {
        Listener listener;
        const auto service = makeService(listener, data);
        service->follow(config);
        return service->bringUpToDate({});
    }

    [[nodiscard]] std::unique_ptr<Service> makeService(Observer& observer,
                                                       const char* data = "data")
    {
        return std::make_unique<Service>(
            Service::Dependencies{
                .clock = m_clock,
                .files = m_files,
                .random = m_random,
                .storages = m_storages.emplace_back(m_files, m_random),
                .directories = {.data = path(data), .cache = path("cache"), .run = path("run")}},
            observer);
    }

    /// Files of level 0.
    [[nodiscard]] std::uint64_t segmentsInReplica() const
    {
        return static_cast<std::uint64_t>(
            QDir(QString::fromStdString(path("replica/ltx/0"))).entryList(QDir::Files).size());
    }

    int restoredRows(Service& service)
    {
        const std::string target = path(("out" + std::to_string(++m_restores)).c_str());
        Answer<restore::Restored> answer;
        const auto job = service.restore(
            m_address, {.target = target}, [](const restore::Progress&) {}, answer.slot());
        const bool restored = answer.wait().ok();
        return restored ? rowsIn(target) : -1;
    }

    SystemClock m_clock;
    PosixFileSystem m_files;
    SeededRandom m_random{1};
    std::deque<FolderOpener> m_storages;
    std::unique_ptr<QTemporaryDir> m_directory;
    std::string m_database;
    storage::StorageAddress m_address;
    int m_restores = 0;
};

QTEST_GUILESS_MAIN(TestService)
#include "tst_service.moc"
