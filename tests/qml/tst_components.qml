import QtQuick
import QtTest
import Tidemark.App
import Tidemark.Ui

Item {
    id: stage

    width: 600
    height: 200

    Component {
        id: button

        ActionButton {
            text: "Restore"
            iconPath: Icons.restore
        }
    }

    Component {
        id: iconButton

        IconButton {
            label: "Zoom in"
            iconPath: Icons.plus
        }
    }

    Component {
        id: stateMark

        StateMark {
        }
    }

    SignalSpy {
        id: clicks

        signalName: "clicked"
    }

    TestCase {
        name: "Components"
        when: windowShown

        function init() {
            failOnWarning(/.?/);
            clicks.clear();
        }

        function cleanup() {
            Theme.mode = Theme.Mode.Light;
        }

        function test_aButtonTakesClicksAndReturn() {
            const item = createTemporaryObject(button, stage);
            clicks.target = item;
            waitForRendering(item);
            mouseClick(item);
            item.forceActiveFocus();
            keyClick(Qt.Key_Return);
            compare(clicks.count, 2);
        }

        function test_anIconAloneHasAName() {
            const item = createTemporaryObject(iconButton, stage);
            compare(item.Accessible.name, "Zoom in");
            verify(item.width >= 24 && item.height >= 24);
        }

        function test_eachStateHasItsColour() {
            const item = createTemporaryObject(stateMark, stage, {
                    "protection": Protection.AtRisk
                });
            verify(Qt.colorEqual(item.color, Theme.warnFill));
            item.protection = Protection.Protected;
            verify(Qt.colorEqual(item.color, Theme.ok));
        }

        function test_theThemeTurnsDarkAtRunTime() {
            const item = createTemporaryObject(stateMark, stage, {
                    "protection": Protection.Protected
                });
            verify(Qt.colorEqual(item.color, "#1f7a43"));
            Theme.mode = Theme.Mode.Dark;
            verify(Qt.colorEqual(item.color, "#6fcf8c"));
            verify(Qt.colorEqual(Theme.window, "#12191e"));
        }
    }
}
