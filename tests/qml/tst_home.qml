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
        id: homePage

        HomePage {
            anchors.fill: parent
        }
    }

    SignalSpy {
        id: spy
    }

    TestCase {
        name: "Home"
        when: windowShown

        property SessionStory story
        property HomePage page

        readonly property string notes: "/home/ada/dev/notes.db"
        readonly property string shop: "/home/ada/shop.db"

        function init() {
            failOnWarning(/.?/);
            story = SessionStories.make();
            stage.width = 1064;
            stage.height = 760;
        }

        function show() {
            page = createTemporaryObject(homePage, stage, {
                    "session": story.session
                });
            waitForRendering(page);
            wait(0);
        }

        function find(name: string): Item {
            return findChild(page, name);
        }

        function listenTo(target: QtObject, signal: string) {
            spy.target = null;
            spy.signalName = signal;
            spy.target = target;
            spy.clear();
        }

        function test_theFirstStartHasOneThingToDo() {
            show();
            verify(find("add").visible);
            listenTo(page, "addRequested");
            mouseClick(find("add"));
            compare(spy.count, 1);
            listenTo(page, "openRequested");
            mouseClick(find("open"));
            compare(spy.count, 1);
            compare(Reader.nameless(page), "");
        }

        function test_oneSentenceSpeaksForAll() {
            story.follow(notes, Protection.Protected);
            story.follow(shop, Protection.Protected);
            show();
            const sentence = Reader.named(page, "Heading");
            verify(sentence.includes("Both databases are protected."), sentence);
            story.stand(shop, Protection.AtRisk, "The disk is full.");
            tryVerify(() => Reader.named(page, "Heading").includes("shop.db is at risk."));
            compare(Reader.nameless(page), "");
        }

        function test_aCardLeadsToItsDatabase() {
            story.follow(notes, Protection.Protected);
            story.follow(shop, Protection.Protected);
            show();
            story.answerReplicas(30);
            const cards = find("cards");
            compare(cards.count, 2);
            listenTo(page, "databaseChosen");
            mouseClick(cards.itemAtIndex(1), 60, 20);
            compare(spy.count, 1);
            compare(spy.signalArguments[0][0], story.session.databases.at(1).databaseId);
            cards.itemAtIndex(0).forceActiveFocus();
            keyClick(Qt.Key_Return);
            compare(spy.signalArguments[1][0], story.session.databases.at(0).databaseId);
            keyClick(Qt.Key_Space);
            compare(spy.count, 3);
        }

        function test_troubleSaysWhatAndOffersTheNextStep() {
            story.follow(shop, Protection.Protected);
            show();
            compare(find("message").visible, false);
            story.stand(shop, Protection.AtRisk, "The disk is full.", "Make room.", true);
            tryVerify(() => find("message").visible);
            waitForRendering(page);
            const retry = find("retry");
            verify(retry.visible);
            mouseClick(retry);
            compare(story.retries(), 1);
            compare(Reader.nameless(page), "");
        }

        function test_aPausedDatabaseIsResumedFromItsCard() {
            story.follow(shop, Protection.Paused);
            show();
            waitForRendering(page);
            const resume = find("resume");
            tryVerify(() => resume.visible);
            resume.forceActiveFocus();
            keyClick(Qt.Key_Return);
            compare(story.resumes(), 1);
        }

        function test_manyDatabasesAreRowsTheLeastSafeFirst() {
            for (let i = 1; i <= 7; ++i) {
                story.follow("/srv/db%1.db".arg(i), i === 5 ? Protection.Broken : Protection.Protected);
            }
            show();
            const rows = find("rows");
            verify(rows);
            compare(rows.count, 7);
            listenTo(page, "databaseChosen");
            mouseClick(rows.itemAtIndex(0), 60, 20);
            compare(spy.signalArguments[0][0], story.session.databases.at(4).databaseId);
            compare(Reader.nameless(page), "");
        }

        function test_everyStateHasItsWordOnTheCard_data() {
            return [Protection.Protected, Protection.CatchingUp, Protection.Waiting, Protection.Paused, Protection.AtRisk, Protection.Broken, Protection.NotSetUp].map(state => ({
                            "tag": "state " + state,
                            "state": state
                        }));
        }
        function test_everyStateHasItsWordOnTheCard(row) {
            story.follow(notes, row.state);
            show();
            const card = find("cards").itemAtIndex(0);
            compare(findChild(card, "word").text, story.session.databases.at(0).word);
            compare(Reader.nameless(page), "");
        }

        function test_nothingIsOutsideOfASmallWindow() {
            stage.width = 592;
            stage.height = 480;
            story.follow("/home/ada/a/rather/deep/folder/with_a_rather_long_name.db", Protection.AtRisk);
            story.follow(shop, Protection.Protected);
            story.stand(shop, Protection.Broken, "The replica in ~/Tidemark/shop was written to by somebody else, and nothing can be added to it.", "Give this database a new place.", true);
            show();
            compare(Reader.outside(page), "");
            compare(Reader.nameless(page), "");
        }
    }
}
