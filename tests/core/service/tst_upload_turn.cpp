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
        QVERIFY(!turn.askForStep());
        QVERIFY(!turn.beginStep());
        turn.hold(kNow);
        QVERIFY(turn.isHeld(kNow) && turn.isShared(kNow));
    }

    void whatIsHeldGetsOneStepAtATimeWhileThereIsMore()
    {
        UploadTurn turn;
        turn.hold(kNow);
        QVERIFY(turn.askForStep());
        QVERIFY(!turn.isHeld(kNow) && turn.isShared(kNow));
        QVERIFY(turn.beginStep());
        turn.endStep(true, kNow);
        QVERIFY(turn.isHeld(kNow));
        QVERIFY(turn.askForStep());
        QVERIFY(turn.beginStep());
        turn.endStep(false, kNow);
        QVERIFY(!turn.isShared(kNow));
    }

    void aHoldBehindAStepThatIsUnderWayHolds()
    {
        UploadTurn turn;
        turn.hold(kNow);
        QVERIFY(turn.askForStep());
        QVERIFY(turn.beginStep());
        turn.hold(kNow);
        turn.endStep(false, kNow);
        QVERIFY(turn.isHeld(kNow));
    }

    void whatIsLetGoOfIsNotHeldByTheStepThatWasAskedForBefore()
    {
        for (const bool hasBegun : {false, true}) {
            UploadTurn turn;
            turn.hold(kNow);
            QVERIFY(turn.askForStep());
            QVERIFY(!hasBegun || turn.beginStep());
            QVERIFY(turn.letGo());
            turn.endStep(true, kNow);
            QVERIFY(!turn.beginStep());
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

    void whoeverHeldForLongerAndGoesOnHoldsAgain()
    {
        UploadTurn turn;
        turn.hold(kNow);
        turn.renew(kNow + 90s);
        QVERIFY(turn.isHeld(kNow + 100s));
        QVERIFY(!turn.isHeld(kNow + 200s));
        QVERIFY(turn.askForStep());
        QVERIFY(turn.beginStep());
        turn.endStep(false, kNow + 200s);
        QVERIFY(!turn.letGo());
        turn.renew(kNow + 210s);
        QVERIFY(!turn.isHeld(kNow + 211s));
    }
};

QTEST_APPLESS_MAIN(TestUploadTurn)
#include "tst_upload_turn.moc"
