#pragma once

#include "core/base/posix_file_system.h"
#include "core/replica/damage.h"
#include "core/replica/ltx_replica.h"
#include "core/service/service.h"
#include "tests/support/folder_opener.h"
#include "tests/support/moved_clock.h"

#include <sqlite3.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::service {

/// A database with one table t(x) that is followed over weeks that pass in seconds, and its
/// replica. What stays in that must be what the application had then, row by row. Tests of
/// retention derive from this; begin() before each, end() after it.
class RetainedPlace {
protected:
    /// What retention did, and what is wrong.
    class Listener final : public Observer {
    public:
        void statusChanged(const DatabaseStatus& status) override
        {
            const std::scoped_lock lock(m_mutex);
            m_standing = status.standing;
        }
        void happened(const Event& event) override
        {
            if (const auto* const thinned = std::get_if<Thinned>(&event.what)) {
                const std::scoped_lock lock(m_mutex);
                m_thinned.push_back(*thinned);
            }
        }
        void removed(const DatabaseId&) override {}

        [[nodiscard]] std::size_t runs() const
        {
            const std::scoped_lock lock(m_mutex);
            return m_thinned.size();
        }
        [[nodiscard]] QString trouble() const
        {
            const std::scoped_lock lock(m_mutex);
            return QString::fromStdString(inEnglish(m_standing.reason));
        }

    private:
        mutable std::mutex m_mutex;
        std::vector<Thinned> m_thinned;
        engine::Standing m_standing;
    };

    static constexpr int kHours = 50;

    PosixFileSystem m_files;
    SeededRandom m_random{1};
    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<Listener> m_listener;
    std::unique_ptr<MovedClock> m_clock;
    std::unique_ptr<Service> m_service;
    sqlite3* m_application = nullptr;
    int m_rows = 0;
    std::map<std::uint64_t, int> m_rowsAt;  ///< By transaction.
    replica::ObjectNames m_damaged;         ///< What is in none of them.

    /// Both outlive it: what the service keeps is on one, its replicas are on the other.
    void begin(FileSystem& own, FileSystem& replicas)
    {
        m_own = &own;
        m_replicas = &replicas;
        m_directory = std::make_unique<QTemporaryDir>();
        m_listener = std::make_unique<Listener>();
        m_clock = std::make_unique<MovedClock>();
        m_rows = 0;
        m_rowsAt.clear();
        m_damaged.clear();
        sqlite3_open(path("a.db").c_str(), &m_application);
        // A seal may keep it waiting for a moment.
        sqlite3_busy_timeout(m_application, 20'000);
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
    [[nodiscard]] storage::StorageAddress address() const { return {.path = path("replica")}; }
    [[nodiscard]] std::unique_ptr<storage::Storage> replica()
    {
        return std::move(FolderOpener(m_files, m_random).open(address())).value();
    }

    /// The last hours, then one of a day.
    static engine::RetentionPolicy shortHistory()
    {
        engine::RetentionPolicy policy{.everyMomentFor = std::chrono::hours(3)};
        policy.thinnings.fill({.grid = engine::Grid::Day, .age = engine::kForEver});
        return policy;
    }

    void follow(const engine::RetentionPolicy& keep)
    {
        if (!m_service) {
            m_service = std::make_unique<Service>(
                Service::Dependencies{.clock = *m_clock,
                                      .files = *m_own,
                                      .random = m_random,
                                      .storages = m_storages.emplace_back(*m_replicas, m_random),
                                      .directories = {.data = path("data"),
                                                      .cache = path("cache"),
                                                      .run = path("run")}},
                *m_listener);
        }
        static_cast<void>(m_service->follow({.path = path("a.db"),
                                             .replicas = {{.address = address(), .keep = keep}},
                                             .proveFirstSnapshot = false}));
    }

    [[nodiscard]] replica::Catalog catalog()
    {
        auto listed = replica::readLtxCatalog(*replica(), {});
        // Its folder is made by the first step.
        return listed.ok() ? replica::without(std::move(listed).value(), m_damaged)
                           : replica::Catalog();
    }
    [[nodiscard]] std::uint64_t newest()
    {
        const auto listed = catalog();
        return listed.moments.empty() ? 0 : listed.moments.back().txId.value;
    }
    [[nodiscard]] std::set<std::uint64_t> moments()
    {
        std::set<std::uint64_t> all;
        for (const replica::Moment& each : catalog().moments) {
            all.insert(each.txId.value);
        }
        return all;
    }
    [[nodiscard]] std::vector<replica::ObjectInfo> snapshots()
    {
        std::vector<replica::ObjectInfo> found = catalog().objects;
        std::erase_if(found, [](const replica::ObjectInfo& each) {
            return each.level != replica::kSnapshotLevel;
        });
        return found;
    }
    [[nodiscard]] std::uint64_t endOf(int level)
    {
        std::uint64_t end = 0;
        for (const replica::ObjectInfo& each : catalog().objects) {
            end = each.level == level ? std::max(end, each.maxTxId.value) : end;
        }
        return end;
    }

    /// Without one of each day, all that was merged since the last one stays for the day's moment.
    void makeSnapshot()
    {
        const auto ticket = m_service->snapshotNow(m_service->statuses().front().id).value();
        const auto isMade = [&] {
            return m_service->snapshotOrders(ticket).front().state == SnapshotOrder::State::Done;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isMade(), 60'000);
    }

    void change()
    {
        QCOMPARE(sqlite3_exec(m_application, "INSERT INTO t VALUES (hex(randomblob(500)))", nullptr,
                              nullptr, nullptr),
                 SQLITE_OK);
    }

    void liveAMoment()
    {
        change();
        const Status isThere = m_service->bringUpToDate({});
        QVERIFY2(isThere.ok(), isThere.ok() ? "" : inEnglish(isThere.error().what).c_str());
        m_rowsAt[newest()] = ++m_rows;
    }

    /// One change an hour, and a snapshot a day.
    void live(int hours)
    {
        QTRY_VERIFY_WITH_TIMEOUT(newest() > 0, 30'000);
        for (int hour = 0; hour < hours; ++hour) {
            liveAMoment();
            if (m_rows % 24 == 0) {
                makeSnapshot();
            }
            m_clock->advance(std::chrono::hours(1));
        }
    }

    void liveWithoutSnapshots(int hours)
    {
        QTRY_VERIFY_WITH_TIMEOUT(newest() > 0, 30'000);
        for (int hour = 0; hour < hours; ++hour) {
            liveAMoment();
            m_clock->advance(std::chrono::hours(1));
        }
    }

    [[nodiscard]] Result<restore::Restored> restore(ltx::TxId txId,
                                                    const restore::OnProgress& progress = {})
    {
        std::optional<Result<restore::Restored>> outcome;
        std::binary_semaphore done{0};
        const auto job = m_service->restore(
            address(), {.wish = replica::AtTxId{txId}, .target = path("restored.db")}, progress,
            [&](Result<restore::Restored> restored) {
                outcome = std::move(restored);
                done.release();
            });
        done.acquire();
        return std::move(*outcome);
    }

    [[nodiscard]] int restoredRows()
    {
        sqlite3* handle = nullptr;
        sqlite3_stmt* statement = nullptr;
        sqlite3_open(path("restored.db").c_str(), &handle);
        sqlite3_prepare_v2(handle, "SELECT count(*) FROM t", -1, &statement, nullptr);
        const int rows =
            sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int(statement, 0) : -1;
        sqlite3_finalize(statement);
        sqlite3_close(handle);
        QFile::remove(QString::fromStdString(path("restored.db")));
        return rows;
    }

    /// The first moment of the replica that is not what the application had; nothing when all are.
    [[nodiscard]] QString wrongMoment()
    {
        for (const std::uint64_t each : moments()) {
            const QString name = QString("transaction %1: ").arg(each);
            const auto restored = restore({each});
            // Retention came in between.
            const auto hasGone = [&] { return !moments().contains(each); };
            if (!restored.ok() && QTest::qWaitFor(hasGone, 5'000)) {
                continue;
            }
            if (!restored.ok()) {
                return name + QString::fromStdString(inEnglish(restored.error().what));
            }
            if (restored.value().verdict != restore::Verdict::Proven) {
                return name + "not proven";
            }
            const int rows = restoredRows();
            const auto known = m_rowsAt.find(each);
            if (known != m_rowsAt.end() && rows != known->second) {
                return name + QString("%1 rows and not %2").arg(rows).arg(known->second);
            }
        }
        return {};
    }

private:
    FileSystem* m_own = nullptr;
    FileSystem* m_replicas = nullptr;
    std::deque<FolderOpener> m_storages;
};

}  // namespace tidemark::service
