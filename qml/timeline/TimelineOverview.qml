pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls
import Tidemark.App
import Tidemark.Ui

// The strip of all history, and how much of it is shown.
Item {
    id: root

    required property TimelineController controller
    property bool small: false

    component Span: MenuItem {
        required property int span // A TimelineController.OverviewSpan.

        checkable: true
        checked: root.controller.overviewSpan === span
        onTriggered: root.controller.overviewSpan = span
    }

    implicitHeight: strip.implicitHeight

    OverviewItem {
        id: strip

        objectName: "overview"
        width: parent.width
        height: implicitHeight
        controller: root.controller
        small: root.small
        colors: TimelineColors {
        }

        Accessible.role: Accessible.ScrollBar
        Accessible.name: qsTr("Overview: %1").arg(root.controller.overviewText)
        Accessible.description: qsTr("Shown: %1").arg(root.controller.rangeText)
        Accessible.focusable: true

        FocusRing {
            around: strip
            anchors.margins: 0
        }
    }

    Caption {
        visible: !root.small
        x: 24
        y: 4
        color: Theme.ink
        font.weight: Font.DemiBold
        text: qsTr("Overview")
    }

    AbstractButton {
        id: choose

        objectName: "overviewSpan"
        x: (root.small ? 12 : 24) - 4
        y: root.small ? 2 : 18
        implicitWidth: contentItem.implicitWidth + 8
        implicitHeight: 24
        leftPadding: 4
        rightPadding: 4
        onClicked: menu.open()
        Keys.onReturnPressed: menu.open()

        Accessible.role: Accessible.ButtonMenu
        Accessible.name: qsTr("Span of the overview: %1").arg(root.controller.overviewText)

        background: Rectangle {
            radius: 4
            color: choose.hovered || choose.down ? Theme.hover : "transparent"

            FocusRing {
                around: choose
                shown: choose.visualFocus
            }
        }
        contentItem: Row {
            spacing: 4

            Caption {
                anchors.verticalCenter: parent.verticalCenter
                color: Theme.ink
                font.weight: root.small ? Font.DemiBold : Font.Normal
                text: root.controller.overviewText
                Accessible.ignored: true
            }
            Icon {
                anchors.verticalCenter: parent.verticalCenter
                size: 14
                path: Icons.down
                color: Theme.ink2
            }
        }

        Menu {
            id: menu

            y: choose.height

            Span {
                text: qsTr("Automatic")
                span: TimelineController.Automatic
            }
            Span {
                text: qsTr("24 hours")
                span: TimelineController.Day
            }
            Span {
                text: qsTr("7 days")
                span: TimelineController.Week
            }
            Span {
                text: qsTr("30 days")
                span: TimelineController.Month
            }
            Span {
                text: qsTr("All")
                span: TimelineController.All
            }
        }
    }
}
