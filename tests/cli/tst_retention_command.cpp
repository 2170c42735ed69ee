#include "tests/cli/program.h"
#include "tests/cli/sample_database.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <algorithm>

using namespace tidemark::cli;

/// What would be deleted, said beforehand; nothing is.
class TestRetentionCommand : public QObject {
    Q_OBJECT

    static constexpr const char* kNewestOnly =
        "time-machine:every=0h,half-minutes=0h,five-minutes=0h,hours=0h,days=0h,months=0h";

    [[nodiscard]] QStringList files() const
    {
        return QDir(m_program.path("replica/ltx/0")).entryList(QDir::Files);
    }

private slots:
    void initTestCase()
    {
        SampleDatabase database(m_program.path("notes.db"));
        for (int i = 0; i < 4; ++i) {
            QVERIFY(database.addNote());
            const Ran ran = m_program.run({"replicate", "notes.db", "replica", "--once"});
            QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        }
    }

    void everyObjectHasAFateAndNoneIsTouched()
    {
        const auto before = files();
        const Ran ran = m_program.run({"retention", "replica", "--keep", kNewestOnly, "--json"});
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        const auto lines = ran.lines();
        int objects = 0;
        for (const QJsonObject& line : lines) {
            objects += line["kind"].toString() == "objects" ? line["objects"].toInt() : 0;
        }
        QCOMPARE(objects, m_program.run({"objects", "replica", "--json"}).lines().size());
        const QJsonObject& total = lines.last();
        QCOMPARE(total["kind"].toString(), QString("retention"));
        QCOMPARE(total["keep"].toString(), QString(kNewestOnly));
        QCOMPARE(total["moments"].toInt(),
                 m_program.run({"list", "replica", "--json"}).lines().size());
        QVERIFY(!total.contains("refused"));
        QCOMPARE(files(), before);
    }

    void theSameIsSaidInWords()
    {
        const Ran all = m_program.run({"retention", "replica", "--keep", "everything"});
        QCOMPARE(all.status, 0);
        QVERIFY(all.facts.contains("everything is kept"));
        QVERIFY(all.facts.contains("By \"everything\" 0 objects"));
        QVERIFY(m_program.run({"retention", "replica"}).facts.contains("By \"time-machine\""));
    }

    void aMarkThatCannotBeReadIsWhyNothingWouldGo()
    {
        QVERIFY(QDir().mkpath(m_program.path("replica/tidemark/marks")));
        QFile mark(m_program.path("replica/tidemark/marks/mine.txt"));
        QVERIFY(mark.open(QIODevice::WriteOnly));
        const Ran ran = m_program.run({"retention", "replica", "--json"});
        QCOMPARE(ran.status, 0);
        QVERIFY(ran.lines().last()["refused"].toString().contains("mine.txt"));
        QVERIFY(mark.remove());
    }

    void aPlaceWithoutAReplicaIsNone()
    {
        QCOMPARE(m_program.run({"retention", "nowhere"}).status, 3);
    }

private:
    Program m_program;
};

QTEST_GUILESS_MAIN(TestRetentionCommand)
#include "tst_retention_command.moc"
