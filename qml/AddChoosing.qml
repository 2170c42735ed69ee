import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// Which file, and where its history goes.
ColumnLayout {
    id: root

    required property AddDatabase adding

    readonly property bool chosen: root.adding.name !== ""
    readonly property bool ready: root.adding.stage === AddDatabase.Ready

    spacing: 0

    // What is next to be pressed has the focus.
    function offer() {
        if (start.visible && start.enabled) {
            start.forceActiveFocus();
        }
    }

    component Label: Caption {
        Layout.topMargin: 20
        Layout.bottomMargin: 6
        color: Theme.ink3
        font.weight: Font.DemiBold
    }

    Heading {
        Layout.fillWidth: true
        text: qsTr("Choose a database to protect")
        size: Theme.textSentence
        wrapMode: Text.Wrap
    }
    Body {
        Layout.fillWidth: true
        text: qsTr("Your application goes on as before. Nothing about it has to change.")
        font.pixelSize: Theme.textHead
        color: Theme.ink2
        wrapMode: Text.Wrap
    }

    DropFrame {
        Layout.topMargin: 20
        Layout.fillWidth: true
        implicitHeight: root.chosen ? 96 : 136

        ColumnLayout {
            anchors.centerIn: parent
            spacing: 8

            Icon {
                Layout.alignment: Qt.AlignHCenter
                visible: !root.chosen
                size: 24
                path: Icons.upload
            }
            ActionButton {
                objectName: "pick"
                Layout.alignment: Qt.AlignHCenter
                text: root.chosen ? qsTr("Choose another file…") : qsTr("Choose a file…")
                primary: !root.chosen
                focus: !root.chosen
                onClicked: root.adding.pickFile()
            }
            Caption {
                Layout.alignment: Qt.AlignHCenter
                text: qsTr("or drop a SQLite file here")
                color: Theme.ink3
            }
        }
    }

    Card {
        visible: root.chosen && root.adding.problem === ""
        Layout.topMargin: 12
        Layout.fillWidth: true
        implicitHeight: 48
        color: Theme.selected

        RowLayout {
            anchors.fill: parent
            anchors.leftMargin: 16
            anchors.rightMargin: 16
            spacing: 12

            Icon {
                path: Icons.database
            }
            Body {
                objectName: "name"
                text: root.adding.name
                font.weight: Font.DemiBold
            }
            Body {
                Layout.fillWidth: true
                text: root.adding.folder
                color: Theme.ink2
                elide: Text.ElideMiddle
            }
            Caption {
                text: root.adding.stage === AddDatabase.Looking ? qsTr("Looking at it…") : root.adding.size
            }
        }
    }

    Notice {
        objectName: "problem"
        visible: root.adding.problem !== ""
        Layout.topMargin: 12
        Layout.fillWidth: true
        protection: Protection.Broken
        text: root.adding.problem
        secondText: root.adding.advice
    }

    Label {
        visible: root.ready && root.adding.mustSwitch
        text: qsTr("Its journal")
    }
    CheckRow {
        objectName: "switch"
        visible: root.ready && root.adding.mustSwitch
        Layout.fillWidth: true
        agreed: root.adding.switchAgreed
        text: qsTr("Switch %1 to WAL mode. It is not in WAL mode now, and only there each change can be captured by itself. Every program that opens it keeps working; the switch stays until someone turns it back.").arg(root.adding.name)
        onClicked: root.adding.switchAgreed = !root.adding.switchAgreed
    }
    CheckRow {
        objectName: "watch"
        visible: root.ready && root.adding.mustSwitch
        Layout.topMargin: 8
        Layout.fillWidth: true
        agreed: root.adding.watchAgreed
        text: qsTr("Leave it as it is and watch it. All of it (%1) is read whenever it has changed, no program can save into it meanwhile (one that does not wait that long says that it is locked), and changes in quick succession become one moment.").arg(root.adding.size)
        onClicked: root.adding.watchAgreed = !root.adding.watchAgreed
    }

    Label {
        visible: root.ready
        text: qsTr("Keep its history in")
    }
    RowLayout {
        visible: root.ready
        spacing: 8

        PlaceField {
            objectName: "target"
            Layout.fillWidth: true
            label: qsTr("Keep its history in")
            text: root.adding.target
            trailingText: root.adding.freeSpace
        }
        ActionButton {
            objectName: "changeTarget"
            text: qsTr("Change…")
            Accessible.name: qsTr("Change the folder of the history")
            onClicked: root.adding.pickTarget()
        }
    }

    ActionButton {
        id: start

        objectName: "start"
        visible: root.ready
        Layout.topMargin: 24
        Layout.preferredHeight: Theme.heightButtonPrimary
        leftPadding: 24
        text: qsTr("Start")
        primary: true
        enabled: root.adding.canStart
        onClicked: root.adding.start()
        onVisibleChanged: root.offer()
        onEnabledChanged: root.offer()
    }
}
