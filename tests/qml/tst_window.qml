import QtQuick
import QtTest
import Tidemark.App
import Tidemark.Ui
import Tidemark.Tests

Item {
    id: stage

    width: 100
    height: 100

    Component {
        id: mainWindow

        Main {
        }
    }

    SignalSpy {
        id: quits

        signalName: "quitConfirmed"
    }

    TestCase {
        name: "Window"
        when: windowShown

        property SessionStory story
        property Main window

        readonly property string notes: "/home/ada/dev/notes.db"
        readonly property string shop: "/home/ada/shop.db"

        function init() {
            failOnWarning(/.?/);
            story = SessionStories.make();
            quits.target = story.session;
            quits.clear();
        }

        function show(width = 1280, height = 800) {
            window = createTemporaryObject(mainWindow, stage, {
                    "session": story.session,
                    "width": width,
                    "height": height
                });
            verify(Reader.activated(window));
            waitForRendering(window.contentItem);
        }

        function withTwo() {
            story.follow(notes, Protection.Protected);
            story.follow(shop, Protection.Protected);
            show();
            story.answerReplicas(60);
        }

        function press(key: int, modifiers = 0) {
            Reader.press(window, key, modifiers);
        }

        function test_eachPlaceHasItsKey() {
            withTwo();
            press(Qt.Key_2, Qt.ControlModifier);
            compare(window.page, Main.Page.Database);
            compare(window.database.name, "shop.db");
            press(Qt.Key_1, Qt.ControlModifier);
            compare(window.database.name, "notes.db");
            press(Qt.Key_9, Qt.ControlModifier);
            compare(window.database.name, "notes.db");
            press(Qt.Key_0, Qt.ControlModifier);
            compare(window.page, Main.Page.Home);
            press(Qt.Key_N, Qt.ControlModifier);
            compare(window.page, Main.Page.Add);
            press(Qt.Key_O, Qt.ControlModifier);
            compare(window.page, Main.Page.Open);
            press(Qt.Key_Comma, Qt.ControlModifier);
            compare(window.page, Main.Page.Settings);
        }

        function test_ctrlRRestoresFromTheDatabasesPage() {
            withTwo();
            press(Qt.Key_R, Qt.ControlModifier);
            compare(story.restoreTargets().length, 0);
            press(Qt.Key_2, Qt.ControlModifier);
            waitForRendering(window.contentItem);
            press(Qt.Key_R, Qt.ControlModifier);
            compare(story.restoreTargets().length, 1);
        }

        function test_arrowsWorkAsSoonAsATimelineIsShown() {
            withTwo();
            press(Qt.Key_2, Qt.ControlModifier);
            tryVerify(() => Reader.focusName(window) === "Timeline");
            const before = window.history.timeline.momentPosition;
            press(Qt.Key_Left);
            compare(window.history.timeline.momentPosition, before - 1);
        }

        function test_tabReachesEverythingAndComesRound_data() {
            return [Main.Page.Home, Main.Page.Add, Main.Page.Open, Main.Page.Database, Main.Page.Settings].map(page => ({
                            "tag": "page " + page,
                            "page": page
                        }));
        }
        function test_tabReachesEverythingAndComesRound(row) {
            withTwo();
            if (row.page === Main.Page.Database) {
                window.showDatabase(1);
            } else {
                window.page = row.page;
            }
            waitForRendering(window.contentItem);
            const names = [];
            for (let i = 0; i < 60; ++i) {
                press(Qt.Key_Tab);
                const name = Reader.focusName(window);
                verify(name !== "", "nameless after " + names.join(", "));
                if (names.length > 1 && name === names[0]) {
                    break;
                }
                names.push(name);
            }
            verify(names.length < 60, "caught at " + names.slice(-3).join(", "));
            for (const place of ["Home", "Settings"]) {
                verify(names.includes(place), names.join(", "));
            }
            press(Qt.Key_Backtab, Qt.ShiftModifier);
            verify(Reader.focusName(window) !== "");
        }

        function test_aPlaceOfTheSidebarIsTakenByReturnAndBySpace() {
            withTwo();
            for (const [place, key, page] of [["Settings", Qt.Key_Return, Main.Page.Settings], ["Home", Qt.Key_Space, Main.Page.Home], ["Open a replica\u2026", Qt.Key_Return, Main.Page.Open]]) {
                for (let i = 0; i < 60 && Reader.focusName(window) !== place; ++i) {
                    press(Qt.Key_Tab);
                }
                compare(Reader.focusName(window), place);
                press(key);
                compare(window.page, page);
                waitForRendering(window.contentItem);
            }
        }

        function test_everyPageHasItsNames_data() {
            return test_tabReachesEverythingAndComesRound_data();
        }
        function test_everyPageHasItsNames(row) {
            withTwo();
            if (row.page === Main.Page.Database) {
                window.showDatabase(0);
            } else {
                window.page = row.page;
            }
            waitForRendering(window.contentItem);
            compare(Reader.nameless(window.contentItem), "");
        }

        function test_theProtectionOfADatabaseHasItsNames() {
            withTwo();
            window.showDatabase(0);
            press(Qt.Key_Tab, Qt.ControlModifier);
            waitForRendering(window.contentItem);
            compare(Reader.nameless(window.contentItem), "");
        }

        function test_aQuestionMarkShowsTheKeys() {
            withTwo();
            press(Qt.Key_F1);
            const sheet = findChild(window, "keysSheet");
            tryVerify(() => sheet.opened);
            compare(Reader.nameless(window.contentItem), "");
            press(Qt.Key_Escape);
            tryVerify(() => !sheet.visible);
        }

        function test_quittingAsksAndTheHarmlessButtonIsTheDefault() {
            withTwo();
            press(Qt.Key_Q, Qt.ControlModifier);
            const sheet = findChild(window, "quitSheet");
            tryVerify(() => sheet.opened);
            compare(Reader.focusName(window), "Stay");
            press(Qt.Key_Return);
            tryVerify(() => !sheet.visible);
            compare(quits.count, 0);
        }

        function test_anUnknownServerIsTrustedByItsButtonAlone_data() {
            return [{
                    "tag": "Return says no",
                    "key": Qt.Key_Return,
                    "trusted": false
                }, {
                    "tag": "Escape says no",
                    "key": Qt.Key_Escape,
                    "trusted": false
                }, {
                    "tag": "the other button says yes",
                    "key": 0,
                    "trusted": true
                }];
        }

        function test_anUnknownServerIsTrustedByItsButtonAlone(row) {
            withTwo();
            story.meetsServer("nas.local");
            const sheet = findChild(window, "trustSheet");
            tryVerify(() => sheet.opened);
            verify(sheet.text.includes("nas.local"), sheet.text);
            verify(sheet.text.includes("SHA256:abc"), sheet.text);
            compare(Reader.nameless(window.contentItem), "");
            if (row.key === 0) {
                findChild(sheet.contentItem, "other").clicked();
            } else {
                press(row.key);
            }
            tryVerify(() => !sheet.visible);
            compare(story.trusted(), row.trusted);
        }

        function test_aServerThatIsKnownByAnotherKeyIsToldOfFirst() {
            withTwo();
            story.meetsServer("nas.local", "known_hosts:3 ssh-rsa SHA256:old");
            const sheet = findChild(window, "trustSheet");
            tryVerify(() => sheet.opened);
            verify(sheet.text.startsWith("Careful: nas.local is known by another key"), sheet.text);
            verify(sheet.text.includes("SHA256:old"), sheet.text);
            press(Qt.Key_Escape);
            tryVerify(() => !sheet.visible);
            verify(!story.trusted());
        }

        function test_minimisingAnswersNothing() {
            withTwo();
            story.meetsServer("nas.local");
            const sheet = findChild(window, "trustSheet");
            tryVerify(() => sheet.opened);
            window.showMinimized();
            tryVerify(() => !story.session.watched);
            verify(story.session.person.asking);
            window.showNormal();
            tryVerify(() => story.session.watched);
            verify(sheet.opened);
            findChild(sheet.contentItem, "other").clicked();
            tryVerify(() => !sheet.visible);
            verify(story.trusted());
        }

        function test_aReplicaIsAddedFromTheProtectionOfADatabase() {
            withTwo();
            press(Qt.Key_2, Qt.ControlModifier);
            press(Qt.Key_N, Qt.ControlModifier | Qt.ShiftModifier);
            compare(window.page, Main.Page.NewReplica);
            compare(story.session.addingReplica.databaseName, "shop.db");
            press(Qt.Key_Escape);
            compare(window.page, Main.Page.Database);
            verify(findChild(window, "addReplica").visible);
        }

        function test_leavingAFormByTheSidebarForgetsWhatWasWritten() {
            withTwo();
            press(Qt.Key_2, Qt.ControlModifier);
            press(Qt.Key_N, Qt.ControlModifier | Qt.ShiftModifier);
            const added = story.session.addingReplica.form;
            added.kind = PlaceForm.Folder;
            added.write(0, "/mnt/disk/shop");
            verify(added.complete);
            window.goHome();
            verify(!added.complete);
            window.showOpen();
            const opened = story.session.opening.form;
            opened.write(0, "/mnt/disk/shop");
            verify(opened.complete);
            window.goHome();
            verify(!opened.complete);
        }

        function test_closingSaysOnceThatProtectionGoesOn() {
            withTwo();
            window.close();
            const sheet = findChild(window, "closingSheet");
            tryVerify(() => sheet.opened);
            verify(window.visible);
            compare(Reader.nameless(window.contentItem), "");
            press(Qt.Key_Return);
            tryVerify(() => !window.visible);
            compare(quits.count, 0);
            window.show();
            window.close();
            tryVerify(() => !window.visible);
        }

        function test_whoQuitsIsNotToldThatProtectionGoesOn() {
            withTwo();
            story.session.quit();
            verify(window.close());
            verify(!window.visible);
            verify(!findChild(window, "closingSheet").visible);
        }

        function restoreFromAReplica() {
            story.session.opening.choose("/srv/replica");
            story.answerReplicas(60);
            story.session.opening.accept();
            story.answerReplicas(60);
            const history = story.session.replicas.at(0);
            tryCompare(history, "stage", History.Ready);
            history.restoreMoment();
        }

        function test_aRestoreGoesOnWithoutItsWindow() {
            show();
            restoreFromAReplica();
            window.close();
            compare(quits.count, 0);
            verify(!window.visible);
            verify(!story.restoreWasCancelled());
        }

        function test_quittingAsksWhileARestoreRuns() {
            show();
            restoreFromAReplica();
            press(Qt.Key_Q, Qt.ControlModifier);
            const sheet = findChild(window, "quitSheet");
            tryVerify(() => sheet.opened);
            verify(sheet.text.includes("called off"), sheet.text);
            verify(!sheet.text.includes("protected"), sheet.text);
            compare(quits.count, 0);
        }

        function test_aHiddenWindowDoesNotForgetThatItWasMaximized() {
            withTwo();
            window.showMaximized();
            verify(story.session.sayOnce("close-keeps-protecting"));
            window.close();
            tryVerify(() => !window.visible);
            verify(story.windowWasMaximized());
            story.session.quit();
            window.close();
            verify(story.windowWasMaximized());
        }

        function test_withNothingToProtectAndNoTrayClosingQuits() {
            show();
            window.close();
            compare(quits.count, 1);
        }

        function test_aDatabaseThatGoesWhileItIsShownLeadsHome() {
            withTwo();
            window.showDatabase(0);
            story.session.stopProtecting(window.database.databaseId);
            story.letGo(notes);
            compare(window.page, Main.Page.Home);
        }

        function test_endingProtectionCanBeUndoneFromTheBar() {
            withTwo();
            story.session.stopProtecting(story.session.databases.at(0).databaseId);
            const undo = findChild(window, "undo");
            tryVerify(() => undo.visible);
            waitForRendering(window.contentItem);
            mouseClick(undo);
            compare(story.follows(), 3);
            tryVerify(() => !undo.visible);
        }

        function test_theThemeFollowsTheLook() {
            withTwo();
            story.session.settings.appearance = SettingsObject.Dark;
            tryVerify(() => Qt.colorEqual(window.color, "#12191e"));
            story.session.settings.appearance = SettingsObject.Light;
            tryVerify(() => !Qt.colorEqual(window.color, "#12191e"));
        }

        function test_inASmallWindowNothingIsOutside_data() {
            return test_tabReachesEverythingAndComesRound_data();
        }
        function test_inASmallWindowNothingIsOutside(row) {
            story.follow(notes, Protection.Protected);
            story.follow(shop, Protection.Protected);
            show(640, 480);
            story.answerReplicas(60);
            if (row.page === Main.Page.Database) {
                window.showDatabase(0);
            } else {
                window.page = row.page;
            }
            waitForRendering(window.contentItem);
            compare(Reader.outside(window.contentItem), "");
            compare(Reader.nameless(window.contentItem), "");
        }
    }
}
