import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// Points at a place that Tidemark or Litestream wrote to, and says what is in it.
ScrollView {
    id: root

    required property OpenReplica opening

    readonly property bool ready: root.opening.stage === OpenReplica.Ready
    readonly property bool reading: root.opening.stage === OpenReplica.Reading
    readonly property bool dropped: root.opening.form.kind === PlaceForm.Folder

    // What is in it stands beside the form where there is room.
    readonly property bool beside: root.ready && root.width >= 860
    readonly property Flickable flickable: root.contentItem as Flickable

    contentWidth: availableWidth
    contentHeight: content.implicitHeight + 48

    // Else it is scrolled to, while it takes its height.
    function reveal() {
        if (root.ready && !root.beside && !place.opened) {
            const end = content.y + content.implicitHeight;
            root.flickable.contentY = Math.max(0, Math.min(end - facts.implicitHeight - 36, end - root.flickable.height));
        }
    }

    GridLayout {
        id: content

        x: Math.max(24, (root.availableWidth - width) / 2)
        y: root.height < 620 ? 20 : 48
        width: Math.min(root.beside ? 1040 : 640, root.availableWidth - 48)
        columns: root.beside ? 2 : 1
        columnSpacing: 24
        rowSpacing: 0
        onImplicitHeightChanged: root.reveal()

        ColumnLayout {
            Layout.alignment: Qt.AlignTop
            Layout.fillWidth: true
            Layout.preferredWidth: 560
            spacing: 0

            Heading {
                Layout.fillWidth: true
                text: qsTr("Open a replica")
                size: Theme.textSentence
            }
            Body {
                Layout.fillWidth: true
                text: qsTr("Look at it and restore from it; nothing is written to it.")
                font.pixelSize: Theme.textHead
                color: Theme.ink2
                wrapMode: Text.Wrap
            }

            KindPicker {
                objectName: "kinds"
                Layout.topMargin: 20
                form: root.opening.form
                hasZip: true
            }
            DropFrame {
                visible: root.dropped
                Layout.topMargin: 12
                Layout.fillWidth: true
                implicitHeight: root.ready || root.reading ? 96 : 136

                ColumnLayout {
                    anchors.centerIn: parent
                    width: parent.width - 32
                    spacing: 8

                    ActionButton {
                        objectName: "pick"
                        Layout.alignment: Qt.AlignHCenter
                        text: root.ready ? qsTr("Choose another folder…") : qsTr("Choose a folder…")
                        iconPath: Icons.folder
                        primary: !root.ready && !root.reading
                        focus: !root.ready
                        onClicked: root.opening.pickFolder()
                    }
                    Caption {
                        Layout.fillWidth: true
                        text: qsTr("or drop one here, or a zip file. Written by Tidemark or by Litestream, 0.5 or 0.3.")
                        color: Theme.ink3
                        horizontalAlignment: Text.AlignHCenter
                        wrapMode: Text.Wrap
                    }
                }
            }

            PlaceCard {
                id: place

                objectName: "form"
                Layout.topMargin: 12
                Layout.fillWidth: true
                enabled: !root.reading
                form: root.opening.form
                picks: !root.dropped
                onAccepted: root.opening.read()
            }
            RowLayout {
                Layout.topMargin: 12
                spacing: 12

                ActionButton {
                    objectName: "read"
                    text: qsTr("See what is in it")
                    enabled: root.opening.canRead
                    primary: !root.dropped && !root.ready && root.opening.canRead
                    onClicked: root.opening.read()
                }
                Caption {
                    Layout.fillWidth: true
                    visible: root.opening.form.hasSecrets
                    text: qsTr("A key that may list and read is enough.")
                    wrapMode: Text.Wrap
                }
            }

            Notice {
                objectName: "problem"
                visible: root.opening.problem !== ""
                Layout.topMargin: 12
                Layout.fillWidth: true
                protection: Protection.Broken
                text: root.opening.problem
                secondText: root.opening.advice
            }

            Card {
                visible: root.reading
                Layout.topMargin: 12
                Layout.fillWidth: true
                implicitHeight: 56

                RowLayout {
                    anchors.fill: parent
                    anchors.leftMargin: 16
                    anchors.rightMargin: 12
                    spacing: 12

                    StateMark {
                        protection: Protection.CatchingUp
                    }
                    Body {
                        Layout.fillWidth: true
                        text: qsTr("Reading the list of files in %1…").arg(root.opening.place)
                        elide: Text.ElideMiddle
                    }
                    ActionButton {
                        objectName: "stop"
                        small: true
                        text: qsTr("Stop")
                        onClicked: root.opening.stop()
                    }
                }
            }
        }
        ReplicaFacts {
            id: facts
            visible: root.ready

            Layout.topMargin: 12
            Layout.alignment: Qt.AlignTop
            Layout.fillWidth: true
            Layout.preferredWidth: 432
            Layout.bottomMargin: 24
            opening: root.opening
        }
    }
}
