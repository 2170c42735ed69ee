import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// What did not happen and why, what is unharmed, and the way that works.
GridLayout {
    id: root

    required property RestoreJob job

    signal dismissed

    columns: root.width < 700 ? 1 : 2
    columnSpacing: 24
    rowSpacing: 12

    component Fact: RowLayout {
        id: fact

        required property string text

        spacing: 8

        Icon {
            size: 14
            path: Icons.check
        }
        Body {
            Layout.fillWidth: true
            text: fact.text
            wrapMode: Text.Wrap
        }
    }

    RowLayout {
        Layout.fillWidth: true
        Layout.alignment: Qt.AlignTop
        spacing: 16

        StateMark {
            Layout.alignment: Qt.AlignTop
            size: 40
            protection: Protection.Broken
            inside: Theme.window
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 0

            Heading {
                text: qsTr("Not restored")
                size: Theme.textSentence
            }
            Body {
                objectName: "problem"
                Layout.fillWidth: true
                text: root.job.problem
                font.pixelSize: Theme.textHead
                wrapMode: Text.Wrap
            }
            Body {
                Layout.fillWidth: true
                visible: root.job.advice !== ""
                text: root.job.advice
                color: Theme.ink2
                wrapMode: Text.Wrap
            }
            Fact {
                Layout.topMargin: 12
                text: qsTr("Nothing was left behind in %1").arg(root.job.folder)
            }
            Fact {
                Layout.topMargin: 4
                text: qsTr("%1 and its history are as they were").arg(root.job.databaseName)
            }
        }
    }
    ColumnLayout {
        Layout.preferredWidth: 336
        Layout.maximumWidth: root.columns === 1 ? root.width : 336
        Layout.fillWidth: root.columns === 1
        Layout.alignment: Qt.AlignTop
        spacing: 8

        ActionButton {
            objectName: "otherFolder"
            visible: root.job.otherFolder !== ""
            Layout.fillWidth: true
            Layout.preferredHeight: Theme.heightButtonPrimary
            text: qsTr("Restore to %1").arg(root.job.otherFolder)
            iconPath: Icons.restore
            primary: true
            onClicked: root.job.tryOtherFolder()
        }
        RowLayout {
            spacing: 8

            ActionButton {
                objectName: "again"
                Layout.fillWidth: true
                text: qsTr("Try again")
                onClicked: root.job.tryAgain()
            }
            ActionButton {
                objectName: "choose"
                Layout.fillWidth: true
                text: qsTr("Other folder…")
                primary: root.job.otherFolder === ""
                onClicked: root.job.chooseFolder()
            }
        }
        TextLink {
            objectName: "back"
            text: qsTr("Back to the moment")
            iconPath: Icons.left
            onClicked: root.dismissed()
        }
    }
}
