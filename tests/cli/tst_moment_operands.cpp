#include "tests/cli/program.h"
#include "tests/cli/sample_database.h"

#include <QFile>
#include <QTest>

using namespace tidemark::cli;

/// Moments and files as people write them, on a replica of three moments.
class TestMomentOperands : public QObject {
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

    void whatListPrintsIsAMoment()
    {
        const QString line =
            m_program.run({"list", "replica", "--limit", "2"}).facts.split('\n')[1];
        const QString time = line.simplified().section(' ', 1, 3);
        QVERIFY2(time.endsWith(" CET") || time.endsWith(" CEST"), qPrintable(line));
        const Ran byWhen = m_program.run({"plan", "replica", time, "--json"});
        QVERIFY2(byWhen.status == 0, qPrintable(byWhen.rest));
        QCOMPARE(byWhen.lines().value(0)["txid"].toInt(), 2);
        const Ran byOption = m_program.run({"plan", "replica", "--time", time, "--json"});
        QCOMPARE(byOption.lines().value(0)["txid"].toInt(), 2);
        const Ran range =
            m_program.run({"list", "replica", "--since", time, "--until", time, "--json"});
        QCOMPARE(range.lines().size(), 1);
        QCOMPARE(range.lines().value(0)["txid"].toInt(), 2);
    }

    void aTimeToComeIsTheNewestMomentAndSaidToBe()
    {
        const Ran ran =
            m_program.run({"plan", "replica", "--time", "2199-01-01T00:00:00Z", "--json"});
        QCOMPARE(ran.lines().value(0)["txid"].toInt(), m_moments.size());
        QVERIFY2(ran.rest.startsWith("2199-01-01 01:00:00.000 CET is still to come: "),
                 qPrintable(ran.rest));
        QVERIFY(m_program.run({"plan", "replica", "now"}).rest.isEmpty());
    }

    void aRangeWithoutMomentsIsSaidToBeOne()
    {
        for (const QStringList& range :
             {QStringList{"--since", "txid:3", "--until", "txid:2"}, QStringList{"--until", "-1w"},
              QStringList{"--since", "2199-01-01T00:00:00Z"}}) {
            const Ran ran = m_program.run(QStringList{"list", "replica"} + range);
            QCOMPARE(ran.status, 0);
            QVERIFY(ran.facts.isEmpty());
            QVERIFY2(ran.rest.startsWith("No moment lies there: "), qPrintable(ran.rest));
        }
        QVERIFY(m_program.run({"list", "replica", "--since", "txid:3"}).rest.isEmpty());
    }

    void anErrorTellsTimesAsListDoes()
    {
        const QStringList words{"plan", "replica", "--time", "2001-01-01T00:00:00Z"};
        const Ran asText = m_program.run(words);
        QVERIFY2(asText.rest.contains("at or before 2001-01-01 01:00:00.000 CET."),
                 qPrintable(asText.rest));
        QVERIFY(m_program.run(words + QStringList{"--json"})
                    .error()["message"]
                    .toString()
                    .contains("2001-01-01T00:00:00.000Z"));
    }

    void pathsBeginAtHomeWhereTheShellLeftThem()
    {
        const Ran ran = m_program.run({"restore", "~/replica", "~/from_home.db"});
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        QVERIFY(QFile::exists(m_program.path("from_home.db")));
        const Ran again = m_program.run({"replicate", "~/notes.db", "~/replica", "--once"});
        QVERIFY2(again.status == 0, qPrintable(again.rest));
    }

    void aFileNamedLikeAMomentIsMadeByItsPath()
    {
        QCOMPARE(m_program.run({"restore", "replica", "./latest"}).status, 0);
        QVERIFY(QFile::exists(m_program.path("latest")));
    }

private:
    Program m_program;
    QList<QJsonObject> m_moments;
};

QTEST_GUILESS_MAIN(TestMomentOperands)
#include "tst_moment_operands.moc"
