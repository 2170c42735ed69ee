#include "core/base/posix_file_system.h"
#include "tests/core/service/followed_place.h"
#include "tests/support/folder_opener.h"
#include "tests/support/hurried_clock.h"
#include "tests/support/moved_clock.h"
#include "tests/support/passing_file_system.h"

#include <QFileInfo>
#include <QTest>

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

using namespace tidemark;
using namespace tidemark::service;

namespace {

/// A round of the watchdog is two seconds. One that is two thirds of a second late gives everybody
/// his time anew: on a busy machine it takes longer, but comes.
constexpr int kHurry = 15;

/// One that is not enough is waited for twice more, and all of that has to be less than five
/// minutes.
constexpr int kPatienceMs = 90'000;

/// A disk on which whoever uses certain files hangs, if it is told to; it counts who looks at a
/// file.
class HangingFiles final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    /// Whoever begins a file whose path holds `part` hangs.
    void hangWhoWrites(const std::string& part)
    {
        const std::scoped_lock lock(m_mutex);
        m_unwritten = part;
    }
    /// Whoever opens such a file hangs, or only looks at it.
    void hangWhoAsks(const std::string& part)
    {
        const std::scoped_lock lock(m_mutex);
        m_dead = part;
    }
    void letGo()
    {
        {
            const std::scoped_lock lock(m_mutex);
            m_unwritten.clear();
            m_dead.clear();
        }
        m_changed.notify_all();
    }

    Result<std::unique_ptr<File>> open(const std::string& path, OpenFor purpose,
                                       std::uint32_t permissions) override
    {
        waitFor(path, purpose == OpenFor::Creating);
        return PassingFileSystem::open(path, purpose, permissions);
    }

    Result<std::optional<FileFacts>> stat(const std::string& path) const override
    {
        {
            const std::scoped_lock lock(m_mutex);
            ++m_looks[path];
        }
        waitFor(path, false);
        return PassingFileSystem::stat(path);
    }
    [[nodiscard]] int looksAt(const std::string& path) const
    {
        const std::scoped_lock lock(m_mutex);
        return m_looks[path];
    }

private:
    void waitFor(const std::string& path, bool isWritten) const
    {
        const auto isOf = [&path](const std::string& part) {
            return !part.empty() && path.find(part) != std::string::npos;
        };
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return !isOf(m_dead) && !(isWritten && isOf(m_unwritten)); });
    }

    mutable std::mutex m_mutex;  // Guards what follows.
    mutable std::condition_variable m_changed;
    std::string m_unwritten;
    std::string m_dead;
    mutable std::map<std::string, int> m_looks;
};

/// Counts how often the watchdog said that somebody is stuck, and that it is over.
class Listener final : public Observer {
public:
    void statusChanged(const DatabaseStatus&) override {}
    void happened(const Event& event) override
    {
        if (const auto* const stuck = std::get_if<Stuck>(&event.what)) {
            const std::scoped_lock lock(m_mutex);
            m_told.push_back(*stuck);
            m_toldOf[event.path] = !stuck->isOver;
        }
    }
    void removed(const DatabaseId&) override {}

    [[nodiscard]] std::vector<Stuck> told() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_told;
    }

    /// Whether the last that was told of it was that it is stuck; empty: nothing was.
    [[nodiscard]] std::optional<bool> isStuck(const std::string& path) const
    {
        const std::scoped_lock lock(m_mutex);
        const auto found = m_toldOf.find(path);
        return found == m_toldOf.end() ? std::nullopt : std::optional(found->second);
    }

private:
    mutable std::mutex m_mutex;  // Guards what follows.
    std::vector<Stuck> m_told;
    std::map<std::string, bool> m_toldOf;
};

}  // namespace

/// A source, or a replica, that is not as those who follow it believe.
class TestStuck : public QObject, private FollowedPlace {
    Q_OBJECT

    PosixFileSystem m_disk;
    SeededRandom m_random{1};
    std::deque<FolderOpener> m_storages;
    HangingFiles m_hanging{m_disk};
    std::unique_ptr<Listener> m_listener;
    std::unique_ptr<HurriedClock> m_hurried;  // Of one test each; both outlive the service.
    std::unique_ptr<MovedClock> m_moved;

    void follow(Clock& clock)
    {
        m_service = std::make_unique<Service>(
            Service::Dependencies{
                .clock = clock,
                .files = m_hanging,
                .random = m_random,
                .storages = m_storages.emplace_back(m_hanging, m_random),
                .directories = {.data = path("data"), .cache = path("cache"), .run = path("run")}},
            *m_listener);
        static_cast<void>(m_service->follow({.path = path("a.db"),
                                             .replicas = {{.address = address()}},
                                             .proveFirstSnapshot = false,
                                             .drillEvery = std::chrono::hours(0)}));
        upToDate();
    }
    /// A small one that nobody writes to.
    void followAnother(const char* name)
    {
        const std::string database = path(name);
        QVERIFY(QDir().mkpath(QFileInfo(QString::fromStdString(database)).path()));
        sqlite3* handle = nullptr;
        sqlite3_open(database.c_str(), &handle);
        sqlite3_exec(handle, "PRAGMA journal_mode=WAL; CREATE TABLE t(x)", nullptr, nullptr,
                     nullptr);
        sqlite3_close(handle);
        static_cast<void>(
            m_service->follow({.path = database,
                               .replicas = {{.address = {.path = path("replicas/") + name}}},
                               .proveFirstSnapshot = false,
                               .drillEvery = std::chrono::hours(0)}));
    }
    /// So much that the few changes of a test are not worth a merged snapshot.
    void writeMuch()
    {
        QCOMPARE(sqlite3_exec(m_application, "BEGIN", nullptr, nullptr, nullptr), SQLITE_OK);
        for (int i = 0; i < 300; ++i) {
            write();
        }
        QCOMPARE(sqlite3_exec(m_application, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
    }
    void upToDate()
    {
        const Status done = m_service->bringUpToDate({});
        QVERIFY2(done.ok(), done.ok() ? "" : inEnglish(done.error().what).c_str());
    }
    [[nodiscard]] std::string newestSegment()
    {
        return path("replica/") + level(replica::kSegmentLevel).back().name;
    }
    [[nodiscard]] DatabaseStatus status() const { return m_service->statuses().front(); }

private slots:
    void init()
    {
        begin();
        m_listener = std::make_unique<Listener>();
    }
    void cleanup()
    {
        m_hanging.letGo();
        end();
    }

    void aStepThatHangsIsToldOfUntilItGoesOn()
    {
        m_hurried = std::make_unique<HurriedClock>(kHurry);
        follow(*m_hurried);
        QVERIFY(m_listener->told().empty());
        m_hanging.hangWhoWrites("/spool/");
        write();
        QTRY_VERIFY_WITH_TIMEOUT(status().standing.state == engine::Protection::AtRisk,
                                 kPatienceMs);
        const std::string reason = inEnglish(status().standing.reason);
        QVERIFY2(reason.find("seems to be stuck") != std::string::npos, reason.c_str());
        QVERIFY2(reason.find(path("a.db")) != std::string::npos, reason.c_str());
        QVERIFY(!status().standing.next.source.empty());
        QCOMPARE(m_listener->told().size(), 1U);
        QVERIFY(!m_listener->told().front().isOver);
        QVERIFY(m_listener->told().front().waited >= std::chrono::minutes(2));
        // The time goes on.
        QVERIFY2(reason.find(" min") == std::string::npos, reason.c_str());

        m_hanging.letGo();
        QTRY_VERIFY_WITH_TIMEOUT(status().standing.state == engine::Protection::Protected,
                                 kPatienceMs);
        QCOMPARE(m_listener->told().size(), 2U);
        QVERIFY(m_listener->told().back().isOver);
        upToDate();
        QCOMPARE(rowsAt(status().captured), m_rows);
    }

    void aDeadDiskKeepsTheWatchdogFromNothing()
    {
        m_hurried = std::make_unique<HurriedClock>(kHurry);
        follow(*m_hurried);
        const auto onIt = {"disk/1.db", "disk/2.db", "disk/3.db", "disk/4.db"};
        for (const char* const name : onIt) {
            followAnother(name);
        }
        upToDate();
        m_hanging.hangWhoAsks(path("disk"));
        for (const char* const name : onIt) {
            QTRY_VERIFY_WITH_TIMEOUT(m_listener->isStuck(path(name)) == true, kPatienceMs);
        }
        // They hold all threads.
        QTRY_VERIFY_WITH_TIMEOUT(m_listener->isStuck(path("a.db")) == true, kPatienceMs);
        QTRY_VERIFY(inEnglish(status().standing.next).find("other databases") != std::string::npos);

        m_hanging.letGo();
        QTRY_VERIFY_WITH_TIMEOUT(m_listener->isStuck(path("a.db")) == false, kPatienceMs);
        for (const char* const name : onIt) {
            QTRY_VERIFY_WITH_TIMEOUT(m_listener->isStuck(path(name)) == false, kPatienceMs);
        }
        m_service->stop();
    }

    void theNewestSegmentIsLookedForWhenMoreFollowsButOnceAnHour()
    {
        m_moved = std::make_unique<MovedClock>();
        writeMuch();
        follow(*m_moved);
        write();
        upToDate();
        const std::string first = newestSegment();
        const int before = m_hanging.looksAt(first);
        write();
        upToDate();
        QCOMPARE(m_hanging.looksAt(first), before);
        // Two hours later it is merged, and what it was merged into ends there.
        m_moved->advance(std::chrono::hours(2));
        QTRY_VERIFY_WITH_TIMEOUT(!level(3).empty(), 20'000);
        const std::string newest = path("replica/") + level(3).back().name;
        const int atRest = m_hanging.looksAt(newest);
        upToDate();
        QCOMPARE(m_hanging.looksAt(newest), atRest);
        write();
        upToDate();
        QCOMPARE(m_hanging.looksAt(newest), atRest + 1);
        write();
        upToDate();
        QCOMPARE(m_hanging.looksAt(newest), atRest + 1);
    }

    void theSnapshotIsLookedForWhereNoSegmentIsNewer()
    {
        m_moved = std::make_unique<MovedClock>();
        writeMuch();
        follow(*m_moved);
        const std::uint64_t ticket = m_service->snapshotNow(status().id).value();
        const auto order = [&] { return m_service->snapshotOrders(ticket).front(); };
        QTRY_VERIFY_WITH_TIMEOUT(order().state == SnapshotOrder::State::Done, kPatienceMs);
        const std::string snapshot = path("replica/") + order().snapshot->name;
        m_moved->advance(std::chrono::hours(2));
        upToDate();
        const int atRest = m_hanging.looksAt(snapshot);
        write();
        upToDate();
        QCOMPARE(m_hanging.looksAt(snapshot), atRest + 1);
    }

    void whatHasGoneIsMissedBeforeAnotherSegmentFollowsIt()
    {
        m_moved = std::make_unique<MovedClock>();
        writeMuch();
        follow(*m_moved);
        write();
        upToDate();
        m_moved->advance(std::chrono::hours(2));
        // Merged, so that nothing else is done for its sake.
        QTRY_VERIFY_WITH_TIMEOUT(!level(3).empty(), kPatienceMs);
        for (int each = 0; each <= 3; ++each) {
            for (const replica::ObjectInfo& object : level(each)) {
                QVERIFY(m_disk.remove(path("replica/") + object.name).ok());
            }
        }
        QCOMPARE(level(replica::kSnapshotLevel).size(), 1U);
        write();
        QTRY_COMPARE_WITH_TIMEOUT(level(replica::kSnapshotLevel).size(), 2U, kPatienceMs);
        upToDate();
        QCOMPARE(rowsAt(status().captured), m_rows);
    }
};

QTEST_GUILESS_MAIN(TestStuck)
#include "tst_stuck.moc"
