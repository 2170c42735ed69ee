import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// The first snapshot, its proof, and what comes after.
ColumnLayout {
    id: root

    required property AddDatabase adding
    required property bool hasTray

    signal timelineRequested

    readonly property int stage: root.adding.stage // An AddDatabase.Stage.
    readonly property bool done: root.stage === AddDatabase.Done
    readonly property bool stuck: root.stage === AddDatabase.Stuck
    readonly property string doneSentence: root.adding.proof === AddDatabase.Proven ? qsTr("Proven. You can close this window.") : root.adding.proof === AddDatabase.Checked ? qsTr("Checked. You can close this window.") : qsTr("%1 is protected. You can close this window.").arg(root.adding.name)

    spacing: 0

    Shield {
        visible: root.done && root.adding.proof === AddDatabase.Proven
        Layout.leftMargin: -8
        Layout.bottomMargin: 12
        size: 56
    }
    Heading {
        objectName: "sentence"
        Layout.fillWidth: true
        text: root.done ? root.doneSentence : root.stuck ? qsTr("%1 is not protected yet.").arg(root.adding.name) : qsTr("Saving %1 for the first time…").arg(root.adding.name)
        size: Theme.textSentence
        wrapMode: Text.Wrap
    }
    Body {
        Layout.fillWidth: true
        Layout.bottomMargin: 24
        text: !root.done ? qsTr("into %1. Your application can keep writing.").arg(root.adding.target) : root.hasTray ? qsTr("%1 is being kept. Tidemark stays in the tray.").arg(root.adding.name) : qsTr("%1 is being kept. Start Tidemark again to see this window.").arg(root.adding.name)
        font.pixelSize: Theme.textHead
        color: Theme.ink2
        wrapMode: Text.Wrap
    }

    Notice {
        visible: root.stuck
        Layout.fillWidth: true
        Layout.bottomMargin: 16
        protection: Protection.AtRisk
        text: root.adding.problem
        secondText: root.adding.advice
    }

    Card {
        Layout.fillWidth: true
        implicitHeight: steps.implicitHeight

        ColumnLayout {
            id: steps

            width: parent.width
            spacing: 0

            AddStep {
                Layout.fillWidth: true
                protection: root.stage === AddDatabase.Snapshot ? Protection.CatchingUp : root.adding.snapshotSummary !== "" || root.done ? Protection.Protected : Protection.NotSetUp
                title: qsTr("First snapshot")
                text: root.adding.snapshotSummary
                amount: root.stage === AddDatabase.Snapshot ? root.adding.amount : ""
                percent: root.adding.percent
                share: root.adding.share
            }
            Hairline {
                Layout.fillWidth: true
            }
            AddStep {
                Layout.fillWidth: true
                protection: root.stage === AddDatabase.Proving ? Protection.CatchingUp : root.done && root.adding.proof !== AddDatabase.None ? Protection.Protected : Protection.NotSetUp
                title: qsTr("Test restore")
                text: root.done ? root.adding.proofSummary : qsTr("The copy is restored and compared with the original")
                amount: root.stage === AddDatabase.Proving ? root.adding.amount : ""
                percent: root.adding.percent
                share: root.adding.share
            }
            Hairline {
                Layout.fillWidth: true
            }
            AddStep {
                Layout.fillWidth: true
                protection: root.done ? Protection.Protected : Protection.NotSetUp
                title: root.done ? qsTr("Every change from now on") : qsTr("Then every change, as soon as it is made")
                text: root.done ? qsTr("As soon as it is made, while Tidemark runs") : ""
            }
        }
    }

    RowLayout {
        Layout.topMargin: 24
        spacing: 8

        ActionButton {
            objectName: "timeline"
            visible: root.done
            Layout.preferredHeight: Theme.heightButtonPrimary
            text: qsTr("Open the timeline")
            primary: true
            focus: true
            onClicked: root.timelineRequested()
            onVisibleChanged: {
                if (visible) {
                    forceActiveFocus();
                }
            }
        }
        ActionButton {
            objectName: "another"
            visible: root.done
            Layout.preferredHeight: Theme.heightButtonPrimary
            text: qsTr("Add another")
            iconPath: Icons.plus
            onClicked: root.adding.begin()
        }
        ActionButton {
            objectName: "cancel"
            visible: !root.done
            text: root.stuck ? qsTr("Do not protect it") : qsTr("Cancel")
            onClicked: root.adding.cancel()
        }
        Item {
            Layout.fillWidth: true
        }
        Caption {
            visible: !root.done && !root.stuck
            text: qsTr("It goes on if you close this window.")
        }
    }
}
