#include "app/engine/service_engine.h"
#include "app/engine/settings_writer.h"
#include "app/timeline/timeline_controller.h"
#include "core/base/posix_file_system.h"
#include "core/base/system_clock.h"
#include "core/service/observer.h"
#include "tests/support/folder_opener.h"
#include "tests/support/passing_file_system.h"

#include <sqlite3.h>

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>

using namespace tidemark;
using namespace tidemark::app;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

/// Each call to the disk lasts this long; long enough to be no accident of the scheduler.
constexpr auto kHeld = 500ms;
/// What a person still takes for fluent.
constexpr qint64 kFluentMs = 50;
constexpr auto kGrain = 5ms;

/// A disk that is asleep, or on the other side of a bad network.
class SleepyFileSystem final : public PassingFileSystem {
public:
    explicit SleepyFileSystem(FileSystem& disk) : PassingFileSystem(disk) {}

    std::atomic<bool> asleep{false};
    std::atomic<std::chrono::milliseconds> held{kHeld};
    mutable std::atomic<int> calls{0};
    mutable std::atomic<int> inside{0};

    Result<std::unique_ptr<File>> open(const std::string& path, OpenFor purpose,
                                       std::uint32_t permissions) override
    {
        sleep();
        return PassingFileSystem::open(path, purpose, permissions);
    }
    Result<std::optional<FileFacts>> stat(const std::string& path) const override
    {
        sleep();
        return PassingFileSystem::stat(path);
    }
    Result<std::vector<DirectoryEntry>> list(const std::string& directory) const override
    {
        sleep();
        return PassingFileSystem::list(directory);
    }
    Status makeDirectories(const std::string& path, std::uint32_t permissions) override
    {
        sleep();
        return PassingFileSystem::makeDirectories(path, permissions);
    }
    Result<std::unique_ptr<FileLock>> lock(const std::string& path) override
    {
        sleep();
        return PassingFileSystem::lock(path);
    }
    Result<Space> space(const std::string& path) const override
    {
        sleep();
        return PassingFileSystem::space(path);
    }
    Result<std::string> canonical(const std::string& path) const override
    {
        sleep();
        return PassingFileSystem::canonical(path);
    }

    void wake()
    {
        asleep = false;
        m_awake.notify_all();
    }

private:
    void sleep() const
    {
        if (asleep) {
            ++calls;
            ++inside;
            std::unique_lock lock(m_mutex);
            m_awake.wait_for(lock, held.load(), [this] { return !asleep; });
            --inside;
        }
    }

    mutable std::mutex m_mutex;
    mutable std::condition_variable m_awake;
};

/// The longest time for which this thread took no event.
class Gaps final : public QObject {
public:
    Gaps()
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setInterval(kGrain);
        connect(&m_timer, &QTimer::timeout, this, &Gaps::note);
        m_since.start();
        m_whole.start();
        m_timer.start();
    }

    [[nodiscard]] qint64 lastedMs() const { return m_whole.elapsed(); }
    [[nodiscard]] qint64 longestMs() const { return std::max(m_longestMs, m_since.elapsed()); }

private:
    void note() { m_longestMs = std::max(m_longestMs, m_since.restart()); }

    QTimer m_timer;
    QElapsedTimer m_since;
    QElapsedTimer m_whole;
    qint64 m_longestMs = 0;
};

class Nobody final : public service::Observer {
public:
    void statusChanged(const service::DatabaseStatus&) override {}
    void happened(const service::Event&) override {}
    void removed(const service::DatabaseId&) override {}
};

bool run(const std::string& path, const std::vector<const char*>& statements, sqlite3** kept)
{
    sqlite3* handle = nullptr;
    bool ok = sqlite3_open(path.c_str(), &handle) == SQLITE_OK;
    for (const char* const sql : statements) {
        ok = ok && sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
    }
    if (kept != nullptr) {
        *kept = handle;
    } else {
        sqlite3_close(handle);
    }
    return ok;
}

}  // namespace

/// The engine behind its port, over a disk of which each call takes half a second.
class TestWindowNeverBlocks : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        // On a machine that others keep busy this thread waits without anyone's fault.
        const Gaps gaps;
        QTRY_VERIFY(gaps.lastedMs() > 1'000);
        m_barMs = std::max(kFluentMs, 3 * gaps.longestMs());
        QVERIFY2(m_barMs < std::chrono::milliseconds(kHeld).count() / 2,
                 "the machine is too busy to tell a blocked window from a waiting one");
    }

    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_files = std::make_unique<SleepyFileSystem>(m_disk);
        m_service = std::make_unique<service::Service>(
            service::Service::Dependencies{
                .clock = m_clock,
                .files = *m_files,
                .random = m_random,
                .storages = m_storages.emplace_back(*m_files, m_random),
                .directories = {.data = path("data"), .cache = path("cache"), .run = path("run")}},
            m_nobody);
        m_engine = std::make_unique<ServiceEngine>(*m_service, *m_files);
        QVERIFY(run(path("a.db"),
                    {"PRAGMA journal_mode=WAL", "CREATE TABLE t(x)", "INSERT INTO t VALUES(1)"},
                    nullptr));
    }

    void cleanup()
    {
        m_files->wake();
        m_service->stop();
        m_engine.reset();
        m_service.reset();
    }

    void everyQuestionIsAnsweredLaterAndNoneIsWaitedFor_data()
    {
        QTest::addColumn<QString>("question");
        for (const char* const name :
             {"inspect", "openReplica", "describeMoment", "restore", "kindOf", "freeSpace"}) {
            QTest::newRow(name) << QString::fromLatin1(name);
        }
    }
    void everyQuestionIsAnsweredLaterAndNoneIsWaitedFor()
    {
        QFETCH(QString, question);
        m_files->asleep = true;
        bool answered = false;
        const Gaps gaps;
        const auto pending = ask(question, answered);
        QVERIFY(!answered);
        QTRY_VERIFY_WITH_TIMEOUT(answered, 20'000);
        QVERIFY(m_files->calls > 0);
        QVERIFY2(gaps.longestMs() <= m_barMs, measured(gaps));
    }

    void aQuestionThatIsWithdrawnIsNotWaitedFor_data()
    {
        everyQuestionIsAnsweredLaterAndNoneIsWaitedFor_data();
    }
    void aQuestionThatIsWithdrawnIsNotWaitedFor()
    {
        QFETCH(QString, question);
        m_files->asleep = true;
        bool answered = false;
        const Gaps gaps;
        auto pending = ask(question, answered);
        QTRY_VERIFY(m_files->calls > 0);
        pending.reset();
        QTRY_VERIFY(gaps.lastedMs() > 300);
        QVERIFY(!answered);
        QVERIFY2(gaps.longestMs() <= m_barMs, measured(gaps));
    }

    void followingAndLettingGoAreOnlyAskedFor()
    {
        m_files->asleep = true;
        service::DatabaseId id;
        {
            const Gaps gaps;
            id = m_engine->follow(
                {.path = path("a.db"),
                 .replicas = {{.name = "Folder", .address = {.path = path("replica")}}}});
            QTRY_VERIFY(gaps.lastedMs() > 300);
            QVERIFY2(gaps.longestMs() <= m_barMs, measured(gaps));
        }
        const Gaps gaps;
        m_engine->pause(id);
        m_engine->resume(id);
        m_engine->retryNow(id);
        m_engine->unfollow(id);
        QTRY_VERIFY(gaps.lastedMs() > 2'000);
        QVERIFY2(gaps.longestMs() <= m_barMs, measured(gaps));
    }

    void aDiskThatHangsStopsNoTimeline()
    {
        m_files->asleep = true;
        std::vector<std::unique_ptr<Pending>> looks;
        bool answered = false;
        for (int i = 0; i < 2 * QThread::idealThreadCount(); ++i) {
            looks.push_back(ask(u"freeSpace"_s, answered));
        }
        const Voice voice(m_clock);
        timeline::TimelineController controller(voice);
        const Gaps gaps;
        controller.setCatalog(std::make_shared<const replica::Catalog>());
        QTRY_VERIFY(!controller.loading());
        QVERIFY(gaps.lastedMs() < std::chrono::milliseconds(kHeld).count() / 2);
    }

    void theEndDoesNotWaitForADiskThatHangs()
    {
        m_files->held = 4s;
        m_files->asleep = true;
        bool answered = false;
        auto look = ask(u"freeSpace"_s, answered);
        QTRY_VERIFY(m_files->calls > 0);
        look.reset();
        m_service->stop();
        QElapsedTimer timer;
        timer.start();
        m_engine.reset();
        QVERIFY(timer.elapsed() < 2'000);
        // What it finds then is nobody's any more.
        m_files->wake();
        QTRY_COMPARE(m_files->inside, 0);
        QCoreApplication::processEvents();
        QVERIFY(!answered);
    }

    void savingSettingsIsOnlyAskedFor()
    {
        SettingsWriter writer(*m_files, path("settings.json"));
        m_files->asleep = true;
        const Gaps gaps;
        for (int i = 0; i < 20; ++i) {
            writer.save({.databases = {{.path = std::to_string(i)}}});
            QCoreApplication::processEvents();
        }
        QVERIFY2(gaps.longestMs() <= m_barMs, measured(gaps));
        m_files->wake();
    }

    void aDatabaseThatItsApplicationLocksIsNotWaitedFor()
    {
        sqlite3* application = nullptr;
        QVERIFY(run(path("locked.db"),
                    {"PRAGMA locking_mode=EXCLUSIVE", "CREATE TABLE t(x)", "BEGIN EXCLUSIVE",
                     "INSERT INTO t VALUES(1)"},
                    &application));
        bool answered = false;
        const Gaps gaps;
        const auto pending =
            m_engine->inspect(path("locked.db"), noting<service::SourceFacts>(answered));
        const auto id = m_engine->follow({.path = path("locked.db"), .switchToWal = true});
        QTRY_VERIFY(gaps.lastedMs() > 1'500);
        QVERIFY2(gaps.longestMs() <= m_barMs, measured(gaps));
        sqlite3_close(application);
        QTRY_VERIFY_WITH_TIMEOUT(answered, 20'000);
        m_engine->unfollow(id);
    }

private:
    [[nodiscard]] std::string path(const char* name) const
    {
        return m_folder->filePath(QString::fromLatin1(name)).toStdString();
    }
    [[nodiscard]] const char* measured(const Gaps& gaps)
    {
        m_measured =
            u"%1 ms without an event, bar %2 ms"_s.arg(gaps.longestMs()).arg(m_barMs).toUtf8();
        return m_measured.constData();
    }

    template <typename T>
    static Answer<T> noting(bool& answered)
    {
        return [&answered](const Result<T>&) { answered = true; };
    }

    [[nodiscard]] std::unique_ptr<Pending> ask(const QString& question, bool& answered)
    {
        const storage::StorageAddress address{.path = path("replica")};
        if (question == u"inspect") {
            return m_engine->inspect(path("a.db"), noting<service::SourceFacts>(answered));
        }
        if (question == u"openReplica") {
            return m_engine->openReplica(address, noting<EnginePort::CatalogPointer>(answered));
        }
        if (question == u"describeMoment") {
            return m_engine->describeMoment(address, {.txId = {1}},
                                            noting<service::MomentFacts>(answered));
        }
        if (question == u"restore") {
            return m_engine->restore(
                address, {.wish = replica::AtTxId{{1}}, .target = path("new.db")},
                [](const restore::Progress&) {}, noting<restore::Restored>(answered));
        }
        if (question == u"kindOf") {
            return m_engine->kindOf(path("a.db"), noting<std::optional<FileKind>>(answered));
        }
        return m_engine->freeSpace(path("not/there/yet"), noting<Space>(answered));
    }

    qint64 m_barMs = kFluentMs;
    QByteArray m_measured;
    SystemClock m_clock;
    SeededRandom m_random{7};
    std::deque<FolderOpener> m_storages;
    PosixFileSystem m_disk;
    Nobody m_nobody;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<SleepyFileSystem> m_files;
    std::unique_ptr<service::Service> m_service;
    std::unique_ptr<ServiceEngine> m_engine;
};

QTEST_GUILESS_MAIN(TestWindowNeverBlocks)
#include "tst_window_never_blocks.moc"
