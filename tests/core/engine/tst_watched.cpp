#include "core/base/posix_file_system.h"
#include "core/engine/replicator.h"
#include "core/engine/segment_writer.h"
#include "core/ltx/file_pages.h"
#include "core/ltx/state_digest.h"
#include "core/sqlite/page_snapshot.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/simulated_clock.h"

#include <sqlite3.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

using namespace tidemark;
using namespace tidemark::engine;
using namespace std::chrono_literals;

namespace {

/// The application, in a rollback mode and without any busy timeout.
class Application {
public:
    explicit Application(const QString& path, const char* mode = "DELETE")
    {
        sqlite3_open(path.toUtf8().constData(), &m_handle);
        run("PRAGMA synchronous=OFF");
        run((std::string("PRAGMA journal_mode=") + mode).c_str());
        run("CREATE TABLE IF NOT EXISTS t(x)");
    }
    ~Application() { sqlite3_close(m_handle); }
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

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

}  // namespace

/// The clock is the test's; the database and the disk are real. Nobody uploads: what was captured
/// is what lies in the spool.
class TestWatched : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        cleanup();
        m_folder = std::make_unique<QTemporaryDir>();
        m_clock = std::make_unique<SimulatedClock>();
        m_disk = std::make_unique<FaultyFileSystem>(m_files);
        m_snapshots = 0;
        m_truth.clear();
    }
    void cleanup()
    {
        m_snapshot.reset();
        m_replicator.reset();
    }

    void unlessItMayBeItIsNotWatched()
    {
        Application app(database());
        app.write();
        m_mayWatch = false;
        attach();
        m_mayWatch = true;
        QVERIFY(m_replicator->view().standing.state == Protection::NotSetUp);
        QCOMPARE(captured(), 0);
    }

    void theFirstLookIsTransactionOneWithASnapshotAndItsTouch()
    {
        Application app(database());
        app.write();
        attach();
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QCOMPARE(m_snapshots, 1);
        QCOMPARE(captured(), 2);
        QVERIFY(endsAsTheDatabase());
        QVERIFY(m_replicator->caughtUp());
    }

    void itsSnapshotKeepsNobodyFromCommitting()
    {
        Application app(database());
        app.write();
        attach();
        QVERIFY(m_snapshot);
        QVERIFY(app.write());
    }

    void changesAreOneMomentWhenTheirWriterRests()
    {
        for (const char* const mode : {"DELETE", "TRUNCATE", "PERSIST", "MEMORY", "OFF"}) {
            init();
            Application app(database(), mode);
            app.write();
            attach();
            const int before = captured();
            for (int i = 0; i < 10; ++i) {
                QVERIFY(app.write());
                heard();
                step(20ms);
            }
            QCOMPARE(captured(), before);
            QVERIFY(!m_replicator->caughtUp());
            steps(300ms);
            QCOMPARE(captured(), before + 1);
            QVERIFY(m_replicator->caughtUp());
            QVERIFY2(endsAsTheDatabase(), mode);
            QCOMPARE(files(), QStringList()
                                  << "app.db"
                                  << (QString(mode) == "TRUNCATE" || QString(mode) == "PERSIST"
                                          ? QStringList("app.db-journal")
                                          : QStringList()));
        }
    }

    void anOlderFileInItsPlaceIsToldWithTheMomentThatItIs()
    {
        const QString older = m_folder->filePath("older.db");
        for (const bool isWatchedMeanwhile : {false, true}) {
            {
                Application app(database());
                app.write();
            }
            attach();
            steps(5s);
            const ltx::TxId then = m_replicator->view().captured;
            QCOMPARE(QProcess::execute("cp", {database(), older}), 0);
            QVERIFY(Application(database()).write());
            heard();
            steps(5s);
            QVERIFY(m_replicator->view().captured > then);
            if (!isWatchedMeanwhile) {
                leave();
            }
            QCOMPARE(QProcess::execute("cp", {older, database()}), 0);
            if (isWatchedMeanwhile) {
                heard();
            } else {
                attach();
            }
            steps(5s);
            QVERIFY(endsAsTheDatabase());
            QVERIFY(m_replicator->view().wentBack);
            QCOMPARE(m_replicator->view().wentBack->to.value, then.value);
            QCOMPARE(m_replicator->view().wentBack->moments(), 1U);
        }
    }

    void aWriterThatDoesNotRestIsLookedAtEachSecond()
    {
        Application app(database());
        app.write();
        attach();
        const int before = captured();
        for (int i = 0; i < 250; ++i) {
            QVERIFY(app.write());
            heard();
            step(20ms);
        }
        QVERIFY2(captured() - before >= 4 && captured() - before <= 6,
                 qPrintable(QString::number(captured() - before)));
        steps(2s);
        QVERIFY(endsAsTheDatabase());
    }

    /// Between two of its commits it is glimpsed at once, between two others twice.
    void aWriterOfAFewCommitsASecondIsCaptured()
    {
        for (const auto period : {60ms, 120ms, 180ms, 240ms}) {
            init();
            Application app(database());
            app.write();
            attach();
            const int before = captured();
            m_replicator->requestSnapshot();
            for (auto at = 0ms; at < 6s; at += period) {
                QVERIFY(app.write());
                heard();
                steps(period);
            }
            QVERIFY2(captured() - before >= 3, qPrintable(QString::number(period.count())));
            QCOMPARE(m_snapshots, 2);
            steps(2s);
            QVERIFY(endsAsTheDatabase());
        }
    }

    void whatNobodyTellsOfIsSeenAllTheSame()
    {
        Application app(database());
        app.write();
        attach();
        steps(10s);
        const int before = captured();
        app.write();
        steps(6s);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    /// Two commits may come so close that the file's time is the same.
    void aCommitInTheSameInstantAsTheLastLookIsSeen()
    {
        Application app(database());
        app.write();
        pinTime();
        attach();
        app.write();
        pinTime();
        const int before = captured();
        steps(4s);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void aFileWhoseTimeWasSetBackIsRead()
    {
        Application(database()).write();
        const Timestamp then{std::chrono::milliseconds(1'700'000'000'000)};
        QVERIFY(m_files.setModified(database().toStdString(), then).ok());
        attach();
        m_snapshot.reset();
        steps(5s);
        const int before = captured();
        {
            QFile file(database());
            QVERIFY(file.open(QFile::ReadWrite) && file.seek(file.size() - 1));
            QVERIFY(file.write("x") == 1);
        }
        QVERIFY(m_files.setModified(database().toStdString(), then).ok());
        steps(1s);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void whatNoStampTellsOfIsSeenWithinAMinute()
    {
        Application app(database());
        app.write();
        pinTime();
        attach();
        steps(5s);
        const int before = captured();
        app.write();
        steps(50s);
        QCOMPARE(captured(), before);
        steps(15s);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void aDatabaseAtRestIsNotLocked()
    {
        Application app(database());
        app.write();
        attach();
        steps(5s);
        Application other(database());
        QVERIFY(other.run("BEGIN EXCLUSIVE"));
        const Clock::Instant::duration pause = this->pause();
        QVERIFY(pause >= 4s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(m_replicator->caughtUp());
    }

    void nothingOfItIsOpenBetweenTwoLooks()
    {
        Application(database()).write();
        attach();
        m_snapshot.reset();
        QVERIFY(openFilesOf("app.db").isEmpty());
    }

    void aLockedDatabaseIsWaitedForAndThenSaid()
    {
        Application app(database());
        app.write();
        attach();
        steps(3s);
        const int before = captured();
        app.write();
        Application other(database());
        QVERIFY(other.run("BEGIN EXCLUSIVE"));
        steps(5s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(!m_replicator->caughtUp());
        steps(10s);
        QVERIFY(m_replicator->view().standing.state == Protection::Waiting);
        QVERIFY(m_replicator->view().failure->code == ErrorCode::Busy);
        QCOMPARE(captured(), before);
        QVERIFY(other.run("ROLLBACK"));
        steps(2s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(!m_replicator->view().failure);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void aLookGivesWayToAWriterButNotForEver()
    {
        Application app(database());
        app.write();
        attach();
        steps(3s);
        app.write();
        Application other(database());
        QVERIFY(other.run("BEGIN IMMEDIATE"));
        const int before = captured();
        steps(450ms);
        QCOMPARE(captured(), before);
        steps(1s);
        QCOMPARE(captured(), before + 1);
        QVERIFY(other.run("ROLLBACK"));
        QVERIFY(endsAsTheDatabase());
    }

    /// Half of its transaction is in the file, what undoes it in the journal beside it. To read
    /// it, both would have to be written to.
    void whatAKilledWriterLeftIsWaitedForUntilSomebodyRolledItBack()
    {
        {
            Application app(database());
            app.write(2'000'000);
        }
        attach();
        m_snapshot.reset();
        steps(3s);
        const int before = captured();
        killAWriter();
        const QByteArray left = bytesOf(database());
        steps(5s);
        QVERIFY(!m_replicator->caughtUp());
        steps(10s);
        QVERIFY(m_replicator->view().standing.state == Protection::Waiting);
        QVERIFY(m_replicator->view().standing.reason.source.find("killed") != std::string::npos);
        QCOMPARE(captured(), before);
        QVERIFY(bytesOf(database()) == left);
        QVERIFY(QFile::exists(database() + "-journal"));
        {
            Application app(database());
            QVERIFY(app.write());
        }
        steps(2s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void aKilledWriterIsWaitedForFromTheStart()
    {
        {
            Application app(database());
            app.write(2'000'000);
        }
        killAWriter();
        attach();
        QVERIFY(m_replicator->view().standing.state == Protection::Waiting);
        QCOMPARE(captured(), 0);
        Application app(database());
        QVERIFY(app.write());
        steps(2s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(endsAsTheDatabase());
    }

    /// cp over it, for example.
    void whatIsWrittenWithoutALockDuringALookIsNoMoment()
    {
        for (const int bytes : {500, static_cast<int>(kHeldPagesBytes) + 5'000'000}) {
            init();
            Application app(database());
            app.write();
            attach();
            m_snapshot.reset();
            const int before = captured();
            QVERIFY(app.write(bytes));
            m_disk->beforeStat([this](const std::string& path) {
                if (path == database().toStdString()) {
                    growFile();
                }
            });
            steps(3s);
            QCOMPARE(captured(), before);
            QVERIFY(!m_replicator->caughtUp());
            m_disk->beforeStat({});
            steps(2s);
            QCOMPARE(captured(), before + 1);
            QVERIFY(endsAsTheDatabase());
        }
    }

    /// Piece by piece, as from a slow disk: for longer than a writer that does not rest is waited
    /// for.
    void halfOfAFileThatIsCopiedOverItIsNoMoment()
    {
        Application(database()).write(400'000);
        Application(m_folder->filePath("other.db")).write(500'000);
        attach();
        m_snapshot.reset();
        steps(3s);
        const int before = captured();
        {
            const QByteArray other = bytesOf(m_folder->filePath("other.db"));
            QFile file(database());
            QVERIFY(file.open(QFile::ReadWrite | QFile::Unbuffered));
            Timestamp then{std::chrono::milliseconds(1'700'000'000'000)};
            for (qsizetype at = 0; at < other.size(); at += 20'000) {
                QVERIFY(file.write(other.mid(at, 20'000)) > 0);
                QVERIFY(m_files.setModified(database().toStdString(), then += 1s).ok());
                steps(100ms);
                QCOMPARE(captured(), before);
            }
        }
        steps(1s);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void aDatabaseThatIsLockedFromTheStartIsTakenLater()
    {
        Application app(database());
        app.write();
        Application other(database());
        QVERIFY(other.run("BEGIN EXCLUSIVE"));
        attach();
        QVERIFY(m_replicator->view().standing.state == Protection::Waiting);
        QVERIFY(pause() >= 50ms);
        QVERIFY(other.run("ROLLBACK"));
        steps(2s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(endsAsTheDatabase());
    }

    void oneThatStaysLockedIsTriedLessOften()
    {
        Application app(database());
        app.write();
        Application other(database());
        QVERIFY(other.run("BEGIN EXCLUSIVE"));
        attach();
        const Timestamp since = m_replicator->view().standing.since;
        steps(20s);
        Clock::Instant::duration longest{};
        for (int i = 0; i < 250; ++i) {
            longest = std::max(longest, pause());
            m_clock->advance(20ms);
        }
        QVERIFY(longest >= 3s);
        QVERIFY(m_replicator->view().standing.since == since);
        QVERIFY(other.run("ROLLBACK"));
        heard();
        steps(200ms);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(endsAsTheDatabase());
    }

    /// It may be half of a copy.
    void aFileThatWasJustWrittenToIsWaitedFor()
    {
        Application(database()).write();
        const auto facts = m_files.stat(database().toStdString()).value();
        const Timestamp written{std::chrono::milliseconds(facts->modifiedNs / 1'000'000)};
        m_clock->jumpWallTime(written - m_clock->now() + 100ms);
        attach();
        QCOMPARE(captured(), 0);
        QVERIFY(m_replicator->view().standing.state == Protection::CatchingUp);
        QVERIFY(!m_replicator->caughtUp());
        steps(500ms);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QCOMPARE(m_snapshots, 1);
        QVERIFY(endsAsTheDatabase());
    }

    void aLogThatIsNotItsOwnIsWaitedForAndSaid()
    {
        Application app(database());
        app.write();
        attach();
        m_snapshot.reset();
        steps(3s);
        const int before = captured();
        QFile log(database() + "-wal");
        QVERIFY(log.open(QFile::WriteOnly) && log.write("a log") > 0);
        log.close();
        touchFile();
        steps(15s);
        QVERIFY(m_replicator->view().standing.state == Protection::Waiting);
        QVERIFY(!QFile::exists(database() + "-shm"));
        QVERIFY(QFile::remove(log.fileName()));
        QVERIFY(app.write());
        steps(2s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void beforeItReadsAllItSaysSo()
    {
        Application app(database());
        app.write();
        attach();
        steps(3s);
        QVERIFY(!m_replicator->readsWholeNext());
        const int before = captured();
        app.write();
        step(250ms);
        QVERIFY(m_replicator->readsWholeNext());
        step(0ms);
        QCOMPARE(captured(), before + 1);
        QVERIFY(!m_replicator->readsWholeNext());
        m_replicator->requestSnapshot();
        QVERIFY(m_replicator->readsWholeNext());
    }

    void changesOfMoreThanIsHeldAreCapturedByWayOfAFile()
    {
        Application app(database());
        app.write();
        attach();
        const int before = captured();
        QVERIFY(app.write(static_cast<int>(kHeldPagesBytes) + 5'000'000));
        steps(2s);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
        QCOMPARE(QDir(data()).entryList(QDir::Files).filter("copy"), QStringList());
    }

    void withoutRoomForACopyItWaitsAndSaysSo()
    {
        Application app(database());
        app.write();
        m_disk->pretendFreeBytes(1000);
        attach();
        QVERIFY(m_replicator->view().standing.state == Protection::Waiting);
        QVERIFY(m_replicator->view().failure->code == ErrorCode::NoSpace);
        QVERIFY(app.write());
        m_disk->pretendFreeBytes(std::nullopt);
        steps(5s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(endsAsTheDatabase());
    }

    void withoutRoomForASnapshotChangesAreCapturedAllTheSame()
    {
        Application app(database());
        app.write();
        attach();
        m_snapshot.reset();
        steps(3s);
        const int before = captured();
        m_disk->pretendFreeBytes(1000);
        m_replicator->requestSnapshot();
        QVERIFY(app.write());
        steps(2s);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(m_replicator->view().standing.reason.source.find("no room") != std::string::npos);
        QCOMPARE(m_snapshots, 1);
        m_disk->pretendFreeBytes(std::nullopt);
        steps(40s);
        QCOMPARE(m_snapshots, 2);
        QVERIFY(m_replicator->view().standing.reason == Message());
        QVERIFY(endsAsTheDatabase());
    }

    void aLookAtALargeChangeGivesWayToo()
    {
        Application app(database());
        app.write();
        attach();
        const int before = captured();
        QVERIFY(app.write(static_cast<int>(kHeldPagesBytes) + 5'000'000));
        Application other(database());
        QVERIFY(other.run("BEGIN IMMEDIATE"));
        steps(450ms);
        QCOMPARE(captured(), before);
        QVERIFY(other.run("ROLLBACK"));
        steps(1s);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    /// Each try reads all of it under the lock.
    void whatCannotBeKeptLocksNobodyOutForLonger()
    {
        Application app(database());
        app.write();
        attach();
        m_snapshot.reset();
        steps(3s);
        const int before = captured();
        QVERIFY(app.write());
        m_disk->stopAt(m_disk->calls() + 1);
        letLocksLast(250ms);
        const Clock::Instant begun = m_clock->monotonic();
        steps(60s);
        QVERIFY(m_replicator->view().failure &&
                m_replicator->view().failure->code == ErrorCode::Io);
        QVERIFY(!m_replicator->caughtUp());
        QVERIFY(m_locked >= 1s);
        QVERIFY(20 * (m_locked - 1s) <= m_clock->monotonic() - begun);
        m_disk->mend();
        m_disk->beforeStat({});
        steps(40s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void aFullDiskIsNotReadFor()
    {
        Application app(database());
        app.write();
        attach();
        m_snapshot.reset();
        steps(3s);
        QVERIFY(app.write());
        step(300ms);
        m_disk->failAt(m_disk->calls() + 1, ErrorCode::NoSpace);
        step(20ms);
        m_disk->pretendFreeBytes(1000);
        letLocksLast(1ms);
        steps(60s);
        QVERIFY(m_locked == 0ms);
        QVERIFY(m_replicator->view().failure->code == ErrorCode::NoSpace);
        m_disk->pretendFreeBytes(std::nullopt);
        m_replicator->retryNow();
        steps(100ms);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(endsAsTheDatabase());
    }

    void attachingAnewWaitsForItsTurnAndLeavingDoesNot()
    {
        Application app(database());
        app.write();
        attach();
        m_snapshot.reset();
        QVERIFY(app.write());
        letLocksLast(250ms);
        steps(3s);
        const Clock::Instant::duration rest = 19 * m_locked;
        m_disk->beforeStat({});
        QVERIFY(app.write());
        const int before = captured();
        m_replicator->compareAgain();
        const Clock::Instant::duration left = pause();
        QVERIFY(left > 10s && left <= rest);
        QVERIFY(m_replicator->view().standing.state == Protection::CatchingUp);
        QVERIFY(!m_replicator->caughtUp());
        steps(5s);
        QCOMPARE(captured(), before);
        leave();
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void whatChangesWhileItIsLeftIsReadOnce()
    {
        Application app(database());
        app.write();
        attach();
        m_snapshot.reset();
        QVERIFY(app.write());
        int stats = 0;
        m_disk->beforeStat([this, &stats](const std::string& path) {
            if (path == database().toStdString()) {
                growFile();
                ++stats;
            }
        });
        std::vector<Fact> facts;
        const Status left = m_replicator->detach(facts, {});
        QVERIFY(!left.ok() && left.error().code == ErrorCode::Busy);
        QCOMPARE(stats, 4);  // Two before the reading, two behind it.
        m_disk->beforeStat({});
    }

    /// The next attach compares all.
    void whoeverIsAboutToCommitIsNotHeldUpByAPause()
    {
        Application app(database());
        app.write();
        attach();
        m_snapshot.reset();
        QVERIFY(app.write());
        Application other(database());
        QVERIFY(other.run("BEGIN IMMEDIATE"));
        const int before = captured();
        std::vector<Fact> facts;
        static_cast<void>(m_replicator->detach(facts, {}, Parting::ForAWhile));
        QCOMPARE(captured(), before);
        QVERIFY(other.run("ROLLBACK"));
        steps(500ms);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void vacuumShrinkAndOtherPageSizesAreFollowed()
    {
        Application app(database());
        app.run("PRAGMA auto_vacuum=FULL");
        app.run("VACUUM");
        app.write(3'000'000);
        attach();
        for (const char* const sql :
             {"DELETE FROM t", "INSERT INTO t VALUES(hex(randomblob(50000)))", "VACUUM",
              "PRAGMA page_size=1024; VACUUM", "PRAGMA auto_vacuum=NONE; VACUUM",
              "CREATE TABLE u(y); DROP TABLE t", "PRAGMA page_size=65536; VACUUM"}) {
            QVERIFY2(app.run(sql), sql);
            steps(1s);
            QVERIFY2(endsAsTheDatabase(), sql);
        }
        restoresEachMomentItHas();
    }

    void afterARestartAnUnchangedDatabaseIsNotRead()
    {
        Application(database()).write();
        attach();
        steps(3s);
        leave();
        const int before = captured();
        attach();
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QCOMPARE(captured(), before);
        QVERIFY(m_replicator->view().watch->readBytes == 0);
        QVERIFY(endsAsTheDatabase());
    }

    void afterARestartAChangedOneIsReadBeItsTimeTheSame()
    {
        Application(database()).write();
        pinTime();
        attach();
        steps(3s);
        leave();
        const int before = captured();
        Application(database()).write();
        pinTime();
        attach();
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void afterAKillAllIsThere()
    {
        Application app(database());
        app.write();
        attach();
        app.write();
        steps(1s);
        const int before = captured();
        app.write();
        kill();
        attach();
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void whatWasNotLookedAtYetIsCapturedOnLeaving()
    {
        Application app(database());
        app.write();
        attach();
        const int before = captured();
        app.write();
        leave();
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void oneThatIsSwitchedToWalIsFollowedThere()
    {
        Application app(database());
        app.write();
        attach();
        app.write();
        steps(1s);
        const int before = captured();
        QVERIFY(app.run("PRAGMA journal_mode=WAL"));
        QVERIFY(app.write());
        steps(2s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(!m_replicator->view().watch);
        QVERIFY(captured() > before);
        QVERIFY(endsAsTheDatabase());
        QVERIFY(app.write());
        steps(1s);
        QVERIFY(newest().commits > 0);
        QVERIFY(endsAsTheDatabase());
    }

    void oneThatLeavesWalModeWhilePausedIsWatched()
    {
        Application app(database(), "WAL");
        app.write();
        attach();
        QVERIFY(!m_replicator->view().watch);
        app.write();
        steps(1s);
        m_snapshot.reset();
        leave();
        const int before = captured();
        QVERIFY(app.run("PRAGMA journal_mode=DELETE"));
        QVERIFY(app.write());
        steps(1s);
        QVERIFY(m_replicator->view().watch);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
        QVERIFY(app.write());
        steps(1s);
        QCOMPARE(captured(), before + 2);
        QVERIFY(endsAsTheDatabase());
    }

    void anotherFileInItsPlaceIsCompared()
    {
        Application(database()).write();
        Application(m_folder->filePath("other.db")).write(20'000);
        attach();
        steps(3s);
        const int before = captured();
        QVERIFY(QFile::remove(database()));
        steps(500ms);
        QVERIFY(m_replicator->view().standing.state != Protection::Protected);
        QVERIFY(QFile::rename(m_folder->filePath("other.db"), database()));
        steps(5s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void aFullDiskIsWaitedForAndNothingIsLost()
    {
        Application app(database());
        app.write();
        attach();
        const int before = captured();
        app.write();
        step(300ms);
        m_disk->failAt(m_disk->calls() + 1, ErrorCode::NoSpace);
        step(20ms);
        QVERIFY(m_replicator->view().failure &&
                m_replicator->view().failure->code == ErrorCode::NoSpace);
        steps(5s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void everyMomentIsTheDatabaseAsItWasThen()
    {
        Application app(database());
        app.write();
        attach();
        m_snapshot.reset();
        for (int i = 0; i < 12; ++i) {
            QVERIFY(app.write(100 + 3000 * i));
            QVERIFY(app.run("DELETE FROM t WHERE rowid%3=0"));
            QVERIFY(i % 4 != 3 || app.run("VACUUM"));
            steps(1s);
            noteTruth();
        }
        restoresEachMomentItHas();
    }

private:
    struct Newest {
        unsigned commits = 0;
    };

    [[nodiscard]] QString database() const { return m_folder->filePath("app.db"); }
    [[nodiscard]] QString data() const { return m_folder->filePath("data"); }
    [[nodiscard]] QStringList files() const
    {
        return QDir(m_folder->path()).entryList(QDir::Files);
    }
    [[nodiscard]] int captured() const
    {
        return static_cast<int>(m_replicator->view().captured.value);
    }
    [[nodiscard]] Newest newest() const
    {
        return {.commits = m_replicator->stateDb().segments().value().back().commits};
    }
    /// By its path: closing it would drop SQLite's locks. What is behind the last page is none of
    /// the database.
    void growFile() const
    {
        const QByteArray path = database().toUtf8();
        QVERIFY(::truncate(path.constData(), QFileInfo(database()).size() + 1) == 0);
    }
    void touchFile() { QVERIFY(m_files.setModified(database().toStdString(), Timestamp()).ok()); }
    /// In the midst of a transaction of which half is in the file.
    void killAWriter() const
    {
        QProcess application;
        application.start("sqlite3", {"-batch", database()});
        application.write(
            "PRAGMA cache_size=5; BEGIN; UPDATE t SET x=hex(randomblob(1000000)); SELECT 1;\n");
        QVERIFY(application.waitForReadyRead(20'000));
        application.kill();
        application.waitForFinished();
        QVERIFY(QFile::exists(database() + "-journal"));
    }
    /// While nothing of this process has it open.
    [[nodiscard]] static QByteArray bytesOf(const QString& path)
    {
        QFile file(path);
        return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray();
    }
    /// As a clock that stands still between two writes.
    void pinTime() { m_disk->pretendTimes(1'700'000'000'000'000'000); }
    /// Lets each look at the file take so long under the lock, and adds that up.
    void letLocksLast(std::chrono::milliseconds each)
    {
        m_locked = {};
        m_disk->beforeStat([this, each](const std::string& path) {
            if (path == database().toStdString() && isLocked()) {
                m_clock->advance(each);
                m_locked += each;
            }
        });
    }
    [[nodiscard]] bool isLocked() const
    {
        sqlite3* handle = nullptr;
        sqlite3_open(database().toUtf8().constData(), &handle);
        const int code = sqlite3_exec(handle, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr);
        sqlite3_close(handle);
        return code == SQLITE_BUSY;
    }
    [[nodiscard]] static QStringList openFilesOf(const QString& name)
    {
        QStringList open;
        for (const QFileInfo& link : QDir("/proc/self/fd").entryInfoList(QDir::Files)) {
            if (link.symLinkTarget().contains(name)) {
                open << link.symLinkTarget();
            }
        }
        return open;
    }

    void open()
    {
        const state::DatabaseDirectory directory{data().toStdString()};
        QVERIFY(state::prepare(m_files, directory).ok());
        m_replicator =
            std::make_unique<Replicator>(Replicator::Setup{.clock = *m_clock,
                                                           .files = *m_disk,
                                                           .random = m_random,
                                                           .nodeId = 1,
                                                           .path = database().toStdString(),
                                                           .directory = directory,
                                                           .watch = m_mayWatch});
        QVERIFY(m_replicator->open().ok());
    }
    void attach()
    {
        open();
        m_replicator->learnReplicas({});
        step(0ms);
    }
    void step(std::chrono::milliseconds then)
    {
        StepOutcome outcome = m_replicator->step({});
        if (outcome.snapshot) {
            ++m_snapshots;
            m_snapshot = std::move(outcome.snapshot);
        }
        m_clock->advance(then);
    }
    void heard() { m_replicator->heardOfChange(); }
    [[nodiscard]] Clock::Instant::duration pause()
    {
        return m_replicator->step({}).atLatest - m_clock->monotonic();
    }
    void steps(std::chrono::milliseconds forThatLong)
    {
        const auto end = m_clock->monotonic() + forThatLong;
        while (m_clock->monotonic() < end) {
            step(20ms);
        }
    }
    void leave()
    {
        std::vector<Fact> facts;
        QVERIFY(m_replicator->detach(facts, {}).ok());
    }
    /// As a process that ends without a word.
    void kill() { m_replicator.reset(); }

    void noteTruth() { m_truth[captured()] = digestOfDatabase(); }

    /// Carries the pages of the spool's segments on: once every page was in one, the digest of each
    /// moment is what its file says, and what the database was where that is known.
    void restoresEachMomentItHas()
    {
        std::map<std::uint32_t, std::vector<std::byte>> pages;
        std::uint32_t pageSize = 0;
        std::size_t compared = 0;
        for (const SpooledSegment& segment : m_replicator->spool().above({})) {
            const auto source = m_replicator->spool().source(segment.txId);
            const ltx::Header header = ltx::readHeader(*source).value();
            if (std::exchange(pageSize, header.pageSizeBytes) != header.pageSizeBytes) {
                pages.clear();
            }
            const ltx::FilePages file(*source);
            const auto reader = file.open().value();
            for (ltx::PageBatch batch; reader->next(batch).value();) {
                for (std::size_t i = 0; i < batch.size(); ++i) {
                    pages[batch.numbers[i]].assign(batch.page(i).begin(), batch.page(i).end());
                }
            }
            pages.erase(pages.upper_bound(header.pageCountAfter), pages.end());
            if (pages.size() != header.pageCountAfter) {
                continue;
            }
            std::uint64_t digest = 0;
            for (const auto& [number, bytes] : pages) {
                digest += ltx::pageHash(number, bytes);
            }
            QCOMPARE(digest, ltx::digestsOf(header)->after);
            const auto known = m_truth.find(static_cast<int>(segment.txId.value));
            if (known != m_truth.end()) {
                QCOMPARE(digest, known->second);
            }
            ++compared;
        }
        QVERIFY(compared >= 4);
    }

    /// Whether the digest behind the newest segment is that of the database's pages.
    [[nodiscard]] bool endsAsTheDatabase()
    {
        const auto header =
            ltx::readHeader(*m_replicator->spool().source(m_replicator->view().captured));
        return header.ok() && ltx::digestsOf(header.value())->after == digestOfDatabase();
    }
    [[nodiscard]] std::uint64_t digestOfDatabase()
    {
        auto begun = sqlite::PageSnapshot::beginShared(m_files, database().toStdString());
        if (!begun.ok()) {
            begun = sqlite::PageSnapshot::begin(m_files, database().toStdString());
        }
        const auto pages = std::move(begun).value();
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
    bool m_mayWatch = true;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<SimulatedClock> m_clock;
    std::unique_ptr<FaultyFileSystem> m_disk;
    std::unique_ptr<Replicator> m_replicator;
    std::unique_ptr<SnapshotWork> m_snapshot;
    int m_snapshots = 0;
    std::chrono::milliseconds m_locked{0};
    std::map<int, std::uint64_t> m_truth;
};

QTEST_APPLESS_MAIN(TestWatched)
#include "tst_watched.moc"
