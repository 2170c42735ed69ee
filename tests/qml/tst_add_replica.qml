import QtQuick
import QtTest
import Tidemark.App
import Tidemark.Ui
import Tidemark.Tests

Item {
    id: stage

    width: 1064
    height: 800

    Component {
        id: addPage

        AddReplicaPage {
            anchors.fill: parent
        }
    }

    SignalSpy {
        id: spy

        signalName: "backRequested"
    }

    TestCase {
        name: "AddReplica"
        when: windowShown

        property SessionStory story
        property AddReplicaPage page

        readonly property string notes: "/home/ada/dev/notes.db"

        function init() {
            failOnWarning(/.?/);
            story = SessionStories.make();
            stage.width = 1064;
            stage.height = 800;
            story.follow(notes, Protection.Protected);
            verify(story.session.beginReplica(story.session.databases.at(0).databaseId));
            page = createTemporaryObject(addPage, stage, {
                    "adding": story.session.addingReplica
                });
            spy.target = page;
            spy.clear();
            waitForRendering(page);
        }

        function find(name: string): Item {
            return findChild(page, name);
        }

        function write(label: string, text: string) {
            const field = find("field:" + label);
            verify(field, label);
            field.forceActiveFocus();
            for (const letter of text) {
                keyClick(letter);
            }
            compare(field.text, text);
        }

        function fillBucket() {
            write("Bucket", "backups");
            write("Folder in the bucket", "notes");
            write("Access key", "akia");
            write("Secret key", "shh");
        }

        function test_aBucketIsTestedAndStarted() {
            compare(find("title").text, "Add a replica of notes.db");
            verify(!find("test").enabled);
            fillBucket();
            mouseClick(find("test"));
            compare(story.testedPlace(), "s3://backups/notes");
            story.testRuns(3);
            verify(find("summary").text.startsWith("3 of 8"), find("summary").text);
            waitForRendering(page);
            compare(Reader.nameless(page), "");
            verify(!find("start").enabled);
            story.testPasses();
            tryVerify(() => find("start").activeFocus);
            keyClick(Qt.Key_Return);
            compare(story.follows(), 1);
            story.keyringAnswers();
            compare(story.follows(), 2);
            compare(story.followedPlaces()[1], "s3://backups/notes");
            compare(story.keptSecrets(), 1);
        }

        function test_aStepThatFailsSaysWhatHelps() {
            fillBucket();
            mouseClick(find("test"));
            story.testFails();
            waitForRendering(page);
            verify(!find("start").enabled);
            const said = Reader.named(page, "AlertMessage").join(" ");
            verify(said.includes("Nothing may be deleted there."), said);
            verify(said.includes("s3:DeleteObject"), said);
            compare(find("test").text, "Test again");
            compare(Reader.nameless(page), "");
        }

        function test_aSecretIsNotShownBeforeThatIsAskedFor() {
            fillBucket();
            const field = find("field:Secret key");
            compare(field.echoMode, TextInput.Password);
            field.shown = true;
            compare(field.echoMode, TextInput.Normal);
        }

        function test_eachKindHasItsForm() {
            for (const [kind, label] of [[PlaceForm.Folder, "Folder"], [PlaceForm.Azure, "Account"], [PlaceForm.Sftp, "Server"], [PlaceForm.WebDav, "Address"], [PlaceForm.S3, "Bucket"]]) {
                page.adding.form.kind = kind;
                waitForRendering(page);
                verify(find("field:" + label), label);
                compare(Reader.nameless(page), "");
            }
        }

        function test_whatIsRarelyNeededCanBeSeen() {
            verify(!find("field:Endpoint").visible);
            mouseClick(find("more"));
            tryVerify(() => find("field:Endpoint").visible);
            waitForRendering(page);
            compare(Reader.nameless(page), "");
        }

        function test_withoutAKeyringItSaysSo() {
            verify(find("keyring").visible);
            story.keyringIsMissing();
            tryVerify(() => find("noKeyring").visible);
            verify(!find("keyring").visible);
        }

        function test_escapeLeavesAndForgets() {
            fillBucket();
            keyClick(Qt.Key_Escape);
            compare(spy.count, 1);
            verify(!page.adding.canTest);
        }

        function test_aFolderIsChosenInADialog() {
            page.adding.form.kind = PlaceForm.Folder;
            waitForRendering(page);
            page.adding.form.pick(0);
            story.pickFolder("/mnt/disk/notes");
            compare(find("field:Folder").text, "/mnt/disk/notes");
        }

        function test_nothingIsOutsideOfASmallWindow() {
            stage.width = 592;
            stage.height = 480;
            fillBucket();
            mouseClick(find("more"));
            page.adding.test();
            story.testFails();
            waitForRendering(page);
            compare(Reader.outside(page), "");
        }
    }
}
