#include "tests/cli/program.h"
#include "tests/cli/sample_database.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QTest>

#include <unistd.h>

using namespace tidemark::cli;

/// Whether a replica could live in a folder, as a person and a program hear it.
class TestTestCommand : public QObject {
    Q_OBJECT

    /// "reach passed", a line a step.
    static QStringList results(const Ran& ran)
    {
        QStringList found;
        for (const QJsonObject& line : ran.lines()) {
            found += line["step"].toString() + ' ' + line["result"].toString();
        }
        return found;
    }

private slots:
    void aFolderPassesEveryStepAndIsLeftEmpty()
    {
        QVERIFY(QDir().mkpath(m_program.path("good")));
        const Ran ran = m_program.run({"test", "good", "--json"});
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        const QStringList expected{"reach passed", "authenticate passed", "list passed",
                                   "write passed", "read-back passed",    "create-only passed",
                                   "clock passed", "delete passed",       "contents passed"};
        QCOMPARE(results(ran), expected);
        QVERIFY(ran.lines()[3]["seconds"].toDouble() > 0);
        QVERIFY(!ran.lines()[0].contains("seconds"));
        QCOMPARE(ran.lines()[8]["contents"].toString(), QString("nothing"));
        QVERIFY(ran.rest.isEmpty());
        QDirIterator files(m_program.path("good"), QDir::Files | QDir::Hidden,
                           QDirIterator::Subdirectories);
        QVERIFY2(!files.hasNext(), qPrintable(files.next()));
    }

    void aPersonReadsALineAStep()
    {
        const Ran ran = m_program.run({"test", "good"});
        QCOMPARE(ran.status, 0);
        QVERIFY(ran.facts.endsWith("\n    Nothing is there yet.\n"));
        QCOMPARE(ran.facts.count('\n'), 10);
        QVERIFY(ran.facts.startsWith("Reach             ok\n"));
        QVERIFY(!ran.facts.contains("FAILED"));
    }

    void aFolderThatIsNotThereYetIsNotedAndMade()
    {
        const Ran ran = m_program.run({"test", "new/place", "--json"});
        QCOMPARE(ran.status, 0);
        const QJsonObject list = ran.lines()[2];
        QCOMPARE(list["result"].toString(), QString("noted"));
        QCOMPARE(
            list["message"].toString(),
            m_program.path("new/place") + " is not there yet; it is made with the first write.");
        QVERIFY(!list["hint"].toString().isEmpty());
        QVERIFY(QDir(m_program.path("new/place")).exists());
    }

    void aFolderWithoutTheRightToWriteSaysSo()
    {
        if (geteuid() == 0) {
            QSKIP("root may write everywhere");
        }
        QVERIFY(QDir().mkpath(m_program.path("locked")));
        QFile::setPermissions(m_program.path("locked"), QFile::ReadOwner | QFile::ExeOwner);
        const Ran ran = m_program.run({"test", "locked", "--json"});
        QCOMPARE(ran.status, 6);
        const QJsonObject write = ran.lines()[3];
        QCOMPARE(write["result"].toString(), QString("failed"));
        QCOMPARE(write["error"].toString(), QString("forbidden"));
        QVERIFY(!write["hint"].toString().isEmpty());
        QCOMPARE(ran.lines()[4]["result"].toString(), QString("skipped"));
        QCOMPARE(ran.error()["error"].toString(), QString("forbidden"));
    }

    void aFileInThePlaceOfTheFolderIsRefused()
    {
        QFile file(m_program.path("file"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const Ran ran = m_program.run({"test", "file"});
        QCOMPARE(ran.status, 4);
        QVERIFY2(ran.facts.contains("List              FAILED"), qPrintable(ran.facts));
        QVERIFY2(ran.facts.contains("\n    The folder " + m_program.path("file") +
                                    " cannot be made: something that is no folder has that name.\n"
                                    "    Rename it, or choose another place.\n"),
                 qPrintable(ran.facts));
        QVERIFY(ran.rest.startsWith("tidemarkctl: " + m_program.path("file") +
                                    " does not pass the test.\n"));
    }

    void aReplicaIsKnownAndNotTouched()
    {
        SampleDatabase database(m_program.path("notes.db"));
        QVERIFY(database.addNote());
        QCOMPARE(m_program.run({"replicate", "notes.db", "replica", "--once"}).status, 0);
        const auto before = m_program.run({"objects", "replica"}).facts;
        const Ran ran = m_program.run({"test", "replica"});
        QCOMPARE(ran.status, 0);
        QVERIFY(ran.facts.contains("A replica of Tidemark or of Litestream 0.5."));
        QCOMPARE(m_program.run({"objects", "replica"}).facts, before);
    }

    void filesOfOthersAreNoted()
    {
        QVERIFY(QDir().mkpath(m_program.path("others/photos")));
        QFile file(m_program.path("others/photos/1.jpg"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const Ran ran = m_program.run({"test", "others", "--json"});
        QCOMPARE(ran.status, 0);
        const QJsonObject contents = ran.lines().last();
        QCOMPARE(contents["result"].toString(), QString("noted"));
        QCOMPARE(contents["contents"].toString(), QString("others"));
        QVERIFY(contents["message"].toString().contains("photos/1.jpg"));
    }

private:
    Program m_program;
};

QTEST_GUILESS_MAIN(TestTestCommand)
#include "tst_test_command.moc"
