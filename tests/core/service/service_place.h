#pragma once

#include "core/base/posix_file_system.h"
#include "core/base/system_clock.h"
#include "core/service/service.h"
#include "tests/support/folder_opener.h"

#include <sqlite3.h>

#include <QDir>
#include <QTemporaryDir>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::service {

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
inline bool setJournalMode(const std::string& path, const std::string& mode)
{
    sqlite3* handle = nullptr;
    sqlite3_open(path.c_str(), &handle);
    const int code =
        sqlite3_exec(handle, ("PRAGMA journal_mode=" + mode).c_str(), nullptr, nullptr, nullptr);
    sqlite3_close(handle);
    return code == SQLITE_OK;
}

inline int rowsIn(const std::string& path)
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

/// A folder with the database a.db, which the test makes, and with what services keep that follow
/// it. Tests of a service derive from this; begin() before each.
class ServicePlace {
protected:
    void begin()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        m_database = path("a.db");
        m_address = {.path = path("replica")};
    }

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

}  // namespace tidemark::service
