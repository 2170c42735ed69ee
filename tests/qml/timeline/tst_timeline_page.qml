import QtQuick
import QtTest
import Tidemark.App
import Tidemark.Ui
import Tidemark.Tests

Item {
    id: stage

    width: 1064
    height: 700

    Component {
        id: timelinePage

        TimelinePage {
            anchors.fill: parent
            focus: true
            restoreHint: "shop-20260917-145212.db"
        }
    }

    SignalSpy {
        id: restores

        signalName: "restoreRequested"
    }

    TestCase {
        name: "TimelinePage"
        when: windowShown

        property TimelinePage page
        property TimelineController controller
        property Item lane

        function init() {
            failOnWarning(/.?/);
            stage.width = 1064;
            stage.height = 700;
        }

        function show(made: TimelineController) {
            controller = made;
            page = createTemporaryObject(timelinePage, stage, {
                    "controller": controller
                });
            tryVerify(() => !controller.loading);
            lane = findChild(page, "timeline");
            page.forceActiveFocus();
            waitForRendering(page);
            restores.target = page;
            restores.clear();
        }

        function test_theKeyboardHasTheTimelineFirst() {
            show(TimelineStories.shop());
            verify(lane.activeFocus);
            const last = controller.momentCount;
            compare(controller.momentPosition, last);
            keyClick(Qt.Key_Left);
            compare(controller.momentPosition, last - 1);
            keyClick(Qt.Key_Left, Qt.ShiftModifier);
            compare(controller.momentPosition, last - 11);
            keyClick(Qt.Key_Home);
            compare(controller.momentPosition, 1);
            keyClick(Qt.Key_End);
            compare(controller.momentPosition, last);
            keyClick(Qt.Key_PageUp);
            verify(controller.momentPosition < last);
            keyClick(Qt.Key_N);
            compare(controller.momentPosition, last);
        }

        function test_zoomKeysAndButtonsDoTheSame() {
            show(TimelineStories.shop());
            const before = controller.spanText;
            keyClick(Qt.Key_Plus);
            const zoomed = controller.spanText;
            verify(zoomed !== before);
            keyClick(Qt.Key_Minus);
            compare(controller.spanText, before);
            mouseClick(findChild(page, "zoomIn"));
            compare(controller.spanText, zoomed);
            mouseClick(findChild(page, "zoomOut"));
            compare(controller.spanText, before);
            mouseClick(findChild(page, "fit"));
            compare(controller.momentsInWindow, controller.momentCount);
        }

        function test_enterRestoresAndOnlyWhenItMay() {
            show(TimelineStories.sparse());
            keyClick(Qt.Key_Return);
            keyClick(Qt.Key_Enter);
            compare(restores.count, 2);
            page.canRestore = false;
            keyClick(Qt.Key_Return);
            mouseClick(findChild(page, "restore"));
            compare(restores.count, 2);
        }

        function test_gGoesToWhatIsWritten() {
            show(TimelineStories.shop());
            keyClick(Qt.Key_G);
            const field = findChild(stage.Window.window, "goToField") ?? findChild(page, "goToField");
            tryVerify(() => field.activeFocus);
            compare(Reader.nameless(page), "");
            for (const key of [Qt.Key_W, Qt.Key_H, Qt.Key_E, Qt.Key_N]) {
                keyClick(key);
            }
            keyClick(Qt.Key_Return);
            verify(field.visible);
            field.text = "-20m";
            keyClick(Qt.Key_Return);
            tryVerify(() => lane.activeFocus);
            verify(controller.askedText !== "");
        }

        function test_toAScreenReaderItIsASlider() {
            show(TimelineStories.sparse());
            compare(Reader.described(lane), "Slider: Timeline = 7 of 1..7 by 1");
            verify(Reader.description(lane).startsWith("Moment 7, Thu 17 Sep 2026 14:51:12.000"));
            keyClick(Qt.Key_Left);
            compare(Reader.described(lane), "Slider: Timeline = 6 of 1..7 by 1");
            verify(Reader.description(lane).startsWith("Moment 6,"));
        }

        function test_everyControlHasItsName_data() {
            return [{
                    "tag": "shop",
                    "width": 1064,
                    "height": 700
                }, {
                    "tag": "small",
                    "width": 592,
                    "height": 380
                }];
        }
        function test_everyControlHasItsName(row) {
            stage.width = row.width;
            stage.height = row.height;
            show(TimelineStories.shop());
            compare(Reader.nameless(page), "");
            page.toggleList();
            waitForRendering(page);
            compare(Reader.nameless(page), "");
        }

        function test_theListIsTheSameMoments() {
            show(TimelineStories.sparse());
            keyClick(Qt.Key_L);
            const list = findChild(page, "momentList");
            tryVerify(() => list.activeFocus);
            compare(list.count, controller.momentsInWindow);
            keyClick(Qt.Key_Down);
            compare(controller.momentPosition, 6);
            keyClick(Qt.Key_Up);
            compare(controller.momentPosition, 7);
            keyClick(Qt.Key_End);
            compare(controller.momentPosition, 7 - list.count + 1);
            keyClick(Qt.Key_Home);
            compare(controller.momentPosition, 7);
            keyClick(Qt.Key_Return);
            compare(restores.count, 1);
            keyClick(Qt.Key_L);
            tryVerify(() => lane.activeFocus);
        }

        function test_thePanelSaysWhatIsKnown() {
            show(TimelineStories.shop());
            keyClick(Qt.Key_Left);
            compare(findChild(page, "time").text, controller.momentTime);
            TimelineStories.answerFacts(controller);
            verify(findChild(page, "pages").value.endsWith(" of 149,414"));
            compare(findChild(page, "database").value, "612 MB");
        }

        function test_beforeTheFirstMomentOneSentenceStandsThere() {
            show(TimelineStories.none());
            verify(findChild(page, "notYet").visible);
            keyClick(Qt.Key_Return);
            keyClick(Qt.Key_Left);
            compare(restores.count, 0);
        }

        function test_theMomentBeforeTheFirstIsNotOffered() {
            show(TimelineStories.sparse());
            verify(!findChild(page, "after").enabled);
            keyClick(Qt.Key_Home);
            verify(findChild(page, "after").enabled);
            verify(!findChild(page, "before").enabled);
        }

        function test_nothingIsOutsideOfASmallWindow() {
            stage.width = 592;
            stage.height = 380;
            show(TimelineStories.shop());
            compare(Reader.outside(page), "");
            page.toggleList();
            waitForRendering(page);
            compare(Reader.outside(page), "");
        }

        function test_manyMomentsAreAsQuickAsFew() {
            show(TimelineStories.many(200000));
            const began = Date.now();
            for (let i = 0; i < 60; ++i) {
                keyClick(i % 2 ? Qt.Key_Left : Qt.Key_PageUp);
            }
            // The figures proper are the benchmark's; this one notices a slip by an order.
            verify(Date.now() - began < 6000);
        }
    }
}
