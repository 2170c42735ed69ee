#include "app/status_words.h"
#include "tests/app/english.h"
#include "tests/app/fakes.h"

#include <QTest>

#include <array>
#include <set>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace std::chrono_literals;
using Engine = engine::Protection;

namespace {

constexpr std::array kStates = {Engine::Protected, Engine::CatchingUp, Engine::Waiting,
                                Engine::Paused,    Engine::AtRisk,     Engine::Broken,
                                Engine::NotSetUp};

StatusWords said(const service::DatabaseStatus& status)
{
    return wordsFor(status, kNow, berlinSpeech());
}

}  // namespace

class TestStatusWords : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { speakEnglish(); }

    void everyStateIsSaidInItsOwnWord()
    {
        std::set<QString> words;
        for (const Engine state : kStates) {
            const StatusWords one = said(statusOf("/a.db", state));
            QCOMPARE(one.state, Protection::fromEngine(state));
            QVERIFY(!one.word.isEmpty());
            words.insert(one.word);
        }
        QCOMPARE(words.size(), kStates.size());
    }

    void whatStandsBehindTheWordFollowsTheState_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<QString>("detail");
        QTest::addColumn<QString>("age");
        const auto row = [](const char* name, Engine state, const char* detail, const char* age) {
            QTest::newRow(name) << static_cast<int>(state) << QString(detail) << QString(age);
        };
        row("protected", Engine::Protected, "last change 4 s ago", "4 s");
        row("catching up", Engine::CatchingUp, "", "4 s");
        row("waiting", Engine::Waiting, "since 14:27, 26 min", "26 min");
        row("paused", Engine::Paused, "since 14:27, 26 min", "26 min");
        row("at risk", Engine::AtRisk, "since 14:27, 26 min", "26 min");
        row("broken", Engine::Broken, "since 14:27, 26 min", "26 min");
        row("not set up", Engine::NotSetUp, "", "");
    }
    void whatStandsBehindTheWordFollowsTheState()
    {
        QFETCH(int, state);
        const StatusWords words = said(statusOf("/a.db", static_cast<Engine>(state)));
        QTEST(words.detail, "detail");
        QTEST(words.age, "age");
    }

    void theSnapshotOfTheReplicaThatIsFurthestBehindIsSaid()
    {
        auto status = statusOf("/a.db", Engine::Protected);
        status.captured = {9};
        status.replicas = {{.name = "one"}, {.name = "two"}};
        const auto words = [&status] { return snapshotWords(status, kNow, berlinSpeech()); };
        QCOMPARE(words(), QString());
        QVERIFY(!maySnapshot(status));
        status.replicas[0].snapshot = service::SnapshotFacts{.txId = {9}, .time = kNow - 2h};
        QCOMPARE(words(), QStringLiteral("The newest moment is one: 2 h ago."));
        QVERIFY(!maySnapshot(status));
        status.replicas[1].snapshot = service::SnapshotFacts{.txId = {7}, .time = kNow - 3h};
        QCOMPARE(words(), QStringLiteral("The last one: 3 h ago."));
    }

    void aSnapshotMayBeOrderedWhereItWouldBeMade()
    {
        auto status = statusOf("/a.db", Engine::Protected);
        status.captured = {9};
        status.replicas = {{.name = "one", .standing = {.state = Engine::Protected}}};
        service::ReplicaStatus& replica = status.replicas.front();
        replica.snapshot = service::SnapshotFacts{.txId = {7}};
        QVERIFY(maySnapshot(status));
        replica.snapshotOrdered = true;
        QVERIFY(!maySnapshot(status));
        QCOMPARE(snapshotWords(status, kNow, berlinSpeech()), QStringLiteral("It is being made."));
        replica.snapshotOrdered = false;
        replica.standing.state = Engine::Waiting;
        QVERIFY(!maySnapshot(status));
        replica.standing.state = Engine::Protected;
        status.standing.state = Engine::Paused;
        QVERIFY(!maySnapshot(status));
    }

    void workIsSaidInEveryStateInsteadOfAges()
    {
        for (const Engine state : kStates) {
            auto status = statusOf("/a.db", state);
            status.work = service::LongWork{.doneBytes = 658, .totalBytes = 1000};
            QCOMPARE(said(status).detail, QStringLiteral("first snapshot, 65 %"));
            QCOMPARE(said(status).age, QStringLiteral("65 %"));
            status.work->kind = service::LongWork::Kind::Drill;
            QCOMPARE(said(status).detail, QStringLiteral("test restore, 65 %"));
        }
    }

    void aStateOfUnknownBeginningSaysNoAge()
    {
        auto status = statusOf("/a.db", Engine::AtRisk);
        status.standing.since = {};
        QVERIFY(said(status).detail.isEmpty());
        QVERIFY(said(status).age.isEmpty());
    }

    void theReasonIsASentenceWithItsValues()
    {
        auto status = statusOf("/a.db", Engine::AtRisk);
        status.standing.reason = {"tests", "The disk of %1 is full.", {"/srv/100%1"}};
        QCOMPARE(said(status).reason, QStringLiteral("The disk of /srv/100%1 is full."));
    }

    void theNextTryIsSaidBeforeWhatHelps()
    {
        auto status = statusOf("/a.db", Engine::Waiting);
        status.standing.next = {"tests", "Plug the disk in."};
        QCOMPARE(said(status).next, QStringLiteral("Plug the disk in."));
        status.standing.nextTry = kNow + 11'200ms;
        QCOMPARE(said(status).next, QStringLiteral("Next try in 12 s. Plug the disk in."));
        status.standing.next = {};
        QCOMPARE(said(status).next, QStringLiteral("Next try in 12 s."));
    }

    void aTryThatIsDueIsNow()
    {
        auto status = statusOf("/a.db", Engine::Waiting);
        for (const auto at : {kNow, kNow - 5min}) {
            status.standing.nextTry = at;
            QCOMPARE(said(status).next, QStringLiteral("Trying again now."));
        }
    }

    void forAWeekItIsSaidThatItWasFoundAsItHadBeenBefore()
    {
        auto status = statusOf("/a.db", Engine::Protected);
        status.wentBack = {.at = kNow - 6 * 24h,
                           .to = {5},
                           .toAt = kNow - 7 * 24h,
                           .last = {8},
                           .lastAt = kNow - 6 * 24h - 1h};
        QCOMPARE(said(status).reason,
                 QStringLiteral("It was found as it had been at Thu 10 Sep, 14:53:12. Only its "
                                "history has the 3 later moments, up to Fri 11 Sep, 13:53:12."));
        QVERIFY(!said(status).next.isEmpty());
        status.wentBack->at = kNow - 8 * 24h;
        QVERIFY(said(status).reason.isEmpty());
    }

    void aReplicaSaysWhatIsStillToBeSent()
    {
        service::ReplicaStatus replica{.standing = {.state = Engine::CatchingUp},
                                       .confirmedAt = kNow - 3h,
                                       .pendingSegments = 3};
        QCOMPARE(wordsFor(replica, kNow, berlinSpeech()).age, QStringLiteral("3 to send"));
        replica.pendingSegments = 0;
        QCOMPARE(wordsFor(replica, kNow, berlinSpeech()).age, QStringLiteral("3 h"));
    }

    void aReplicaSaysHowLongChangesAreHereAlone()
    {
        service::ReplicaStatus replica{.standing = {.state = Engine::Protected}};
        QVERIFY(intervalWords(replica, berlinSpeech()).isEmpty());
        replica.syncInterval = 1min;
        QCOMPARE(intervalWords(replica, berlinSpeech()), QStringLiteral("sent every 1 min"));
    }

    void onlyARestoreThatWasComparedIsCalledProven()
    {
        auto status = statusOf("/a.db", Engine::Protected);
        QVERIFY(proofWords(status, kNow, berlinSpeech()).isEmpty());
        status.proof = service::Proof{.at = kNow - 2h, .verdict = restore::Verdict::Proven};
        QCOMPARE(proofWords(status, kNow, berlinSpeech()), QStringLiteral("Proven 2 h ago"));
        status.proof->verdict = restore::Verdict::Checked;
        QCOMPARE(proofWords(status, kNow, berlinSpeech()), QStringLiteral("Checked 2 h ago"));
    }

    void aBriefAgeChangesItsUnitWhereItShould()
    {
        const auto brief = [](std::chrono::milliseconds age) {
            return briefAge(kNow - age, kNow, berlinSpeech());
        };
        QCOMPARE(brief(0s), QStringLiteral("0 s"));
        QCOMPARE(brief(59'999ms), QStringLiteral("59 s"));
        QCOMPARE(brief(60s), QStringLiteral("1 min"));
        QCOMPARE(brief(1h - 1ms), QStringLiteral("59 min"));
        QCOMPARE(brief(1h), QStringLiteral("1 h"));
        QCOMPARE(brief(48h - 1ms), QStringLiteral("47 h"));
        QCOMPARE(brief(48h), QStringLiteral("2 d"));
    }

    void aClockThatWasSetBackMakesNoNegativeAge()
    {
        QCOMPARE(briefAge(kNow + 1h, kNow, berlinSpeech()), QStringLiteral("0 s"));
    }

    void aShareStaysBetweenNothingAndAll()
    {
        QCOMPARE(shareDone({.doneBytes = 5, .totalBytes = 0}), 0.0);
        QCOMPARE(shareDone({.doneBytes = 1, .totalBytes = 4}), 0.25);
        QCOMPARE(shareDone({.doneBytes = 9, .totalBytes = 4}), 1.0);
    }

    void aPercentageIsWholeOnlyWhenAllIsDone()
    {
        QCOMPARE(percent(0.9999, berlinSpeech()), QStringLiteral("99 %"));
        QCOMPARE(percent(1, berlinSpeech()), QStringLiteral("100 %"));
    }
};

QTEST_GUILESS_MAIN(TestStatusWords)
#include "tst_status_words.moc"
