#pragma once

#include "core/base/posix_file_system.h"
#include "core/replica/ltx_replica.h"
#include "core/service/service.h"
#include "tests/support/folder_opener.h"

#include <sqlite3.h>

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <deque>
#include <memory>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::service {

/// A folder with an application's database a.db, in it one table t(x), with the replicas and with
/// what a service keeps. Tests that follow the database derive from this; begin() before each,
/// end() after it.
class FollowedPlace {
    class Nobody final : public Observer {
    public:
        void statusChanged(const DatabaseStatus&) override {}
        void happened(const Event&) override {}
        void removed(const DatabaseId&) override {}
    };

    std::deque<FolderOpener> m_storages;
    Nobody m_observer;

protected:
    PosixFileSystem m_files;
    SeededRandom m_random{1};
    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<Service> m_service;
    sqlite3* m_application = nullptr;
    int m_rows = 0;  ///< Those that were written.

    void begin()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        m_rows = 0;
        sqlite3_open(path("a.db").c_str(), &m_application);
        sqlite3_busy_timeout(m_application, 60'000);
        sqlite3_exec(m_application, "PRAGMA journal_mode=WAL; CREATE TABLE t(x)", nullptr, nullptr,
                     nullptr);
    }
    void end()
    {
        m_service.reset();
        sqlite3_close(m_application);
    }

    [[nodiscard]] std::string path(const char* name) const
    {
        return m_directory->filePath(name).toStdString();
    }
    [[nodiscard]] storage::StorageAddress address(const char* name = "replica") const
    {
        return {.path = path(name)};
    }

    [[nodiscard]] std::unique_ptr<Service> makeService(Clock& clock)
    {
        return makeService(clock, m_files);
    }

    /// With another view of the disk.
    [[nodiscard]] std::unique_ptr<Service> makeService(Clock& clock, FileSystem& files)
    {
        return makeService(clock, files, m_storages.emplace_back(files, m_random));
    }

    /// With storages of the test's, which outlive it.
    [[nodiscard]] std::unique_ptr<Service> makeService(Clock& clock, FileSystem& files,
                                                       const storage::StorageOpener& storages)
    {
        return std::make_unique<Service>(
            Service::Dependencies{
                .clock = clock,
                .files = files,
                .random = m_random,
                .storages = storages,
                .directories = {.data = path("data"), .cache = path("cache"), .run = path("run")}},
            m_observer);
    }

    /// One more row, which nobody counts. Any thread, one at a time.
    [[nodiscard]] bool insert()
    {
        return sqlite3_exec(m_application, "INSERT INTO t VALUES (hex(randomblob(500)))", nullptr,
                            nullptr, nullptr) == SQLITE_OK;
    }
    void write()
    {
        QVERIFY2(insert(), sqlite3_errmsg(m_application));
        ++m_rows;
    }

    /// Empty as long as there is no replica.
    [[nodiscard]] replica::Catalog catalog(const char* name = "replica")
    {
        const auto storage = FolderOpener(m_files, m_random).open(address(name));
        auto listed = replica::readLtxCatalog(*storage.value(), {});
        return listed.ok() ? std::move(listed).value() : replica::Catalog();
    }
    [[nodiscard]] std::vector<replica::ObjectInfo> level(int level, const char* name = "replica")
    {
        std::vector<replica::ObjectInfo> found;
        for (const replica::ObjectInfo& each : catalog(name).objects) {
            if (each.level == level) {
                found.push_back(each);
            }
        }
        return found;
    }

    /// How many rows a proven restore of this moment has; -1 when there is none.
    [[nodiscard]] int rowsAt(ltx::TxId txId, const char* name = "replica")
    {
        const std::string target = path("restored.db");
        const int rows = isRestored(txId, name, target) ? rowsIn(target) : -1;
        QDir().remove(QString::fromStdString(target));
        return rows;
    }

private:
    [[nodiscard]] bool isRestored(ltx::TxId txId, const char* name, const std::string& target)
    {
        std::binary_semaphore done{0};
        bool isProven = false;
        const auto job = m_service->restore(
            address(name), {.wish = replica::AtTxId{txId}, .target = target}, {},
            [&](const Result<restore::Restored>& restored) {
                isProven = restored.ok() && restored.value().verdict == restore::Verdict::Proven;
                done.release();
            });
        done.acquire();
        return isProven;
    }

    [[nodiscard]] static int rowsIn(const std::string& database)
    {
        sqlite3* handle = nullptr;
        sqlite3_stmt* statement = nullptr;
        sqlite3_open(database.c_str(), &handle);
        sqlite3_prepare_v2(handle, "SELECT count(*) FROM t", -1, &statement, nullptr);
        const int rows =
            sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int(statement, 0) : -1;
        sqlite3_finalize(statement);
        sqlite3_close(handle);
        return rows;
    }
};

}  // namespace tidemark::service
