#include "tests/cli/follower.h"
#include "tests/cli/program.h"
#include "tests/cli/sample_database.h"

#include <QDir>
#include <QFile>
#include <QTest>

using namespace tidemark::cli;

class TestEngines : public QObject {
    Q_OBJECT

private slots:
    void anEngineWhoseSocketLiesBesideItsDataIsFound()
    {
        SampleDatabase database(m_program.path("notes.db"));
        Follower follower(m_program, {"notes.db", "replica"});
        QVERIFY(follower.said("attached"));
        QCOMPARE(statusElsewhere().lines().size(), 0);
        // As if it had been started where no folder for sockets was.
        QVERIFY(QDir().mkpath(m_program.path("data/tidemark")));
        QVERIFY(QFile::link(m_program.path("run/tidemark"), m_program.path("data/tidemark/run")));
        const auto lines = statusElsewhere().lines();
        QCOMPARE(lines.size(), 1);
        QCOMPARE(lines[0]["database"].toString(), m_program.path("notes.db"));
        QCOMPARE(follower.stop().status, 0);
    }

private:
    /// Of a run that looks for sockets in another folder.
    [[nodiscard]] Ran statusElsewhere() const
    {
        QProcess process;
        m_program.prepare(process, {"status", "--json"});
        QProcessEnvironment environment = process.processEnvironment();
        environment.insert("XDG_RUNTIME_DIR", m_program.path("elsewhere"));
        process.setProcessEnvironment(environment);
        process.start();
        return Program::finished(process);
    }

    Program m_program;
};

QTEST_GUILESS_MAIN(TestEngines)
#include "tst_engines.moc"
