import QtQuick
import QtQuick.Controls
import Tidemark.App
import Tidemark.Ui

// One moment of the list.
ItemDelegate {
    id: root

    required property int index
    required property string time
    required property string age
    required property string number
    required property int event // A MomentListModel.Event.
    required property string eventText
    required property string pages
    required property string stored
    required property real share
    required property bool held
    required property var columns // Left edges and widths, by name.

    readonly property color figures: root.held ? Theme.ink : Theme.ink2

    height: 32
    padding: 0

    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, %2, moment %3, %4 pages, %5 stored. %6").arg(root.time).arg(root.age).arg(root.number).arg(root.pages).arg(root.stored).arg(root.eventText)
    Accessible.selected: root.held

    background: Rectangle {
        color: root.held ? Theme.selected : root.hovered ? Theme.hover : "transparent"
        border.width: root.held && Theme.highContrast ? 2 : 0
        border.color: Theme.accent

        Hairline {
            anchors.bottom: parent.bottom
            width: parent.width
            color: Theme.lineSoft
        }
    }
    contentItem: Item {
        Body {
            x: root.columns.time.x
            anchors.verticalCenter: parent.verticalCenter
            font.weight: root.held ? Font.DemiBold : Font.Normal
            text: root.time
            Accessible.ignored: true
        }
        Body {
            x: root.columns.age.x
            anchors.verticalCenter: parent.verticalCenter
            color: Theme.ink2
            text: root.age
            Accessible.ignored: true
        }
        Body {
            x: root.columns.number.x
            anchors.verticalCenter: parent.verticalCenter
            text: root.number
            Accessible.ignored: true
        }
        Rectangle {
            x: root.columns.pages.x - 12
            y: 28 - height
            width: 4
            height: Math.max(1, Math.round(24 * root.share))
            color: root.held ? Theme.accent : Theme.flow
        }
        Body {
            x: root.columns.pages.x
            width: root.columns.pages.width
            anchors.verticalCenter: parent.verticalCenter
            horizontalAlignment: Text.AlignRight
            text: root.pages
            Accessible.ignored: true
        }
        Icon {
            x: root.columns.event.x
            anchors.verticalCenter: parent.verticalCenter
            visible: root.event !== MomentListModel.None
            size: 14
            path: root.event === MomentListModel.Snapshot ? Icons.snapshot : Icons.shield
            filled: root.event === MomentListModel.Snapshot
            color: root.event === MomentListModel.Proven ? Theme.ok : Theme.ink2
        }
        Body {
            x: root.columns.event.x + 22
            width: root.columns.event.width - 22
            anchors.verticalCenter: parent.verticalCenter
            elide: Text.ElideRight
            text: root.eventText
            Accessible.ignored: true
        }
        Body {
            x: root.columns.stored.x
            width: root.columns.stored.width
            anchors.verticalCenter: parent.verticalCenter
            horizontalAlignment: Text.AlignRight
            text: root.stored
            Accessible.ignored: true
        }
    }
}
