#include "app/timeline/overview_item.h"
#include "app/timeline/timeline_item.h"
#include "tests/app/timeline/shown_timeline.h"

#include <QQuickWindow>
#include <QSignalSpy>
#include <QTest>

using namespace tidemark;
using namespace tidemark::app::timeline;
using namespace tidemark::app::timeline::tests;
using tidemark::app::tests::World;

namespace {

/// The timeline in a window, over two weeks with a moment a minute.
struct Stage : ShownTimeline {
    TimelinePalette colors;
    QQuickWindow window;
    TimelineItem item;

    Stage()
    {
        show(evenCatalog(14 * 24 * 60, kMinuteMs));
        window.resize(1064, 400);
        item.setParentItem(window.contentItem());
        item.setController(&controller);
        item.setColors(&colors);
        item.setWidth(1064);
        item.setHeight(item.implicitHeight());
        window.show();
        window.requestActivate();
        item.forceActiveFocus();
    }
    void press(int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QTest::keyClick(&window, static_cast<Qt::Key>(key), modifiers);
    }
};

}  // namespace

class TestTimelineItem : public QObject {
    Q_OBJECT

private slots:
    void arrowsStepOneTenAndADay()
    {
        Stage stage;
        const int last = stage.controller.momentCount();
        stage.press(Qt::Key_Left);
        QCOMPARE(stage.held(), last - 1);
        stage.press(Qt::Key_Left, Qt::ShiftModifier);
        QCOMPARE(stage.held(), last - 11);
        stage.press(Qt::Key_Left, Qt::ControlModifier);
        QCOMPARE(stage.held(), last - 11 - 24 * 60);
        stage.press(Qt::Key_Right, Qt::ControlModifier);
        stage.press(Qt::Key_Right, Qt::ShiftModifier);
        stage.press(Qt::Key_Right);
        QCOMPARE(stage.held(), last);
    }

    void pagesAreHoursAndHomeAndEndTheEnds()
    {
        Stage stage;
        const int last = stage.controller.momentCount();
        stage.press(Qt::Key_PageUp);
        QCOMPARE(stage.held(), last - 60);
        stage.press(Qt::Key_PageDown);
        QCOMPARE(stage.held(), last);
        stage.press(Qt::Key_Home);
        QCOMPARE(stage.held(), 1);
        stage.press(Qt::Key_End);
        QCOMPARE(stage.held(), last);
    }

    void plusMinusNoughtAndNChangeWhatIsShown()
    {
        Stage stage;
        const Millis span = stage.controller.window().spanMs();
        stage.press(Qt::Key_Plus);
        QVERIFY(stage.controller.window().spanMs() < span);
        stage.press(Qt::Key_Minus);
        stage.press(Qt::Key_Minus);
        QVERIFY(stage.controller.window().spanMs() > span);
        stage.press(Qt::Key_0);
        QCOMPARE(stage.controller.momentsInWindow(), stage.controller.momentCount());
        stage.press(Qt::Key_Home);
        stage.press(Qt::Key_N);
        QCOMPARE(stage.held(), stage.controller.momentCount());
        QVERIFY(stage.controller.followsNow());
    }

    void aKeyThatMeansNothingHereGoesOn()
    {
        Stage stage;
        const int held = stage.held();
        stage.press(Qt::Key_X);
        stage.press(Qt::Key_Up);
        QCOMPARE(stage.held(), held);
    }

    void aClickHoldsTheMomentThere()
    {
        Stage stage;
        const Geometry geometry = geometryOf(Form::Normal, stage.controller.data());
        const double middle = (geometry.gutter + 1064 - geometry.rightMargin) / 2;
        QTest::mouseClick(&stage.window, Qt::LeftButton, {},
                          QPoint(static_cast<int>(middle), static_cast<int>(geometry.base() - 20)));
        const ViewWindow& window = stage.controller.window();
        const Millis heldMs = stage.controller.data().shownMs(stage.controller.held()->index);
        QVERIFY(std::abs(heldMs - (window.fromMs + window.spanMs() / 2)) < 2 * kMinuteMs);
    }

    void aDragPansAndHoldsNothing()
    {
        Stage stage;
        const int held = stage.held();
        const ViewWindow before = stage.controller.window();
        QTest::mousePress(&stage.window, Qt::LeftButton, {}, {400, 150});
        QTest::mouseMove(&stage.window, {450, 150});
        QTest::mouseMove(&stage.window, {500, 150});
        QTest::mouseRelease(&stage.window, Qt::LeftButton, {}, {500, 150});
        QVERIFY(stage.controller.window().fromMs < before.fromMs);
        QCOMPARE(stage.controller.window().spanMs(), before.spanMs());
        QCOMPARE(stage.held(), held);
    }

    void theWheelPansAndWithControlZoomsAboutThePointer()
    {
        Stage stage;
        const ViewWindow before = stage.controller.window();
        const auto turn = [&](Qt::KeyboardModifiers modifiers) {
            QWheelEvent event({400, 150}, {400, 150}, {}, {0, 120}, Qt::NoButton, modifiers,
                              Qt::NoScrollPhase, false);
            QCoreApplication::sendEvent(&stage.window, &event);
        };
        turn(Qt::NoModifier);
        QVERIFY(stage.controller.window().fromMs < before.fromMs);
        QCOMPARE(stage.controller.window().spanMs(), before.spanMs());
        turn(Qt::ControlModifier);
        QVERIFY(stage.controller.window().spanMs() < before.spanMs());
    }

    void toWhoListensItIsASliderOverAllMoments()
    {
        Stage stage;
        QSignalSpy told(&stage.item, &TimelineItem::valueChanged);
        QCOMPARE(stage.item.property("minimumValue").toDouble(), 1.0);
        QCOMPARE(stage.item.property("maximumValue").toDouble(), 14.0 * 24 * 60);
        QCOMPARE(stage.item.property("stepSize").toDouble(), 1.0);
        stage.item.setProperty("value", 77.0);
        QCOMPARE(stage.held(), 77);
        QCOMPARE(stage.item.property("value").toDouble(), 77.0);
        QVERIFY(!told.empty());
    }

    void onlyWhoComesByKeyboardSeesTheFocus()
    {
        Stage stage;
        stage.item.setFocus(false);
        stage.item.setFocus(true, Qt::MouseFocusReason);
        QVERIFY(!stage.item.shownByKey());
        stage.item.setFocus(false);
        stage.item.setFocus(true, Qt::TabFocusReason);
        QVERIFY(stage.item.shownByKey());
    }

    void itOutlivesItsController()
    {
        World world;
        TimelinePalette colors;
        TimelineItem item;
        item.setColors(&colors);
        {
            TimelineController controller(world.voice);
            item.setController(&controller);
        }
        item.setController(nullptr);
        QCOMPARE(item.value(), 0.0);
        QCOMPARE(item.maximumValue(), 1.0);
    }
};

QTEST_MAIN(TestTimelineItem)
#include "tst_timeline_item.moc"
