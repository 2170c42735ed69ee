#include "core/service/drill_schedule.h"

#include <QTest>

using namespace std::chrono_literals;
using namespace tidemark;
using namespace tidemark::service;

namespace {

constexpr Timestamp kNow(std::chrono::hours(24 * 365 * 50));
constexpr DrillRules kWeekly{.every = 168h, .newBases = true};

/// Proven an hour ago, by a program that has run for a day.
constexpr DrillFacts kProven{
    .base = {1}, .provenTxId = {9}, .provenAt = kNow - 1h, .followedSince = kNow - 24h};

}  // namespace

class TestDrillSchedule : public QObject {
    Q_OBJECT

private slots:
    void aNewBaseIsProvenAtOnce()
    {
        DrillFacts facts = kProven;
        facts.base = {10};
        QVERIFY(nextDrillAt(kWeekly, facts, kNow) == kNow);
        QVERIFY(nextDrillAt(kWeekly, {.base = {1}, .followedSince = kNow}, kNow) == kNow);
        const DrillRules onlyWeekly{.every = 168h};
        QVERIFY(nextDrillAt(onlyWeekly, facts, kNow) == kNow - 1h + 168h);
    }

    void whatIsProvenIsProvenAgainAfterTheInterval()
    {
        QVERIFY(nextDrillAt(kWeekly, kProven, kNow) == kNow + 167h);
        DrillRules early = kWeekly;
        early.ahead = 5h;
        QVERIFY(nextDrillAt(early, kProven, kNow) == kNow + 162h);
    }

    void whatIsOverdueAtAStartWaitsALittle()
    {
        DrillFacts facts = kProven;
        facts.provenAt = kNow - 1000h;
        QVERIFY(nextDrillAt(kWeekly, facts, kNow) == kNow);
        facts.followedSince = kNow;
        QVERIFY(nextDrillAt(kWeekly, facts, kNow) == kNow + kDrillPatience);
    }

    void withoutAnIntervalOnlyNewBasesAreProven()
    {
        QVERIFY(!nextDrillAt({.newBases = true}, kProven, kNow));
        QVERIFY(!nextDrillAt({}, {.base = {1}}, kNow));
    }

    void whatWasMendedIsProvenAtOnce()
    {
        DrillFacts facts = kProven;
        facts.mendedAt = kNow - 1min;
        QVERIFY(nextDrillAt(kWeekly, facts, kNow) == kNow);
        facts.provenAt = kNow;
        QVERIFY(nextDrillAt(kWeekly, facts, kNow) == kNow + 168h);
    }

    void aBaseThatWasThereBeforeTheStartWaitsALittle()
    {
        const DrillFacts facts{.base = {1}, .baseIsOlder = true, .followedSince = kNow};
        QVERIFY(nextDrillAt(kWeekly, facts, kNow) == kNow + kDrillPatience);
        QVERIFY(nextDrillAt(kWeekly, facts, kNow + 1h) == kNow + 1h);
    }

    void whatWasMendedBeforeTheStartWaitsALittle()
    {
        DrillFacts facts = kProven;
        facts.mendedAt = kNow - 1min;
        facts.followedSince = kNow;
        QVERIFY(nextDrillAt(kWeekly, facts, kNow) == kNow + kDrillPatience);
    }

    void withoutAProofItIsDueSoonAfterTheStart()
    {
        const DrillRules rules{.every = 168h};
        QVERIFY(nextDrillAt(rules, {.base = {1}, .followedSince = kNow}, kNow) ==
                kNow + kDrillPatience);
    }

    void aProofOfTheFutureIsNone()
    {
        DrillFacts facts = kProven;
        facts.provenAt = kNow + 10000h;
        QVERIFY(nextDrillAt(kWeekly, facts, kNow) == kNow);
    }

    void whatIsMendedInTheFutureIsNotProvenAgainAndAgain()
    {
        DrillFacts facts = kProven;
        facts.provenAt = kNow;
        facts.mendedAt = kNow + 10000h;
        QVERIFY(nextDrillAt(kWeekly, facts, kNow) == kNow + 168h);
        QVERIFY(!nextDrillAt({.newBases = true}, facts, kNow));
    }

    void aStartInTheFutureIsNotWaitedFor()
    {
        DrillFacts facts = kProven;
        facts.followedSince = kNow + 10000h;
        QVERIFY(nextDrillAt(kWeekly, facts, kNow) == kNow + 167h);
        facts.provenTxId = {};
        QVERIFY(nextDrillAt({.every = 168h}, facts, kNow) == kNow);
    }
};

QTEST_APPLESS_MAIN(TestDrillSchedule)
#include "tst_drill_schedule.moc"
