#include "core/base/descriptor.h"
#include "core/base/program_life.h"

#include <QProcess>
#include <QTest>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <limits>

using namespace tidemark;

class TestProgramLife : public QObject {
    Q_OBJECT

private slots:
    void thisProgramRuns()
    {
        const ProgramLife us = systemPrograms().self();
        QVERIFY(us.processId > 0 && us.startedAt > 0 && !us.boot.empty() && !us.host.empty());
        QCOMPARE(systemPrograms().lifeOf(us), Life::Running);
    }

    void oneThatWasStoppedHasEnded()
    {
        QProcess sleeper;
        sleeper.start("sleep", {"60"});
        QVERIFY(sleeper.waitForStarted());
        ProgramLife other = systemPrograms().self();
        other.processId = static_cast<int>(sleeper.processId());
        // Its number is in use, by one that was started at another time.
        QCOMPARE(systemPrograms().lifeOf(other), Life::Ended);
        sleeper.kill();
        QVERIFY(sleeper.waitForFinished());
        QCOMPARE(systemPrograms().lifeOf(other), Life::Ended);
    }

    void oneThatNobodyAskedAboutSinceItsEndHasEnded()
    {
        std::array<int, 2> ends{};
        QCOMPARE(::pipe(ends.data()), 0);
        const Descriptor reading(ends[0]);
        const Descriptor writing(ends[1]);
        const pid_t child = ::fork();
        if (child == 0) {
            const std::uint64_t startedAt = systemPrograms().self().startedAt;
            ::_exit(::write(writing.number(), &startedAt, sizeof startedAt) > 0 ? 0 : 1);
        }
        ProgramLife other = systemPrograms().self();
        other.processId = child;
        QVERIFY(::read(reading.number(), &other.startedAt, sizeof other.startedAt) > 0);
        siginfo_t ended{};
        QCOMPARE(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
        QCOMPARE(systemPrograms().lifeOf(other), Life::Ended);
        QCOMPARE(::waitpid(child, nullptr, 0), child);
    }

    void beforeTheLastStartOfThisComputerItHasEnded()
    {
        ProgramLife before = systemPrograms().self();
        const bool isNumbered = !before.machine.empty();
        before.boot = "another";
        QCOMPARE(systemPrograms().lifeOf(before), isNumbered ? Life::Ended : Life::Unknown);
    }

    void whatCannotBeSeenIsUnknown()
    {
        const ProgramLife us = systemPrograms().self();
        ProgramLife elsewhere = us;
        elsewhere.boot = "another";
        elsewhere.host = us.host + "-copy";
        QCOMPARE(systemPrograms().lifeOf(elsewhere), Life::Unknown);
        ProgramLife contained = us;
        contained.processes = "pid:[1]";
        contained.processId = std::numeric_limits<int>::max();
        QCOMPARE(systemPrograms().lifeOf(contained), Life::Unknown);
        QCOMPARE(systemPrograms().lifeOf({}), Life::Unknown);
    }

    void aProcessNumberThatIsNoneIsUnknown()
    {
        // kill(2) means whole groups by these.
        for (const int number : {0, -1}) {
            ProgramLife odd = systemPrograms().self();
            odd.processId = number;
            QCOMPARE(systemPrograms().lifeOf(odd), Life::Unknown);
        }
    }

    void theUserHasAName() { QVERIFY(!userName().empty()); }
};

QTEST_GUILESS_MAIN(TestProgramLife)
#include "tst_program_life.moc"
