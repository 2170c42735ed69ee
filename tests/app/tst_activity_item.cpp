#include "app/activity_item.h"
#include "tests/app/english.h"
#include "tests/app/shown_history.h"

#include <QImage>
#include <QPainter>
#include <QTest>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace Qt::StringLiterals;

namespace {

/// The drawing of a history.
struct Bench : ShownHistory {
    ActivityItem item;

    Bench()
    {
        item.setSize({300, 45});
        item.setHistory(&history);
    }

    /// Whether any pixel of it is other than it was.
    [[nodiscard]] bool draws(ActivityItem::Kind kind)
    {
        item.setKind(kind);
        for (const char* const colour : {"flow", "kept", "axis", "accent"}) {
            item.setProperty(colour, QColor(Qt::black));
        }
        QImage image(300, 45, QImage::Format_ARGB32_Premultiplied);
        image.fill(Qt::white);
        const QImage before = image;
        QPainter painter(&image);
        item.paint(&painter);
        return image != before;
    }
};

}  // namespace

class TestActivityItem : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { speakEnglish(); }

    void theDayIsSummedUpInGroupedNumbers()
    {
        Bench bench;
        QVERIFY(bench.read(1'284));
        QTRY_COMPARE(bench.item.summary(), u"1,284 moments · 7.7 MB"_s);
        QVERIFY(bench.draws(ActivityItem::Kind::Day));
        QVERIFY(bench.draws(ActivityItem::Kind::Month));
    }

    void nothingIsSaidOfAHistoryThatNobodyHasRead()
    {
        Bench bench;
        QCOMPARE(bench.item.summary(), QString());
        bench.history.open();
        bench.item.setHistory(nullptr);
        bench.item.setHistory(&bench.history);
        QCOMPARE(bench.item.summary(), QString());
        QVERIFY(!bench.draws(ActivityItem::Kind::Day));
        QVERIFY(!bench.draws(ActivityItem::Kind::Month));
    }

    void aReplicaThatCannotBeReadIsNotSaidToBeEmpty()
    {
        Bench bench;
        bench.history.open();
        bench.world.engine.openings.back().reply(errorOf(ErrorCode::Io, "The disk is gone."));
        QCOMPARE(bench.history.stage(), History::Stage::Failed);
        bench.item.setHistory(nullptr);
        bench.item.setHistory(&bench.history);
        QCOMPARE(bench.item.summary(), QString());
    }

    void anEmptyHistoryThatWasReadHasNoMoments()
    {
        Bench bench;
        QVERIFY(bench.read(0));
        QTRY_COMPARE(bench.item.summary(), u"0 moments · 0 B"_s);
    }

    void whatWasReadStaysWhileItIsReadAgain()
    {
        Bench bench;
        QVERIFY(bench.read(3));
        QTRY_COMPARE(bench.item.summary(), u"3 moments · 18 KB"_s);
        bench.history.reload();
        bench.item.setHistory(nullptr);
        bench.item.setHistory(&bench.history);
        QCOMPARE(bench.item.summary(), u"3 moments · 18 KB"_s);
    }
};

QTEST_MAIN(TestActivityItem)
#include "tst_activity_item.moc"
