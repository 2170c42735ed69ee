#include "core/base/system_clock.h"
#include "core/state/database_directory.h"
#include "tests/core/service/followed_place.h"
#include "tests/support/passing_file_system.h"

#include <sqlite3.h>

#include <QDir>
#include <QFile>
#include <QTest>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>

using namespace tidemark;
using namespace tidemark::service;

namespace {

constexpr std::uint64_t kLimitBytes = 256 << 10;

/// A row is a segment of about so many bytes.
constexpr std::uint64_t kRowBytes = 33'000;
constexpr int kRowsBeyond = 24;

/// A disk on which a snapshot is done when a test says so.
class LongSnapshots final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    void hold(bool holds)
    {
        {
            const std::scoped_lock lock(m_mutex);
            m_holds = holds;
        }
        m_changed.notify_all();
    }

    Status renameWithoutReplacing(const std::string& from, const std::string& to) override
    {
        if (to.find("/ltx/9/") != std::string::npos) {
            std::unique_lock lock(m_mutex);
            m_changed.wait(lock, [this] { return !m_holds; });
        }
        return PassingFileSystem::renameWithoutReplacing(from, to);
    }

private:
    std::mutex m_mutex;  // Guards what follows.
    std::condition_variable m_changed;
    bool m_holds = false;
};

}  // namespace

/// A replica that is away while more is written than the spool may hold.
class TestSpoolLimit : public QObject, private FollowedPlace {
    Q_OBJECT

    SystemClock m_clock;
    LongSnapshots m_disk{m_files};

    void follow(const std::vector<const char*>& names)
    {
        m_service = makeService(m_clock, m_disk);
        DatabaseConfig config{.path = path("a.db"),
                              .burstInterval = std::chrono::milliseconds(1),
                              .proveFirstSnapshot = false,
                              .spoolLimitBytes = kLimitBytes};
        for (const char* const name : names) {
            config.replicas.push_back({.address = address(name)});
        }
        static_cast<void>(m_service->follow(config));
    }
    void upToDate()
    {
        const Status done = m_service->bringUpToDate({});
        QVERIFY2(done.ok(), done.ok() ? "" : inEnglish(done.error().what).c_str());
    }

    /// The disk of the replica is gone, and nothing can be made in its place; or back.
    void takeAway(const char* name)
    {
        const QString folder = m_directory->filePath(name);
        QVERIFY(QDir().rename(folder, folder + "-kept"));
        QFile inTheWay(folder);
        QVERIFY(inTheWay.open(QIODevice::WriteOnly));
    }
    void bringBack(const char* name)
    {
        const QString folder = m_directory->filePath(name);
        QVERIFY(QFile::remove(folder));
        QVERIFY(QDir().rename(folder + "-kept", folder));
        m_service->retryNow(m_service->statuses().front().id);
    }

    [[nodiscard]] DatabaseStatus status() const { return m_service->statuses().front(); }
    [[nodiscard]] ReplicaStatus replica(const char* name) const
    {
        const DatabaseStatus now = status();
        return *std::ranges::find(now.replicas, address(name), &ReplicaStatus::address);
    }

    /// A segment of its own each.
    void writeBeyondTheLimit()
    {
        for (int i = 0; i < kRowsBeyond; ++i) {
            const ltx::TxId before = status().captured;
            QCOMPARE(sqlite3_exec(m_application, "INSERT INTO t VALUES (hex(randomblob(16000)))",
                                  nullptr, nullptr, nullptr),
                     SQLITE_OK);
            ++m_rows;
            QTRY_VERIFY_WITH_TIMEOUT(status().captured > before, 60'000);
        }
    }

    [[nodiscard]] std::uint64_t spoolBytes() const
    {
        const std::string id = state::databaseId(path("a.db"));
        const QDir spool(QString::fromStdString(state::directoryOf(path("data"), id).spool()));
        std::uint64_t bytes = 0;
        for (const QFileInfo& each : spool.entryInfoList(QDir::Files)) {
            bytes += static_cast<std::uint64_t>(each.size());
        }
        return bytes;
    }
    /// With what a restart needs, and a segment that has just come.
    [[nodiscard]] bool isWithinLimit() const
    {
        return spoolBytes() <= kLimitBytes + kLimitBytes / 4 + 2 * kRowBytes;
    }

private slots:
    void init() { begin(); }
    void cleanup()
    {
        m_disk.hold(false);
        end();
    }

    void theOthersGetEverythingAndItGoesOnWithANewSnapshotWhenItIsBack()
    {
        follow({"replica", "other"});
        upToDate();
        const ltx::TxId had = replica("replica").confirmed;
        takeAway("replica");
        writeBeyondTheLimit();
        QTRY_VERIFY_WITH_TIMEOUT(replica("other").confirmed == status().captured, 60'000);
        QVERIFY(isWithinLimit());
        QTRY_VERIFY_WITH_TIMEOUT(replica("replica").givenUp.has_value(), 60'000);
        const auto givenUp = *replica("replica").givenUp;
        QVERIFY(!givenUp.ended && givenUp.first > had && givenUp.last == status().captured);
        QVERIFY(givenUp.firstAt && givenUp.lastAt);
        QVERIFY(replica("replica").standing.state == engine::Protection::AtRisk);
        QVERIFY(replica("other").standing.state == engine::Protection::Protected);
        QVERIFY(!replica("other").givenUp);

        bringBack("replica");
        QTRY_VERIFY_WITH_TIMEOUT(replica("replica").givenUp->ended.has_value(), 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(replica("replica").confirmed == status().captured, 60'000);
        const auto lost = *replica("replica").givenUp;
        QVERIFY(replica("replica").standing.state == engine::Protection::Protected);
        QCOMPARE(rowsAt(status().captured), m_rows);
        // Up to the limit it has all, behind the gap too, and nothing in it.
        for (const replica::Moment& moment : catalog("replica").moments) {
            QVERIFY(moment.txId < lost.first || moment.txId > lost.last);
            QVERIFY(rowsAt(moment.txId) >= 0);
        }
        QVERIFY(catalog("replica").moments.size() > had.value);
        QCOMPARE(catalog("replica").moments.size() + lost.moments(),
                 catalog("other").moments.size());
    }

    void theOnlyOneKeepsWhatFollowsFromWhatItHas()
    {
        follow({"replica"});
        upToDate();
        const ltx::TxId had = replica("replica").confirmed;
        takeAway("replica");
        writeBeyondTheLimit();
        QTRY_VERIFY_WITH_TIMEOUT(replica("replica").givenUp.has_value(), 60'000);
        QVERIFY(isWithinLimit());
        bringBack("replica");
        QTRY_VERIFY_WITH_TIMEOUT(replica("replica").confirmed == status().captured, 60'000);
        const auto lost = *replica("replica").givenUp;
        QVERIFY(lost.ended && lost.first > ltx::TxId{had.value + 3});
        QVERIFY(rowsAt({lost.first.value - 1}) > 0);
        QCOMPARE(rowsAt(lost.first), -1);
        QCOMPARE(rowsAt(status().captured), m_rows);
    }

    void whatIsGivenUpIsKnownAfterARestart()
    {
        follow({"replica"});
        upToDate();
        takeAway("replica");
        writeBeyondTheLimit();
        QTRY_VERIFY_WITH_TIMEOUT(replica("replica").givenUp.has_value(), 60'000);
        const auto before = *replica("replica").givenUp;
        m_service.reset();
        follow({"replica"});
        QTRY_VERIFY_WITH_TIMEOUT(!status().replicas.empty(), 60'000);
        // The last look before the end may have had to cut once more.
        QVERIFY(replica("replica").givenUp->first <= before.first);
        QCOMPARE(replica("replica").givenUp->began, before.began);
        QTRY_VERIFY_WITH_TIMEOUT(replica("replica").standing.state == engine::Protection::AtRisk,
                                 60'000);
        writeBeyondTheLimit();
        QVERIFY(isWithinLimit());
        bringBack("replica");
        QTRY_VERIFY_WITH_TIMEOUT(replica("replica").confirmed == status().captured, 60'000);
        QCOMPARE(rowsAt(status().captured), m_rows);
    }

    void whatGoesWhileASnapshotIsWrittenIsTold()
    {
        m_disk.hold(true);
        follow({"replica"});
        QTRY_VERIFY_WITH_TIMEOUT(status().work.has_value(), 60'000);
        writeBeyondTheLimit();
        QTRY_VERIFY_WITH_TIMEOUT(replica("replica").givenUp.has_value(), 60'000);
        m_disk.hold(false);
        QTRY_VERIFY_WITH_TIMEOUT(replica("replica").givenUp->ended.has_value(), 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(replica("replica").confirmed == status().captured, 60'000);
        const auto lost = *replica("replica").givenUp;
        QVERIFY(lost.moments() > 0);
        QCOMPARE(rowsAt(lost.first), -1);
        QCOMPARE(rowsAt(lost.last), -1);
        QCOMPARE(rowsAt(status().captured), m_rows);
        QCOMPARE(catalog("replica").moments.size() + lost.moments(),
                 catalog("replica").moments.back().txId.value -
                     catalog("replica").moments.front().txId.value + 1);
    }

    void whoKeepsUpIsNeverGivenUp()
    {
        follow({"replica"});
        upToDate();
        writeBeyondTheLimit();
        QTRY_VERIFY_WITH_TIMEOUT(replica("replica").confirmed == status().captured, 60'000);
        QVERIFY(!replica("replica").givenUp);
        QCOMPARE(level(replica::kSnapshotLevel).size(), 1U);
        QVERIFY(isWithinLimit());
    }
};

QTEST_GUILESS_MAIN(TestSpoolLimit)
#include "tst_spool_limit.moc"
