#include "tests/cli/program.h"
#include "tests/cli/sample_database.h"

#include <QDir>
#include <QFile>
#include <QJsonObject>
#include <QStandardPaths>
#include <QTest>

using namespace tidemark::cli;

/// A history in one archive, and everything that reads it.
class TestExport : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        SampleDatabase database(m_program.path("notes.db"));
        QVERIFY(database.run("CREATE TABLE rest AS SELECT hex(randomblob(20000)) AS text"));
        for (int i = 0; i < 3; ++i) {
            QVERIFY(database.addNote());
            const Ran ran = m_program.run({"replicate", "notes.db", "replica", "--once"});
            QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        }
        QCOMPARE(m_program.run({"mark", "replica", "here", "txid:2"}).status, 0);
        const Ran ran = m_program.run({"export", "replica", "all.zip", "--json"});
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        QCOMPARE(ran.lines().size(), 1);
        const QJsonObject line = ran.lines().first();
        QCOMPARE(line["path"].toString(), m_program.path("all.zip"));
        QCOMPARE(line["bytes"].toInteger(), QFile(m_program.path("all.zip")).size());
        QVERIFY(line["objects"].toInt() >= 4);
        QVERIFY(line["seconds"].isDouble());
        QVERIFY(ran.rest.isEmpty());
    }

    void theCommandThatLooksIntoItRunsAsItIsShown()
    {
        const Ran ran = m_program.run({"export", "replica", "odd #1 100%.zip"});
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        const qsizetype at = ran.facts.indexOf("zip://");
        QVERIFY(at > 0);
        const QString shown = ran.facts.mid(at).trimmed().remove('\'');
        QVERIFY2(!shown.contains(' ') && !shown.contains('#'), qPrintable(shown));
        QCOMPARE(m_program.run({"list", shown}).status, 0);
    }

    void itReadsLikeTheReplica_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::newRow("list") << QStringList{"list"};
        QTest::newRow("marks") << QStringList{"marks"};
        QTest::newRow("objects") << QStringList{"objects"};
        QTest::newRow("plan") << QStringList{"plan"};
        QTest::newRow("plan of a mark") << QStringList{"plan", "mark:here"};
    }
    void itReadsLikeTheReplica()
    {
        QFETCH(QStringList, words);
        const auto said = [&](const QString& storage) {
            QStringList all = words;
            all.insert(1, storage);
            return m_program.run(all + QStringList{"--json"});
        };
        const Ran archive = said(zip());
        QVERIFY2(archive.status == 0, qPrintable(archive.rest));
        QVERIFY(!archive.facts.isEmpty());
        QCOMPARE(archive.facts, said("replica").facts);
    }

    void itsMomentsComeBackByteForByte()
    {
        for (const char* const number : {"1", "2", "latest"}) {
            const QString fromZip = QString("zip%1.db").arg(number);
            const QString fromFolder = QString("folder%1.db").arg(number);
            const Ran ran = m_program.run({"restore", zip(), fromZip, when(number), "--json"});
            QVERIFY2(ran.status == 0, qPrintable(ran.rest));
            QCOMPARE(ran.lines().value(0)["verdict"].toString(), QString("proven"));
            QCOMPARE(m_program.run({"restore", "replica", fromFolder, when(number)}).status, 0);
            QFile first(m_program.path(fromZip));
            QFile second(m_program.path(fromFolder));
            QVERIFY(first.open(QIODevice::ReadOnly) && second.open(QIODevice::ReadOnly));
            QVERIFY(first.readAll() == second.readAll());
        }
        QCOMPARE(notesIn(m_program.path("ziplatest.db")), 3);
    }

    void allOfItIsProven()
    {
        const Ran all = m_program.run({"verify", zip(), "--all", "--json"});
        QVERIFY2(all.status == 0, qPrintable(all.rest));
        QCOMPARE(all.lines().last()["verdict"].toString(), QString("proven"));
        QCOMPARE(m_program.run({"verify", zip()}).status, 0);
    }

    void nothingIsWrittenIntoIt_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::newRow("mark") << QStringList{"mark", zip(), "name"};
        QTest::newRow("unmark") << QStringList{"unmark", zip(), "here"};
        QTest::newRow("snapshot") << QStringList{"snapshot", zip()};
        QTest::newRow("retention") << QStringList{"retention", zip()};
        QTest::newRow("release") << QStringList{"release", zip()};
        QTest::newRow("replicate") << QStringList{"replicate", "notes.db", zip(), "--once"};
    }
    void nothingIsWrittenIntoIt()
    {
        QFETCH(QStringList, words);
        const Ran ran = m_program.run(words + QStringList{"--json"});
        QCOMPARE(ran.status, 4);
        QCOMPARE(ran.error()["error"].toString(), QString("target-refused"));
        QVERIFY(ran.error()["message"].toString().contains("read only"));
    }

    void anArchiveIsExportedAgain()
    {
        const Ran ran = m_program.run({"export", zip(), "again.zip"});
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        QFile first(m_program.path("all.zip"));
        QFile second(m_program.path("again.zip"));
        QVERIFY(first.open(QIODevice::ReadOnly) && second.open(QIODevice::ReadOnly));
        QVERIFY(first.readAll() == second.readAll());
    }

    void othersCanUnpackIt()
    {
        const QString python = QStandardPaths::findExecutable("python3");
        if (python.isEmpty()) {
            QSKIP("There is no python3 here.");
        }
        QProcess unpack;
        unpack.start(
            python, {"-m", "zipfile", "-e", m_program.path("all.zip"), m_program.path("unpacked")});
        QVERIFY(unpack.waitForFinished());
        QCOMPARE(unpack.exitCode(), 0);
        const Ran ran = m_program.run({"verify", "unpacked", "--all"});
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
    }

    void refusals_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<int>("status");
        QTest::newRow("it exists") << QStringList{"replica", "all.zip"} << 4;
        QTest::newRow("no folder") << QStringList{"replica", "nowhere/all.zip"} << 4;
        QTest::newRow("no replica") << QStringList{"nothing", "new.zip"} << 3;
        QTest::newRow("no archive") << QStringList{"zip:///nowhere/x.zip", "new.zip"} << 3;
        QTest::newRow("no file") << QStringList{"replica"} << 2;
    }
    void refusals()
    {
        QFETCH(QStringList, words);
        QFETCH(int, status);
        const Ran ran = m_program.run(QStringList{"export"} + words);
        QCOMPARE(ran.status, status);
        QVERIFY(ran.facts.isEmpty());
        QVERIFY(!QFile::exists(m_program.path("new.zip")));
    }

    void oneThatIsCutOffSaysSo()
    {
        QFile whole(m_program.path("all.zip"));
        QFile cut(m_program.path("cut.zip"));
        QVERIFY(whole.open(QIODevice::ReadOnly) && cut.open(QIODevice::WriteOnly));
        cut.write(whole.read(whole.size() - 200));
        cut.close();
        const Ran ran = m_program.run({"list", "zip://" + m_program.path("cut.zip")});
        QCOMPARE(ran.status, 5);
        QVERIFY(ran.rest.contains("cut off"));
    }

private:
    static QString when(const QString& moment)
    {
        return moment == "latest" ? moment : "txid:" + moment;
    }
    [[nodiscard]] QString zip() const { return "zip://" + m_program.path("all.zip"); }

    Program m_program;
};

QTEST_GUILESS_MAIN(TestExport)
#include "tst_export.moc"
