#include "core/base/posix_file_system.h"
#include "core/service/service.h"
#include "tests/support/folder_opener.h"
#include "tests/support/hurried_clock.h"
#include "tests/support/passing_file_system.h"

#include <sqlite3.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

using namespace tidemark;
using namespace tidemark::service;
using namespace std::chrono_literals;

namespace {

class Nobody final : public Observer {
public:
    void statusChanged(const DatabaseStatus&) override {}
    void happened(const Event&) override {}
    void removed(const DatabaseId&) override {}
};

/// A disk that spoils each snapshot in one folder as soon as it is there, and notes when others and
/// these came.
class SpoilingDisk final : public PassingFileSystem {
public:
    SpoilingDisk(FileSystem& disk, const Clock& clock, std::string spoiled)
        : PassingFileSystem(disk), m_clock(clock), m_spoiled(std::move(spoiled))
    {
    }

    [[nodiscard]] std::vector<Timestamp> snapshotsIn(const std::string& folder) const
    {
        const std::scoped_lock lock(m_mutex);
        const auto found = m_snapshots.find(folder);
        return found != m_snapshots.end() ? found->second : std::vector<Timestamp>();
    }

    Status renameWithoutReplacing(const std::string& from, const std::string& to) override
    {
        const std::size_t level = to.find("/ltx/9/");
        Status renamed = PassingFileSystem::renameWithoutReplacing(from, to);
        if (renamed.ok() && level != std::string::npos) {
            const std::string folder = to.substr(0, level);
            if (folder == m_spoiled) {
                spoil(to);
            }
            const std::scoped_lock lock(m_mutex);
            m_snapshots[folder].push_back(m_clock.now());
        }
        return renamed;
    }

private:
    static void spoil(const std::string& path)
    {
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.seek(file.size() / 2));
        QByteArray bytes = file.peek(8);
        for (char& each : bytes) {
            each = static_cast<char>(~each);
        }
        QCOMPARE(file.write(bytes), bytes.size());
    }

    const Clock& m_clock;
    const std::string m_spoiled;
    mutable std::mutex m_mutex;  // Guards m_snapshots.
    std::map<std::string, std::vector<Timestamp>> m_snapshots;
};

}  // namespace

/// What spoils each complete copy of a database gets one more now and then, not one after the
/// other.
class TestSpoilingDisk : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_directory;
    PosixFileSystem m_disk;
    SeededRandom m_random{1};
    std::deque<FolderOpener> m_storages;
    Nobody m_observer;
    HurriedClock m_clock{100};
    std::unique_ptr<SpoilingDisk> m_files;
    std::unique_ptr<Service> m_service;
    sqlite3* m_application = nullptr;

    [[nodiscard]] std::string path(const char* name) const
    {
        return m_directory->filePath(name).toStdString();
    }

    void follow(const std::vector<const char*>& folders)
    {
        if (!m_service) {
            m_service = std::make_unique<Service>(
                Service::Dependencies{.clock = m_clock,
                                      .files = *m_files,
                                      .random = m_random,
                                      .storages = m_storages.emplace_back(*m_files, m_random),
                                      .directories = {.data = path("data"),
                                                      .cache = path("cache"),
                                                      .run = path("run")}},
                m_observer);
        }
        DatabaseConfig config{.path = path("a.db"), .proveFirstSnapshot = true};
        for (const char* const folder : folders) {
            config.replicas.push_back({.name = folder, .address = {.path = path(folder)}});
        }
        m_service->follow(config);
    }

    [[nodiscard]] std::vector<Timestamp> snapshotsIn(const char* folder) const
    {
        return m_files->snapshotsIn(path(folder));
    }

    /// Whether the status says that the disk does what it does.
    [[nodiscard]] bool isSaid() const
    {
        for (const DatabaseStatus& database : m_service->statuses()) {
            for (const ReplicaStatus& each : database.replicas) {
                const engine::Standing& standing = each.standing;
                if (standing.state == engine::Protection::AtRisk && standing.nextTry &&
                    inEnglish(standing.reason).starts_with("This disk spoils")) {
                    return true;
                }
            }
        }
        return false;
    }

private slots:
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        m_files = std::make_unique<SpoilingDisk>(m_disk, m_clock, path("bad"));
        sqlite3_open(path("a.db").c_str(), &m_application);
        // Of this process it is not seen that it has the log open, which is cut after each rest.
        sqlite3_busy_timeout(m_application, 20'000);
        sqlite3_exec(m_application,
                     "PRAGMA journal_mode=WAL; CREATE TABLE t(x);"
                     "INSERT INTO t VALUES (hex(randomblob(2000)))",
                     nullptr, nullptr, nullptr);
    }
    void cleanup()
    {
        m_service.reset();
        sqlite3_close(m_application);
    }

    void itIsNotFilledWithBases()
    {
        follow({"bad"});
        // The first that mends comes at once.
        QTRY_VERIFY_WITH_TIMEOUT(snapshotsIn("bad").size() >= 2 && isSaid(), 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(snapshotsIn("bad").size() >= 3, 60'000);
        const auto written = snapshotsIn("bad");
        QVERIFY(written[2] - written[1] >= 10min);
        QTRY_VERIFY_WITH_TIMEOUT(isSaid(), 60'000);
        QCOMPARE(snapshotsIn("bad").size(), std::size_t{3});
    }

    void aNewStartIsNoReasonForAnotherOne()
    {
        follow({"bad"});
        QTRY_VERIFY_WITH_TIMEOUT(snapshotsIn("bad").size() >= 2 && isSaid(), 60'000);
        m_service.reset();
        follow({"bad"});
        QTRY_VERIFY_WITH_TIMEOUT(snapshotsIn("bad").size() >= 3, 60'000);
        const auto written = snapshotsIn("bad");
        QVERIFY(written[2] - written[1] >= 10min);
    }

    void anotherReplicaNeedNotWaitForIt()
    {
        follow({"bad"});
        QTRY_VERIFY_WITH_TIMEOUT(snapshotsIn("bad").size() >= 2 && isSaid(), 60'000);
        follow({"bad", "good"});
        QTRY_COMPARE_WITH_TIMEOUT(snapshotsIn("good").size(), std::size_t{1}, 60'000);
        const auto written = snapshotsIn("bad");
        QVERIFY(written.size() < 3 || written[2] - written[1] >= 10min);
    }
};

QTEST_GUILESS_MAIN(TestSpoilingDisk)
#include "tst_spoiling_disk.moc"
