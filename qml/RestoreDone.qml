import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// The verdict on a restored file, and what to do with it.
GridLayout {
    id: root

    required property RestoreJob job

    readonly property bool proven: root.job.verdict === RestoreJob.Proven

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

        Shield {
            Layout.alignment: Qt.AlignTop
            visible: root.proven
            size: 40
        }
        StateMark {
            Layout.alignment: Qt.AlignTop
            visible: !root.proven
            size: 40
            protection: Protection.Protected
            inside: Theme.window
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 0

            Heading {
                objectName: "verdict"
                text: root.proven ? qsTr("Proven") : qsTr("Checked")
                size: Theme.textSentence
            }
            Body {
                Layout.fillWidth: true
                text: root.proven ? qsTr("The new file is exactly %1 as it was at %2.").arg(root.job.databaseName).arg(root.job.momentTime) : qsTr("The new file is %1 as it was at %2, as far as its replica can tell.").arg(root.job.databaseName).arg(root.job.momentTime)
                font.pixelSize: Theme.textHead
                wrapMode: Text.Wrap
            }
            Fact {
                Layout.topMargin: 12
                text: root.proven ? qsTr("Its digest is the one recorded at that moment") : qsTr("Every checksum of what was read is right; no digest was recorded there")
            }
            Fact {
                Layout.topMargin: 4
                visible: !root.job.noCheck
                text: root.job.fullCheck ? qsTr("SQLite full integrity check: ok") : qsTr("SQLite quick check: ok")
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
            objectName: "show"
            Layout.fillWidth: true
            Layout.preferredHeight: Theme.heightButtonPrimary
            text: qsTr("Show in folder")
            iconPath: Icons.folder
            primary: true
            onClicked: root.job.showInFolder()
            onVisibleChanged: {
                if (visible) {
                    forceActiveFocus();
                }
            }
        }
        ActionButton {
            objectName: "copyPath"
            Layout.fillWidth: true
            text: qsTr("Copy path")
            iconPath: Icons.copy
            onClicked: root.job.copyPath()
        }
        Caption {
            objectName: "fileName"
            Layout.topMargin: 4
            Layout.fillWidth: true
            text: root.job.fileName
            elide: Text.ElideMiddle
        }
        Caption {
            Layout.topMargin: -8
            Layout.fillWidth: true
            text: qsTr("%1 · %2").arg(root.job.summary).arg(root.job.folder)
            elide: Text.ElideMiddle
        }
        TextLink {
            objectName: "back"
            text: qsTr("Back to the moment")
            iconPath: Icons.left
            onClicked: root.dismissed()
        }
    }
}
