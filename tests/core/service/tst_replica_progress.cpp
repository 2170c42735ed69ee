#include "core/service/replica_progress.h"
#include "tests/support/moved_clock.h"

#include <QTest>

#include <string>

using namespace tidemark;
using namespace tidemark::service;
using engine::Protection;

namespace {

std::string reasonOf(const ReplicaView& view)
{
    return inEnglish(view.standing.reason);
}

}  // namespace

class TestReplicaProgress : public QObject {
    Q_OBJECT

    MovedClock m_clock;

    [[nodiscard]] static ReplicaView shownBy(const ReplicaProgress& progress,
                                             ReplicaView view = {.looked = true, .hasBase = true})
    {
        progress.showIn(view);
        return view;
    }

private slots:
    void whatComesOnIsShownAsItIs()
    {
        ReplicaProgress progress(m_clock, "/mnt/nas");
        progress.stepBegins(100);
        QCOMPARE(progress.step().bytes, 100U);
        QVERIFY(!shownBy(progress).failure);
    }

    void aStepThatStallsIsAtRiskUntilItEnds()
    {
        ReplicaProgress progress(m_clock, "/mnt/nas");
        QVERIFY(progress.setStalled(Stalled::AtWork));
        QVERIFY(!progress.setStalled(Stalled::AtWork));
        const ReplicaView view = shownBy(progress);
        QCOMPARE(view.standing.state, Protection::AtRisk);
        QCOMPARE(view.failure->code, ErrorCode::Unavailable);
        QCOMPARE(reasonOf(view), "/mnt/nas does not answer.");
        QVERIFY(progress.setStalled(Stalled::No));
        QVERIFY(!shownBy(progress).failure);
    }

    void oneThatWaitsForItsTurnSaysThatOthersDoNotAnswer()
    {
        ReplicaProgress progress(m_clock, "/mnt/nas");
        QVERIFY(progress.setStalled(Stalled::InQueue));
        QVERIFY(reasonOf(shownBy(progress)).find("others") != std::string::npos);
        // Its turn has come, and now it is itself that does not.
        QVERIFY(progress.setStalled(Stalled::AtWork));
        QVERIFY(reasonOf(shownBy(progress)).find("others") == std::string::npos);
    }

    void whatWaitsForItsFirstSnapshotSaysSoUntilItHasOne()
    {
        ReplicaProgress progress(m_clock, "/mnt/nas");
        QVERIFY(progress.setWaitsForTurn(true));
        QVERIFY(!progress.setWaitsForTurn(true));
        const ReplicaView view =
            shownBy(progress, {.looked = true, .standing = {.state = Protection::CatchingUp}});
        QCOMPARE(view.standing.state, Protection::CatchingUp);
        QVERIFY(reasonOf(view).find("waits for its turn") != std::string::npos);
        QVERIFY(view.standing.next != Message());
        QVERIFY(!view.failure);
        QCOMPARE(reasonOf(shownBy(progress)), "");
        QVERIFY(progress.setWaitsForTurn(false));
        QCOMPARE(reasonOf(shownBy(progress, {.looked = true})), "");
    }

    void itIsToldSinceWhenNothingComesOn()
    {
        ReplicaProgress progress(m_clock, "/mnt/nas");
        const Timestamp before = m_clock.now();
        QVERIFY(progress.setStalled(Stalled::InQueue));
        const Timestamp since = shownBy(progress).standing.since;
        QVERIFY(since >= before);
        m_clock.advance(std::chrono::hours(1));
        QVERIFY(progress.setStalled(Stalled::AtWork));
        QCOMPARE(shownBy(progress).standing.since.time_since_epoch().count(),
                 since.time_since_epoch().count());
    }

    void aFailureOfItsOwnGoesBefore()
    {
        ReplicaProgress progress(m_clock, "/mnt/nas");
        QVERIFY(progress.setStalled(Stalled::AtWork));
        const ReplicaView failed{.failure = Error{.code = ErrorCode::Forbidden}};
        QVERIFY(shownBy(progress, failed) == failed);
    }

    void aSnapshotStallsOnlyWhileItIsWritten()
    {
        ReplicaProgress progress(m_clock, "/mnt/nas");
        QVERIFY(!progress.setSnapshotStalled(true));
        QVERIFY(!progress.snapshot());
        progress.snapshotGoesOn(100);
        QVERIFY(progress.setSnapshotStalled(true));
        QVERIFY(shownBy(progress).failure);
        progress.snapshotEnds();
        QVERIFY(!shownBy(progress).failure);
    }

    void whyThereIsNoSnapshotIsToldWhereOneIsLacking()
    {
        ReplicaProgress progress(m_clock, "/mnt/nas");
        const Error why{.code = ErrorCode::NoSpace,
                        .what = {TIDEMARK_TEXT("test", "There is no room.")}};
        QVERIFY(progress.setNoSnapshot(why));
        QVERIFY(!progress.setNoSnapshot(why));
        QVERIFY(!shownBy(progress).failure);
        const ReplicaView lacking = shownBy(progress, {.looked = true});
        QCOMPARE(lacking.standing.state, Protection::Waiting);
        QCOMPARE(lacking.failure->code, ErrorCode::NoSpace);
    }
};

QTEST_GUILESS_MAIN(TestReplicaProgress)
#include "tst_replica_progress.moc"
