#include "core/base/posix_file_system.h"
#include "core/replica/ltx_replica.h"
#include "core/service/service.h"
#include "core/storage/storage_factory.h"
#include "tests/support/hurried_clock.h"

#include <sqlite3.h>

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <memory>
#include <semaphore>

using namespace tidemark;
using namespace tidemark::service;

namespace {

class Nobody final : public Observer {
public:
    void statusChanged(const DatabaseStatus&) override {}
    void happened(const Event&) override {}
    void removed(const DatabaseId&) override {}
};

}  // namespace

/// The levels of a replica while its database is followed, in time that is hurried: a window of
/// half a minute is over in three seconds.
class TestMaintenance : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_directory;
    PosixFileSystem m_files;
    SeededRandom m_random{1};
    Nobody m_observer;
    HurriedClock m_clock{10};
    std::unique_ptr<Service> m_service;
    sqlite3* m_application = nullptr;
    int m_rows = 0;

    [[nodiscard]] std::string path(const char* name) const
    {
        return m_directory->filePath(name).toStdString();
    }
    [[nodiscard]] storage::StorageAddress address() const { return {.path = path("replica")}; }

    [[nodiscard]] std::unique_ptr<Service> makeService()
    {
        return std::make_unique<Service>(
            Service::Dependencies{
                .clock = m_clock,
                .files = m_files,
                .random = m_random,
                .directories = {.data = path("data"), .cache = path("cache"), .run = path("run")}},
            m_observer);
    }

    void follow()
    {
        m_service = makeService();
        m_service->follow({.path = path("a.db"), .replicas = {{.address = address()}}});
    }

    void write()
    {
        sqlite3_exec(m_application, "INSERT INTO t VALUES (hex(randomblob(500)))", nullptr, nullptr,
                     nullptr);
        ++m_rows;
    }

    [[nodiscard]] replica::Catalog catalog()
    {
        const auto storage = storage::openStorage(address(), m_files, m_random);
        auto listed = replica::readLtxCatalog(*storage.value(), {});
        // Its folder is made by the first step.
        return listed.ok() ? std::move(listed).value() : replica::Catalog();
    }
    [[nodiscard]] std::vector<replica::ObjectInfo> level(int level)
    {
        std::vector<replica::ObjectInfo> found;
        for (const replica::ObjectInfo& each : catalog().objects) {
            if (each.level == level) {
                found.push_back(each);
            }
        }
        return found;
    }

    /// Whether every segment has its object of level 1.
    [[nodiscard]] bool isMerged()
    {
        const auto segments = level(0);
        const auto merged = level(1);
        return !segments.empty() && !merged.empty() &&
               merged.back().maxTxId == segments.back().maxTxId;
    }

    [[nodiscard]] int rowsAt(ltx::TxId txId)
    {
        const std::string target = path("restored.db");
        std::binary_semaphore done{0};
        bool isRestored = false;
        const auto job = m_service->restore(
            address(), {.wish = replica::AtTxId{txId}, .target = target}, {},
            [&](const Result<restore::Restored>& restored) {
                isRestored = restored.ok() && restored.value().verdict == restore::Verdict::Proven;
                done.release();
            });
        done.acquire();
        if (!isRestored) {
            return -1;
        }
        sqlite3* handle = nullptr;
        sqlite3_stmt* statement = nullptr;
        sqlite3_open(target.c_str(), &handle);
        sqlite3_prepare_v2(handle, "SELECT count(*) FROM t", -1, &statement, nullptr);
        const int rows =
            sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int(statement, 0) : -1;
        sqlite3_finalize(statement);
        sqlite3_close(handle);
        QDir().remove(QString::fromStdString(target));
        return rows;
    }

private slots:
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        m_rows = 0;
        sqlite3_open(path("a.db").c_str(), &m_application);
        sqlite3_exec(m_application, "PRAGMA journal_mode=WAL; CREATE TABLE t(x)", nullptr, nullptr,
                     nullptr);
    }
    void cleanup()
    {
        m_service.reset();
        sqlite3_close(m_application);
    }

    void aWindowIsMergedWhileTheDatabaseIsFollowed()
    {
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(!level(9).empty(), 10'000);
        for (std::size_t count = level(0).size(); count < 5; count = level(0).size()) {
            write();
            QTRY_VERIFY_WITH_TIMEOUT(level(0).size() > count, 10'000);
        }
        QTRY_VERIFY_WITH_TIMEOUT(isMerged(), 10'000);
        QVERIFY(level(1).size() < level(0).size());
        // Nothing is removed; every moment is there, and the newest is what the application has.
        const auto segments = level(0);
        QCOMPARE(segments.front().minTxId.value, level(9).front().maxTxId.value + 1);
        QCOMPARE(rowsAt(level(0).back().maxTxId), m_rows);
        for (const replica::ObjectInfo& each : segments) {
            QVERIFY(rowsAt(each.maxTxId) >= 0);
        }
    }

    void whatWasLeftOpenIsMergedAfterTheNextStart()
    {
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(!level(9).empty(), 10'000);
        write();
        QTRY_VERIFY_WITH_TIMEOUT(!level(0).empty(), 10'000);
        m_service.reset();
        const auto merged = level(1).size();
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(level(1).size() > merged, 10'000);
        QCOMPARE(level(1).back().maxTxId, level(0).back().maxTxId);
    }

    void anIdleDatabaseGetsNoObjects()
    {
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(!level(9).empty(), 10'000);
        write();
        QTRY_VERIFY_WITH_TIMEOUT(isMerged(), 10'000);
        const auto segments = level(0).size();
        const auto merged = level(1).size();
        // The window of a higher level may end, once; nothing else happens.
        QVERIFY(m_clock.waitUntil(m_clock.monotonic() + std::chrono::seconds(70), {}));
        QCOMPARE(level(0).size(), segments);
        QCOMPARE(level(1).size(), merged);
        QCOMPARE(level(9).size(), std::size_t{1});
        QVERIFY(level(2).size() <= 1);
    }
};

QTEST_GUILESS_MAIN(TestMaintenance)
#include "tst_maintenance.moc"
