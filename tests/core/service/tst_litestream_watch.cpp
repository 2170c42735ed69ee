#include "core/service/litestream_watch.h"

#include "core/base/posix_file_system.h"
#include "core/sqlite/source_identity.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/sqlite_shell.h"

#include <QDir>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

using namespace tidemark;
using namespace tidemark::service;
using namespace std::chrono_literals;
using sqlite::SqliteShell;

class TestLitestreamWatch : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_clock = std::make_unique<SimulatedClock>();
        m_folder = std::make_unique<QTemporaryDir>();
        m_application.emplace(database());
        m_application->run("PRAGMA journal_mode=WAL; CREATE TABLE t(x)");
        m_others = m_application->processId();
        begin(true);
    }

    void whereNothingIsLeftOfItNothingIsTold()
    {
        m_others = startLitestream();
        QVERIFY(!isTold());
        QVERIFY(!isTold());
    }

    void itsFolderThatComesIsToldOfOnce()
    {
        QVERIFY(!isTold());
        make("");
        QVERIFY(m_watch->look(m_clock->monotonic()));
        QVERIFY(m_watch->caution());
        QVERIFY(inEnglish(m_watch->caution()->what).find("it keeps") != std::string::npos);
        m_clock->advance(LitestreamWatch::kPause);
        QVERIFY(!m_watch->look(m_clock->monotonic()));
        QVERIFY(m_watch->caution());
    }

    void aLookComesOnceAMinute()
    {
        QVERIFY(!m_watch->look(m_clock->monotonic()));
        make("");
        m_clock->advance(LitestreamWatch::kPause - 1s);
        QVERIFY(!m_watch->look(m_clock->monotonic()));
        m_clock->advance(1s);
        QVERIFY(m_watch->look(m_clock->monotonic()));
    }

    void whatItLeftBeforeIsNoTroubleUntilItRunsAgain()
    {
        make("ltx/0");
        QVERIFY(!isTold());
        QVERIFY(!isTold());
        m_others = startLitestream();
        QVERIFY(isTold());
        m_litestream.reset();
        m_others = m_application->processId();
        QVERIFY(isTold());  // The table of locks may have missed it.
        QVERIFY(!isTold());
        QVERIFY(!isTold());
    }

    void itIsOverWhenNobodyElseHasTheDatabaseOpen()
    {
        QVERIFY(!isTold());
        make("");
        QVERIFY(isTold());
        m_others = 0;
        QVERIFY(isTold());
        QVERIFY(!isTold());
    }

    void underAnotherNameItIsToldOfWhileItWrites()
    {
        make("ltx/0");
        QVERIFY(!isTold());
        for (int i = 0; i < 30; ++i) {
            make("ltx/0/" + QString::number(i));
            QVERIFY(isTold());
        }
        for (int i = 0; i < 30; ++i) {
            static_cast<void>(isTold());
        }
        QVERIFY(!isTold());
        make("ltx/0/more");
        QVERIFY(isTold());
    }

    void whereProcessesAreHiddenTheFolderTells()
    {
        begin(false);
        m_others = 0;
        make("ltx/0");
        QVERIFY(!isTold());
        make("ltx/0/one");
        for (int i = 0; i < 30; ++i) {
            QVERIFY(isTold());
        }
        QVERIFY(QDir(folder()).removeRecursively());
        QVERIFY(isTold());
        QVERIFY(!isTold());
    }

    void tablesAreLookedForNowAndThen()
    {
        QVERIFY(!isTold());
        m_application->run("CREATE TABLE _litestream_seq(id); PRAGMA wal_checkpoint(TRUNCATE)");
        QVERIFY(!isTold());
        m_clock->advance(LitestreamWatch::kTablesPause);
        QVERIFY(isTold());
        QVERIFY(inEnglish(m_watch->caution()->what).find("tables") != std::string::npos);
    }

    void tablesOfACopyAreNoTrouble()
    {
        m_application->run("CREATE TABLE _litestream_seq(id); PRAGMA wal_checkpoint(TRUNCATE)");
        QVERIFY(!isTold());
        m_clock->advance(LitestreamWatch::kTablesPause);
        QVERIFY(!isTold());
    }

private:
    [[nodiscard]] QString database() const { return m_folder->filePath("a.db"); }
    [[nodiscard]] QString folder() const { return m_folder->filePath(".a.db-litestream"); }
    void make(const QString& below) const { QVERIFY(QDir().mkpath(folder() + "/" + below)); }
    /// As the kernel tells of the one who has it open.
    [[nodiscard]] std::string locks()
    {
        const auto id = sqlite::identify(m_files, database().toStdString()).value().shm;
        return "1: POSIX  ADVISORY  READ " + std::to_string(m_others) +
               " fe:00:" + std::to_string(id ? id->inode : 0) + " 128 128\n";
    }
    void begin(bool seesAll)
    {
        m_watch = std::make_unique<LitestreamWatch>(
            m_files, database().toStdString(), [this] { return locks(); }, seesAll);
    }
    [[nodiscard]] bool isTold()
    {
        static_cast<void>(m_watch->look(m_clock->monotonic()));
        m_clock->advance(LitestreamWatch::kPause);
        return m_watch->caution().has_value();
    }
    /// A program of its name.
    qint64 startLitestream()
    {
        const QString program = m_folder->filePath("litestream");
        QFile::copy(QStandardPaths::findExecutable("sqlite3"), program);
        m_litestream.emplace(m_folder->filePath("other.db"), program);
        return m_litestream->processId();
    }

    PosixFileSystem m_files;
    std::unique_ptr<SimulatedClock> m_clock;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::optional<SqliteShell> m_application;
    std::optional<SqliteShell> m_litestream;
    qint64 m_others = 0;
    std::unique_ptr<LitestreamWatch> m_watch;
};

QTEST_GUILESS_MAIN(TestLitestreamWatch)
#include "tst_litestream_watch.moc"
