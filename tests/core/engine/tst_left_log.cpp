#include "core/base/system_clock.h"
#include "tests/core/engine/replicated_place.h"

#include <QProcess>
#include <QTest>

#include <memory>
#include <stop_token>

using namespace tidemark;
using namespace tidemark::engine;
using namespace std::chrono_literals;

/// What becomes of the log when its database goes, or another one comes in its place: nothing of it
/// may come into a file that it is not of, and nothing that was committed may be missing in its
/// own.
class TestLeftLog : public QObject, ReplicatedPlace {
    Q_OBJECT

    [[nodiscard]] QString path(const char* name) const { return m_folder->filePath(name); }
    [[nodiscard]] QByteArray log() const { return contentOf(database() + "-wal"); }

    /// Another database of the same application, closed.
    void makeOther()
    {
        sqlite::SqliteShell other(path("other.db"));
        other.run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); CREATE INDEX i ON t(x)");
        other.run("INSERT INTO t VALUES (hex(randomblob(3000))), (7)");
    }
    /// A database and its log as a program that was killed leaves them: two rows, and one large
    /// transaction in the log alone.
    void makePair()
    {
        sqlite::SqliteShell app(path("pair.db"));
        app.run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(x)");
        app.run("INSERT INTO t VALUES (1), (2); PRAGMA wal_checkpoint(TRUNCATE)");
        app.run(
            "WITH c(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM c WHERE i < 50) "
            "INSERT INTO t SELECT hex(randomblob(3000)) FROM c");
        app.kill();
        m_pairLog = contentOf(path("pair.db-wal"));
        QVERIFY(QFile::remove(path("pair.db-wal")) && QFile::remove(path("pair.db-shm")));
    }
    void writeLog(qint64 from, qint64 to)
    {
        QFile file(database() + "-wal");
        QVERIFY(
            file.open(from == 0 ? QIODevice::WriteOnly : QIODevice::WriteOnly | QIODevice::Append));
        file.write(m_pairLog.mid(from, to - from));
    }
    /// The files' own times count.
    void isToday()
    {
        const Timestamp now = SystemClock().now();
        m_clock->jumpWallTime(std::chrono::ceil<std::chrono::milliseconds>(now - m_clock->now()));
    }
    /// Of all files.
    void writtenAgo(std::chrono::milliseconds ago)
    {
        m_disk->pretendTimes(
            std::chrono::nanoseconds(m_clock->now().time_since_epoch() - ago + kFine).count());
    }
    /// Three rows, the last of which only the log has; closed, and all is captured.
    void makeClosed()
    {
        sqlite::SqliteShell app(database());
        app.run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
        attach();
        steps(5s);
        app.run("INSERT INTO t VALUES (2)");
        app.run("INSERT INTO t VALUES (3)");
        step(0ms);
        app.close();
    }
    void moveAway(const char* name) { QVERIFY(QFile::rename(database(), path(name))); }
    void moveOtherThere() { QVERIFY(QFile::rename(path("other.db"), database())); }

    static QString rowsOf(const QString& file)
    {
        return sqlite::SqliteShell(file).run("SELECT count(*) FROM t; PRAGMA integrity_check");
    }

private slots:
    void init()
    {
        begin();
        makeOther();
    }
    void cleanup() { m_replicator.reset(); }

    void aFileThatIsMovedAwayGetsAllOfItAndLeavesNone()
    {
        makeClosed();
        moveAway("moved.db");
        steps(1s);
        QCOMPARE(log().size(), 0);
        QCOMPARE(rowsOf(path("moved.db")), "3\nok");
        // However late another one comes.
        steps(60s);
        moveOtherThere();
        QCOMPARE(rowsOf(database()), "2\nok");
    }

    void oneThatWasUsedUnderItsNewNameIsNotWrittenTo()
    {
        makeClosed();
        moveAway("moved.db");
        sqlite::SqliteShell user(path("moved.db"));
        user.run("UPDATE t SET x = x + 10; INSERT INTO t VALUES (99)");
        user.close();
        const QByteArray file = contentOf(path("moved.db"));
        steps(3s);
        QCOMPARE(contentOf(path("moved.db")), file);
        QCOMPARE(sqlite::SqliteShell(path("moved.db"))
                     .run("SELECT group_concat(x) FROM t; PRAGMA integrity_check")
                     .section('\n', 1),
                 "ok");
    }

    void norOneThatHasBeenWrittenToAndMovedOnce()
    {
        makeClosed();
        moveAway("moved.db");
        sqlite::SqliteShell user(path("moved.db"));
        user.run("INSERT INTO t VALUES (99); PRAGMA wal_checkpoint(TRUNCATE)");
        user.close();
        QVERIFY(QFile::rename(path("moved.db"), path("again.db")));
        const QByteArray file = contentOf(path("again.db"));
        steps(3s);
        QCOMPARE(contentOf(path("again.db")), file);
    }

    void aFolderThatIsMovedAwayKeepsItsOwn()
    {
        makeClosed();
        QVERIFY(QDir().mkdir(path("moved")));
        for (const char* const part : {"", "-wal", "-shm"}) {
            QVERIFY(QFile::rename(database() + part, path("moved/app.db") + part));
        }
        steps(3s);
        QVERIFY(QFile::remove(path("moved/app.db-wal")));
        QCOMPARE(rowsOf(path("moved/app.db")), "3\nok");
    }

    void aCopyThatIsOpenKeepsTheLogThatItGoesOnIn()
    {
        makeClosed();
        moveAway("moved.db");
        QCOMPARE(QProcess::execute("cp", {path("moved.db"), database()}), 0);
        sqlite::SqliteShell app(database());
        QCOMPARE(app.run("SELECT count(*) FROM t"), "3");
        steps(3s);
        app.run("INSERT INTO t VALUES (4)");
        QCOMPARE(app.run("SELECT count(*) FROM t; PRAGMA integrity_check"), "4\nok");
        app.close();
        steps(5s);
        QCOMPARE(rowsOf(database()), "4\nok");
        QVERIFY(endsAsTheDatabase());
    }

    void whatIsNoDatabaseYetIsNotGivenItWhenItBecomesOne()
    {
        makeClosed();
        // As `cat > app.db` begins.
        QVERIFY(QFile::resize(database(), 0));
        steps(5s);
        QCOMPARE(log().size(), 0);
    }

    void aFileThatIsReplacedBeforeItIsFollowedGetsNothingOfIt()
    {
        {
            sqlite::SqliteShell app(database());
            app.run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
            app.run("PRAGMA wal_checkpoint(PASSIVE)");
            bool isReplaced = false;
            m_disk->pretendTimes(
                std::chrono::nanoseconds(m_clock->now().time_since_epoch() - 100ms + kFine)
                    .count());
            m_clock->onWait([&] {
                if (!std::exchange(isReplaced, true)) {
                    app.close();
                    moveAway("moved.db");
                    moveOtherThere();
                }
            });
            attach();
            QVERIFY(isReplaced);
            m_clock->onWait([] {});
        }
        QCOMPARE(log().size(), 0);
        const QByteArray file = contentOf(database());
        steps(10s);
        QCOMPARE(contentOf(database()), file);
        QCOMPARE(rowsOf(database()), "2\nok");
        QCOMPARE(rowsOf(path("moved.db")), "1\nok");
    }

    void oneThatIsMovedOverBeforeItIsFollowedLeavesNoneOfWhatWasCommittedLast()
    {
        {
            sqlite::SqliteShell app(database());
            app.run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
            app.run("PRAGMA wal_checkpoint(PASSIVE)");
            bool isReplaced = false;
            m_disk->pretendTimes(
                std::chrono::nanoseconds(m_clock->now().time_since_epoch() - 100ms + kFine)
                    .count());
            m_clock->onWait([&] {
                if (!std::exchange(isReplaced, true)) {
                    app.run("INSERT INTO t VALUES (2)");
                    app.close();
                    // The old file has no name any more.
                    QCOMPARE(QProcess::execute("mv", {path("other.db"), database()}), 0);
                }
            });
            attach();
            QVERIFY(isReplaced);
            m_clock->onWait([] {});
        }
        steps(10s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QCOMPARE(rowsOf(database()), "2\nok");
    }

    void aFileThatIsMovedAwayBehindACheckpointOfItsProgramGetsTheRest()
    {
        sqlite::SqliteShell app(database());
        app.run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
        attach();
        steps(5s);
        app.run("INSERT INTO t VALUES (2)");
        step(0ms);
        app.run("INSERT INTO t VALUES (3)");
        // As far as our mark lets it.
        app.run("PRAGMA wal_checkpoint(PASSIVE)");
        app.run("INSERT INTO t VALUES (4)");
        app.close();
        moveAway("moved.db");
        steps(1s);
        QCOMPARE(log().size(), 0);
        QCOMPARE(rowsOf(path("moved.db")), "4\nok");
    }

    void aStopBeforeTheFirstCaptureLeavesNoLog()
    {
        {
            sqlite::SqliteShell app(database());
            app.run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
            app.run("PRAGMA wal_checkpoint(PASSIVE)");
            m_disk->pretendTimes(
                std::chrono::nanoseconds(m_clock->now().time_since_epoch() - 100ms + kFine)
                    .count());
            open();
            m_replicator->learnReplicas({});
            std::stop_source source;
            m_clock->onWait([&] {
                app.close();
                source.request_stop();
            });
            static_cast<void>(m_replicator->step(source.get_token()));
            QVERIFY(source.stop_requested());
            m_clock->onWait([] {});
        }
        std::vector<Fact> facts;
        static_cast<void>(m_replicator->detach(facts, {}));
        QVERIFY(!QFile::exists(database() + "-wal"));
        QCOMPARE(rowsOf(database()), "1\nok");
    }

    void aCopyPutOverItWhileAllWereKilledGetsNothingOfIt()
    {
        sqlite::SqliteShell app(database());
        app.run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
        attach();
        steps(5s);
        app.run("INSERT INTO t VALUES (2)");
        steps(200ms);
        kill();
        app.kill();
        QVERIFY(log().size() > 0);
        QCOMPARE(QProcess::execute("cp", {path("other.db"), database()}), 0);
        m_clock->advance(10s);
        attach();
        steps(10s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(endsAsTheDatabase());
        QCOMPARE(rowsOf(database()), "2\nok");
    }

    void aLogThatIsBeingCopiedThereIsNeitherCutNorRemoved_data()
    {
        QTest::addColumn<bool>("isStopped");
        QTest::addRow("while it is followed") << false;
        QTest::addRow("at a stop") << true;
    }
    void aLogThatIsBeingCopiedThereIsNeitherCutNorRemoved()
    {
        QFETCH(bool, isStopped);
        makeClosed();
        steps(1s);
        QCOMPARE(log().size(), 0);
        makePair();
        QCOMPARE(QProcess::execute("mv", {path("pair.db"), database()}), 0);
        steps(10s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        const qint64 half = m_pairLog.size() / 2;
        writeLog(0, half);
        isToday();
        if (isStopped) {
            bool isWritten = false;
            m_clock->onWait([&] {
                if (!std::exchange(isWritten, true)) {
                    writeLog(half, m_pairLog.size());
                }
            });
            std::vector<Fact> facts;
            static_cast<void>(m_replicator->detach(facts, {}));
            m_clock->onWait([] {});
            QCOMPARE(log().size(), isWritten ? m_pairLog.size() : half);
            if (!isWritten) {
                writeLog(half, m_pairLog.size());
            }
        } else {
            m_replicator->heardOfChange();
            steps(500ms);
            QCOMPARE(log().size(), half);
            writeLog(half, m_pairLog.size());
            steps(70s);
            QVERIFY(m_replicator->view().standing.state == Protection::Protected);
            QVERIFY(endsAsTheDatabase());
        }
        QCOMPARE(rowsOf(database()), "52\nok");
    }

    void aTransactionThatIsNotCommittedIsNoCopy_data()
    {
        QTest::addColumn<bool>("isKilled");
        QTest::addRow("rolled back") << false;
        QTest::addRow("killed") << true;
    }
    void aTransactionThatIsNotCommittedIsNoCopy()
    {
        QFETCH(bool, isKilled);
        makeClosed();
        steps(10s);
        const int before = captured();
        sqlite::SqliteShell app(database());
        app.run(
            "PRAGMA cache_size=5; BEGIN; WITH c(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM c "
            "WHERE i < 50) INSERT INTO t SELECT hex(randomblob(3000)) FROM c");
        QVERIFY(log().size() > 0);
        if (isKilled) {
            app.kill();
        } else {
            app.run("ROLLBACK");
            app.close();
        }
        isToday();
        m_replicator->heardOfChange();
        for (int i = 0; i < 200; ++i) {
            step(20ms);
            QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        }
        QCOMPARE(log().size(), 0);
        QCOMPARE(captured(), before);
        QCOMPARE(rowsOf(database()), "3\nok");
    }

    void aLogThatIsPutThereBeforeItsFileIsNotReadWithTheOldOne()
    {
        makeClosed();
        steps(1s);
        const int before = captured();
        makePair();
        QFile file(path("new-wal"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(m_pairLog) == m_pairLog.size());
        file.close();
        QCOMPARE(QProcess::execute("mv", {path("new-wal"), database() + "-wal"}), 0);
        isToday();
        m_replicator->heardOfChange();
        steps(30s);
        QVERIFY(m_replicator->view().standing.state == Protection::Waiting);
        QCOMPARE(log(), m_pairLog);
        QCOMPARE(captured(), before);
        QCOMPARE(QProcess::execute("mv", {path("pair.db"), database()}), 0);
        isToday();
        m_replicator->heardOfChange();
        steps(5s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(endsAsTheDatabase());
        QCOMPARE(rowsOf(database()), "52\nok");
    }

    void aLogThatIsNotWholeYetAtAStartIsWaitedFor_data()
    {
        QTest::addColumn<bool>("hasIndex");
        QTest::addRow("alone") << false;
        QTest::addRow("beside an old index") << true;
    }
    void aLogThatIsNotWholeYetAtAStartIsWaitedFor()
    {
        QFETCH(bool, hasIndex);
        makePair();
        if (hasIndex) {
            sqlite::SqliteShell app(database());
            app.run("PRAGMA journal_mode=WAL; CREATE TABLE t(x)");
            app.kill();
            QVERIFY(QFile::remove(database()) && QFile::exists(database() + "-shm"));
        }
        QVERIFY(QFile::rename(path("pair.db"), database()));
        const qint64 half = m_pairLog.size() / 2;
        writeLog(0, half);
        writtenAgo(100ms);
        attach();
        steps(500ms);
        QCOMPARE(captured(), 0);
        writeLog(half, m_pairLog.size());
        m_clock->advance(5s);
        steps(10s);
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        QVERIFY(endsAsTheDatabase());
        QCOMPARE(rowsOf(database()), "52\nok");
    }

    void whatRestsIsAskedAtEachLookWhetherItWasClosed()
    {
        sqlite::SqliteShell app(database());
        app.run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
        attach();
        steps(60s);
        QVERIFY(log().size() > 0);
        app.close();
        m_clock->advance(5s);
        step(0ms);
        QCOMPARE(log().size(), 0);
    }

private:
    QByteArray m_pairLog;
};

QTEST_APPLESS_MAIN(TestLeftLog)
#include "tst_left_log.moc"
