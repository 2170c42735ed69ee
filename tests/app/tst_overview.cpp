#include "app/overview.h"
#include "tests/app/english.h"
#include "tests/app/fakes.h"

#include <QTest>

#include <array>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace std::chrono_literals;
using Engine = engine::Protection;
using Protection::State;

namespace {

service::Proof provenAt(Timestamp at)
{
    return {.at = at, .verdict = restore::Verdict::Proven};
}

/// Statuses with names, kept for as long as the overview is made of them.
struct Databases {
    std::vector<service::DatabaseStatus> statuses = {};

    explicit Databases(std::initializer_list<Engine> states)
    {
        for (const Engine state : states) {
            statuses.push_back(statusOf(
                "/srv/" + std::string(1, static_cast<char>('a' + statuses.size())) + ".db", state));
        }
    }

    [[nodiscard]] Overview overview() const
    {
        std::vector<NamedStatus> named;
        for (const auto& status : statuses) {
            named.push_back(
                {.name = QString::fromStdString(status.path).sliced(5), .status = &status});
        }
        return overviewOf(named, kNow, berlinSpeech());
    }
};

}  // namespace

class TestOverview : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { speakEnglish(); }

    void withoutADatabaseNothingIsProtected()
    {
        const Overview overview = Databases({}).overview();
        QCOMPARE(overview.worst, State::NotSetUp);
        QCOMPARE(overview.sentence, QStringLiteral("No database is protected yet."));
    }

    void theWorstStateOwnsTheSentence_data()
    {
        QTest::addColumn<int>("better");
        QTest::addColumn<int>("worse");
        // From best to worst: each pair of neighbours.
        constexpr std::array kOrder = {Engine::Protected, Engine::CatchingUp, Engine::Waiting,
                                       Engine::Paused,    Engine::AtRisk,     Engine::Broken,
                                       Engine::NotSetUp};
        for (std::size_t i = 1; i < kOrder.size(); ++i) {
            QTest::newRow(std::string(codeName(kOrder[i])).c_str())
                << static_cast<int>(kOrder[i - 1]) << static_cast<int>(kOrder[i]);
        }
    }
    void theWorstStateOwnsTheSentence()
    {
        QFETCH(int, better);
        QFETCH(int, worse);
        const auto first = static_cast<Engine>(better);
        const auto second = static_cast<Engine>(worse);
        for (const Overview& overview : {Databases({first, second, first}).overview(),
                                         Databases({first, first, second}).overview()}) {
            QCOMPARE(overview.worst, Protection::fromEngine(second));
            QVERIFY(overview.sentence.startsWith(u"b.db is ") ||
                    overview.sentence.startsWith(u"c.db is "));
        }
    }

    void oneSafeDatabaseIsNamed()
    {
        Databases databases({Engine::Protected});
        databases.statuses[0].proof = provenAt(kNow - 1h);
        QCOMPARE(databases.overview().sentence, QStringLiteral("a.db is protected."));
        QCOMPARE(databases.overview().detail,
                 QStringLiteral("Newest change saved 4 s ago. Proven by a test restore 1 h ago."));
    }

    void severalSafeDatabasesAreCounted()
    {
        QCOMPARE(Databases({Engine::Protected, Engine::Protected}).overview().sentence,
                 QStringLiteral("Both databases are protected."));
        QCOMPARE(Databases({Engine::Protected, Engine::Protected, Engine::Protected})
                     .overview()
                     .sentence,
                 QStringLiteral("All 3 databases are protected."));
    }

    void theNewestChangeAndTheOldestProofOfAllAreTold()
    {
        Databases databases({Engine::Protected, Engine::Protected});
        databases.statuses[0].savedAt = kNow - 2min;
        databases.statuses[1].savedAt = kNow - 40s;
        databases.statuses[0].proof = provenAt(kNow - 5min);
        databases.statuses[1].proof = provenAt(kNow - 5h);
        QCOMPARE(databases.overview().detail,
                 QStringLiteral("Newest change saved 40 s ago. Proven by a test restore 5 h ago."));
    }

    void aChangeThatIsNotSavedYetIsNotSaidToBe()
    {
        Databases databases({Engine::Protected});
        databases.statuses[0].lastChangeAt = kNow - 4s;
        databases.statuses[0].savedAt = kNow - 10min;
        QCOMPARE(databases.overview().detail, QStringLiteral("Newest change saved 10 min ago."));
    }

    void whatIsNotProvenOfEachIsNotSaidOfAll()
    {
        Databases databases({Engine::Protected, Engine::Protected});
        databases.statuses[0].proof = provenAt(kNow - 5min);
        QCOMPARE(databases.overview().detail, QStringLiteral("Newest change saved 4 s ago."));
        databases.statuses[1].proof = service::Proof{.at = kNow - 1min};
        QCOMPARE(
            databases.overview().detail,
            QStringLiteral("Newest change saved 4 s ago. Checked by a test restore 5 min ago."));
    }

    void whatIsWrongWithTheOneComesBeforeTheRest()
    {
        Databases databases({Engine::Protected, Engine::AtRisk, Engine::Protected});
        databases.statuses[1].standing.reason = {"tests", "The disk is full."};
        QCOMPARE(databases.overview().sentence, QStringLiteral("b.db is at risk."));
        QCOMPARE(databases.overview().detail,
                 QStringLiteral("The disk is full. The other 2 databases are protected."));
    }

    void oneOtherDatabaseIsNotSpokenOfAsSeveral()
    {
        const QString detail = Databases({Engine::AtRisk, Engine::Protected}).overview().detail;
        QCOMPARE(detail, QStringLiteral("The other database is protected."));
    }

    void severalWithOneTroubleAreCountedAndNoReasonIsPickedOfThem()
    {
        Databases databases({Engine::Broken, Engine::Protected, Engine::Broken, Engine::Paused});
        databases.statuses[0].standing.reason = {"tests", "The disk is full."};
        QCOMPARE(databases.overview().sentence, QStringLiteral("2 databases are broken."));
        QCOMPARE(databases.overview().detail, QStringLiteral("Of the other 2, 1 is protected."));
    }
};

QTEST_GUILESS_MAIN(TestOverview)
#include "tst_overview.moc"
