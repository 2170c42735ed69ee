#include "app/timeline/moment_list_model.h"
#include "tests/app/timeline/shown_timeline.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using namespace tidemark;
using namespace tidemark::app::timeline;
using namespace tidemark::app::timeline::tests;
using namespace Qt::StringLiterals;
using tidemark::app::tests::World;
using Key = MomentListModel::SortKey;

namespace {

/// A list over `count` moments a minute apart, all of them in the window.
struct List : ShownTimeline {
    MomentListModel model;
    QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::QtTest};

    explicit List(std::size_t count = 60) : List(evenCatalog(count, kMinuteMs)) {}
    explicit List(const replica::Catalog& catalog)
    {
        show(catalog);
        model.setController(&controller);
        model.setActive(true);
    }
    void show(const replica::Catalog& catalog)
    {
        ShownTimeline::show(catalog);
        controller.fit();
    }
    [[nodiscard]] QString said(int row, MomentListModel::Role role) const
    {
        return model.index(row).data(role).toString();
    }
};

}  // namespace

class TestMomentListModel : public QObject {
    Q_OBJECT

private slots:
    void theNewestMomentStandsOnTop()
    {
        const List list;
        QCOMPARE(list.model.count(), 60);
        QCOMPARE(list.said(0, MomentListModel::NumberRole), u"60"_s);
        QCOMPARE(list.said(0, MomentListModel::TimeRole), u"14:53:12.000"_s);
        QCOMPARE(list.said(1, MomentListModel::AgeRole), u"1 min ago"_s);
        QCOMPARE(list.said(59, MomentListModel::NumberRole), u"1"_s);
    }

    void itShowsWhatTheTimelineShows()
    {
        List list(600);
        list.controller.setWindow({.fromMs = kNowMs - 30 * kMinuteMs, .toMs = kNowMs});
        QCOMPARE(list.model.count(), list.controller.momentsInWindow());
        list.controller.panBy(-10 * kMinuteMs);
        QCOMPARE(list.model.count(), list.controller.momentsInWindow());
        list.controller.panBy(-200 * kMinuteMs);
        QCOMPARE(list.model.count(), list.controller.momentsInWindow());
        list.controller.zoomOut();
        QCOMPARE(list.model.count(), list.controller.momentsInWindow());
    }

    void panningMovesRowsInsteadOfStartingAnew()
    {
        List list(600);
        list.controller.setWindow(
            {.fromMs = kNowMs - 300 * kMinuteMs, .toMs = kNowMs - 200 * kMinuteMs});
        QSignalSpy resets(&list.model, &QAbstractItemModel::modelReset);
        list.controller.panBy(10 * kMinuteMs);
        list.controller.panBy(-20 * kMinuteMs);
        QCOMPARE(resets.size(), 0);
    }

    void aNewMomentIsARowOnTop()
    {
        List list;
        QSignalSpy inserted(&list.model, &QAbstractItemModel::rowsInserted);
        list.world.clock.advance(std::chrono::minutes(1));
        list.controller.addMoments({moment(61, kNowMs + 30'000)});
        list.controller.fit();
        QCOMPARE(list.said(0, MomentListModel::NumberRole), u"61"_s);
        QCOMPARE(inserted.size(), 1);
        QCOMPARE(inserted[0][1].toInt(), 0);
    }

    void rowsAreSortedByWhatOneAsksFor()
    {
        List list;
        const auto pages = [&](int row) {
            return list.model.index(row)
                .data(MomentListModel::PagesRole)
                .toString()
                .remove(u',')
                .toInt();
        };
        list.model.sortBy(Key::Pages);
        QVERIFY(list.model.descending());
        for (int row = 1; row < list.model.count(); ++row) {
            QVERIFY(pages(row - 1) >= pages(row));
        }
        list.model.sortBy(Key::Pages);
        QVERIFY(!list.model.descending());
        for (int row = 1; row < list.model.count(); ++row) {
            QVERIFY(pages(row - 1) <= pages(row));
        }
        list.model.sortBy(Key::Time);
        QCOMPARE(list.said(0, MomentListModel::NumberRole), u"60"_s);
        list.model.sortBy(Key::Time);
        QCOMPARE(list.said(0, MomentListModel::NumberRole), u"1"_s);
    }

    void sortingByEventsBringsRareKindsToTheTop()
    {
        auto catalog = evenCatalog(60, kMinuteMs);
        catalog.objects.push_back(
            {.level = replica::kSnapshotLevel, .minTxId = {1}, .maxTxId = {20}});
        List list(catalog);
        list.controller.setRuns(
            {}, {{.number = 30, .momentMs = kNowMs - 30 * kMinuteMs},
                 {.number = 40, .momentMs = kNowMs - 20 * kMinuteMs, .compared = true}});
        list.model.sortBy(Key::Event);
        QCOMPARE(list.said(0, MomentListModel::EventTextRole), u"Restored and proven"_s);
        QCOMPARE(list.said(1, MomentListModel::EventTextRole), u"Restored and checked"_s);
        QCOMPARE(list.said(2, MomentListModel::EventTextRole), u"Snapshot"_s);
        QVERIFY(list.said(3, MomentListModel::EventTextRole).isEmpty());
    }

    void theHeldMomentIsTheCurrentRowInEveryOrder()
    {
        List list;
        for (const Key key : {Key::Time, Key::Pages, Key::Stored, Key::Event}) {
            list.model.sortBy(key);
            list.controller.holdPosition(17);
            const int row = list.model.currentRow();
            QCOMPARE(list.said(row, MomentListModel::NumberRole), u"17"_s);
            QVERIFY(list.model.index(row).data(MomentListModel::HeldRole).toBool());
        }
    }

    void sortingShowsNoOtherRowAsTheHeldOne()
    {
        List list;
        list.controller.holdPosition(17);
        QStringList held;
        connect(&list.model, &QAbstractItemModel::modelReset, this, [&] {
            for (int row = 0; row < list.model.count(); ++row) {
                if (list.model.index(row).data(MomentListModel::HeldRole).toBool()) {
                    held << list.said(row, MomentListModel::NumberRole);
                }
            }
        });
        list.model.sortBy(Key::Pages);
        QCOMPARE(held, QStringList{u"17"_s});
    }

    void rowsThatStaySayWhatBecameOfThem_data()
    {
        QTest::addColumn<int>("role");
        QTest::newRow("event") << static_cast<int>(MomentListModel::EventRole);
        QTest::newRow("words of the event") << static_cast<int>(MomentListModel::EventTextRole);
        QTest::newRow("column") << static_cast<int>(MomentListModel::ShareRole);
    }
    void rowsThatStaySayWhatBecameOfThem()
    {
        QFETCH(int, role);
        List list;
        QSignalSpy told(&list.model, &QAbstractItemModel::dataChanged);
        list.controller.setRuns({}, {{.number = 40, .momentMs = kNowMs - 20 * kMinuteMs}});
        QVERIFY(std::ranges::any_of(told, [&](const QList<QVariant>& change) {
            return change[0].toModelIndex().row() <= 20 && change[1].toModelIndex().row() >= 20 &&
                   change[2].value<QList<int>>().contains(role);
        }));
    }

    void aListThatIsAnotherOneInTheMiddleIsShownAnew()
    {
        // Read again: moment 30 was thinned away, and 61 and 62 came.
        List list;
        QSignalSpy anew(&list.model, &QAbstractItemModel::modelReset);
        auto later = evenCatalog(62, kMinuteMs, kNowMs + 2 * kMinuteMs);
        later.moments.erase(later.moments.begin() + 29);
        list.world.clock.advance(std::chrono::minutes(2));
        list.show(later);
        QVERIFY(!anew.empty());
        QCOMPARE(list.said(0, MomentListModel::NumberRole), u"62"_s);
        QCOMPARE(list.said(32, MomentListModel::NumberRole), u"29"_s);
    }

    void holdingARowHoldsItsMoment()
    {
        List list;
        list.model.hold(3);
        QCOMPARE(list.controller.momentNumber(), u"57"_s);
        list.model.hold(-1);
        list.model.hold(60);
        QCOMPARE(list.controller.momentNumber(), u"57"_s);
    }

    void aMomentOutsideTheWindowIsNoRow()
    {
        List list(600);
        list.controller.holdPosition(600);
        list.controller.setWindow(
            {.fromMs = kNowMs - 300 * kMinuteMs, .toMs = kNowMs - 200 * kMinuteMs});
        QCOMPARE(list.model.currentRow(), -1);
    }

    void agesGoOnWhileTheListIsLookedAt()
    {
        List list;
        QSignalSpy changes(&list.model, &QAbstractItemModel::dataChanged);
        list.world.clock.advance(std::chrono::minutes(5));
        list.controller.setActive(true);  // Ticks at once.
        QCOMPARE(list.said(1, MomentListModel::AgeRole), u"6 min ago"_s);
        bool agesTold = false;
        for (const auto& change : changes) {
            agesTold |= change[2].value<QList<int>>().contains(MomentListModel::AgeRole);
        }
        QVERIFY(agesTold);
    }

    void anotherZoneIsSaidAtOnce()
    {
        List list;
        QSignalSpy changes(&list.model, &QAbstractItemModel::dataChanged);
        list.controller.setZone(TimelineController::Zone::Utc);
        QVERIFY(!changes.empty());
        QCOMPARE(list.said(0, MomentListModel::TimeRole), u"12:53:12.000"_s);
    }

    void whatNobodyLooksAtIsNotKeptUpToDate()
    {
        List list(600);
        list.model.setActive(false);
        QSignalSpy changes(&list.model, &MomentListModel::countChanged);
        list.controller.panBy(-10 * kMinuteMs);
        list.controller.zoomIn();
        QCOMPARE(changes.size(), 0);
        list.model.setActive(true);
        QCOMPARE(list.model.count(), list.controller.momentsInWindow());
    }

    void unknownPagesAreADash()
    {
        auto catalog = evenCatalog(3, kMinuteMs);
        catalog.moments[1].pages.reset();
        const List list(catalog);
        QCOMPARE(list.said(1, MomentListModel::PagesRole), u"–"_s);
    }

    void aControllerThatGoesLeavesAnEmptyHand()
    {
        World world;
        MomentListModel model;
        {
            TimelineController controller(world.voice);
            model.setController(&controller);
            model.setActive(true);
        }
        model.hold(0);
        QCOMPARE(model.count(), 0);
    }
};

QTEST_MAIN(TestMomentListModel)
#include "tst_moment_list_model.moc"
