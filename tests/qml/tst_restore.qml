import QtQuick
import QtTest
import Tidemark.App
import Tidemark.Ui
import Tidemark.Tests

Item {
    id: stage

    width: 1064
    height: 760

    Component {
        id: historyView

        HistoryView {
            anchors.fill: parent
            focus: true
        }
    }

    TestCase {
        name: "Restore"
        when: windowShown

        property SessionStory story
        property HistoryView view
        property History history

        function init() {
            failOnWarning(/.?/);
            stage.width = 1064;
            stage.height = 760;
            story = SessionStories.make();
            story.follow("/home/ada/shop.db", Protection.Protected);
            history = story.session.historyOf(story.session.databases.at(0).databaseId);
            view = createTemporaryObject(historyView, stage, {
                    "history": history
                });
            story.answerReplicas(120);
            tryCompare(history, "stage", History.Ready);
            view.forceActiveFocus();
            waitForRendering(view);
        }

        function cleanup() {
            // The sheet is a popup of the window.
            view.destroy();
            wait(0);
        }

        function find(name: string): Item {
            return findChild(view, name);
        }
        function sheetItem(name: string): Item {
            return findChild(stage.Window.window, name) ?? find(name);
        }

        function test_enterRestoresTheMomentThatIsHeld() {
            keyClick(Qt.Key_Left);
            keyClick(Qt.Key_Return);
            compare(String(story.restoreTargets()), "/home/ada/shop-20260917-145112.db");
        }

        function test_theButtonRestoresWithOneClick() {
            mouseClick(find("restore"));
            compare(String(story.restoreTargets()), "/home/ada/shop-20260917-145212.db");
        }

        function test_whileOneRunsItIsShownAndNoOtherStarts() {
            keyClick(Qt.Key_Return);
            story.restoreRuns(false, 0.5);
            waitForRendering(view);
            compare(find("percent").text, "50 %");
            verify(find("amount").text.includes("24 MB of 48 MB"));
            verify(Reader.named(view, "ProgressBar").join().includes("50 %"));
            compare(Reader.nameless(view), "");
            find("timeline").forceActiveFocus();
            keyClick(Qt.Key_Return);
            compare(story.restoreTargets().length, 1);
        }

        function test_itCanBeCancelled() {
            keyClick(Qt.Key_Return);
            story.restoreRuns(false, 0.5);
            waitForRendering(view);
            mouseClick(find("cancel"));
            verify(story.restoreWasCancelled());
            story.restoreIsCancelled();
            tryVerify(() => find("restore") && find("restore").visible);
        }

        function test_theVerdictAndWhatToDoWithTheFile() {
            keyClick(Qt.Key_Return);
            story.restoreRuns(true, 1);
            story.restoreEnds(true);
            waitForRendering(view);
            compare(find("verdict").text, "Proven");
            compare(find("fileName").text, "shop-20260917-145212.db");
            compare(Reader.nameless(view), "");
            mouseClick(find("show"));
            compare(String(story.shownInFolder()), "/home/ada/shop-20260917-145212.db");
            mouseClick(find("copyPath"));
            compare(String(story.copied()), "/home/ada/shop-20260917-145212.db");
            mouseClick(find("back"));
            tryVerify(() => find("restore") && find("restore").visible);
            tryVerify(() => find("timeline").activeFocus);
        }

        function test_escapeGoesBackToTheMoment() {
            keyClick(Qt.Key_Return);
            story.restoreEnds(false);
            waitForRendering(view);
            compare(find("verdict").text, "Checked");
            tryVerify(() => find("show").activeFocus);
            keyClick(Qt.Key_Escape);
            tryVerify(() => find("restore") && find("restore").visible);
        }

        function test_aFailureSaysWhatAndOffersAWay() {
            keyClick(Qt.Key_Return);
            story.restoreFails("The disk is full.", "Make room, or choose another folder.");
            waitForRendering(view);
            const said = Reader.named(view, "StaticText").join(" ");
            verify(said.includes("The disk is full."), said);
            verify(said.includes("Make room"), said);
            compare(Reader.nameless(view), "");
            mouseClick(find("choose"));
            story.pickFolder("/mnt/stick");
            compare(story.restoreTargets()[1], "/mnt/stick/shop-20260917-145212.db");
        }

        function test_theSheetTakesANameAndACheck() {
            mouseClick(find("restoreOptions"));
            tryVerify(() => sheetItem("fileName") && sheetItem("fileName").visible);
            story.answerFreeSpace();
            compare(Reader.nameless(stage.Window.window.contentItem), "");
            const name = sheetItem("fileName");
            name.forceActiveFocus();
            name.selectAll();
            keyClick(Qt.Key_X);
            keyClick(Qt.Key_Tab);
            compare(history.options.fileName, "x");
            mouseClick(sheetItem("full"));
            compare(history.options.check, RestoreOptions.Full);
            verify(history.options.command.endsWith("--check full"));
        }

        function test_theSheetKeepsItsMomentAndWhatIsBeingWritten() {
            mouseClick(find("restoreOptions"));
            tryVerify(() => sheetItem("fileName") && sheetItem("fileName").visible);
            const time = history.options.momentTime;
            const name = sheetItem("fileName");
            name.forceActiveFocus();
            name.selectAll();
            keyClick(Qt.Key_X);
            story.captured("/home/ada/shop.db", 121);
            compare(history.timeline.momentCount, 121);
            compare(history.options.momentTime, time);
            compare(name.text, "x");
        }

        function test_escapeClosesTheSheet() {
            mouseClick(find("restoreOptions"));
            tryVerify(() => sheetItem("fileName") && sheetItem("fileName").visible);
            keyClick(Qt.Key_Escape);
            tryVerify(() => !sheetItem("fileName") || !sheetItem("fileName").visible);
            compare(story.restoreTargets().length, 0);
        }

        function test_aReplicaThatCannotBeReadHasOneSentenceAndOneAction() {
            history.reload();
            story.refuseReplica("The disk is away.", "Plug it in.");
            waitForRendering(view);
            compare(find("problem").text, "The disk is away.");
            compare(Reader.nameless(view), "");
        }

        function test_nothingIsOutsideOfASmallWindow() {
            stage.width = 592;
            stage.height = 380;
            keyClick(Qt.Key_Return);
            story.restoreRuns(false, 0.5);
            waitForRendering(view);
            compare(Reader.outside(view), "");
            story.restoreEnds(true);
            waitForRendering(view);
            compare(Reader.outside(view), "");
        }
    }
}
