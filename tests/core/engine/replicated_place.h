#pragma once

#include "core/base/posix_file_system.h"
#include "core/engine/replicator.h"
#include "core/ltx/file_pages.h"
#include "core/ltx/state_digest.h"
#include "core/sqlite/page_snapshot.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/sqlite_shell.h"

#include <sqlite3.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <string>
#include <vector>

namespace tidemark::engine {

/// The application.
class Application {
public:
    explicit Application(const QString& path)
    {
        sqlite3_open(path.toUtf8().constData(), &m_handle);
        run("PRAGMA journal_mode=WAL");
        run("PRAGMA synchronous=OFF");
        run("PRAGMA wal_autocheckpoint=0");
        run("CREATE TABLE IF NOT EXISTS t(x)");
    }
    ~Application() { sqlite3_close(m_handle); }
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    void leaveLogBehind()
    {
        sqlite3_db_config(m_handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    }
    bool run(const char* sql)
    {
        return sqlite3_exec(m_handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
    }
    bool write(int bytes = 500)
    {
        const auto sql =
            "INSERT INTO t VALUES (hex(randomblob(" + std::to_string(bytes / 2) + ")))";
        return run(sql.c_str());
    }

private:
    sqlite3* m_handle = nullptr;
};

inline QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// A database and a replicator of it. The clock is the test's; the database and the disk are real.
/// Nobody uploads: what was captured is what lies in the spool.
class ReplicatedPlace {
protected:
    void begin()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_clock = std::make_unique<SimulatedClock>();
        m_disk = std::make_unique<FaultyFileSystem>(m_files);
        m_replicator.reset();
    }

    [[nodiscard]] QString database() const { return m_folder->filePath("app.db"); }
    [[nodiscard]] int captured() const
    {
        return static_cast<int>(m_replicator->view().captured.value);
    }
    void open()
    {
        const state::DatabaseDirectory directory{m_folder->filePath("data").toStdString()};
        QVERIFY(state::prepare(m_files, directory).ok());
        m_replicator =
            std::make_unique<Replicator>(Replicator::Setup{.clock = *m_clock,
                                                           .files = *m_disk,
                                                           .random = m_random,
                                                           .nodeId = 1,
                                                           .path = database().toStdString(),
                                                           .directory = directory});
        QVERIFY(m_replicator->open().ok());
    }
    void attach()
    {
        open();
        m_replicator->learnReplicas({});
        step(std::chrono::milliseconds(0));
    }
    void step(std::chrono::milliseconds then)
    {
        const StepOutcome outcome = m_replicator->step({});
        m_snapshots += outcome.snapshot ? 1 : 0;
        m_clock->advance(then);
    }
    void steps(std::chrono::milliseconds forThatLong)
    {
        const auto end = m_clock->monotonic() + forThatLong;
        while (m_clock->monotonic() < end) {
            step(std::chrono::milliseconds(20));
        }
    }
    /// Times with a part of a millisecond, as a file system with small steps tells them.
    static constexpr std::chrono::nanoseconds kFine{1};

    void leave()
    {
        std::vector<Fact> facts;
        QVERIFY(m_replicator->detach(facts, {}).ok());
    }
    /// As a process that ends without a word.
    void kill() { m_replicator.reset(); }

    /// Whether the digest behind the newest segment is that of the database's pages.
    [[nodiscard]] bool endsAsTheDatabase()
    {
        const auto header =
            ltx::readHeader(*m_replicator->spool().source(m_replicator->view().captured));
        return header.ok() && ltx::digestsOf(header.value())->after == digestOfDatabase();
    }
    [[nodiscard]] std::uint64_t digestOfDatabase()
    {
        const auto pages = sqlite::PageSnapshot::begin(m_files, database().toStdString()).value();
        std::vector<std::byte> bytes(pages->pageSizeBytes());
        std::uint64_t digest = 0;
        for (std::uint32_t page = 1; page <= pages->pageCount(); ++page) {
            if (!pages->read(page, 1, bytes).ok()) {
                return 0;
            }
            digest += ltx::pageHash(page, bytes);
        }
        return digest;
    }

    PosixFileSystem m_files;
    SeededRandom m_random{1};
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<SimulatedClock> m_clock;
    std::unique_ptr<FaultyFileSystem> m_disk;
    std::unique_ptr<Replicator> m_replicator;
    int m_snapshots = 0;
};

}  // namespace tidemark::engine
