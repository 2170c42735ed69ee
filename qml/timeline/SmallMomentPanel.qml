import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// The moment that is held, in the form for small windows.
Item {
    id: root

    required property TimelineController controller
    required property bool canRestore
    required property string restoreHint

    signal restoreRequested
    signal restoreOptionsRequested
    signal copyCommandRequested

    readonly property var facts: [qsTr("Moment %1").arg(root.controller.momentNumber), root.controller.askedText, root.controller.pagesText === "" ? "" : qsTr("%1 pages").arg(root.controller.pagesText), root.controller.dataText]

    implicitHeight: content.implicitHeight + 20
    clip: true

    ColumnLayout {
        id: content

        anchors.fill: parent
        anchors.margins: 12
        anchors.topMargin: 8
        anchors.bottomMargin: 8
        spacing: 2
        visible: root.controller.hasMoment

        RowLayout {
            spacing: 12

            Heading {
                objectName: "time"
                size: Theme.textTitle
                text: root.controller.momentTime
            }
            Body {
                Layout.fillWidth: true
                color: Theme.ink2
                elide: Text.ElideRight
                text: root.controller.momentDate
            }
        }
        Caption {
            objectName: "facts"
            Layout.fillWidth: true
            elide: Text.ElideRight
            text: root.facts.filter(part => part !== "").join(" \u00b7 ")
        }
        Item {
            Layout.fillHeight: true
        }
        RowLayout {
            spacing: 8

            RestoreButton {
                Layout.fillWidth: true
                small: true
                enabled: root.canRestore
                onRestoreRequested: root.restoreRequested()
                onOptionsRequested: root.restoreOptionsRequested()
            }
            IconButton {
                objectName: "copyTime"
                label: qsTr("Copy time")
                iconPath: Icons.copy
                onClicked: root.controller.copyTime()
            }
            IconButton {
                objectName: "copyCommand"
                label: qsTr("Copy command")
                iconPath: Icons.terminal
                onClicked: root.copyCommandRequested()
            }
            IconButton {
                objectName: "before"
                enabled: root.controller.momentPosition > 1
                label: qsTr("Moment before")
                iconPath: Icons.left
                onClicked: root.controller.step(-1)
            }
            IconButton {
                objectName: "after"
                enabled: root.controller.momentPosition < root.controller.momentCount
                label: qsTr("Moment after")
                iconPath: Icons.right
                onClicked: root.controller.step(1)
            }
        }
    }
}
