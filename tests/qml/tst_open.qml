import QtQuick
import QtTest
import Tidemark.App
import Tidemark.Ui
import Tidemark.Tests

Item {
    id: stage

    width: 900
    height: 760

    Component {
        id: openPage

        OpenPage {
            anchors.fill: parent
        }
    }

    TestCase {
        name: "Open"
        when: windowShown

        property SessionStory story
        property OpenPage page

        function init() {
            failOnWarning(/.?/);
            story = SessionStories.make();
            stage.width = 900;
            stage.height = 760;
            page = createTemporaryObject(openPage, stage, {
                    "opening": story.session.opening
                });
            waitForRendering(page);
        }

        function find(name: string): Item {
            return findChild(page, name);
        }

        function choose() {
            mouseClick(find("pick"));
            story.pickFolder("/home/ada/Tidemark/notes");
            waitForRendering(page);
        }

        function test_aFolderIsReadAndPutIntoTheSidebar() {
            choose();
            verify(find("stop").visible);
            compare(Reader.nameless(page), "");
            story.answerReplicas(120);
            waitForRendering(page);
            compare(find("headline").text, "notes, 1 h 59 min");
            compare(find("name").text, "notes");
            compare(Reader.nameless(page), "");
            mouseClick(find("accept"));
            compare(story.session.replicas.count, 1);
        }

        function test_itMayHaveAnotherName() {
            choose();
            story.answerReplicas(120);
            waitForRendering(page);
            const name = find("name");
            name.forceActiveFocus();
            name.selectAll();
            keyClick(Qt.Key_A);
            mouseClick(find("accept"));
            compare(story.session.replicas.at(0).name, "a");
        }

        function test_readingCanBeStopped() {
            choose();
            mouseClick(find("stop"));
            tryVerify(() => !find("stop").visible);
        }

        function test_aFolderWithoutAReplicaSaysWhatToLookFor() {
            choose();
            story.answerReplicas(0);
            waitForRendering(page);
            verify(find("problem").visible);
            const said = Reader.named(page, "StaticText").join(" ");
            verify(said.includes("There is no replica in ~/Tidemark/notes."), said);
            compare(Reader.nameless(page), "");
        }

        function test_nothingIsOutsideOfASmallWindow() {
            stage.width = 592;
            stage.height = 480;
            choose();
            story.answerReplicas(120);
            waitForRendering(page);
            compare(Reader.outside(page), "");
        }
    }
}
