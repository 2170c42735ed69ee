#include "core/service/upload_turn.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::service;
using namespace std::chrono_literals;

class TestUploadTurn : public QObject {
    Q_OBJECT

    static constexpr Clock::Instant kNow{1000s};

private slots:
    void uploadsAreFreeUntilTheyAreHeld()
    {
        UploadTurn turn;
        QVERIFY(!turn.isHeld(kNow) && !turn.isShared(kNow));
        turn.askForStep(kNow);
        QVERIFY(!turn.begin());
        turn.hold(kNow);
        QVERIFY(turn.isHeld(kNow) && turn.isShared(kNow));
    }

    void whatIsHeldGetsOneStepAtATimeWhileThereIsMore()
    {
        UploadTurn turn;
        turn.hold(kNow);
        turn.askForStep(kNow);
        QVERIFY(!turn.isHeld(kNow) && turn.isShared(kNow));
        QVERIFY(turn.begin());
        turn.end(true, kNow);
        QVERIFY(turn.isHeld(kNow));
        turn.askForStep(kNow);
        QVERIFY(turn.begin());
        turn.end(false, kNow);
        QVERIFY(!turn.isShared(kNow));
    }

    void aHoldBehindAStepThatIsUnderWayHolds()
    {
        UploadTurn turn;
        turn.hold(kNow);
        turn.askForStep(kNow);
        QVERIFY(turn.begin());
        turn.hold(kNow);
        turn.end(false, kNow);
        QVERIFY(turn.isHeld(kNow));
    }

    void whatIsLetGoOfIsNotHeldByTheStepThatWasAskedForBefore()
    {
        for (const bool hasBegun : {false, true}) {
            UploadTurn turn;
            turn.hold(kNow);
            turn.askForStep(kNow);
            QVERIFY(!hasBegun || turn.begin());
            turn.letGo();
            turn.end(true, kNow);
            QVERIFY(!turn.begin());
            QVERIFY(!turn.isShared(kNow));
        }
    }

    void whoeverHoldsAndHangsHoldsNoLongerThanAMinute()
    {
        UploadTurn turn;
        turn.hold(kNow);
        QCOMPARE(turn.heldUntil(), kNow + 60s);
        QVERIFY(turn.isHeld(kNow + 59s));
        QVERIFY(!turn.isHeld(kNow + 60s) && !turn.isShared(kNow + 60s));
    }
};

QTEST_APPLESS_MAIN(TestUploadTurn)
#include "tst_upload_turn.moc"
