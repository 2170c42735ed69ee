#include "tests/cli/program.h"
#include "tests/cli/sample_database.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTest>

using namespace tidemark::cli;

/// Names for moments, on a replica of three.
class TestMarkCommands : public QObject {
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
        m_program.forgetMerges("replica");
    }

    void cleanup() { QDir(m_program.path("replica/tidemark")).removeRecursively(); }

    void aMarkIsGivenListedUsedAndTaken()
    {
        const Ran marked = m_program.run(
            {"mark", "replica", "before the move", "txid:2", "--note", "all is well", "--json"});
        QCOMPARE(marked.status, 0);
        QCOMPARE(marked.lines().value(0)["txid"].toInt(), 2);
        QCOMPARE(m_program.run({"mark", "replica", "newest"}).status, 0);

        const auto marks = m_program.run({"marks", "replica", "--json"}).lines();
        QCOMPARE(marks.size(), 2);
        QCOMPARE(marks[0]["kind"].toString(), QString("mark"));
        QCOMPARE(marks[0]["name"].toString(), QString("before the move"));
        QCOMPARE(marks[0]["txid"].toInt(), 2);
        QCOMPARE(marks[0]["note"].toString(), QString("all is well"));
        QCOMPARE(marks[0]["lost"], QJsonValue(false));
        QVERIFY(QDateTime::fromString(marks[0]["created"].toString(), Qt::ISODate).isValid());
        const auto moments = m_program.run({"list", "replica", "--json"}).lines();
        QCOMPARE(marks[0]["time"], moments[1]["time"]);
        QCOMPARE(moments[1]["marks"].toArray(), QJsonArray({"before the move"}));
        QVERIFY(!moments[0].contains("marks"));
        QVERIFY(m_program.run({"list", "replica"}).facts.contains("* before the move\n"));

        for (const QStringList& when :
             {QStringList{"mark:before the move"}, QStringList{"--mark", "before the move"}}) {
            for (const QStringList& command :
                 {QStringList{"plan", "replica"}, QStringList{"verify", "replica"},
                  QStringList{"restore", "replica", "out.db"}}) {
                QFile::remove(m_program.path("out.db"));
                const Ran ran = m_program.run(command + when + QStringList{"--json"});
                QVERIFY2(ran.status == 0, qPrintable(ran.rest));
                QCOMPARE(ran.lines().value(0)["txid"].toInt(), 2);
            }
        }
        const auto since =
            m_program.run({"list", "replica", "--json", "--since", "mark:before the move"}).lines();
        QCOMPARE(since.size(), moments.size() - 1);
        QCOMPARE(since[0]["txid"].toInt(), 2);

        QCOMPARE(m_program.run({"unmark", "replica", "before the move"}).status, 0);
        QCOMPARE(m_program.run({"marks", "replica", "--json"}).lines().size(), 1);
        QCOMPARE(m_program.run({"plan", "replica", "mark:before the move"}).status, 3);
        QCOMPARE(m_program.run({"unmark", "replica", "before the move"}).status, 3);
    }

    void aNameIsGivenOnce()
    {
        QCOMPARE(m_program.run({"mark", "replica", "a", "txid:1"}).status, 0);
        const Ran again = m_program.run({"mark", "replica", "a", "--json"});
        QCOMPARE(again.status, 4);
        QCOMPARE(again.error()["message"].toString(),
                 QString("There is a mark \"a\" already, at transaction 1."));
        // A moment may have several.
        QCOMPARE(m_program.run({"mark", "replica", "b", "--mark", "a"}).status, 0);
        const auto moments = m_program.run({"list", "replica", "--json"}).lines();
        QCOMPARE(moments[0]["marks"].toArray(), QJsonArray({"a", "b"}));
    }

    void aMomentThatIsNotThereIsNotMarked()
    {
        QCOMPARE(m_program.run({"mark", "replica", "a", "txid:999"}).status, 3);
        QCOMPARE(m_program.run({"mark", "nowhere", "a"}).status, 3);
        QVERIFY(!QFile::exists(m_program.path("replica/tidemark")));
        QVERIFY(!QFile::exists(m_program.path("nowhere")));
    }

    void aMarkWhoseMomentHasGoneIsLost()
    {
        QVERIFY(QProcess::execute("cp",
                                  {"-r", m_program.path("replica"), m_program.path("thin")}) == 0);
        QCOMPARE(m_program.run({"mark", "thin", "newest"}).status, 0);
        const int last = m_program.run({"list", "thin", "--json"}).lines().last()["txid"].toInt();
        const QString number = QString("%1").arg(last, 16, 16, QChar('0'));
        QVERIFY(QFile::remove(m_program.path("thin/ltx/0/" + number + "-" + number + ".ltx")));
        const auto marks = m_program.run({"marks", "thin", "--json"}).lines();
        QCOMPARE(marks.size(), 1);
        QCOMPARE(marks[0]["lost"], QJsonValue(true));
        QVERIFY(marks[0]["time"].isNull());
        QVERIFY(m_program.run({"marks", "thin"}).facts.contains("lost"));
        const Ran ran = m_program.run({"restore", "thin", "lost.db", "mark:newest"});
        QCOMPARE(ran.status, 3);
        QVERIFY2(ran.rest.contains("cannot be restored any more"), qPrintable(ran.rest));
        QVERIFY2(ran.rest.contains(QString("The last moment is %1 ").arg(last - 1)),
                 qPrintable(ran.rest));
    }

    void filesThatAreNoMarksAreNamed()
    {
        QCOMPARE(m_program.run({"mark", "replica", "good"}).status, 0);
        QFile file(m_program.path("replica/tidemark/marks/notes.txt"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        const auto lines = m_program.run({"marks", "replica", "--json"}).lines();
        QCOMPARE(lines.size(), 2);
        QCOMPARE(lines[0]["name"].toString(), QString("good"));
        QCOMPARE(lines[1]["kind"].toString(), QString("bad"));
        QCOMPARE(lines[1]["name"].toString(), QString("tidemark/marks/notes.txt"));
        QCOMPARE(m_program.run({"list", "replica"}).status, 0);
    }

    void momentsAreListedThoughTheMarksCannotBeRead()
    {
        QVERIFY(QDir().mkpath(m_program.path("replica/tidemark")));
        // A link in a circle: a folder that may not be read is none to whoever may read all.
        QVERIFY(QFile::link("marks", m_program.path("replica/tidemark/marks")));
        QVERIFY(m_program.run({"marks", "replica"}).status != 0);
        const Ran ran = m_program.run({"list", "replica", "--json"});
        QCOMPARE(ran.status, 0);
        QVERIFY(ran.lines().size() >= 3);
        QVERIFY2(ran.rest.startsWith("The marks cannot be read: "), qPrintable(ran.rest));
    }

    void aNameThatSaysNothingElseIsSafeOnATerminal()
    {
        const QString name = QString::fromUtf8("Umzug \xe2\x80\x93 \xf0\x9f\x9a\x9a, \"x\"/../y");
        QCOMPARE(m_program.run({"mark", "replica", name, "--note", "two\nlines"}).status, 0);
        QCOMPARE(m_program.run({"marks", "replica", "--json"}).lines().value(0)["name"].toString(),
                 name);
        QVERIFY(m_program.run({"marks", "replica"}).facts.endsWith(name + "  two lines\n"));
        QCOMPARE(m_program.run({"unmark", "replica", name}).status, 0);
    }

private:
    Program m_program;
};

QTEST_GUILESS_MAIN(TestMarkCommands)
#include "tst_mark_commands.moc"
