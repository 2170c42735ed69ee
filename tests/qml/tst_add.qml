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
        id: addPage

        AddPage {
            anchors.fill: parent
        }
    }

    SignalSpy {
        id: spy
    }

    TestCase {
        name: "Add"
        when: windowShown

        property SessionStory story
        property AddPage page

        readonly property string notes: "/home/ada/dev/notes.db"

        function init() {
            failOnWarning(/.?/);
            story = SessionStories.make();
            stage.width = 900;
            stage.height = 760;
            page = createTemporaryObject(addPage, stage, {
                    "adding": story.session.adding
                });
            waitForRendering(page);
        }

        function find(name: string): Item {
            return findChild(page, name);
        }

        function chooseNotes(isWal: bool) {
            mouseClick(find("pick"));
            story.pickFile(notes);
            story.answerInspection(notes, isWal);
            waitForRendering(page);
        }

        function start() {
            chooseNotes(true);
            mouseClick(find("start"));
            waitForRendering(page);
        }

        function test_threeClicksFollowADatabase() {
            compare(find("start").visible, false);
            chooseNotes(true);
            compare(find("name").text, "notes.db");
            story.answerFreeSpace();
            verify(Reader.named(page, "StaticText").includes("212 GB free"));
            compare(Reader.nameless(page), "");
            mouseClick(find("start"));
            compare(story.follows(), 1);
        }

        function test_afterTheFileReturnStartsIt() {
            chooseNotes(true);
            tryVerify(() => find("start").activeFocus);
            keyClick(Qt.Key_Return);
            compare(story.follows(), 1);
        }

        function test_aFileThatIsNotInWalModeMustBeAgreedTo() {
            chooseNotes(false);
            verify(find("switch").visible);
            verify(!find("start").enabled);
            mouseClick(find("start"));
            compare(story.follows(), 0);
            compare(Reader.nameless(page), "");
            find("switch").forceActiveFocus();
            keyClick(Qt.Key_Space);
            verify(find("start").enabled);
            mouseClick(find("start"));
            compare(story.follows(), 1);
        }

        function test_orItIsWatchedAsItIs() {
            chooseNotes(false);
            find("switch").forceActiveFocus();
            keyClick(Qt.Key_Space);
            mouseClick(find("watch"));
            compare(find("switch").agreed, false);
            compare(find("watch").agreed, true);
            compare(Reader.nameless(page), "");
            mouseClick(find("start"));
            compare(story.follows(), 1);
        }

        function test_aRefusalSaysWhatAndWhatHelps() {
            mouseClick(find("pick"));
            story.pickFile("/srv/letter.txt");
            story.refuseInspection("/srv/letter.txt is not a SQLite database.", "Choose another file.");
            waitForRendering(page);
            verify(find("problem").visible);
            const said = Reader.named(page, "StaticText").join(" ");
            verify(said.includes("is not a SQLite database."), said);
            verify(said.includes("Choose another file."), said);
            verify(!find("start").visible);
            compare(Reader.nameless(page), "");
        }

        function test_theFolderCanBeAnother() {
            chooseNotes(true);
            mouseClick(find("changeTarget"));
            story.pickFolder("/mnt/disk");
            compare(find("target").text, "/mnt/disk/notes");
        }

        function test_itIsWatchedFromTheSnapshotToTheProof() {
            start();
            story.snapshotRuns(notes, 0.25);
            verify(find("sentence").text.startsWith("Saving notes.db"));
            waitForRendering(page);
            verify(Reader.named(page, "ProgressBar").join(" ").includes("25 %"));
            compare(Reader.nameless(page), "");
            story.snapshotWritten(notes);
            story.proven(notes);
            compare(find("sentence").text, "Proven. You can close this window.");
            waitForRendering(page);
            compare(Reader.nameless(page), "");
            spy.clear();
            spy.target = page;
            spy.signalName = "timelineRequested";
            tryVerify(() => find("timeline").activeFocus);
            keyClick(Qt.Key_Return);
            compare(spy.count, 1);
            verify(spy.signalArguments[0][0] !== "");
        }

        function test_whatWasOnlyCheckedIsNotCalledProven() {
            start();
            story.snapshotWritten(notes);
            story.checked(notes);
            compare(find("sentence").text, "Checked. You can close this window.");
            waitForRendering(page);
            verify(!Reader.named(page, "StaticText").join(" ").includes("roven"));
            compare(Reader.nameless(page), "");
        }

        function test_anotherOneCanBeAdded() {
            start();
            story.snapshotWritten(notes);
            story.proven(notes);
            waitForRendering(page);
            mouseClick(find("another"));
            tryVerify(() => find("pick") && find("pick").visible);
            compare(story.unfollows(), 0);
        }

        function test_itCanBeCalledOff() {
            start();
            story.snapshotRuns(notes, 0.25);
            waitForRendering(page);
            mouseClick(find("cancel"));
            compare(story.unfollows(), 1);
            tryVerify(() => find("pick") && find("pick").visible);
        }

        function test_whatStandsInTheWayIsSaid() {
            start();
            story.stand(notes, Protection.Waiting, "~/Tidemark is read-only.", "Choose another folder.");
            waitForRendering(page);
            compare(find("sentence").text, "notes.db is not protected yet.");
            const said = Reader.named(page, "StaticText").join(" ");
            verify(said.includes("~/Tidemark is read-only."), said);
            compare(Reader.nameless(page), "");
        }

        function test_nothingIsOutsideOfASmallWindow() {
            stage.width = 592;
            stage.height = 480;
            chooseNotes(false);
            compare(Reader.outside(page), "");
        }
    }
}
