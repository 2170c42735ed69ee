#include "tests/cli/program.h"
#include "tests/cli/sample_database.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTest>

using namespace tidemark::cli;

/// Everything that reads a replica, on one of three moments.
class TestReplicaCommands : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        SampleDatabase database(m_program.path("notes.db"));
        // So that no change has every page in it.
        QVERIFY(database.run("CREATE TABLE rest AS SELECT hex(randomblob(20000)) AS text"));
        for (int i = 0; i < 3; ++i) {
            QVERIFY(database.addNote());
            const Ran ran = m_program.run({"replicate", "notes.db", "replica", "--once"});
            QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        }
        m_program.forgetMerges("replica");
        m_moments = m_program.run({"list", "replica", "--json"}).lines();
        QVERIFY(m_moments.size() >= 3);
    }

    void listGivesMomentsOldestFirst()
    {
        for (int i = 0; i < m_moments.size(); ++i) {
            const QJsonObject& moment = m_moments[i];
            QCOMPARE(moment["kind"].toString(), QString("moment"));
            QCOMPARE(moment["txid"].toInt(), i + 1);
            QVERIFY(QDateTime::fromString(moment["time"].toString(), Qt::ISODateWithMs).isValid());
            QVERIFY(moment["bytes"].toInt() > 0);
            QVERIFY(moment["pages"].toInt() > 0);
        }
        const Ran asText = m_program.run({"list", "replica"});
        QCOMPARE(asText.status, 0);
        QCOMPARE(asText.facts.count('\n'), m_moments.size());
    }

    void listCanBeNarrowed()
    {
        const auto txIds = [this](const QStringList& more) {
            QList<int> ids;
            for (const auto& moment :
                 m_program.run(QStringList{"list", "replica", "--json"} + more).lines()) {
                ids.append(moment["txid"].toInt());
            }
            return ids;
        };
        const int last = static_cast<int>(m_moments.size());
        QCOMPARE(txIds({"--limit", "2"}), QList<int>({1, 2}));
        QCOMPARE(txIds({"--limit", "2", "--newest-first"}), QList<int>({last, last - 1}));
        QCOMPARE(txIds({"--since", "txid:2", "--until", "txid:2"}), QList<int>({2}));
        QCOMPARE(txIds({"--since", "latest"}), QList<int>({last}));
        QCOMPARE(txIds({"--until", m_moments[1]["time"].toString()}), QList<int>({1, 2}));
        QCOMPARE(txIds({"--since", "-1w"}).size(), m_moments.size());
        QCOMPARE(txIds({"--until", "-1w"}).size(), 0);
    }

    void objectsAreFilesOfTheReplica()
    {
        const auto lines = m_program.run({"objects", "replica", "--json"}).lines();
        QVERIFY(lines.size() >= 3);
        for (const QJsonObject& object : lines) {
            QVERIFY(object["minTxid"].toInt() >= 1);
            QVERIFY(object["maxTxid"].toInt() >= object["minTxid"].toInt());
            const QFile file(m_program.path("replica/") + object["name"].toString());
            QCOMPARE(file.size(), object["bytes"].toInteger());
            QVERIFY(object["pages"].toInt() > 0);
        }
        QCOMPARE(m_program.run({"objects", "replica"}).facts.count('\n'), lines.size());
    }

    void planNamesWhatARestoreReads()
    {
        const auto lines = m_program.run({"plan", "replica", "txid:2", "--json"}).lines();
        QCOMPARE(lines.size(), 1);
        QCOMPARE(lines[0]["txid"].toInt(), 2);
        QCOMPARE(lines[0]["time"].toString(), m_moments[1]["time"].toString());
        QVERIFY(lines[0]["bytes"].toInt() > 0);
        QVERIFY(!lines[0]["objects"].toArray().isEmpty());
        QVERIFY(m_program.run({"plan", "replica", "txid:2"}).facts.startsWith("Transaction 2 of "));
    }

    void everyMomentIsRestoredAndProven()
    {
        int notesBefore = 0;
        for (const QJsonObject& moment : m_moments) {
            const QString number = QString::number(moment["txid"].toInt());
            const QString out = "out" + number + ".db";
            const Ran ran = m_program.run({"restore", "replica", out, "--txid", number, "--json"});
            QVERIFY2(ran.status == 0, qPrintable(ran.rest));
            QVERIFY(ran.rest.isEmpty());
            const QJsonObject line = ran.lines().value(0);
            QCOMPARE(line["txid"].toInt(), moment["txid"].toInt());
            QCOMPARE(line["time"].toString(), moment["time"].toString());
            QCOMPARE(line["verdict"].toString(), QString("proven"));
            QCOMPARE(line["path"].toString(), m_program.path(out));
            QCOMPARE(line["bytes"].toInteger(), QFile(m_program.path(out)).size());
            QVERIFY(line["seconds"].isDouble());
            const int notes = notesIn(m_program.path(out));
            QVERIFY(notes >= notesBefore);
            notesBefore = notes;
        }
        QCOMPARE(notesBefore, 3);
    }

    void aRestoreByTimeTakesTheLastMomentNotAfterIt()
    {
        const Ran ran = m_program.run({"restore", "replica", "by_time.db", "--time",
                                       m_moments[1]["time"].toString(), "--json"});
        QCOMPARE(ran.lines().value(0)["txid"].toInt(), 2);
    }

    void aDatabaseIsNoReplica()
    {
        const Ran ran = m_program.run({"restore", "notes.db", "no.db", "--json"});
        QCOMPARE(ran.status, 3);
        QCOMPARE(ran.error()["message"].toString(),
                 m_program.path("notes.db") + " is a SQLite database, not a replica of one.");
    }

    void anAnswerThatCannotBeWrittenIsAFailure()
    {
        for (const QStringList& arguments :
             {QStringList{"list", "replica"}, QStringList{"verify", "replica", "--json"}}) {
            QProcess process;
            m_program.prepare(process, arguments);
            process.setStandardOutputFile("/dev/full");
            process.start();
            const Ran ran = Program::finished(process);
            QCOMPARE(ran.status, 1);
            QVERIFY2(ran.rest.contains("The output could not be written in full"),
                     qPrintable(ran.rest));
        }
    }

    void verifyAllSaysWhenDamageTakesNothingAway()
    {
        const QString folder = m_program.path("spoiled");
        QVERIFY(QProcess::execute("cp", {"-r", m_program.path("replica"), folder}) == 0);
        const QString first = "0000000000000001";
        const QString last = QString("%1").arg(m_moments.size(), 16, 16, QChar('0'));
        QVERIFY(QFile::copy(folder + "/ltx/9/" + first + "-" + first + ".ltx",
                            folder + "/ltx/9/" + first + "-" + last + ".ltx"));
        const Ran ran = m_program.run({"verify", "spoiled", "--all", "--json"});
        QCOMPARE(ran.status, 5);
        QCOMPARE(ran.lines().last()["verdict"].toString(), QString("damaged"));
        const QString message = ran.error()["message"].toString();
        QVERIFY2(message.contains(" objects 1 is damaged, but no moment needs what is damaged"),
                 qPrintable(message));
        QVERIFY(ran.error()["hint"].toString().startsWith("Every moment can be restored"));
    }

    void verifyProvesAndLeavesNothing()
    {
        const Ran ran = m_program.run({"verify", "replica", "--json", "--check", "full"});
        QCOMPARE(ran.status, 0);
        QCOMPARE(ran.lines().value(0)["verdict"].toString(), QString("proven"));
        QVERIFY(QDir(m_program.path("cache/tidemark/verify"))
                    .entryList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::Hidden)
                    .isEmpty());
        QVERIFY(m_program.run({"verify", "replica"}).facts.contains("Proven"));
    }

    void verifyAllProvesEveryMoment()
    {
        const Ran ran = m_program.run({"verify", "replica", "--all", "--json"});
        QCOMPARE(ran.status, 0);
        QCOMPARE(ran.lines().size(), 1);
        const QJsonObject summary = ran.lines()[0];
        QCOMPARE(summary["kind"].toString(), QString("summary"));
        QCOMPARE(summary["verdict"].toString(), QString("proven"));
        QCOMPARE(summary["moments"].toObject()["proven"].toInt(), m_moments.size());
        const auto objects = m_program.run({"objects", "replica", "--json"}).lines().size();
        QCOMPARE(summary["objects"].toObject()["proven"].toInt(), objects);
        QVERIFY(summary["bytes"].toInt() > 0 && summary["seconds"].isDouble());
        const QString text = m_program.run({"verify", "replica", "--all"}).facts;
        QVERIFY2(text.startsWith(QString("Moments: %1 proven. ").arg(m_moments.size())),
                 qPrintable(text));
    }

    void verifyAllNamesWhatIsDamagedAndEndsWithFive()
    {
        const QString folder = m_program.path("rotten");
        QVERIFY(QProcess::execute("cp", {"-r", m_program.path("replica"), folder}) == 0);
        const int last = static_cast<int>(m_moments.size());
        const QString number = QString("%1").arg(last, 16, 16, QChar('0'));
        const QString name = "ltx/0/" + number + "-" + number + ".ltx";
        QFile file(folder + "/" + name);
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.seek(file.size() / 2));
        QVERIFY(file.putChar('\x5a'));
        file.close();
        const Ran ran = m_program.run({"verify", "rotten", "--all", "--json"});
        QCOMPARE(ran.status, 5);
        QCOMPARE(ran.error()["error"].toString(), QString("damaged"));
        QVERIFY(ran.error()["message"].toString().endsWith(
            " objects 1 is damaged, and 1 moment cannot be restored. All other moments can be "
            "restored."));
        QCOMPARE(ran.lines().size(), 2);
        const QJsonObject damaged = ran.lines()[0];
        QCOMPARE(damaged["kind"].toString(), QString("damaged"));
        QCOMPARE(damaged["name"].toString(), name);
        QCOMPARE(damaged["withdrawn"].toInt(), 1);
        QCOMPARE(damaged["firstWithdrawn"].toInt(), last);
        QCOMPARE(damaged["goodBefore"].toInt(), last - 1);
        QVERIFY(damaged["goodAfter"].isNull());
        QVERIFY(damaged["message"].toString().startsWith(name));
        QCOMPARE(ran.lines()[1]["verdict"].toString(), QString("damaged"));
        QCOMPARE(ran.lines()[1]["moments"].toObject()["damaged"].toInt(), 1);
        const QString text = m_program.run({"verify", "rotten", "--all"}).facts;
        QVERIFY2(text.contains(QString("Transaction %1 cannot be restored. The last good moment "
                                       "before is %2.")
                                   .arg(last)
                                   .arg(last - 1)),
                 qPrintable(text));
    }

    void anExistingTargetIsRefusedWithFour()
    {
        QFile file(m_program.path("there.db"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("mine");
        file.close();
        const Ran ran = m_program.run({"restore", "replica", "there.db", "--json"});
        QCOMPARE(ran.status, 4);
        QCOMPARE(ran.error()["error"].toString(), QString("already-exists"));
        QCOMPARE(file.size(), 4);
        QCOMPARE(m_program.run({"restore", "replica", "no/such/folder.db"}).status, 4);
    }

    void whatIsNotThereEndsWithThree()
    {
        QCOMPARE(m_program.run({"list", "nowhere"}).status, 3);
        QCOMPARE(m_program.run({"restore", "nowhere", "x.db"}).status, 3);
        QCOMPARE(m_program.run({"restore", "replica", "x.db", "txid:999"}).status, 3);
        QCOMPARE(m_program.run({"plan", "replica", "--time", "2001-01-01T00:00:00Z"}).status, 3);
        QVERIFY(!QFile::exists(m_program.path("x.db")));
    }

    void aDamagedObjectEndsWithFive()
    {
        const QString folder = m_program.path("broken");
        QVERIFY(QProcess::execute("cp", {"-r", m_program.path("replica"), folder}) == 0);
        const QJsonObject object = m_program.run({"objects", "broken", "--json"}).lines().value(0);
        QFile file(folder + "/" + object["name"].toString());
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.seek(150));
        char byte = 0;
        QVERIFY(file.getChar(&byte));
        QVERIFY(file.seek(150));
        QVERIFY(file.putChar(static_cast<char>(byte ^ 0x5a)));
        file.close();
        const QString number = QString::number(object["maxTxid"].toInt());
        const Ran ran = m_program.run({"verify", "broken", "txid:" + number, "--json"});
        QCOMPARE(ran.status, 5);
        QCOMPARE(ran.error()["error"].toString(), QString("damaged"));
        const Ran restored =
            m_program.run({"restore", "broken", "b.db", "txid:" + number, "--json"});
        QCOMPARE(restored.status, 5);
        for (const QJsonObject& line : {ran.lines().value(0), restored.lines().value(0)}) {
            QCOMPARE(line["verdict"].toString(), QString("damaged"));
            QCOMPARE(line["txid"].toInt(), number.toInt());
            QVERIFY(!line["time"].toString().isEmpty());
            QVERIFY(line["bytes"].isDouble() && line["seconds"].isDouble());
        }
        QVERIFY(!QFile::exists(m_program.path("b.db")));
    }

    void whatIsLostAtTheEndIsSaid()
    {
        const QString folder = m_program.path("holed");
        QVERIFY(QProcess::execute("cp", {"-r", m_program.path("replica"), folder}) == 0);
        const int last = static_cast<int>(m_moments.size());
        const QString hole = QString("%1").arg(last - 1, 16, 16, QChar('0'));
        QVERIFY(QFile::remove(folder + "/ltx/0/" + hole + "-" + hole + ".ltx"));
        const auto oldest = m_program.run({"list", "holed", "--json"}).lines();
        QCOMPARE(oldest.size(), last - 1);
        QCOMPARE(oldest.last()["kind"].toString(), QString("gap"));
        QCOMPARE(oldest.last()["after"].toInt(), last - 2);
        QVERIFY(oldest.last()["before"].isNull());
        const auto newest = m_program.run({"list", "holed", "--json", "--newest-first"}).lines();
        QCOMPARE(newest.first(), oldest.last());
        const auto few = m_program.run({"list", "holed", "--json", "--limit", "1"}).lines();
        QCOMPARE(few.size(), 1);
        for (const QStringList& arguments :
             {QStringList{"restore", "holed", "holed.db"}, QStringList{"plan", "holed"}}) {
            const Ran ran = m_program.run(arguments);
            QCOMPARE(ran.status, 0);
            QVERIFY2(ran.rest.contains(
                         QString("Changes after transaction %1 cannot be restored").arg(last - 2)),
                     qPrintable(ran.rest));
        }
        // Who asks whether the backup is good must not read a yes.
        const Ran verified = m_program.run({"verify", "holed"});
        QCOMPARE(verified.status, 5);
        QVERIFY2(verified.rest.contains(
                     QString("Only moments up to transaction %1 can be restored").arg(last - 2)),
                 qPrintable(verified.rest));
        QCOMPARE(m_program.run({"verify", "holed", "txid:1"}).status, 0);
        QCOMPARE(m_program.run({"verify", "holed", "--all"}).status, 5);
    }

    void whatIsLostInTheMiddleIsSaid()
    {
        SampleDatabase database(m_program.path("middle.db"));
        // So that no change has every page in it.
        QVERIFY(database.run("CREATE TABLE rest AS SELECT hex(randomblob(20000)) AS text"));
        QStringList replicas{"middle"};
        for (int i = 0; i < 6; ++i) {
            QVERIFY(database.addNote());
            // Another one that begins later has a snapshot, from which the first can go on, too.
            replicas += i == 5 ? QStringList{"late"} : QStringList();
            const Ran ran = m_program.run(QStringList{"replicate", "middle.db"} + replicas +
                                          QStringList{"--once"});
            QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        }
        m_program.forgetMerges("middle");
        QVERIFY(QProcess::execute(
                    "cp", {"-r", m_program.path("late/ltx/9"), m_program.path("middle/ltx")}) == 0);
        const auto moments = m_program.run({"list", "middle", "--json"}).lines();
        const int last = moments.last()["txid"].toInt();
        const QString hole = QString("%1").arg(last - 3, 16, 16, QChar('0'));
        QVERIFY(QFile::remove(m_program.path("middle/ltx/0/" + hole + "-" + hole + ".ltx")));
        const Ran ran = m_program.run({"verify", "middle", "--all", "--json"});
        QCOMPARE(ran.status, 5);
        QCOMPARE(ran.lines().value(0)["verdict"].toString(), QString("damaged"));
        QVERIFY(ran.lines().value(0)["moments"].toObject()["unreachable"].toInt() > 0);
        QVERIFY2(ran.error()["message"].toString().startsWith(
                     QString("No moment between transactions %1 and ").arg(last - 4)),
                 qPrintable(ran.rest));
    }

    void aCheckThatWasLeftOutIsNotClaimed()
    {
        const QString text =
            m_program.run({"restore", "replica", "unchecked.db", "--check", "none"}).facts;
        QVERIFY(!text.contains("SQLite finds no fault"));
    }

    void aTargetThatIsALinkToNothingIsRefusedWithFour()
    {
        QVERIFY(QFile::link("nowhere/at/all", m_program.path("link.db")));
        const Ran ran = m_program.run({"restore", "replica", "link.db", "--json"});
        QCOMPARE(ran.status, 4);
        QCOMPARE(ran.error()["error"].toString(), QString("already-exists"));
    }

    void aReplicaIsKnownByItsNameInTheSettings()
    {
        nameReplica("My notes", m_program.path("replica"));
        QCOMPARE(m_program.run({"list", "My notes", "--json"}).lines(), m_moments);
    }

    void withoutAKeychainTheEnvironmentIsAskedForItsSecrets()
    {
        nameReplica("Bucket", "s3://backups/notes?endpoint=http://127.0.0.1:1");
        QProcess process;
        m_program.prepare(process, {"list", "Bucket", "--json"});
        QProcessEnvironment environment = process.processEnvironment();
        environment.insert("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
        environment.remove("AWS_ACCESS_KEY_ID");
        environment.remove("LITESTREAM_ACCESS_KEY_ID");
        process.setProcessEnvironment(environment);
        process.start();
        QCOMPARE(Program::finished(process).error()["error"].toString(), QString("credentials"));
    }

private:
    void nameReplica(const QByteArray& name, const QString& address) const
    {
        QVERIFY(QDir().mkpath(m_program.path("config/tidemark")));
        QFile settings(m_program.path("config/tidemark/settings.json"));
        QVERIFY(settings.open(QIODevice::WriteOnly));
        settings.write(
            "{\"version\":1,\"databases\":[{\"path\":\"/a.db\",\"replicas\":[{\"name\":\"" + name +
            "\",\"address\":\"" + address.toUtf8() + "\"}]}]}");
    }

    Program m_program;
    QList<QJsonObject> m_moments;
};

QTEST_GUILESS_MAIN(TestReplicaCommands)
#include "tst_replica_commands.moc"
