import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// How far a restore is, and how to call it off.
RowLayout {
    id: root

    required property RestoreJob job

    readonly property bool checking: root.job.stage === RestoreJob.Checking
    readonly property bool planning: root.job.stage === RestoreJob.Planning

    spacing: 32

    component Step: RowLayout {
        id: step

        required property int protection // A Protection.State: done, under way, to come.
        required property string text

        spacing: 8

        StateMark {
            size: 14
            protection: step.protection
            inside: Theme.window
        }
        Caption {
            Layout.fillWidth: true
            text: step.text
            color: step.protection === Protection.NotSetUp ? Theme.ink3 : Theme.ink
            font.weight: step.protection === Protection.CatchingUp ? Font.DemiBold : Font.Normal
            elide: Text.ElideRight
        }
    }

    ColumnLayout {
        Layout.fillWidth: true
        spacing: 0

        Heading {
            objectName: "title"
            Layout.fillWidth: true
            text: qsTr("Restoring %1 as it was at %2").arg(root.job.databaseName).arg(root.job.momentTime)
            elide: Text.ElideMiddle
        }
        Body {
            Layout.topMargin: 2
            Layout.fillWidth: true
            text: qsTr("into %1/%2").arg(root.job.folder).arg(root.job.fileName)
            color: Theme.ink2
            elide: Text.ElideMiddle
        }
        RowLayout {
            Layout.topMargin: 12

            Heading {
                objectName: "percent"
                text: root.job.percent
                size: Theme.textTitle
            }
            Item {
                Layout.fillWidth: true
            }
            Body {
                objectName: "amount"
                text: root.job.amount
                color: Theme.ink2
            }
        }
        ProgressTrack {
            Layout.topMargin: 4
            Layout.fillWidth: true
            share: root.job.share
            label: qsTr("Restoring: %1").arg(root.job.percent)
        }
        RowLayout {
            Layout.topMargin: 14
            spacing: 24

            Step {
                Layout.fillWidth: false
                protection: root.planning ? Protection.CatchingUp : Protection.Protected
                text: qsTr("Plan")
            }
            Step {
                Layout.fillWidth: false
                protection: root.planning ? Protection.NotSetUp : root.checking ? Protection.Protected : Protection.CatchingUp
                text: qsTr("Write the pages")
            }
            Step {
                Layout.fillWidth: true
                protection: root.checking ? Protection.CatchingUp : Protection.NotSetUp
                text: qsTr("Check against what was recorded then")
            }
        }
    }
    ColumnLayout {
        Layout.alignment: Qt.AlignTop
        Layout.preferredWidth: 176
        Layout.maximumWidth: 176
        spacing: 8

        ActionButton {
            objectName: "cancel"
            Layout.fillWidth: true
            text: qsTr("Cancel")
            Accessible.name: qsTr("Cancel the restore")
            onClicked: root.job.cancel()
        }
        Caption {
            Layout.fillWidth: true
            text: qsTr("Cancel leaves nothing behind. You may close the window; the restore goes on.")
            wrapMode: Text.Wrap
        }
    }
}
