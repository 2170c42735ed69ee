import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// The moment that is held: when it was, what is in it, what can be done with it.
Item {
    id: root

    required property TimelineController controller
    required property bool canRestore
    required property string restoreHint

    signal restoreRequested
    signal restoreOptionsRequested
    signal copyCommandRequested

    readonly property bool wide: root.width >= 900

    implicitHeight: Math.max(moment.implicitHeight, actions.implicitHeight) + 40
    clip: true

    ColumnLayout {
        id: moment

        x: 24
        y: 20
        width: root.wide ? 348 : root.width - actions.width - 80
        spacing: 0
        visible: root.controller.hasMoment

        Caption {
            objectName: "number"
            color: Theme.ink3
            text: qsTr("Moment %1").arg(root.controller.momentNumber)
        }
        Heading {
            objectName: "time"
            Layout.topMargin: 2
            size: Theme.textSentence
            lineHeight: 36
            lineHeightMode: Text.FixedHeight
            text: root.controller.momentTime
        }
        Body {
            Layout.fillWidth: true
            color: Theme.ink2
            elide: Text.ElideRight
            text: root.controller.momentDate
        }
        Caption {
            objectName: "asked"
            Layout.fillWidth: true
            Layout.topMargin: 4
            color: Theme.ink3
            wrapMode: Text.Wrap
            text: root.controller.askedText === "" ? root.controller.momentAge : root.controller.askedText
        }
    }

    ColumnLayout {
        x: root.wide ? 404 : 24
        y: root.wide ? 20 : moment.y + moment.height + 12
        width: root.wide ? actions.x - x - 32 : moment.width
        spacing: 4
        visible: root.controller.hasMoment

        Caption {
            Layout.fillWidth: true
            color: Theme.ink3
            elide: Text.ElideRight
            text: root.controller.factsProblem === "" ? qsTr("This moment") : root.controller.factsProblem
        }
        MomentFact {
            objectName: "pages"
            name: qsTr("Pages")
            value: root.controller.pagesText
        }
        MomentFact {
            objectName: "data"
            name: qsTr("Data")
            value: root.controller.dataText
        }
        MomentFact {
            objectName: "database"
            name: qsTr("Database then")
            value: root.controller.databaseText
        }
    }

    ColumnLayout {
        id: actions

        anchors.right: parent.right
        anchors.rightMargin: 24
        y: 20
        width: root.wide ? 336 : 288
        spacing: 8
        visible: root.controller.hasMoment

        RestoreButton {
            Layout.fillWidth: true
            enabled: root.canRestore
            onRestoreRequested: root.restoreRequested()
            onOptionsRequested: root.restoreOptionsRequested()
        }
        GridLayout {
            Layout.fillWidth: true
            columns: 2
            columnSpacing: 8
            rowSpacing: 8

            ActionButton {
                objectName: "copyTime"
                Layout.fillWidth: true
                iconPath: Icons.copy
                text: qsTr("Copy time")
                onClicked: root.controller.copyTime()
            }
            ActionButton {
                objectName: "copyCommand"
                Layout.fillWidth: true
                iconPath: Icons.terminal
                text: qsTr("Copy command")
                onClicked: root.copyCommandRequested()
            }
            ActionButton {
                objectName: "before"
                Layout.fillWidth: true
                enabled: root.controller.momentPosition > 1
                iconPath: Icons.left
                text: qsTr("Moment before")
                onClicked: root.controller.step(-1)
            }
            ActionButton {
                objectName: "after"
                Layout.fillWidth: true
                enabled: root.controller.momentPosition < root.controller.momentCount
                iconPath: Icons.right
                text: qsTr("Moment after")
                onClicked: root.controller.step(1)
            }
        }
        Caption {
            objectName: "restoreHint"
            Layout.fillWidth: true
            elide: Text.ElideMiddle
            text: root.restoreHint
        }
    }
}
