#include "app/timeline/held_facts.h"
#include "tests/app/english.h"
#include "tests/app/timeline/histories.h"

#include <QSignalSpy>
#include <QTest>

using namespace tidemark;
using namespace tidemark::app::timeline;
using namespace tidemark::app::timeline::tests;
using namespace Qt::StringLiterals;

namespace {

service::MomentFacts answer()
{
    return {.databasePages = 77, .pageSizeBytes = 4096};
}

MomentRow row(std::uint64_t number)
{
    return {.number = number, .pages = 31, .bytes = 18'000};
}

}  // namespace

class TestHeldFacts : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { tidemark::app::tests::speakEnglish(); }

    void whatTheListTellsIsSaidAtOnce()
    {
        HeldFacts facts;
        facts.hold(row(10), berlin());
        QCOMPARE(facts.words(), (FactWords{.pages = u"31"_s, .data = u"stored as 18 KB"_s}));
    }

    void theLookIsAskedForWhereAKeyRests()
    {
        HeldFacts facts;
        const QSignalSpy wanted(&facts, &HeldFacts::wanted);
        for (std::uint64_t number = 1; number <= 50; ++number) {
            facts.hold(row(number), berlin());
        }
        QCOMPARE(wanted.size(), 0);
        QTRY_COMPARE(wanted.size(), 1);
    }

    void whatIsHeldAgainIsNotAskedForAgain()
    {
        HeldFacts facts;
        facts.hold(row(10), berlin());
        facts.take(10, answer(), berlin());
        const QSignalSpy changed(&facts, &HeldFacts::changed);
        facts.hold(row(10), berlin());
        QCOMPARE(changed.size(), 0);
        QCOMPARE(facts.words().database, u"315 KB"_s);
    }

    void anAnswerForAnotherMomentIsDropped()
    {
        HeldFacts facts;
        facts.take(9, answer(), berlin());
        facts.hold(row(10), berlin());
        facts.take(9, answer(), berlin());
        facts.fail(9, u"It is torn."_s);
        QVERIFY(facts.words().database.isEmpty() && facts.problem().isEmpty());
        facts.forget();
        facts.take(10, answer(), berlin());
        QVERIFY(facts.words().database.isEmpty());
    }

    void aProblemGoesWithItsMoment()
    {
        HeldFacts facts;
        facts.hold(row(10), berlin());
        facts.fail(10, u"It is torn."_s);
        QCOMPARE(facts.problem(), u"It is torn."_s);
        facts.hold(row(11), berlin());
        QVERIFY(facts.problem().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestHeldFacts)
#include "tst_held_facts.moc"
