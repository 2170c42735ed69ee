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

    readonly property list<QtObject> spans: [
        QtObject {
            readonly property string name: qsTr("Automatic")
            readonly property int value: TimelineController.Automatic
        },
        QtObject {
            readonly property string name: qsTr("24 hours")
            readonly property int value: TimelineController.Day
        },
        QtObject {
            readonly property string name: qsTr("7 days")
            readonly property int value: TimelineController.Week
        },
        QtObject {
            readonly property string name: qsTr("30 days")
            readonly property int value: TimelineController.Month
        },
        QtObject {
            readonly property string name: qsTr("All")
            readonly property int value: TimelineController.All
        }
    ]

    implicitHeight: strip.implicitHeight

    OverviewItem {
        id: strip

        objectName: "overview"
        width: parent.width
        height: implicitHeight
        controller: root.controller
        small: root.small
        colors: TimelineColors {}

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
        implicitWidth: words.implicitWidth + 26
        implicitHeight: 24
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
        contentItem: Item {
            Caption {
                id: words

                x: 4
                anchors.verticalCenter: parent.verticalCenter
                color: Theme.ink
                text: root.controller.overviewText
                Accessible.ignored: true
            }
            Icon {
                x: words.x + words.width + 4
                anchors.verticalCenter: parent.verticalCenter
                size: 14
                path: Icons.down
                color: Theme.ink2
            }
        }

        Menu {
            id: menu

            y: choose.height
            Repeater {
                model: root.spans

                MenuItem {
                    required property QtObject modelData

                    text: modelData.name
                    checkable: true
                    checked: root.controller.overviewSpan === modelData.value
                    onTriggered: root.controller.overviewSpan = modelData.value
                }
            }
        }
    }
}
