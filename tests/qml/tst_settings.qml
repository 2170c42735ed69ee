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
        id: settingsPage

        SettingsPage {
            anchors.fill: parent
        }
    }

    SignalSpy {
        id: spy
    }

    TestCase {
        name: "Settings"
        when: windowShown

        property SessionStory story
        property SettingsPage page

        function init() {
            failOnWarning(/.?/);
            story = SessionStories.make();
            stage.width = 900;
            stage.height = 760;
            page = createTemporaryObject(settingsPage, stage, {
                    "session": story.session
                });
            waitForRendering(page);
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

        function test_theAppearanceAppliesAtOnce() {
            find("appearance").chosen(SettingsObject.Dark);
            compare(story.session.settings.appearance, SettingsObject.Dark);
            compare(story.session.look.mode, Look.Dark);
            compare(find("appearance").currentIndex, SettingsObject.Dark);
            find("appearance").chosen(SettingsObject.Light);
            compare(story.session.look.mode, Look.Light);
        }

        function test_eachChoiceIsARadioButtonWithItsName() {
            const choices = Reader.named(page, "RadioButton");
            for (const name of ["Appearance: System", "Appearance: Light", "Appearance: Dark", "Time zone: Local", "Time zone: UTC"]) {
                verify(choices.includes(name), choices);
            }
        }

        function test_aFolderChosenForRestoresIsForgotten() {
            compare(find("forget").visible, false);
            story.session.settings.restoreFolderChanged();
            story.follow("/srv/a.db", Protection.Protected);
            const history = story.session.historyOf(story.session.databases.at(0).databaseId);
            history.open();
            story.answerReplicas(3);
            tryCompare(history, "stage", History.Ready);
            history.options.chooseFolder();
            story.pickFolder("/mnt/stick");
            tryVerify(() => find("forget").visible);
            waitForRendering(page);
            mouseClick(find("forget"));
            compare(story.session.settings.restoreFolder, "");
        }

        function test_quittingAsksAndKeysAreShown() {
            story.follow("/srv/a.db", Protection.Protected);
            listenTo(story.session, "quitAsked");
            mouseClick(find("quit"));
            compare(spy.count, 1);
            listenTo(page, "keysRequested");
            mouseClick(find("keys"));
            compare(spy.count, 1);
        }

        function test_everythingHasItsName() {
            compare(Reader.nameless(page), "");
        }

        function test_nothingIsOutsideOfASmallWindow() {
            stage.width = 592;
            stage.height = 480;
            waitForRendering(page);
            compare(Reader.outside(page), "");
        }
    }
}
