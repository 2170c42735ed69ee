#include "app/activity_item.h"
#include "tests/app/english.h"
#include "tests/app/fakes.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace Qt::StringLiterals;

class TestActivityItem : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { speakEnglish(); }

    void theDayIsSummedUpInGroupedNumbers()
    {
        World world;
        History history({.name = u"shop.db"_s, .address = {.path = "/srv/shop"}}, world.engine,
                        world.desktop, world.voice, kHome, kHome);
        history.open();
        world.engine.openings.back().reply(catalogOf(1'284));
        QTRY_COMPARE(history.stage(), History::Stage::Ready);
        ActivityItem item;
        item.setHistory(&history);
        QCOMPARE(item.summary(), u"1,284 moments · 7.7 MB"_s);
    }
};

QTEST_MAIN(TestActivityItem)
#include "tst_activity_item.moc"
