#include "tests/core/engine/life.h"

#include <QTest>

#include <array>

using namespace tidemark;
using namespace tidemark::engine;

namespace {

/// What one processor lives through in a quarter of a minute under the sanitizers. CMakeLists.txt
/// gives other numbers, and seeds of their own, to the cases that run beside this one.
constexpr int kLives = 100;

/// A life that fails is told with its seed; many that do fail alike.
constexpr int kMostTroubles = 10;

/// What so many lives must have gone through to be worth anything.
constexpr int kManyLives = 100;
constexpr std::array kEverything = {
    "bases",
    "batches",
    "captures that failed",
    "clocks set",
    "commits",
    "damage found",
    "given up",
    "level 1",
    "level 2",
    "level 3",
    "level 9",
    "looks of retention",
    "losses of power",
    "marks",
    "marks removed",
    "objects deleted",
    "objects spoilt",
    "restores",
    "snapshots ordered",
    "spools lost",
    "starts",
    "states lost",
};

/// From the environment, else `otherwise`.
int numberOf(const char* name, int otherwise)
{
    bool isSet = false;
    const int number = qEnvironmentVariableIntValue(name, &isSet);
    return isSet ? number : otherwise;
}

/// Empty, or what went wrong in the life of that seed and how to live it again.
QString trouble(int seed, std::map<std::string, std::uint64_t, std::less<>>& counts)
{
    Life life(static_cast<std::uint64_t>(seed));
    const auto told = [seed](const QString& when, const std::string& what) {
        return QString("%1, %2; again with TIDEMARK_SEED=%3")
            .arg(QString::fromStdString(what), when)
            .arg(seed);
    };
    for (int step = 0; step < Life::kSteps; ++step) {
        life.step();
        if (const std::string wrong = life.wrong(false); !wrong.empty()) {
            return told(QString("step %1").arg(step), wrong);
        }
    }
    life.settle();
    const std::string wrong = life.wrong(true);
    const std::string unfinished = wrong.empty() ? life.unfinished() : wrong;
    for (const auto& [what, times] : life.counts()) {
        counts[what] += times;
    }
    return unfinished.empty() ? QString() : told("at the end", unfinished);
}

}  // namespace

class TestLife : public QObject {
    Q_OBJECT

private slots:
    /// TIDEMARK_SEED=<n> lives the life of that seed alone; TIDEMARK_FIRST_SEED and TIDEMARK_LIVES
    /// say where to begin and how many to live.
    void whatWasToldToBeSafeIsSafeAllLifeLong()
    {
        const int one = numberOf("TIDEMARK_SEED", 0);
        const int first = one != 0 ? one : numberOf("TIDEMARK_FIRST_SEED", 1);
        const int count = one != 0 ? 1 : numberOf("TIDEMARK_LIVES", kLives);
        std::map<std::string, std::uint64_t, std::less<>> counts;
        QStringList troubles;
        for (int seed = first; seed < first + count && troubles.size() < kMostTroubles; ++seed) {
            if (const QString found = trouble(seed, counts); !found.isEmpty()) {
                troubles << found;
            }
        }
        for (const auto& [what, times] : counts) {
            qInfo("%8llu %s", static_cast<unsigned long long>(times), what.c_str());
        }
        QVERIFY2(troubles.isEmpty(), qPrintable(troubles.join('\n')));
        for (const char* const what : kEverything) {
            QVERIFY2(count < kManyLives || counts[what] > 0, what);
        }
    }
};

QTEST_GUILESS_MAIN(TestLife)
#include "tst_life.moc"
