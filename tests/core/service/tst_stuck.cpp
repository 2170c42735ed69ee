#include "core/base/posix_file_system.h"
#include "tests/core/service/followed_place.h"
#include "tests/support/hurried_clock.h"
#include "tests/support/moved_clock.h"
#include "tests/support/passing_file_system.h"

#include <QTest>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

using namespace tidemark;
using namespace tidemark::service;

namespace {

/// A round of the watchdog is a second; to be late is a third of that.
constexpr int kHurry = 30;

constexpr int kPatienceMs = 60'000;

/// A disk on which whoever begins a segment in the spool hangs, if it is told to; it counts who
/// looks at a file.
class HangingFiles final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    void hang(bool hangs)
    {
        {
            const std::scoped_lock lock(m_mutex);
            m_hangs = hangs;
        }
        m_changed.notify_all();
    }

    Result<std::unique_ptr<File>> open(const std::string& path, OpenFor purpose,
                                       std::uint32_t permissions) override
    {
        if (purpose == OpenFor::Creating && path.find("/spool/") != std::string::npos) {
            std::unique_lock lock(m_mutex);
            m_changed.wait(lock, [this] { return !m_hangs; });
        }
        return PassingFileSystem::open(path, purpose, permissions);
    }

    Result<std::optional<FileFacts>> stat(const std::string& path) const override
    {
        {
            const std::scoped_lock lock(m_mutex);
            ++m_looks[path];
        }
        return PassingFileSystem::stat(path);
    }
    [[nodiscard]] int looksAt(const std::string& path) const
    {
        const std::scoped_lock lock(m_mutex);
        return m_looks[path];
    }

private:
    mutable std::mutex m_mutex;  // Guards what follows.
    std::condition_variable m_changed;
    bool m_hangs = false;
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
        }
    }
    void removed(const DatabaseId&) override {}

    [[nodiscard]] std::vector<Stuck> told() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_told;
    }

private:
    mutable std::mutex m_mutex;  // Guards m_told.
    std::vector<Stuck> m_told;
};

}  // namespace

/// A source, or a replica, that is not as those who follow it believe.
class TestStuck : public QObject, private FollowedPlace {
    Q_OBJECT

    PosixFileSystem m_disk;
    SeededRandom m_random{1};
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
                .directories = {.data = path("data"), .cache = path("cache"), .run = path("run")}},
            *m_listener);
        static_cast<void>(m_service->follow({.path = path("a.db"),
                                             .replicas = {{.address = address()}},
                                             .proveFirstSnapshot = false,
                                             .drillEvery = std::chrono::hours(0)}));
        upToDate();
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
        m_hanging.hang(false);
        end();
    }

    void aStepThatHangsIsToldOfUntilItGoesOn()
    {
        m_hurried = std::make_unique<HurriedClock>(kHurry);
        follow(*m_hurried);
        QVERIFY(m_listener->told().empty());
        m_hanging.hang(true);
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

        m_hanging.hang(false);
        QTRY_VERIFY_WITH_TIMEOUT(status().standing.state == engine::Protection::Protected,
                                 kPatienceMs);
        QCOMPARE(m_listener->told().size(), 2U);
        QVERIFY(m_listener->told().back().isOver);
        upToDate();
        QCOMPARE(rowsAt(status().captured), m_rows);
    }

    void theNewestSegmentIsLookedForWhenMoreFollowsButOnceAnHour()
    {
        m_moved = std::make_unique<MovedClock>();
        follow(*m_moved);
        write();
        upToDate();
        const std::string first = newestSegment();
        const int before = m_hanging.looksAt(first);
        write();
        upToDate();
        QCOMPARE(m_hanging.looksAt(first), before);
        const std::string second = newestSegment();
        const int atRest = m_hanging.looksAt(second);
        m_moved->advance(std::chrono::hours(2));
        upToDate();
        QCOMPARE(m_hanging.looksAt(second), atRest);
        write();
        upToDate();
        QCOMPARE(m_hanging.looksAt(second), atRest + 1);
        write();
        upToDate();
        QCOMPARE(m_hanging.looksAt(second), atRest + 1);
    }

    void whatHasGoneIsMissedBeforeAnotherSegmentFollowsIt()
    {
        m_moved = std::make_unique<MovedClock>();
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
        const std::size_t snapshots = level(replica::kSnapshotLevel).size();
        write();
        QTRY_VERIFY_WITH_TIMEOUT(level(replica::kSnapshotLevel).size() > snapshots, kPatienceMs);
        upToDate();
        QCOMPARE(rowsAt(status().captured), m_rows);
    }
};

QTEST_GUILESS_MAIN(TestStuck)
#include "tst_stuck.moc"
