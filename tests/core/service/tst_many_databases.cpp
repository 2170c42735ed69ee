#include "tests/core/service/followed_place.h"
#include "tests/support/moved_clock.h"
#include "tests/support/passing_file_system.h"

#include <QDir>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace tidemark;
using namespace tidemark::service;
using namespace std::chrono_literals;

namespace {

constexpr int kMany = 100;

/// Each snapshot and each merge takes some ten milliseconds. With a pause between a turn that was
/// not had and the next try, all of them would take more than a minute.
constexpr int kSoonMs = 15'000;

/// A slow disk, on which nobody gets on with a snapshot while it is held.
class HeldDisk final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    void hold(bool isHeld)
    {
        m_isHeld = isHeld;
        m_isHeld.notify_all();
    }
    /// How many wait for it.
    [[nodiscard]] int waiting() const { return m_waiting; }

    Status renameWithoutReplacing(const std::string& from, const std::string& to) override
    {
        if (to.find("/ltx/9/") != std::string::npos) {
            ++m_waiting;
            m_isHeld.wait(true);
            --m_waiting;
            static_cast<void>(m_clock.waitUntil(m_clock.monotonic() + kSlow, {}));
        }
        return PassingFileSystem::renameWithoutReplacing(from, to);
    }

private:
    static constexpr std::chrono::milliseconds kSlow{50};

    SystemClock m_clock;
    std::atomic<bool> m_isHeld = false;
    std::atomic<int> m_waiting = 0;
};

}  // namespace

/// A server with hundreds of small databases that are all saved to one disk.
class TestManyDatabases : public QObject, private FollowedPlace {
    Q_OBJECT

    HeldDisk m_disk{m_files};
    std::unique_ptr<MovedClock> m_clock;  // It outlives the service.
    std::vector<sqlite3*> m_databases;

    [[nodiscard]] std::string pathOf(int database, const char* folder) const
    {
        return path(folder) + "/" + std::to_string(database);
    }
    void follow()
    {
        m_service = makeService(*m_clock, m_disk);
        for (int i = 0; i < kMany; ++i) {
            static_cast<void>(
                m_service->follow({.path = pathOf(i, "databases"),
                                   .replicas = {{.address = {.path = pathOf(i, "replicas")}}},
                                   .proveFirstSnapshot = false,
                                   .drillEvery = std::chrono::hours(0)}));
        }
    }
    [[nodiscard]] int count(const std::function<bool(const DatabaseStatus&)>& condition) const
    {
        return static_cast<int>(std::ranges::count_if(m_service->statuses(), condition));
    }
    [[nodiscard]] int countSaved() const
    {
        return count([](const DatabaseStatus& each) {
            return each.savedAt && each.replicas.front().snapshot &&
                   each.replicas.front().confirmed == each.captured;
        });
    }
    /// Those of which an object of level 1 is there.
    [[nodiscard]] int countMerged() const
    {
        int merged = 0;
        for (int i = 0; i < kMany; ++i) {
            const QDir folder(QString::fromStdString(pathOf(i, "replicas") + "/ltx/1"));
            merged += folder.isEmpty(QDir::Files) ? 0 : 1;
        }
        return merged;
    }

private slots:
    void init()
    {
        begin();
        m_clock = std::make_unique<MovedClock>();
        QVERIFY(QDir(m_directory->path()).mkdir("databases"));
        for (int i = 0; i < kMany; ++i) {
            sqlite3* handle = nullptr;
            sqlite3_open(pathOf(i, "databases").c_str(), &handle);
            // Of this process it is not seen that it has the log open, which is cut after each
            // rest.
            sqlite3_busy_timeout(handle, 20'000);
            sqlite3_exec(handle,
                         "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; CREATE TABLE t(x)",
                         nullptr, nullptr, nullptr);
            m_databases.push_back(handle);
        }
    }
    void cleanup()
    {
        m_disk.hold(false);
        end();
        for (sqlite3* const each : m_databases) {
            sqlite3_close(each);
        }
        m_databases.clear();
    }

    void whatWaitsForTheSameDiskGoesOnOneAfterTheOther()
    {
        const auto waits = [](const DatabaseStatus& each) {
            const std::string reason = inEnglish(each.standing.reason);
            return each.standing.state == engine::Protection::CatchingUp &&
                   reason.find("waits for its turn") != std::string::npos &&
                   each.standing.next != Message();
        };
        m_disk.hold(true);
        follow();
        // All but those that are written.
        QTRY_VERIFY_WITH_TIMEOUT(count(waits) + m_disk.waiting() == kMany, 60'000);
        // At rest, a source is looked at each five seconds.
        m_clock->advance(1min);
        QTRY_VERIFY_WITH_TIMEOUT(count(waits) + m_disk.waiting() == kMany, kSoonMs);
        m_disk.hold(false);
        QTRY_COMPARE_WITH_TIMEOUT(countSaved(), kMany, kSoonMs);
        QCOMPARE(count(waits), 0);
        // Windows of all end at the same time.
        m_clock->advance(1min);
        QTRY_COMPARE_WITH_TIMEOUT(countMerged(), kMany, kSoonMs);
    }
};

QTEST_GUILESS_MAIN(TestManyDatabases)
#include "tst_many_databases.moc"
