#include "core/service/status_board.h"
#include "tests/support/simulated_clock.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::service;
using engine::Protection;
using namespace std::chrono_literals;

namespace {

class Listener final : public Observer {
public:
    void statusChanged(const DatabaseStatus& status) override { statuses.push_back(status); }
    void happened(const Event& event) override { events.push_back(event); }
    void removed(const DatabaseId&) override {}

    std::vector<DatabaseStatus> statuses;
    std::vector<Event> events;
};

ReplicaStatus replicaAt(Protection state)
{
    return {.id = "r", .standing = {.state = state, .since = Timestamp(1s)}};
}

}  // namespace

class TestStatusBoard : public QObject {
    Q_OBJECT

private slots:
    void theWorstOfSourceAndReplicasIsShown()
    {
        Listener listener;
        StatusBoard board(m_clock, listener, {}, [] {});
        board.setOwnStanding({.state = Protection::Protected, .since = Timestamp(1s)});
        QVERIFY(board.status().standing.state == Protection::Protected);
        board.update([](DatabaseStatus& status) {
            status.replicas = {replicaAt(Protection::Protected), replicaAt(Protection::Waiting)};
        });
        QVERIFY(board.status().standing.state == Protection::Waiting);
        QVERIFY(board.ownStanding().state == Protection::Protected);
        board.setOwnStanding({.state = Protection::Broken, .since = Timestamp(1s)});
        QVERIFY(board.status().standing.state == Protection::Broken);
    }

    void aTroubleThatIsFoundAgainIsAsOldAsBefore()
    {
        Listener listener;
        SimulatedClock clock;
        StatusBoard board(clock, listener, {}, [] {});
        board.setOwnStanding({.state = Protection::Protected, .since = Timestamp(1s)});
        const Error trouble{.code = ErrorCode::Io, .what = {"tests", "It fails."}};
        board.setTrouble(Trouble::Proof, trouble);
        const Timestamp began = board.status().standing.since;
        const std::size_t told = listener.statuses.size();
        clock.advance(1h);
        board.setTrouble(Trouble::Proof, trouble);
        QVERIFY(board.status().standing.since == began);
        QCOMPARE(listener.statuses.size(), told);
        board.setTrouble(Trouble::Proof, Error{.what = {"tests", "It fails otherwise."}});
        QVERIFY(board.status().standing.since == began + 1h);
    }

    void whenItIsClosedNothingMoreIsTold()
    {
        Listener listener;
        StatusBoard board(m_clock, listener, {}, [] {});
        board.close();
        board.setOwnStanding({.state = Protection::Protected, .since = Timestamp(1s)});
        board.happened(Attached{});
        QVERIFY(listener.statuses.empty());
        QVERIFY(listener.events.empty());
        QVERIFY(board.status().standing.state == Protection::Protected);
    }

    void aPauseCountsBeforeAllElse()
    {
        Listener listener;
        StatusBoard board(m_clock, listener, {}, [] {});
        board.update(
            [](DatabaseStatus& status) { status.replicas = {replicaAt(Protection::Broken)}; });
        board.setOwnStanding({.state = Protection::Paused, .since = Timestamp(1s)});
        QVERIFY(board.status().standing.state == Protection::Paused);
    }

    void aChangeOfStateIsAnEventAndAnEqualStatusIsNothing()
    {
        Listener listener;
        int changes = 0;
        StatusBoard board(m_clock, listener, {}, [&changes] { ++changes; });
        board.setOwnStanding({.state = Protection::Protected, .since = Timestamp(1s)});
        QCOMPARE(listener.statuses.size(), 1U);
        QCOMPARE(listener.events.size(), 1U);
        QVERIFY(std::holds_alternative<StandingChanged>(listener.events[0].what));
        board.setOwnStanding({.state = Protection::Protected, .since = Timestamp(1s)});
        board.update([](DatabaseStatus&) {});
        QCOMPARE(listener.statuses.size(), 1U);
        board.update([](DatabaseStatus& status) { status.walBytes = 5; });
        QCOMPARE(listener.statuses.size(), 2U);
        QCOMPARE(listener.events.size(), 1U);
        QCOMPARE(changes, 2);
    }

    void troubleIsShownUntilItIsOver()
    {
        Listener listener;
        StatusBoard board(m_clock, listener, {}, [] {});
        board.setOwnStanding({.state = Protection::Protected, .since = Timestamp(1s)});
        const Error error{.code = ErrorCode::Damaged, .what = {TIDEMARK_TEXT("test", "Broken.")}};
        board.setTrouble(Trouble::Proof, error);
        QVERIFY(board.status().standing.state == Protection::AtRisk);
        QCOMPARE(inEnglish(board.status().standing.reason), std::string("Broken."));
        board.setTrouble(Trouble::Spool, std::nullopt);
        QVERIFY(board.status().standing.state == Protection::AtRisk);
        board.setTrouble(Trouble::Proof, std::nullopt);
        QVERIFY(board.status().standing.state == Protection::Protected);
    }

private:
    SimulatedClock m_clock;
};

QTEST_APPLESS_MAIN(TestStatusBoard)
#include "tst_status_board.moc"
