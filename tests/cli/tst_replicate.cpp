#include "core/base/descriptor.h"
#include "tests/cli/follower.h"
#include "tests/cli/program.h"
#include "tests/cli/sample_database.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTest>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <memory>

using namespace tidemark::cli;

class TestReplicate : public QObject {
    Q_OBJECT

private slots:
    void init() { m_program = std::make_unique<Program>(); }

    void aLiveDatabaseIsFollowedUntilSigint()
    {
        SampleDatabase database(m_program->path("notes.db"));
        QVERIFY(database.addNote());
        Follower follower(*m_program, {"notes.db", "replica"});
        QVERIFY(follower.said("attached"));
        QVERIFY(follower.said("snapshot"));
        for (int i = 0; i < 5; ++i) {
            QVERIFY(database.addNote());
        }
        QVERIFY(follower.said("segment"));
        QVERIFY(follower.said("proven"));
        QVERIFY(database.addNote());
        const Ran ran = follower.stop();
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        QCOMPARE(ran.lines().last()["event"].toString(), QString("stopped"));

        QCOMPARE(m_program->run({"restore", "replica", "out.db"}).status, 0);
        QCOMPARE(notesIn(m_program->path("out.db")), 7);
    }

    void segmentsSayWhatTheyHold()
    {
        SampleDatabase database(m_program->path("notes.db"));
        Follower follower(*m_program, {"notes.db", "replica"});
        QVERIFY(follower.said("snapshot"));
        QVERIFY(database.addNote());
        QVERIFY(follower.said("segment"));
        for (const QJsonObject& line : follower.stop().lines()) {
            QVERIFY(!line["at"].toString().isEmpty());
            QCOMPARE(line["database"].toString(), m_program->path("notes.db"));
            if (line["event"].toString() == "segment") {
                QVERIFY(line["txid"].toInt() >= 1);
                QVERIFY(line["pages"].toInt() >= 1);
                QVERIFY(line["bytes"].toInt() > 100);
                QVERIFY(line["microseconds"].toInteger() > 0);
                QVERIFY(!line["time"].toString().isEmpty());
            }
        }
    }

    void whoeverDoesNotReadWhatItSaysDoesNotKeepItFromEnding()
    {
        std::array<int, 2> pipe = {};
        QCOMPARE(::pipe2(pipe.data(), O_NONBLOCK | O_CLOEXEC), 0);
        const tidemark::Descriptor reader(pipe[0]);
        const tidemark::Descriptor writer(pipe[1]);
        const QByteArray much(4096, '\n');
        while (::write(writer.number(), much.constData(), 4096) > 0) {}
        SampleDatabase database(m_program->path("notes.db"));
        QVERIFY(database.addNote());
        QProcess process;
        m_program->prepare(process, {"replicate", "notes.db", "replica", "--json"});
        process.setStandardOutputFile(
            QString("/proc/%1/fd/%2").arg(::getpid()).arg(writer.number()));
        process.start();
        const auto isSaved = [this] {
            return !QDir(m_program->path("replica/ltx/9")).entryList(QDir::Files).isEmpty();
        };
        QTRY_VERIFY_WITH_TIMEOUT(isSaved(), Program::kLimitMs);
        process.terminate();
        QVERIFY(process.waitForFinished(Program::kLimitMs));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 0);
    }

    void closedStreamsAreNobodyElsesFiles()
    {
        SampleDatabase database(m_program->path("notes.db"));
        QVERIFY(database.addNote());
        QProcess process;
        m_program->prepare(process, {});
        const QString program = process.program();
        process.setArguments(
            {"-c", R"(exec "$0" replicate notes.db replica --once <&- >&- 2>&-)", program});
        process.setProgram("/bin/sh");
        process.start();
        QVERIFY(process.waitForFinished(Program::kLimitMs));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QVERIFY(!QDir(m_program->path("replica/ltx/9")).entryList(QDir::Files).isEmpty());
    }

    void aSecondFollowerIsToldWhoIsFirst()
    {
        SampleDatabase database(m_program->path("notes.db"));
        Follower follower(*m_program, {"notes.db", "replica"});
        QVERIFY(follower.said("attached"));
        const Ran second = m_program->run({"replicate", "notes.db", "other", "--json"});
        QCOMPARE(second.status, 1);
        QCOMPARE(second.error()["error"].toString(), QString("busy"));
        QVERIFY(second.error()["message"].toString().contains("by tidemarkctl (process "));
        QCOMPARE(follower.stop().status, 0);
    }

    void aSmallDatabaseThatChangedWhileAllWasForgottenIsItselfWhenItsOwnerSaysSo()
    {
        SampleDatabase database(m_program->path("notes.db"));
        for (const char* const table : {"a", "b", "c"}) {
            database.run(QByteArray("CREATE TABLE ") + table + "(x)");
            database.run(QByteArray("INSERT INTO ") + table + " VALUES (1)");
        }
        const QStringList words{"replicate", "notes.db", "replica", "--once"};
        QCOMPARE(m_program->run(words).status, 0);
        QVERIFY(QDir(m_program->path("data")).removeRecursively());
        for (const char* const table : {"a", "b", "c"}) {
            database.run(QByteArray("INSERT INTO ") + table + " VALUES (2)");
        }
        const Ran refused = m_program->run(words + QStringList{"--json"});
        QCOMPARE(refused.status, 4);
        QVERIFY(refused.error()["hint"].toString().contains("--same-database"));
        QCOMPARE(m_program->run(words + QStringList{"--same-database"}).status, 0);
        QCOMPARE(m_program->run(words).status, 0);
        QCOMPARE(m_program->run({"restore", "replica", "out.db"}).status, 0);
        QCOMPARE(valueIn(m_program->path("out.db"), "SELECT sum(x) FROM a"), 3);
    }

    void aDatabaseNotInWalModeIsRefusedWithAdvice()
    {
        SampleDatabase(m_program->path("notes.db"), "DELETE").addNote();
        const Ran ran = m_program->run({"replicate", "notes.db", "replica", "--once", "--json"});
        QCOMPARE(ran.status, 1);
        QCOMPARE(ran.error()["error"].toString(), QString("not-in-wal-mode"));
        QVERIFY(ran.error()["hint"].toString().contains("--switch-to-wal"));
        QVERIFY(!QDir(m_program->path("replica")).exists());

        const Ran allowed =
            m_program->run({"replicate", "notes.db", "replica", "--once", "--switch-to-wal"});
        QVERIFY2(allowed.status == 0, qPrintable(allowed.rest));
        QVERIFY2(allowed.rest.contains("notes.db was put into WAL mode"), qPrintable(allowed.rest));
        const Ran again =
            m_program->run({"replicate", "notes.db", "replica", "--once", "--switch-to-wal"});
        QVERIFY2(again.rest.isEmpty(), qPrintable(again.rest));
        QCOMPARE(m_program->run({"restore", "replica", "out.db"}).status, 0);
        QCOMPARE(notesIn(m_program->path("out.db")), 1);
    }

    void aDatabaseNotInWalModeCanBeWatchedAsItIs()
    {
        SampleDatabase database(m_program->path("notes.db"), "DELETE");
        QVERIFY(database.run("PRAGMA busy_timeout=20000"));
        QVERIFY(database.addNote());
        const Ran refused = m_program->run({"replicate", "notes.db", "replica", "--once"});
        QVERIFY(refused.rest.contains("--watch"));
        const Ran ran = m_program->run({"replicate", "notes.db", "replica", "--once", "--watch"});
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        QVERIFY(!QFile::exists(m_program->path("notes.db-wal")));

        Follower follower(*m_program, {"notes.db", "replica", "--watch"});
        QVERIFY(follower.said("attached"));
        QVERIFY(database.addNote());
        QVERIFY(follower.said("segment"));
        const QJsonObject status = m_program->run({"status", "--json"}).lines().last();
        const QJsonObject watch = status["watch"].toObject();
        QVERIFY(watch["readBytes"].toInteger() >= 8192);
        QVERIFY(watch["everyMs"].toInteger() >= 250);
        QVERIFY(m_program->run({"status"}).facts.contains("A look reads"));
        QCOMPARE(follower.stop().status, 0);
        QCOMPARE(m_program->run({"restore", "replica", "out.db"}).status, 0);
        QCOMPARE(notesIn(m_program->path("out.db")), 2);
    }

    void oneThatIsWatchedMayBeLockedAtFirst()
    {
        SampleDatabase database(m_program->path("notes.db"), "DELETE");
        QVERIFY(database.addNote());
        QVERIFY(database.run("BEGIN EXCLUSIVE"));
        Follower follower(*m_program, {"notes.db", "replica", "--watch"});
        QVERIFY(follower.said("state"));
        QVERIFY(database.run("COMMIT"));
        QVERIFY(follower.said("segment"));
        QCOMPARE(follower.stop().status, 0);
    }

    void watchingAndSwitchingExcludeEachOther()
    {
        SampleDatabase(m_program->path("notes.db"), "DELETE").addNote();
        const Ran ran = m_program->run(
            {"replicate", "notes.db", "replica", "--once", "--watch", "--switch-to-wal"});
        QCOMPARE(ran.status, 2);
    }

    void whatIsNoDatabaseIsRefused()
    {
        QCOMPARE(m_program->run({"replicate", "none.db", "replica", "--once"}).status, 3);
        QFile file(m_program->path("text.db"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(10'000, 'x'));
        file.close();
        QCOMPARE(m_program->run({"replicate", "text.db", "replica", "--once"}).status, 5);
        QCOMPARE(m_program->run({"replicate", ".", "replica", "--once"}).status, 1);
    }

    void aLitestreamYmlFollowsSeveralDatabases()
    {
        SampleDatabase first(m_program->path("first.db"));
        SampleDatabase second(m_program->path("second.db"));
        QVERIFY(first.addNote());
        QVERIFY(second.addNote() && second.addNote());
        QFile file(m_program->path("litestream.yml"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(
            "addr: :9090\n"
            "dbs:\n"
            "  - path: ${HOME}/first.db\n"
            "    replica: {type: file, path: ~/r1}\n"
            "  - path: second.db\n"
            "    replicas:\n"
            "      - path: r2\n"
            "  - path: missing.db\n"
            "    replicas: [{path: r3}]\n");
        file.close();
        const Ran ran = m_program->run({"replicate", "--config", "litestream.yml", "--once"});
        QVERIFY2(ran.status == 3, qPrintable(ran.rest));
        QVERIFY(ran.rest.contains("line 1: Tidemark does not use \"addr\"."));
        QVERIFY(ran.rest.contains("missing.db"));
        QCOMPARE(m_program->run({"restore", "r1", "out1.db"}).status, 0);
        QCOMPARE(m_program->run({"restore", "r2", "out2.db"}).status, 0);
        QCOMPARE(notesIn(m_program->path("out1.db")), 1);
        QCOMPARE(notesIn(m_program->path("out2.db")), 2);
    }

    void aReplicaOfALitestreamYmlMayBeGivenByItsTypeOrItsUrl()
    {
        SampleDatabase database(m_program->path("notes.db"));
        QVERIFY(database.addNote());
        QFile file(m_program->path("litestream.yml"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(
            "access-key-id: for-others\n"
            "dbs:\n"
            "  - path: notes.db\n"
            "    replicas:\n"
            "      - {type: file, path: r1, bucket: b}\n"
            "      - {url: 'file://${HOME}/r2'}\n");
        file.close();
        const Ran ran = m_program->run({"replicate", "--config", "litestream.yml", "--once"});
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        QVERIFY(ran.rest.contains("line 5: Tidemark does not use \"bucket\"."));
        for (const char* const replica : {"r1", "r2"}) {
            const QString out = QString("%1.db").arg(replica);
            QCOMPARE(m_program->run({"restore", replica, out}).status, 0);
            QCOMPARE(notesIn(m_program->path(out)), 1);
        }
    }

    void noSecretOfALitestreamYmlIsPrinted()
    {
        SampleDatabase database(m_program->path("notes.db"));
        QFile file(m_program->path("litestream.yml"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(
            "dbs:\n"
            "  - path: notes.db\n"
            "    replica: {type: s3, bucket: b, endpoint: 'http://127.0.0.1:1', access-key-id: "
            "hunter2, secret-access-key: hunter2, unused: hunter2}\n");
        file.close();
        const Ran ran = m_program->run({"replicate", "--config", "litestream.yml", "--once"});
        QVERIFY2(ran.status == 7, qPrintable(ran.rest));
        QVERIFY(ran.rest.contains("line 3: Tidemark does not use \"unused\"."));
        QVERIFY(!(ran.facts + ran.rest).contains("hunter2"));
        QCOMPARE(m_program->run({"replicate", "notes.db", "sftp://u:hunter2@h/p"}).status, 2);
    }

    void whoIsRefusedAtTheStartOfALongRunIsToldAtOnce()
    {
        SampleDatabase database(m_program->path("good.db"));
        writeYml(
            "dbs:\n"
            "  - {path: missing.db, replica: {path: r1}}\n"
            "  - {path: good.db, replica: {path: r2}}\n");
        Follower follower(*m_program, {"--config", "litestream.yml"});
        QVERIFY(follower.warned("\"error\":\"not-found\""));
        QVERIFY(follower.said("proven"));
        QCOMPARE(follower.stop().status, 3);
    }

    void besideOthersWhoCannotBeFollowedYetIsWaitedForAndItsStatusSaysSo()
    {
        SampleDatabase database(m_program->path("good.db"));
        SampleDatabase old(m_program->path("old.db"), "DELETE");
        writeYml(
            "dbs:\n"
            "  - {path: missing.db, replica: {path: r1}}\n"
            "  - {path: good.db, replica: {path: r2}}\n"
            "  - {path: old.db, replica: {path: r3}}\n");
        Follower follower(*m_program, {"--config", "litestream.yml"});
        QVERIFY(follower.said("proven"));
        const Ran status = m_program->run({"status"});
        QVERIFY2(status.facts.contains("missing.db: No such file") &&
                     status.facts.contains("old.db is not in WAL mode"),
                 qPrintable(status.facts));
        SampleDatabase later(m_program->path("missing.db"));
        QVERIFY(old.run("PRAGMA journal_mode=WAL"));
        QVERIFY(follower.said("proven", 3));
        QCOMPARE(follower.stop().status, 0);
        QCOMPARE(m_program->run({"verify", "r1"}).status, 0);
        QCOMPARE(m_program->run({"verify", "r3"}).status, 0);
    }

    void litestreamBesideItIsWarnedOfAndNotRefused()
    {
        SampleDatabase database(m_program->path("notes.db"));
        QVERIFY(QDir().mkpath(m_program->path(".notes.db-litestream")));
        const Ran told = m_program->run({"replicate", "notes.db", "replica", "--once", "--json"});
        QCOMPARE(told.status, 0);
        const QJsonObject warning = told.lines().value(0);
        QCOMPARE(warning["event"].toString(), QString("warning"));
        QVERIFY(warning["message"].toString().startsWith("Litestream may follow"));
        QVERIFY(!warning["hint"].toString().isEmpty() && !warning["at"].toString().isEmpty());
        QCOMPARE(warning["database"].toString(), m_program->path("notes.db"));
        const Ran said = m_program->run({"replicate", "notes.db", "replica", "--once"});
        QCOMPARE(said.status, 0);
        QVERIFY(said.rest.startsWith("Litestream may follow"));
    }

    void theTablesOfLitestreamAreWarnedOf()
    {
        SampleDatabase database(m_program->path("notes.db"), "DELETE");
        QVERIFY(database.run("CREATE TABLE _litestream_seq (id); PRAGMA journal_mode=WAL"));
        const Ran ran = m_program->run({"replicate", "notes.db", "replica", "--once"});
        QCOMPARE(ran.status, 0);
        QVERIFY2(ran.rest.contains("its tables are in it"), qPrintable(ran.rest));
    }

    void aLimitOfOpenFilesThatIsTooLowIsSaidAtOnce()
    {
        QString text = "dbs:\n";
        for (int i = 0; i < 30; ++i) {
            text += QString("  - {path: %1.db, replica: {path: r/%1}}\n").arg(i);
        }
        SampleDatabase first(m_program->path("0.db"));
        const Ran ran = onceUnderALimit(text.toUtf8());
        QVERIFY2(ran.rest.contains("30 databases need about 500 open files"), qPrintable(ran.rest));
        QCOMPARE(ran.status, 3);
    }

    void whatDoesNotFitUnderTheLimitIsRefusedByItsNameAndTheRestFollowed()
    {
        QString text = "dbs:\n";
        for (int i = 0; i < 7; ++i) {
            const SampleDatabase database(m_program->path(QString("%1.db").arg(i)));
            text += QString("  - {path: %1.db, replica: {path: r/%1}}\n").arg(i);
        }
        const Ran ran = onceUnderALimit(text.toUtf8());
        QCOMPARE(ran.status, 1);
        for (int i = 0; i < 7; ++i) {
            const bool isRefused = ran.rest.contains(QString("/%1.db is not followed").arg(i));
            QCOMPARE(isRefused, i >= 5);
            QCOMPARE(m_program->run({"verify", QString("r/%1").arg(i)}).status, i < 5 ? 0 : 3);
        }
    }

    void theDatabasesOfAFolderAreFollowedAsTheyComeAndGo()
    {
        QVERIFY(QDir().mkpath(m_program->path("d/below")));
        SampleDatabase first(m_program->path("d/first.db"));
        SampleDatabase inner(m_program->path("d/below/inner.db"));
        SampleDatabase other(m_program->path("d/other.sqlite"));
        writeYml(
            "dbs:\n"
            "  - dir: d/\n"
            "    pattern: '*.db'\n"
            "    recursive: true\n"
            "    replica: {path: r}\n");
        Follower follower(*m_program, {"--config", "litestream.yml"});
        QVERIFY(follower.said("attached", 2));
        auto later = std::make_unique<SampleDatabase>(m_program->path("d/later.db"));
        QVERIFY(follower.said("attached", 3));
        QVERIFY(QDir().mkpath(m_program->path("d/new")));
        SampleDatabase newest(m_program->path("d/new/newest.db"));
        QVERIFY(newest.addNote());
        QVERIFY(follower.said("attached", 4) && follower.said("proven", 4));
        later.reset();
        for (const char* const suffix : {"", "-wal", "-shm"}) {
            QFile::remove(m_program->path(QString("d/later.db") + suffix));
        }
        QVERIFY(follower.said("stopped"));
        const Ran ran = follower.stop();
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        for (const char* const name : {"first.db", "below/inner.db", "later.db", "new/newest.db"}) {
            QCOMPARE(m_program->run({"list", QString("r/") + name}).status, 0);
        }
        QVERIFY(!QDir(m_program->path("r/other.sqlite")).exists());
        QCOMPARE(m_program->run({"restore", "r/new/newest.db", "out.db"}).status, 0);
        QCOMPARE(notesIn(m_program->path("out.db")), 1);
    }

    void onceBringsTheDatabasesOfAFolderUpToDate()
    {
        QVERIFY(QDir().mkpath(m_program->path("d")));
        SampleDatabase first(m_program->path("d/first.db"));
        SampleDatabase second(m_program->path("d/second.db"));
        SampleDatabase old(m_program->path("d/old.db"), "DELETE");
        QFile text(m_program->path("d/text.db"));
        QVERIFY(text.open(QIODevice::WriteOnly) && text.write("no database") > 0);
        text.close();
        writeYml(
            "dbs:\n"
            "  - {path: d/first.db, replica: {path: named}}\n"
            "  - {dir: d, pattern: '*.db', replica: {path: r}}\n");
        const Ran ran = m_program->run({"replicate", "--config", "litestream.yml", "--once"});
        QVERIFY2(ran.status == 1 && ran.rest.contains("old.db is not in WAL mode"),
                 qPrintable(ran.rest));
        QVERIFY(!ran.rest.contains("text.db"));
        QCOMPARE(m_program->run({"list", "named"}).status, 0);
        QCOMPARE(m_program->run({"list", "r/second.db"}).status, 0);
        QVERIFY(!QDir(m_program->path("r/first.db")).exists());
    }

    void whatIsRefusedAtTheStartIsNotSaidOnceMoreAtTheEnd()
    {
        QVERIFY(QDir().mkpath(m_program->path("d")));
        SampleDatabase first(m_program->path("d/first.db"));
        SampleDatabase old(m_program->path("d/old.db"), "DELETE");
        writeYml("dbs:\n  - {dir: d, pattern: '*.db', replica: {path: r}}\n");
        Follower follower(*m_program, {"--config", "litestream.yml"});
        QVERIFY(follower.said("attached"));
        QVERIFY(follower.warned("old.db is not in WAL mode"));
        const Ran ran = follower.stop();
        QCOMPARE(ran.status, 1);
        QCOMPARE(ran.rest.count("old.db is not in WAL mode"), 1);
    }

    void replicasInAFolderAreNotFollowedHoweverItIsWritten()
    {
        for (const char* const folder : {"d/r", "d/named", "d/other"}) {
            QVERIFY(QDir().mkpath(m_program->path(folder)));
            SampleDatabase(m_program->path(folder + QString("/a.db"))).addNote();
        }
        SampleDatabase named(m_program->path("named.db"));
        writeYml(
            "dbs:\n"
            "  - {path: named.db, replica: {path: d/named}}\n"
            "  - {dir: ./x/..//d/, pattern: '*.db', recursive: true, replica: {path: d/r}}\n");
        const Ran ran = m_program->run({"replicate", "--config", "litestream.yml", "--once"});
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        QVERIFY(QDir(m_program->path("d/r/other/a.db")).exists());
        QVERIFY(!QDir(m_program->path("d/r/r")).exists());
        QVERIFY(!QDir(m_program->path("d/r/named")).exists());
    }

    void aFolderWithoutADatabaseIsWaitedForUnlessItIsNotWatched()
    {
        QVERIFY(QDir().mkpath(m_program->path("d")));
        const QByteArray text = "dbs:\n  - dir: d\n    pattern: '*.db'\n    replica: {path: r}\n";
        writeYml(text + "    watch: false\n");
        QCOMPARE(m_program->run({"replicate", "--config", "litestream.yml"}).status, 3);
        writeYml(text);
        const Ran once = m_program->run({"replicate", "--config", "litestream.yml", "--once"});
        QVERIFY2(once.status == 3 && once.rest.contains("No database in"), qPrintable(once.rest));
        Follower follower(*m_program, {"--config", "litestream.yml"});
        SampleDatabase database(m_program->path("d/a.db"));
        QVERIFY(follower.said("attached") && follower.said("proven"));
        QCOMPARE(follower.stop().status, 0);
    }

    void onceContinuesWhereItLeftOff()
    {
        SampleDatabase database(m_program->path("notes.db"));
        int before = 0;
        for (int i = 1; i <= 3; ++i) {
            QVERIFY(database.addNote());
            QCOMPARE(m_program->run({"replicate", "notes.db", "replica", "--once"}).status, 0);
            const auto count =
                static_cast<int>(m_program->run({"list", "replica", "--json"}).lines().size());
            QVERIFY(count > before);
            before = count;
        }
        const Ran idle = m_program->run({"replicate", "notes.db", "replica", "--once"});
        QCOMPARE(idle.status, 0);
        QCOMPARE(m_program->run({"list", "replica", "--json"}).lines().size(), before);
    }

    void aNewReplicaGetsItsOwnSnapshot()
    {
        SampleDatabase database(m_program->path("notes.db"));
        QVERIFY(database.addNote());
        QCOMPARE(m_program->run({"replicate", "notes.db", "one", "--once"}).status, 0);
        QVERIFY(database.addNote());
        const Ran ran = m_program->run({"replicate", "notes.db", "one", "two", "--once"});
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        QCOMPARE(m_program->run({"restore", "two", "out.db"}).status, 0);
        QCOMPARE(notesIn(m_program->path("out.db")), 2);
    }

    void aReplicaThatWasLeftOutIsBroughtUpToDate()
    {
        SampleDatabase database(m_program->path("notes.db"));
        QVERIFY(database.addNote());
        QCOMPARE(m_program->run({"replicate", "notes.db", "one", "two", "--once"}).status, 0);
        QVERIFY(database.addNote());
        QCOMPARE(m_program->run({"replicate", "notes.db", "one", "--once"}).status, 0);
        const Ran ran = m_program->run({"replicate", "notes.db", "one", "two", "--once"});
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        QCOMPARE(m_program->run({"restore", "two", "out.db"}).status, 0);
        QCOMPARE(notesIn(m_program->path("out.db")), 2);
    }

    void oncePutsNothingWhereNothingCanBe()
    {
        SampleDatabase database(m_program->path("notes.db"));
        QFile file(m_program->path("in_the_way"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const Ran ran =
            m_program->run({"replicate", "notes.db", "in_the_way/replica", "--once", "--json"});
        QCOMPARE(ran.status, 4);
        QVERIFY(!ran.error()["message"].toString().isEmpty());
    }

    void aHistoryOfLitestream03IsNotWrittenInto()
    {
        SampleDatabase notes(m_program->path("notes.db"));
        const QString old = m_program->path("old/generations/0123456789abcdef/snapshots");
        QVERIFY(QDir().mkpath(old));
        QFile snapshot(old + "/00000000.snapshot.lz4");
        QVERIFY(snapshot.open(QIODevice::WriteOnly));
        const Ran ran = m_program->run({"replicate", "notes.db", "old", "--once"});
        QCOMPARE(ran.status, 4);
        QVERIFY2(ran.rest.contains("Litestream 0.3"), qPrintable(ran.rest));
        QVERIFY(!QFile::exists(m_program->path("old/ltx")));
    }

    void aFolderIsNotMadeWhereSqliteKeepsItsFiles()
    {
        SampleDatabase notes(m_program->path("notes.db"));
        for (const char* const place : {"notes.db-journal", "notes.db-wal/old"}) {
            const Ran ran = m_program->run({"replicate", "notes.db", place, "--once"});
            QCOMPARE(ran.status, 2);
            QVERIFY2(ran.rest.contains("is where SQLite keeps"), qPrintable(ran.rest));
        }
        QVERIFY(!QFile::exists(m_program->path("notes.db-journal")));
        QVERIFY(!QFileInfo(m_program->path("notes.db-wal")).isDir());
    }

    void aPlaceIsKnownByWhateverLinkItIsReached()
    {
        SampleDatabase notes(m_program->path("notes.db"));
        QCOMPARE(m_program->run({"replicate", "notes.db", "replica", "--once"}).status, 0);
        QVERIFY(QProcess::execute("cp",
                                  {m_program->path("notes.db"), m_program->path("copy.db")}) == 0);
        QVERIFY(QFile::link("replica", m_program->path("link")));
        const Ran ran = m_program->run({"replicate", "copy.db", "link", "--once"});
        QVERIFY2(ran.status == 4, qPrintable(ran.rest));
    }

    void aNumberThatCannotBeGoneOnFromIsNobodys()
    {
        SampleDatabase notes(m_program->path("notes.db"));
        QVERIFY(QDir().mkpath(m_program->path("replica/ltx/0")));
        QFile last(m_program->path("replica/ltx/0/fffffffffffffffe-fffffffffffffffe.ltx"));
        QVERIFY(last.open(QIODevice::WriteOnly));
        const Ran ran = m_program->run({"replicate", "notes.db", "replica", "--once"});
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        QCOMPARE(m_program->run({"restore", "replica", "out.db"}).status, 0);
    }

    void theDesktopsOwnSocketIsNoEngine()
    {
        QVERIFY(QDir().mkpath(m_program->path("run/tidemark")));
        QFile socket(m_program->path("run/tidemark/desktop.sock"));
        QVERIFY(socket.open(QIODevice::WriteOnly));
        const Ran ran = m_program->run({"status"});
        QCOMPARE(ran.status, 0);
        QVERIFY(ran.rest.contains("No engine of yours"));
    }

    void onceEndsWithSevenWhenTheReplicaHasGone()
    {
        SampleDatabase database(m_program->path("notes.db"));
        QCOMPARE(m_program->run({"replicate", "notes.db", "replica", "--once"}).status, 0);
        QVERIFY(QDir(m_program->path("replica")).removeRecursively());
        const Ran gone = m_program->run({"replicate", "notes.db", "replica", "--once", "--json"});
        QCOMPARE(gone.status, 7);
        QCOMPARE(gone.error()["error"].toString(), QString("unavailable"));
        // An empty mount point is not a new replica, either.
        QVERIFY(QDir().mkpath(m_program->path("replica")));
        QCOMPARE(m_program->run({"replicate", "notes.db", "replica", "--once"}).status, 7);
        QVERIFY(QDir(m_program->path("replica")).isEmpty());
    }

    void whatWaitsAtTheEndIsSaidWithSeven()
    {
        SampleDatabase database(m_program->path("notes.db"));
        Follower follower(*m_program, {"notes.db", "replica"});
        QVERIFY(follower.said("snapshot") && follower.said("segment") && follower.said("proven"));
        QVERIFY(QDir(m_program->path("replica")).removeRecursively());
        QVERIFY(database.addNote());
        const Ran ran = follower.stop();
        QCOMPARE(ran.status, 7);
        const QJsonObject last = ran.lines().last();
        QCOMPARE(last["event"].toString(), QString("stopped"));
        QCOMPARE(last["error"].toString(), QString("unavailable"));
        QVERIFY(last["message"].toString().contains("wait for the replica"));
    }

    void onePlaceForTwoDatabasesIsRefused()
    {
        SampleDatabase first(m_program->path("first.db"));
        SampleDatabase second(m_program->path("second.db"));
        QFile file(m_program->path("litestream.yml"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(
            "dbs:\n"
            "  - path: first.db\n"
            "    replicas: [{path: r}]\n"
            "  - path: second.db\n"
            "    replicas: [{path: ./r/}]\n");
        file.close();
        QCOMPARE(m_program->run({"replicate", "--config", "litestream.yml", "--once"}).status, 2);
        QVERIFY(!QDir(m_program->path("r")).exists());
        QCOMPARE(m_program->run({"replicate", "first.db", "r", "--once"}).status, 0);
        const Ran taken = m_program->run({"replicate", "second.db", "r", "--once", "--json"});
        QCOMPARE(taken.status, 4);
        QVERIFY(taken.error()["message"].toString().contains("first.db"));
    }

    void aDatabaseThatIsNamedTwiceIsRefused()
    {
        SampleDatabase first(m_program->path("first.db"));
        QFile file(m_program->path("litestream.yml"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(
            "dbs:\n"
            "  - path: first.db\n"
            "    replicas: [{path: r1}]\n"
            "  - path: ./first.db\n"
            "    replicas: [{path: r2}]\n");
        file.close();
        QCOMPARE(m_program->run({"replicate", "--config", "litestream.yml", "--once"}).status, 2);
    }

    void aFullLogEndsNothing()
    {
        SampleDatabase database(m_program->path("notes.db"));
        QProcess process;
        m_program->prepare(process, {"replicate", "notes.db", "replica"});
        process.setStandardOutputFile("/dev/full");
        process.start();
        QVERIFY(process.waitForStarted());
        for (int notes = 1; notes <= 2; ++notes) {
            QVERIFY(database.addNote());
            QTRY_VERIFY_WITH_TIMEOUT(restoredNotes() == notes, 20'000);
        }
        QCOMPARE(process.state(), QProcess::Running);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QCOMPARE(Program::finished(process).status, 0);
    }

    void aReaderThatGoesAwayEndsItWithOne()
    {
        SampleDatabase database(m_program->path("notes.db"));
        QProcess process;
        m_program->prepare(process, {});
        process.setProgram("sh");
        process.setArguments({"-c", QString("(%1 replicate --json notes.db replica; echo $? > "
                                            "status) | head -n 1")
                                        .arg(TIDEMARKCTL)});
        process.start();
        QCOMPARE(Program::finished(process).status, 0);
        QFile status(m_program->path("status"));
        QVERIFY(status.open(QIODevice::ReadOnly));
        QCOMPARE(status.readAll(), QByteArray("1\n"));
    }

    void whoRunsItOnceCannotAskForDeletions()
    {
        const SampleDatabase database(m_program->path("notes.db"));
        const Ran ran = m_program->run(
            {"replicate", "notes.db", "replica", "--once", "--keep", "time-machine"});
        QCOMPARE(ran.status, 2);
        QVERIFY2(ran.rest.contains("--once deletes nothing"), qPrintable(ran.rest));
        QVERIFY(!QFile::exists(m_program->path("replica")));
    }

    void anEngineThatHangsHidesNoOther()
    {
        SampleDatabase database(m_program->path("notes.db"));
        Follower follower(*m_program, {"notes.db", "replica"});
        QVERIFY(follower.said("attached"));
        const QByteArray path = m_program->path("run/tidemark/0.sock").toUtf8();
        const int silent = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        QVERIFY(path.size() < static_cast<qsizetype>(sizeof address.sun_path));
        std::memcpy(address.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
        QVERIFY(::bind(silent, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        QVERIFY(::listen(silent, 1) == 0);
        const Ran ran = m_program->run({"status", "--json"});
        ::close(silent);
        QCOMPARE(ran.status, 1);
        QCOMPARE(ran.lines().size(), 1);
        QCOMPARE(ran.lines()[0]["database"].toString(), m_program->path("notes.db"));
        QCOMPARE(follower.stop().status, 0);
    }

private:
    void writeYml(const QByteArray& text)
    {
        QFile file(m_program->path("litestream.yml"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }

    /// `replicate --once` with 256 open files.
    Ran onceUnderALimit(const QByteArray& yml)
    {
        writeYml(yml);
        QProcess process;
        m_program->prepare(process, {});
        process.setProgram("sh");
        process.setArguments({"-c", QString("ulimit -n 256 && exec %1 replicate --config "
                                            "litestream.yml --once")
                                        .arg(TIDEMARKCTL)});
        process.start();
        return Program::finished(process);
    }

    /// How many notes a restore gives now; none when there is nothing to restore yet.
    int restoredNotes()
    {
        const QString out = QString("out%1.db").arg(++m_restores);
        return m_program->run({"restore", "replica", out}).status == 0
                   ? notesIn(m_program->path(out))
                   : -1;
    }

    std::unique_ptr<Program> m_program;
    int m_restores = 0;
};

QTEST_GUILESS_MAIN(TestReplicate)
#include "tst_replicate.moc"
