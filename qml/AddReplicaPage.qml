import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// One more place for the history of a database: what it is, whether it is fit, and the start.
FocusScope {
    id: root

    required property AddReplica adding

    readonly property bool wide: root.width >= 860
    readonly property int margin: root.width < 700 ? 12 : 24
    readonly property bool testing: root.adding.stage === AddReplica.Testing
    readonly property bool tested: root.adding.stage === AddReplica.Tested

    readonly property Flickable flickable: scroll.contentItem as Flickable
    readonly property Item focused: root.Window.activeFocusItem

    signal backRequested

    function leave() {
        root.adding.abandon();
        root.backRequested();
    }

    // What has the keyboard, and what comes of a test, is seen in a small window, too.
    function reveal(item: Item) {
        const top = item.mapToItem(content, 0, 0).y + content.y;
        const below = top + Math.min(item.height, root.flickable.height) - root.flickable.height;
        if (top < root.flickable.contentY) {
            root.flickable.contentY = Math.max(0, top - 12);
        } else if (below > root.flickable.contentY) {
            root.flickable.contentY = below + 12;
        }
    }

    onFocusedChanged: {
        for (let above = root.focused; above; above = above.parent) {
            if (above === content) {
                root.reveal(root.focused);
            }
        }
    }
    onTestedChanged: {
        if (root.tested && !root.wide) {
            root.reveal(tests);
        }
    }

    Keys.onEscapePressed: root.leave()

    ColumnLayout {
        anchors.fill: parent
        spacing: 0

        RowLayout {
            Layout.leftMargin: root.margin
            Layout.rightMargin: root.margin
            Layout.preferredHeight: root.wide ? 56 : 44
            spacing: 8

            IconButton {
                objectName: "back"
                small: true
                quiet: true
                label: qsTr("Back")
                iconPath: Icons.left
                onClicked: root.leave()
            }
            Heading {
                objectName: "title"
                Layout.fillWidth: true
                text: qsTr("Add a replica of %1").arg(root.adding.databaseName)
                size: Theme.textTitle
                elide: Text.ElideMiddle
            }
        }
        Hairline {
            Layout.fillWidth: true
        }
        ScrollView {
            id: scroll

            Layout.fillWidth: true
            Layout.fillHeight: true
            contentWidth: availableWidth
            contentHeight: content.y + content.implicitHeight + 24

            GridLayout {
                id: content

                x: root.margin
                y: root.wide ? 20 : 12
                width: Math.min(1040, scroll.availableWidth - 2 * root.margin)
                columns: root.wide ? 2 : 1
                columnSpacing: 24
                rowSpacing: 16

                ColumnLayout {
                    Layout.alignment: Qt.AlignTop
                    Layout.fillWidth: true
                    Layout.preferredWidth: 624
                    spacing: root.wide ? 20 : 12

                    KindPicker {
                        objectName: "kinds"
                        focus: true
                        form: root.adding.form
                    }
                    PlaceCard {
                        objectName: "form"
                        Layout.fillWidth: true
                        enabled: root.adding.stage !== AddReplica.Starting
                        form: root.adding.form
                        onAccepted: root.adding.test()
                    }
                    Notice {
                        objectName: "problem"
                        visible: root.adding.problem !== ""
                        Layout.fillWidth: true
                        protection: Protection.Broken
                        text: root.adding.problem
                        secondText: root.adding.advice
                    }
                    RowLayout {
                        spacing: 8

                        ActionButton {
                            objectName: "test"
                            Layout.preferredHeight: Theme.heightButtonPrimary
                            text: root.testing ? qsTr("Stop the test") : root.tested ? qsTr("Test again") : qsTr("Test")
                            primary: root.adding.canTest && !root.tested
                            enabled: root.testing || root.adding.canTest
                            onClicked: root.testing ? root.adding.stop() : root.adding.test()
                        }
                        Item {
                            Layout.fillWidth: true
                        }
                        ActionButton {
                            objectName: "cancel"
                            Layout.preferredHeight: Theme.heightButtonPrimary
                            quiet: true
                            text: qsTr("Cancel")
                            onClicked: root.leave()
                        }
                        ActionButton {
                            objectName: "start"
                            Layout.preferredHeight: Theme.heightButtonPrimary
                            text: qsTr("Start replicating")
                            primary: true
                            enabled: root.adding.canStart
                            onClicked: root.adding.start()
                            onEnabledChanged: {
                                if (enabled) {
                                    forceActiveFocus();
                                }
                            }
                        }
                    }
                    Caption {
                        Layout.fillWidth: true
                        visible: !root.adding.canStart
                        text: qsTr("Starts when every step of the test has passed.")
                        horizontalAlignment: Text.AlignRight
                        wrapMode: Text.Wrap
                    }
                }
                TestCard {
                    id: tests

                    objectName: "tests"
                    visible: root.adding.summary !== "" || root.testing
                    Layout.alignment: Qt.AlignTop
                    Layout.fillWidth: true
                    Layout.preferredWidth: 368
                    Layout.maximumWidth: root.wide ? 368 : -1
                    steps: root.adding.steps
                    summary: root.adding.summary
                }
                Item {
                    visible: root.wide && root.adding.summary === "" && !root.testing
                    Layout.preferredWidth: 368
                    Layout.maximumWidth: 368
                    Layout.fillWidth: true
                }
            }
        }
    }
}
