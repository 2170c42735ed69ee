#include "core/engine/checkpointer.h"
#include "tests/core/engine/replicated_place.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTemporaryFile>
#include <QTest>

#include <sys/file.h>

#include <algorithm>
#include <optional>
#include <utility>

using namespace tidemark;
using namespace tidemark::engine;
using namespace std::chrono_literals;

namespace {

/// Whether the kernel's table has at least the lock of this one.
bool areLocksTold()
{
    QTemporaryFile file;
    return file.open() && ::flock(file.handle(), LOCK_EX) == 0 &&
           !contentOf("/proc/locks").isEmpty();
}

/// So far, by this process.
qint64 readBytes()
{
    const QByteArray io = contentOf("/proc/self/io");
    return io.mid(7, io.indexOf('\n') - 7).toLongLong();  // "rchar: 123"
}

}  // namespace

class TestReplicator : public QObject, ReplicatedPlace {
    Q_OBJECT

private slots:
    void init() { begin(); }
    void cleanup() { m_replicator.reset(); }

    void theFirstLookIsTransactionOneWithASnapshotAndItsTouch()
    {
        Application app(database());
        app.write();
        attach();
        QVERIFY(m_snapshots == 1);
        QCOMPARE(captured(), 2);
        QVERIFY(endsAsTheDatabase());
    }

    void changesMadeWhileAwayOfADatabaseThatIsClosedEachTimeAreSeen()
    {
        Application(database()).write();
        attach();
        leave();
        Application(database()).write();
        const int before = captured();
        attach();
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void theLogOfTheFileBeforeIsCutAndNothingOfItComesIntoAnotherFile()
    {
        if (!areLocksTold()) {
            QSKIP("The kernel tells nothing of locks here.");
        }
        {
            Application app(database());
            app.run("CREATE TABLE other(x)");
            app.run("INSERT INTO other VALUES (1)");
        }
        QVERIFY(QFile::copy(database(), m_folder->filePath("other.db")));
        Application(m_folder->filePath("other.db")).run("UPDATE other SET x = 2");
        {
            Application app(database());
            app.leaveLogBehind();
            app.write();
        }
        attach();
        step(20ms);
        const int before = captured();
        kill();
        QVERIFY(QFile::remove(database()));
        QVERIFY(QFile::rename(m_folder->filePath("other.db"), database()));
        const QByteArray bytes = contentOf(database());
        attach();
        steps(10s);
        QCOMPARE(contentOf(database()), bytes);
        QCOMPARE(QFileInfo(database() + "-wal").size(), qint64{0});
        QVERIFY(captured() > before);
        QVERIFY(endsAsTheDatabase());
    }

    void anyFileIsPutBesideALogThatIsAllSavedAndStaysAsItIs_data()
    {
        QTest::addColumn<QString>("other");
        QTest::addColumn<bool>("isKilled");
        QTest::addColumn<bool>("isStopped");
        // SQLite refuses every transaction of one that is larger than the log says.
        const std::vector<std::pair<QString, QString>> others = {
            {"larger", "PRAGMA journal_mode=WAL"},
            {"larger, not in WAL mode", "PRAGMA journal_mode=DELETE"},
            {"smaller pages", "PRAGMA page_size=512; PRAGMA journal_mode=WAL"},
            {"larger pages", "PRAGMA page_size=65536; PRAGMA journal_mode=WAL"},
        };
        for (const auto& [name, pragmas] : others) {
            for (const QString how : {"followed", "killed", "stopped"}) {
                QTest::newRow(qPrintable(name + ", " + how))
                    << pragmas << (how == "killed") << (how == "stopped");
            }
        }
    }
    void anyFileIsPutBesideALogThatIsAllSavedAndStaysAsItIs()
    {
        QFETCH(const QString, other);
        QFETCH(const bool, isKilled);
        QFETCH(const bool, isStopped);
        if (!areLocksTold()) {
            QSKIP("The kernel tells nothing of locks here.");
        }
        sqlite::SqliteShell(m_folder->filePath("other.db"))
            .run(other + "; CREATE TABLE other(x); INSERT INTO other VALUES (randomblob(300000))");
        sqlite::SqliteShell app(database());
        app.run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
        attach();
        steps(5s);
        app.run("UPDATE t SET x = 2");  // Not of the first page.
        step(10ms);
        app.close();
        QCOMPARE(QProcess::execute("sleep", {"1.6"}), 0);
        const qint64 logBytes = QFileInfo(database() + "-wal").size();
        QVERIFY(logBytes > 0);
        if (isKilled) {
            kill();
        }
        QCOMPARE(QProcess::execute("mv", {m_folder->filePath("other.db"), database()}), 0);
        const QByteArray bytes = contentOf(database());
        if (isStopped) {
            std::vector<Fact> facts;
            QVERIFY(!m_replicator->detach(facts, {}).ok());
        } else if (isKilled) {
            attach();
        } else {
            step(20ms);
            step(20ms);
        }
        QCOMPARE(QFileInfo(database() + "-wal").size(), qint64{0});
        QCOMPARE(contentOf(database()), bytes);
        sqlite::SqliteShell newcomer(database());
        QCOMPARE(newcomer.run("SELECT length(x) FROM other"), "300000");
        QCOMPARE(newcomer.run("PRAGMA integrity_check"), "ok");
    }

    void aDatabaseIsCopiedThereTogetherWithItsLog_data()
    {
        QTest::addColumn<QStringList>("parts");
        QTest::newRow("log behind") << QStringList{"", "-wal"};
        QTest::newRow("log before") << QStringList{"-wal", ""};
        QTest::newRow("with index") << QStringList{"", "-wal", "-shm"};
        QTest::newRow("index before") << QStringList{"-shm", "-wal", ""};
    }
    void aDatabaseIsCopiedThereTogetherWithItsLog()
    {
        QFETCH(const QStringList, parts);
        if (!areLocksTold()) {
            QSKIP("The kernel tells nothing of locks here.");
        }
        const QString backup = m_folder->filePath("backup.db");
        {
            sqlite::SqliteShell other(m_folder->filePath("other.db"));
            other.run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(x)");
            other.run("INSERT INTO t VALUES (zeroblob(50000)); PRAGMA wal_checkpoint(TRUNCATE)");
            other.run("UPDATE t SET x = 1; INSERT INTO t VALUES (2)");
            for (const QString part : {"", "-wal", "-shm"}) {
                QVERIFY(QFile::copy(m_folder->filePath("other.db") + part, backup + part));
            }
        }
        sqlite::SqliteShell app(database());
        app.run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
        attach();
        app.run("INSERT INTO t VALUES (3)");
        steps(1s);
        app.close();
        steps(3s);
        for (const QString& part : parts) {
            QCOMPARE(QProcess::execute("cp", {backup + part, database() + part}), 0);
            m_replicator->heardOfChange();
            step(20ms);
        }
        const int before = captured();
        steps(20s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(captured() <= before + 1);
        QVERIFY(endsAsTheDatabase());
        sqlite::SqliteShell newcomer(database());
        QCOMPARE(newcomer.run("SELECT count(*), max(x) FROM t; PRAGMA integrity_check"), "2|2\nok");
    }

    void aProgramThatStillUsesTheFileBeforeKeepsItsLog()
    {
        if (!areLocksTold()) {
            QSKIP("The kernel tells nothing of locks here.");
        }
        sqlite::SqliteShell app(database());
        app.run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
        copyTo("other.db");
        attach();
        steps(5s);
        QVERIFY(QFile::rename(database(), m_folder->filePath("before.db")));
        QVERIFY(QFile::rename(m_folder->filePath("other.db"), database()));
        const QByteArray bytes = contentOf(database());
        steps(2s);
        app.run("INSERT INTO t VALUES (2)");
        steps(60s);
        QVERIFY(m_replicator->view().standing.state == Protection::Waiting);
        QVERIFY(m_replicator->view().standing.reason.arguments.back().find("sqlite3") !=
                std::string::npos);
        QCOMPARE(contentOf(database()), bytes);
        QCOMPARE(app.run("SELECT count(*) FROM t"), "2");
        // SQLite leaves the log of a file that was moved as it is.
        app.close();
        steps(60s);
        QVERIFY(m_replicator->view().standing.state == Protection::Waiting);
        QCOMPARE(contentOf(database()), bytes);
        // What the program is told to do.
        QVERIFY(QFile::rename(database() + "-wal", m_folder->filePath("before.db-wal")));
        QVERIFY(QFile::remove(database() + "-shm"));
        steps(60s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(endsAsTheDatabase());
        sqlite::SqliteShell before(m_folder->filePath("before.db"));
        QCOMPARE(before.run("SELECT count(*) FROM t"), "2");
    }

    void anIndexThatIsCutIsNotTouched()
    {
        sqlite::SqliteShell app(database());
        app.run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
        attach();
        steps(1s);
        app.close();
        steps(3s);
        QCOMPARE(QProcess::execute("truncate", {"-s", "0", database() + "-shm"}), 0);
        steps(20s);
        QVERIFY(endsAsTheDatabase());
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
    }

    void aLogOfWhichNothingWasCapturedDoesNotComeIntoAnotherFile()
    {
        sqlite::SqliteShell(m_folder->filePath("other.db"))
            .run("PRAGMA journal_mode=WAL; CREATE TABLE other(x); INSERT INTO other VALUES (1)");
        sqlite::SqliteShell(database()).run("PRAGMA journal_mode=WAL; CREATE TABLE t(x)");
        QCOMPARE(QProcess::execute("sleep", {"1.6"}), 0);
        attach();
        sqlite::SqliteShell app(database());
        app.run("INSERT INTO t VALUES (1)");
        app.close();
        const int before = captured();
        kill();
        QCOMPARE(QProcess::execute("mv", {m_folder->filePath("other.db"), database()}), 0);
        const QByteArray bytes = contentOf(database());
        attach();
        steps(10s);
        QVERIFY(m_replicator->view().standing.state == Protection::Waiting);
        QVERIFY(m_replicator->view().standing.next != Message());
        QCOMPARE(contentOf(database()), bytes);
        QCOMPARE(captured(), before);
        QVERIFY(QFile::remove(database() + "-wal") && QFile::remove(database() + "-shm"));
        steps(60s);
        QVERIFY(endsAsTheDatabase());
    }

    void aFileThatIsInUseUnderItsNewNameIsNotWrittenTo()
    {
        if (!areLocksTold()) {
            QSKIP("The kernel tells nothing of locks here.");
        }
        sqlite::SqliteShell app(database());
        app.run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
        copyTo("other.db");
        attach();
        steps(5s);
        app.run("UPDATE t SET x = 2");
        step(10ms);
        app.close();
        const QString moved = m_folder->filePath("moved.db");
        QVERIFY(QFile::rename(database(), moved));
        sqlite::SqliteShell user(moved);
        const QString has = user.run("SELECT x FROM t");
        QVERIFY(QFile::rename(m_folder->filePath("other.db"), database()));
        const QByteArray bytes = contentOf(moved);
        steps(10s);
        QCOMPARE(contentOf(moved), bytes);
        QCOMPARE(user.run("SELECT x FROM t"), has);
        QVERIFY(endsAsTheDatabase());
    }

    void aLogOfTheFileBeforeThatIsNotAllSavedIsLeftToThePerson()
    {
        {
            Application app(database());
            app.run("CREATE TABLE other(x)");
        }
        QVERIFY(QFile::copy(database(), m_folder->filePath("other.db")));
        {
            Application app(database());
            app.leaveLogBehind();
            app.write();
            attach();
            step(20ms);
            kill();
            app.write();
        }
        QVERIFY(QFile::remove(database()));
        QVERIFY(QFile::rename(m_folder->filePath("other.db"), database()));
        const QByteArray bytes = contentOf(database());
        const qint64 logBytes = QFileInfo(database() + "-wal").size();
        attach();
        steps(10s);
        QVERIFY(m_replicator->view().standing.state == Protection::Waiting);
        QCOMPARE(contentOf(database()), bytes);
        QCOMPARE(QFileInfo(database() + "-wal").size(), logBytes);
        QVERIFY(QFile::remove(database() + "-wal") && QFile::remove(database() + "-shm"));
        steps(60s);
        QVERIFY(endsAsTheDatabase());
    }

    void aLastCommitBeforeTheFileIsReplacedIsAMomentAndComesIntoNoOther()
    {
        enum class Log { GoesOn, BegunAnew, BegunByAnotherProgram };
        for (const Log log : {Log::GoesOn, Log::BegunAnew, Log::BegunByAnotherProgram}) {
            init();
            auto app = std::make_unique<sqlite::SqliteShell>(database());
            app->run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(x)");
            copyTo("other.db");
            attach();
            app->run("INSERT INTO t VALUES (1)");
            steps(log == Log::GoesOn ? 200ms : 10s);
            if (log == Log::BegunByAnotherProgram) {
                app->close();
                steps(3s);  // The log is cut: the next program takes other salts for its own.
                app = std::make_unique<sqlite::SqliteShell>(database());
            }
            const int before = captured();
            app->run("INSERT INTO t VALUES (2)");
            app->close();
            QVERIFY(QFile::rename(m_folder->filePath("other.db"), database() + "-new"));
            QCOMPARE(QProcess::execute("mv", {database() + "-new", database()}), 0);
            const QByteArray bytes = contentOf(database());
            step(20ms);
            QCOMPARE(captured(), before + 1);
            steps(10s);
            QCOMPARE(contentOf(database()), bytes);
            QVERIFY(endsAsTheDatabase());
        }
    }

    void nothingOfTheLogComesIntoAFileThatWasCopiedOverTheClosedOne()
    {
        if (!areLocksTold()) {
            QSKIP("The kernel tells nothing of locks here.");
        }
        for (const bool isLogBegunAnew : {false, true}) {
            init();
            sqlite::SqliteShell app(database());
            app.run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(x)");
            app.run("INSERT INTO t VALUES (zeroblob(9000))");
            copyTo("other.db");
            app.run("UPDATE t SET x = randomblob(20000); PRAGMA wal_checkpoint(TRUNCATE)");
            app.run("CREATE TABLE v(z)");
            attach();
            steps(isLogBegunAnew ? 10s : 0s);
            app.run("CREATE TABLE u(y); INSERT INTO u VALUES (2)");
            app.close();
            step(20ms);
            const int before = captured();
            copyOtherOver();
            steps(20s);
            QVERIFY(captured() > before);
            QCOMPARE(QProcess::execute("cmp", {m_folder->filePath("other.db"), database()}), 0);
            QVERIFY(endsAsTheDatabase());
        }
    }

    void norWhenWeLeaveRightBehindThat()
    {
        if (!areLocksTold()) {
            QSKIP("The kernel tells nothing of locks here.");
        }
        for (const bool isReplaced : {false, true}) {
            init();
            sqlite::SqliteShell app(database());
            app.run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(x)");
            app.run("INSERT INTO t VALUES (zeroblob(9000))");
            copyTo("other.db");
            copyTo("kept.db");
            app.run("UPDATE t SET x = randomblob(20000); PRAGMA wal_checkpoint(TRUNCATE)");
            attach();
            app.run("CREATE TABLE u(y); INSERT INTO u VALUES (2)");
            const int before = captured();
            app.close();
            if (isReplaced) {
                QVERIFY(QFile::rename(m_folder->filePath("other.db"), database() + "-new"));
                QCOMPARE(QProcess::execute("mv", {database() + "-new", database()}), 0);
            } else {
                copyOtherOver();
            }
            std::vector<Fact> facts;
            QVERIFY(!m_replicator->detach(facts, {}).ok());
            QCOMPARE(captured(), before + 1);
            QCOMPARE(QProcess::execute("cmp", {m_folder->filePath("kept.db"), database()}), 0);
            kill();
            attach();
            steps(10s);
            QCOMPARE(QProcess::execute("cmp", {m_folder->filePath("kept.db"), database()}), 0);
            QVERIFY(endsAsTheDatabase());
        }
    }

    void whileAProgramHasItOpenAChangeOfItsStampHasNothingReadAgain()
    {
        if (!areLocksTold()) {
            QSKIP("The kernel tells nothing of locks here.");
        }
        sqlite::SqliteShell app(database());
        app.run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(x)");
        app.run("INSERT INTO t VALUES (randomblob(20000000)); PRAGMA wal_checkpoint(TRUNCATE)");
        attach();
        app.run("INSERT INTO t VALUES (1)");
        step(20ms);
        QCOMPARE(QProcess::execute("chmod", {"g+w", database()}), 0);
        const qint64 readBefore = readBytes();
        steps(10s);
        QVERIFY(readBytes() - readBefore < 10'000'000);
        QVERIFY(endsAsTheDatabase());
    }

    void aFileThatOnlyGotOtherRightsKeepsItsLog()
    {
        for (const bool isLogBegunAnew : {false, true}) {
            init();
            sqlite::SqliteShell app(database());
            app.run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(x)");
            attach();
            steps(isLogBegunAnew ? 10s : 0s);
            app.run("INSERT INTO t VALUES (randomblob(20000))");
            app.close();
            step(20ms);
            QCOMPARE(QProcess::execute("chmod", {"g+w", database()}), 0);
            steps(20s);
            QVERIFY(endsAsTheDatabase());
            QCOMPARE(sqlite::SqliteShell(database()).run("SELECT length(x) FROM t"), "20000");
        }
    }

    void whenTheApplicationHasClosedNoLogIsLeftForAnotherFile()
    {
        std::optional<sqlite::SqliteShell> app(database());
        app->run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(x)");
        attach();
        app->run("INSERT INTO t VALUES (1)");
        steps(10s);
        QVERIFY(QFileInfo(database() + "-wal").size() > 0);
        app.reset();
        steps(31s);
        if (!areLocksTold()) {
            QSKIP("The kernel tells nothing of locks here.");
        }
        QCOMPARE(QFileInfo(database() + "-wal").size(), qint64{0});
        const int before = captured();
        app.emplace(database());
        app->run("INSERT INTO t VALUES (2)");
        steps(1s);
        QVERIFY(captured() > before);
        QVERIFY(endsAsTheDatabase());
    }

    void aFileThatWasReplacedIsNotGivenTheOldLog()
    {
        {
            Application app(database());
            app.run("CREATE TABLE other(x)");
        }
        QVERIFY(QFile::copy(database(), m_folder->filePath("other.db")));
        Application(m_folder->filePath("other.db")).write();
        sqlite::SqliteShell app(database());
        app.run("PRAGMA wal_autocheckpoint=0; INSERT INTO t VALUES (1)");
        attach();
        app.run("INSERT INTO t VALUES (2)");
        steps(20ms);
        const QByteArray bytes = contentOf(m_folder->filePath("other.db"));
        QVERIFY(QFile::remove(database()));
        QVERIFY(QFile::rename(m_folder->filePath("other.db"), database()));
        steps(60s);
        // While the old file's application runs its log is left to it.
        QCOMPARE(contentOf(database()), bytes);
        app.close();
        steps(60s);
        QCOMPARE(contentOf(database()), bytes);
        QVERIFY(endsAsTheDatabase());
    }

    void aLogIsKeptForACopyOfTheFileThatIsPutInItsPlace()
    {
        for (const bool isLogBegunAnew : {false, true}) {
            init();
            sqlite::SqliteShell app(database());
            app.run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(x)");
            attach();
            app.run("INSERT INTO t VALUES (1)");
            steps(isLogBegunAnew ? 10s : 20ms);
            app.run("INSERT INTO t VALUES (2)");
            app.close();
            const QString copy = m_folder->filePath("copy.db");
            QCOMPARE(QProcess::execute("cp", {"-p", database(), copy}), 0);
            QCOMPARE(QProcess::execute("mv", {copy, database()}), 0);
            steps(20s);
            QVERIFY(endsAsTheDatabase());
            QCOMPARE(sqlite::SqliteShell(database()).run("SELECT count(*) FROM t"), "2");
        }
    }

    void whatAProgramCommitsToTheFileThatWasPutThereIsItsOwn()
    {
        sqlite::SqliteShell(database()).run("PRAGMA journal_mode=WAL; CREATE TABLE t(x)");
        copyTo("other.db");
        sqlite::SqliteShell(database()).run("CREATE TABLE old(x); INSERT INTO old VALUES (1)");
        attach();
        steps(60s);
        QCOMPARE(QProcess::execute("mv", {m_folder->filePath("other.db"), database()}), 0);
        // Two ticks of the file system's clock.
        QCOMPARE(QProcess::execute("sleep", {"0.02"}), 0);
        const int before = captured();
        sqlite::SqliteShell app(database());
        app.run("PRAGMA wal_autocheckpoint=0; INSERT INTO t VALUES (1)");
        step(20ms);
        QCOMPARE(captured(), before);
        app.close();
        steps(20s);
        QVERIFY(endsAsTheDatabase());
        QCOMPARE(sqlite::SqliteShell(database()).run("SELECT count(*) FROM t"), "1");
    }

    void whatDidNotChangeWhileAwayIsNotReadAgain()
    {
        for (const bool isLogLeft : {false, true}) {
            std::optional<Application> app(database());
            app->write(20'000'000);
            attach();
            app->write();
            steps(10s);
            if (!isLogLeft) {
                app.reset();
            }
            const int before = captured();
            leave();
            if (isLogLeft) {
                app->write();
            }
            const qint64 readBefore = readBytes();
            attach();
            QVERIFY(readBytes() - readBefore < 10'000'000);
            QCOMPARE(captured(), before + (isLogLeft ? 1 : 0));
            QVERIFY(endsAsTheDatabase());
        }
    }

    void whatWasFollowedForAMomentIsNotReadAgainEither()
    {
        std::optional<Application> app(database());
        app->write(20'000'000);
        app.reset();
        attach();
        leave();
        const qint64 readBefore = readBytes();
        attach();
        QVERIFY(readBytes() - readBefore < 10'000'000);
    }

    void aFileThatIsWrittenToWhileItIsReadIsNoMoment()
    {
        changeWhileAway();
        const int before = captured();
        copyOverWhileItIsRead();
        attach();
        QCOMPARE(captured(), before);
        QVERIFY(m_replicator->view().standing.state == Protection::Waiting);
        QVERIFY(m_replicator->view().standing.reason.source.ends_with("copied over it."));

        m_clock->onWait([] {});
        m_clock->advance(1s);
        step(0ms);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void aDatabaseOfWhichTheFirstLookMayBeHalfACopyIsReadWhenItRests()
    {
        makeOther();
        Application(database()).write();
        copyOverWhileItIsRead();
        attach();
        QCOMPARE(captured(), 0);
        m_clock->onWait([] {});
        m_clock->advance(1s);
        step(0ms);
        QCOMPARE(captured(), 2);
        QVERIFY(endsAsTheDatabase());
    }

    void whoLeavesAFileThatIsBeingWrittenToLeavesItToTheNextStart()
    {
        changeWhileAway();
        const int before = captured();
        copyOverWhileItIsRead();
        attach();
        std::vector<Fact> facts;
        const Status left = m_replicator->detach(facts, {});
        QVERIFY(!left.ok() && left.error().code == ErrorCode::Busy);
        QCOMPARE(captured(), before);
        m_clock->onWait([] {});
        m_clock->advance(2s);
        attach();
        QVERIFY(endsAsTheDatabase());
    }

    void whatWasWrittenOverIsFollowedOnceSomebodyCommitsToItTheLogBeingNotEmpty()
    {
        changeWhileAway();
        const int before = captured();
        copyOverWhileItIsRead();
        attach();
        QCOMPARE(captured(), before);
        m_clock->onWait([] {});
        Application app(database());
        app.write();
        m_clock->advance(1s);
        steps(1s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(captured() > before);
        app.write();
        steps(1s);
        QVERIFY(endsAsTheDatabase());
    }

    void aFileThatSomebodyCommitsToIsNotWaitedFor()
    {
        std::optional<Application> app(database());
        app->write();
        app.reset();
        writtenAgo(100ms + kFine);
        app.emplace(database());
        m_clock->onWait([&app] { app->write(); });
        const auto before = m_clock->monotonic();
        attach();
        QVERIFY(m_clock->monotonic() - before < 100ms);
        m_clock->onWait([] {});
        steps(1s);
        QVERIFY(endsAsTheDatabase());
    }

    void whereTheDiskTellsTheTimeInStepsAChangeWithinOneIsSeenAllTheSame()
    {
        writtenAgo(0ms);
        std::optional<sqlite::SqliteShell> app(database());
        app->run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
        attach();
        app->run("UPDATE t SET x = 2");
        app.reset();
        steps(500ms);
        leave();
        app.emplace(database());
        app->run("UPDATE t SET x = 3");
        app.reset();
        attach();
        QVERIFY(endsAsTheDatabase());
    }

    void aLogThatWasWrittenToWhileAwayIsGoneOnIn()
    {
        Application app(database());
        app.write();
        attach();
        app.write();
        steps(5s);
        app.write();
        steps(300ms);
        const int before = captured();
        kill();
        app.write();
        attach();
        QCOMPARE(captured(), before + 1);
        QVERIFY(newest().commits > 0);
        QVERIFY(endsAsTheDatabase());
    }

    void aDatabaseThatWasWrittenToWhileAwayIsCompared()
    {
        Application app(database());
        app.write();
        attach();
        app.write();
        steps(1s);
        const int before = captured();
        kill();
        app.write();
        app.run("PRAGMA wal_checkpoint(PASSIVE)");
        attach();
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void aFileCopiedOverWhileAwayIsComparedThoughTheOldLogFits()
    {
        for (const bool isKilled : {true, false}) {
            init();
            makeOther();
            Application(m_folder->filePath("other.db")).write(50'000);
            auto app = std::make_unique<Application>(database());
            app->write();
            app->write();
            app->write(50'000);
            attach();
            steps(3s);
            app->leaveLogBehind();
            app->write();
            steps(300ms);
            const int before = captured();
            isKilled ? kill() : leave();
            app.reset();
            copyOtherOver();
            attach();
            // Beside a log that may be of another file it is not looked at before it rests.
            steps(3s);
            QVERIFY(captured() > before);
            QVERIFY(endsAsTheDatabase());
        }
    }

    void manySmallChangesInALogThatSomebodyPinsAreNotASegmentEach()
    {
        Application app(database());
        app.write();
        attach();
        Application reader(database());
        reader.run("BEGIN");
        reader.run("SELECT count(*) FROM t");
        for (int i = 0; i < 6; ++i) {
            app.write(1'000'000);
        }
        steps(2s);
        const int before = captured();
        for (int i = 0; i < 200; ++i) {
            app.write();
            step(5ms);
        }
        QVERIFY2(captured() - before <= 14, qPrintable(QString::number(captured() - before)));
        reader.run("COMMIT");
        steps(10s);
        app.write();
        steps(1s);
        QVERIFY(m_replicator->view().walBytes < 100'000);
        QVERIFY(endsAsTheDatabase());
    }

    void hashesAreSavedThoughTheApplicationDoesEveryCheckpoint()
    {
        Application app(database());
        app.write();
        attach();
        for (int i = 0; i < 300; ++i) {
            app.write();
            step(150ms);
            step(50ms);
            app.run("PRAGMA wal_checkpoint(PASSIVE)");
            step(50ms);
        }
        QVERIFY(m_replicator->rememberedUpTo().value + 300 > static_cast<unsigned>(captured()));
        QVERIFY(m_replicator->rememberedUpTo().value > 10);
        QVERIFY(endsAsTheDatabase());
    }

    void aFullDiskIsWaitedForAndNothingIsLost()
    {
        Application app(database());
        app.write();
        attach();
        const int before = captured();
        app.write();
        m_disk->failAt(m_disk->calls() + 1, ErrorCode::NoSpace);
        step(200ms);
        QVERIFY(m_replicator->view().standing.state == Protection::Waiting);
        QVERIFY(m_replicator->view().failure &&
                m_replicator->view().failure->code == ErrorCode::NoSpace);
        steps(5s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(!m_replicator->view().failure);
        QCOMPARE(captured(), before + 1);
        QVERIFY(endsAsTheDatabase());
    }

    void timesGoOnBehindTheNewestOfAReplica()
    {
        Application app(database());
        app.write();
        const Timestamp theirs = m_clock->now() + 30min;
        open();
        m_replicator->learnReplicas({41}, theirs);
        steps(1s);
        QCOMPARE(captured(), 42);
        QVERIFY(newest().createdAt > theirs);
    }

    void withoutAMemoryNothingIsNumberedBeforeTheReplicasAreKnown()
    {
        Application app(database());
        app.write();
        open();
        steps(2s);
        QCOMPARE(captured(), 0);
        QVERIFY(m_replicator->view().standing.state == Protection::Waiting);
        m_replicator->learnReplicas({});
        step(0ms);
        QVERIFY(captured() > 0);
    }

    void everythingIsComparedAgainWhenAskedTo()
    {
        Application app(database());
        app.write();
        attach();
        const int before = captured();
        m_replicator->compareAgain();
        app.write();
        step(10ms);
        QCOMPARE(captured(), before + 1);
        QCOMPARE(newest().commits, 0U);
        QVERIFY(endsAsTheDatabase());
    }

    void nothingIsProtectedUntilItIsCompared()
    {
        Application app(database());
        app.write();
        attach();
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        m_replicator->compareAgain();
        QVERIFY(m_replicator->view().standing.state == Protection::CatchingUp);
        step(10ms);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        m_replicator->learnReplicas({});
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        m_replicator->learnReplicas({1000});
        QVERIFY(m_replicator->view().standing.state == Protection::CatchingUp);
        step(10ms);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
    }

    void aStopBeforeItIsAttachedCapturesAllTheSame()
    {
        for (const bool isTried : {false, true}) {
            init();
            Application(database()).write();
            attach();
            leave();
            Application(database()).write();
            open();
            if (isTried) {
                std::stop_source stopped;
                stopped.request_stop();
                static_cast<void>(m_replicator->step(stopped.get_token()));
            }
            const int before = captured();
            leave();
            QCOMPARE(captured(), before + 1);
            QVERIFY(endsAsTheDatabase());
        }
    }

    void aReadingOfEverythingCanBeStopped()
    {
        Application app(database());
        app.write();
        open();
        m_replicator->learnReplicas({});
        std::stop_source stop;
        stop.request_stop();
        static_cast<void>(m_replicator->step(stop.get_token()));
        QCOMPARE(captured(), 0);
        steps(2s);
        QCOMPARE(captured(), 2);
    }

    void whatIsCapturedOnLeavingIsTold()
    {
        Application app(database());
        app.write();
        attach();
        app.write();
        const int before = captured();
        std::vector<Fact> facts;
        QVERIFY(m_replicator->detach(facts, {}).ok());
        QCOMPARE(captured(), before + 1);
        QCOMPARE(
            std::ranges::count_if(
                facts, [](const Fact& f) { return std::holds_alternative<SegmentCaptured>(f); }),
            1);
    }

    void writersThatLeaveNoInstantAreHeldAndTheLogIsCutAllTheSame()
    {
        Application app(database());
        app.write();
        attach();
        steps(3s);
        app.write(static_cast<int>(kFloodLogBytes));
        // Whenever the files are looked at, which is before each begin and each checkpoint, the
        // application has just committed.
        int commits = 0;
        m_disk->beforeStat([&](const std::string& path) {
            commits += path == database().toStdString() && app.write() ? 1 : 0;
        });
        const auto done = cycleOf(m_replicator->step({}));
        m_disk->beforeStat({});
        QVERIFY(commits > 5);
        QVERIFY(done && done->sealed);
        steps(500ms);  // One came behind the seal.
        QVERIFY(endsAsTheDatabase());
        app.write();  // Begins the log anew.
        steps(1s);
        QVERIFY(m_replicator->view().walBytes < 100'000);
        QVERIFY(endsAsTheDatabase());
    }

    void aLogOfManyFramesIsCutBetweenTwoCommitsAndNobodyIsHeld()
    {
        Application app(database());
        app.write();
        attach();
        bool landed = false;
        bool sealed = false;
        for (int i = 0; i < 1'000 && !landed; ++i) {
            app.write();
            const auto done = cycleOf(m_replicator->step({}));
            landed = done.has_value();
            sealed = done && done->sealed;
            m_clock->advance(1ms);
        }
        QVERIFY(landed && !sealed);
        QVERIFY(endsAsTheDatabase());
    }

    void aCommitThatFollowsItsNewsIsLookedForSoonAndNotForEver()
    {
        Application app(database());
        app.write();
        attach();
        steps(3s);
        QVERIFY(pause() >= 100ms);
        m_replicator->heardOfChange();
        QVERIFY(pause() <= 1ms);
        step(100ms);
        QVERIFY(pause() <= 30ms);
        app.write();
        step(0ms);
        QVERIFY(pause() >= 20ms);
        QVERIFY(endsAsTheDatabase());

        m_replicator->heardOfChange();
        steps(8s);
        QVERIFY(pause() >= 100ms);
    }

    void aFileCopiedOverTheDatabaseIsComparedBeforeAnythingElse()
    {
        makeOther();
        Application app(database());
        app.write();
        attach();
        steps(3s);
        const int before = captured();
        copyOtherOver();
        step(20ms);
        step(20ms);
        QVERIFY(captured() > before);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(endsAsTheDatabase());
        app.write();
        steps(1s);
        QVERIFY(endsAsTheDatabase());
    }

    void aLargerFileCopiedOverIsSaidAsLongAsSqliteCannotReadIt()
    {
        makeOther();
        Application(m_folder->filePath("other.db")).write(50'000);
        auto app = std::make_unique<Application>(database());
        app->write();
        attach();
        steps(3s);
        copyOtherOver();
        steps(2s);
        QVERIFY(m_replicator->view().standing.state != Protection::Protected);
        QVERIFY(m_replicator->view().failure.has_value());
        app.reset();  // With the log goes what it says of the size.
        app = std::make_unique<Application>(database());
        app->write();
        steps(70s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(endsAsTheDatabase());
    }

    void aFileCopiedOverIsNotForgottenByAKillOrAStop()
    {
        for (const bool isKilled : {true, false}) {
            init();
            makeOther();
            Application app(database());
            app.write();
            attach();
            steps(3s);
            const int before = captured();
            copyOtherOver();
            if (isKilled) {
                step(20ms);  // Notices it, and is killed before it compares.
                kill();
            } else {
                std::vector<Fact> facts;
                QVERIFY(!m_replicator->detach(facts, {}).ok());
            }
            attach();
            QVERIFY(captured() > before);
            QVERIFY(endsAsTheDatabase());
        }
    }

    void aSnapshotIsGivenUpBeforeTheLogThatItPinsFillsTheDisk()
    {
        Application app(database());
        app.write();
        open();
        m_replicator->learnReplicas({});
        auto outcome = m_replicator->step({});
        QVERIFY(outcome.snapshot);
        const std::stop_source givenUp = outcome.snapshot->giveUp();
        for (int i = 0; i < 8; ++i) {
            app.write(10'000'000);
            steps(1s);
        }
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(m_replicator->view().walBytes > 64'000'000);
        QVERIFY(!m_replicator->view().standing.reason.source.empty());
        QVERIFY(!givenUp.stop_requested());
        m_disk->pretendFreeBytes(50'000'000);
        steps(10s);
        QVERIFY(givenUp.stop_requested());
        outcome.snapshot.reset();
        steps(10s);
        QVERIFY(m_replicator->view().standing.reason.source.empty());
        QVERIFY(m_replicator->view().noCopy->code == ErrorCode::NoSpace);
        m_replicator->requestSnapshot();
        m_snapshots = 0;
        steps(1s);
        QCOMPARE(m_snapshots, 0);
        m_clock->advance(11min);
        steps(1s);
        QCOMPARE(m_snapshots, 1);
        QVERIFY(!m_replicator->view().noCopy);
    }

    void aSnapshotThatIsGivenUpHoldsTheLogNoLongerThoughItsWriterHangs()
    {
        Application app(database());
        app.write();
        open();
        m_replicator->learnReplicas({});
        const auto outcome = m_replicator->step({});
        QVERIFY(outcome.snapshot);
        const auto pages = outcome.snapshot->pages().lock();
        std::vector<std::byte> page(4096);
        QVERIFY(pages->isHeld() && pages->read(1, 1, page).ok());
        m_replicator->giveUpSnapshots();
        QVERIFY(!pages->isHeld());
        QVERIFY(pages->read(1, 1, page).error().code == ErrorCode::Cancelled);
        app.write();
        std::vector<Fact> facts;
        QVERIFY(m_replicator->detach(facts, {}).ok());
        QVERIFY(endsAsTheDatabase());
    }

    void aSnapshotOfAnOlderIndexIsGivenUpBeforeAnythingElseIsOpened()
    {
        std::optional<sqlite::SqliteShell> app(database());
        app->run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(x)");
        open();
        m_replicator->learnReplicas({});
        auto outcome = m_replicator->step({});
        QVERIFY(outcome.snapshot);
        const std::stop_source givenUp = outcome.snapshot->giveUp();
        app->run("INSERT INTO t VALUES (1)");
        // For another place, and through before the first one.
        m_replicator->requestSnapshot();
        m_snapshots = 0;
        steps(1s);
        QCOMPARE(m_snapshots, 1);
        app->kill();
        QVERIFY(QFile::remove(database() + "-shm"));
        app.emplace(database());
        app->run("PRAGMA wal_autocheckpoint=0; INSERT INTO t VALUES (2)");
        steps(3s);
        QVERIFY(givenUp.stop_requested());
        app->run("PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (3)");
        outcome.snapshot.reset();
        steps(3s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(endsAsTheDatabase());
        QCOMPARE(app->run("PRAGMA integrity_check"), "ok");
    }

    void whatIsWrittenInTheSameTickOfTheFilesClockIsReadBehindIt()
    {
        Application(database()).write(20'000);
        attach();
        leave();
        Application(database()).write();
        writtenAgo(5ms + kFine);
        // Into a page that did not differ before.
        m_clock->onWait([this] {
            QCOMPARE(
                QProcess::execute("dd", {"if=/dev/urandom", "of=" + database(), "bs=100",
                                         "seek=100", "count=1", "conv=notrunc", "status=none"}),
                0);
        });
        attach();
        QVERIFY(endsAsTheDatabase());
    }

    void anOlderFileInItsPlaceIsToldWithTheMomentThatItIs()
    {
        const QString older = m_folder->filePath("older.db");
        std::optional<Application> app(database());
        attach();
        app->write();
        steps(10s);
        const ltx::TxId then = m_replicator->view().captured;
        QCOMPARE(QProcess::execute("cp", {database(), older}), 0);
        for (int moment = 0; moment < 2; ++moment) {
            app->write();
            steps(10s);
        }
        const auto before = m_replicator->stateDb().segments().value();
        leave();
        app.reset();
        QCOMPARE(QProcess::execute("cp", {older, database()}), 0);
        attach();
        QVERIFY(endsAsTheDatabase());
        const auto wentBack = m_replicator->view().wentBack;
        QVERIFY(wentBack);
        QCOMPARE(wentBack->to.value, then.value);
        QCOMPARE(wentBack->last.value, before.back().txId.value);
        QCOMPARE(wentBack->moments(), 2U);
        QVERIFY(wentBack->lastAt == before.back().time && wentBack->toAt < wentBack->lastAt);
        kill();
        attach();
        QVERIFY(m_replicator->view().wentBack == wentBack);
    }

    void pagesByWhichTheDatabaseGrewWithoutAFrameAreCaptured()
    {
        Application app(database());
        app.write();
        attach();
        // Freed pages of a growing database are not logged.
        app.run(
            "BEGIN; CREATE TABLE gone AS SELECT hex(randomblob(200000)) x; DROP TABLE gone; "
            "COMMIT");
        steps(5s);
        QVERIFY(endsAsTheDatabase());
    }

private:
    struct Newest {
        Timestamp createdAt = {};
        unsigned commits = 0;
    };

    [[nodiscard]] Newest newest() const
    {
        const auto facts = m_replicator->stateDb().segments().value();
        return {.createdAt = facts.back().time, .commits = facts.back().commits};
    }

    /// How long the next step would wait if nothing were heard.
    [[nodiscard]] Clock::Instant::duration pause()
    {
        return m_replicator->step({}).atLatest - m_clock->monotonic();
    }
    [[nodiscard]] static std::optional<CheckpointDone> cycleOf(const StepOutcome& outcome)
    {
        for (const Fact& fact : outcome.facts) {
            if (const auto* const done = std::get_if<CheckpointDone>(&fact)) {
                return *done;
            }
        }
        return std::nullopt;
    }
    /// A database of the same size with other rows, for copyOtherOver().
    void makeOther() const
    {
        Application other(m_folder->filePath("other.db"));
        other.write();
        other.write();
    }
    void copyTo(const QString& name) const
    {
        sqlite::SqliteShell(database()).run(".backup '" + m_folder->filePath(name) + "'\n");
    }
    /// As `cp` does it; another process, so that no lock of ours goes.
    void copyOtherOver() const
    {
        QCOMPARE(QProcess::execute("cp", {m_folder->filePath("other.db"), database()}), 0);
    }
    void changeWhileAway()
    {
        makeOther();
        Application(database()).write();
        attach();
        leave();
        Application(database()).write();
    }
    /// While what was read waits for the file to rest.
    void copyOverWhileItIsRead()
    {
        writtenAgo(100ms + kFine);
        m_clock->onWait([this] {
            copyOtherOver();
            writtenAgo(50ms + kFine);
        });
    }
    void writtenAgo(std::chrono::nanoseconds ago)
    {
        m_disk->pretendTimes(
            std::chrono::nanoseconds(m_clock->now().time_since_epoch() - ago).count());
    }
};

QTEST_APPLESS_MAIN(TestReplicator)
#include "tst_replicator.moc"
