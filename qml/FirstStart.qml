import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// Nothing is protected yet: one sentence, one thing to do.
Item {
    id: root

    signal addRequested
    signal openRequested

    ColumnLayout {
        anchors.horizontalCenter: parent.horizontalCenter
        y: Math.max(16, Math.min(152, (parent.height - implicitHeight) / 2))
        width: Math.min(640, parent.width - 48)
        spacing: 0

        StateMark {
            protection: Protection.NotSetUp
            size: 40
        }
        Heading {
            objectName: "sentence"
            Layout.topMargin: 16
            Layout.fillWidth: true
            text: qsTr("No database is protected yet.")
            size: Theme.textSentence
            wrapMode: Text.Wrap
        }
        Body {
            Layout.fillWidth: true
            text: qsTr("Choose one. From then on every change is kept, and any moment can be had back.")
            font.pixelSize: Theme.textHead
            color: Theme.ink2
            wrapMode: Text.Wrap
        }
        DropFrame {
            Layout.topMargin: 24
            Layout.fillWidth: true
            implicitHeight: 160

            ColumnLayout {
                anchors.centerIn: parent
                spacing: 12

                ActionButton {
                    objectName: "add"
                    Layout.alignment: Qt.AlignHCenter
                    Layout.preferredHeight: Theme.heightButtonPrimary
                    text: qsTr("Add a database")
                    iconPath: Icons.plus
                    primary: true
                    leftPadding: 20
                    focus: true
                    onClicked: root.addRequested()
                }
                Caption {
                    Layout.alignment: Qt.AlignHCenter
                    text: qsTr("or drop a SQLite file anywhere in this window")
                }
            }
        }
        TextLink {
            objectName: "open"
            Layout.topMargin: 16
            text: qsTr("Open a replica…")
            iconPath: Icons.openFolder
            onClicked: root.openRequested()
        }
    }
}
