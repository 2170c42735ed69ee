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
    readonly property bool proven: root.stage === AddDatabase.Proven
    readonly property bool stuck: root.stage === AddDatabase.Unproven

    spacing: 0

    Shield {
        visible: root.proven
        Layout.leftMargin: -8
        Layout.bottomMargin: 12
        size: 56
    }
    Heading {
        objectName: "sentence"
        Layout.fillWidth: true
        text: root.proven ? qsTr("Proven. You can close this window.") : root.stuck ? qsTr("%1 is not protected yet.").arg(root.adding.name) : qsTr("Saving %1 for the first time…").arg(root.adding.name)
        size: Theme.textSentence
        wrapMode: Text.Wrap
    }
    Body {
        Layout.fillWidth: true
        Layout.bottomMargin: 24
        text: !root.proven ? qsTr("into %1. Your application can keep writing.").arg(root.adding.target) : root.hasTray ? qsTr("%1 is being kept. Tidemark stays in the tray.").arg(root.adding.name) : qsTr("%1 is being kept. Start Tidemark again to see this window.").arg(root.adding.name)
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
                protection: root.stage === AddDatabase.Snapshot ? Protection.CatchingUp : root.adding.snapshotSummary !== "" || root.proven ? Protection.Protected : Protection.NotSetUp
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
                protection: root.stage === AddDatabase.Proving ? Protection.CatchingUp : root.proven ? Protection.Protected : Protection.NotSetUp
                title: qsTr("Test restore")
                text: root.proven ? root.adding.proofSummary : qsTr("The copy is restored and compared with the original")
                amount: root.stage === AddDatabase.Proving ? root.adding.amount : ""
                percent: root.adding.percent
                share: root.adding.share
            }
            Hairline {
                Layout.fillWidth: true
            }
            AddStep {
                Layout.fillWidth: true
                protection: root.proven ? Protection.Protected : Protection.NotSetUp
                title: root.proven ? qsTr("Every change from now on") : qsTr("Then every change, as soon as it is made")
                text: root.proven ? qsTr("As soon as it is made, while Tidemark runs") : ""
            }
        }
    }

    RowLayout {
        Layout.topMargin: 24
        spacing: 8

        ActionButton {
            objectName: "timeline"
            visible: root.proven
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
            visible: root.proven
            Layout.preferredHeight: Theme.heightButtonPrimary
            text: qsTr("Add another")
            iconPath: Icons.plus
            onClicked: root.adding.begin()
        }
        ActionButton {
            objectName: "cancel"
            visible: !root.proven
            text: root.stuck ? qsTr("Do not protect it") : qsTr("Cancel")
            onClicked: root.adding.cancel()
        }
        Item {
            Layout.fillWidth: true
        }
        Caption {
            visible: !root.proven && !root.stuck
            text: qsTr("It goes on if you close this window.")
        }
    }
}
