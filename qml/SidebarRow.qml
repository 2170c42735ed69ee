pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// One line of the sidebar: an icon or the mark of a state, a name, an age. On the rail only the
// first of these, with the rest as its tip. Its type is the one that is a tab by itself: a button of
// Qt 6.4 forgets a role that it was given once a screen reader listens.
TabButton {
    id: root

    required property bool compact
    property bool current: false
    property string iconPath // One of Icons; empty for a state.
    property int protection: Protection.NotSetUp // A Protection.State.
    property string trailingText
    property string description: root.text

    implicitHeight: root.compact ? 36 : Theme.heightRow
    implicitWidth: root.compact ? 40 : 199
    focusPolicy: Qt.StrongFocus
    checkable: false
    padding: 0
    leftPadding: root.compact ? 0 : 8
    rightPadding: root.compact ? 0 : 8

    Accessible.role: Accessible.PageTab
    Accessible.name: root.description
    Accessible.selected: root.current
    Keys.onReturnPressed: root.clicked()

    ToolTip.visible: root.compact && (root.hovered || root.visualFocus)
    ToolTip.delay: 300
    ToolTip.text: root.description

    background: Rectangle {
        radius: Theme.radiusControl
        color: root.current ? Theme.selected : root.hovered ? Theme.hover : "transparent"
        border.width: Theme.highContrast && (root.current || root.hovered) ? 2 : 0
        border.color: Theme.accent

        Rectangle {
            visible: root.current && !Theme.highContrast
            y: 8
            width: 3
            height: parent.height - 16
            radius: 2
            color: Theme.accent
        }
        FocusRing {
            around: root
            shown: root.visualFocus
            anchors.margins: 0
        }
    }

    contentItem: RowLayout {
        spacing: 8

        Item {
            Layout.fillWidth: root.compact
            implicitWidth: 16
            implicitHeight: 16

            Icon {
                anchors.centerIn: parent
                visible: root.iconPath !== ""
                path: root.iconPath
                color: Theme.ink2
            }
            StateMark {
                anchors.centerIn: parent
                visible: root.iconPath === ""
                protection: root.protection
                inside: root.current ? Theme.selected : Theme.sidebar
            }
        }
        Body {
            Layout.fillWidth: true
            visible: !root.compact
            text: root.text
            elide: Text.ElideMiddle
            font.weight: root.current ? Font.DemiBold : Font.Normal
            Accessible.ignored: true
        }
        Caption {
            visible: !root.compact && root.trailingText !== ""
            text: root.trailingText
            color: root.current ? Theme.ink2 : Theme.ink3
            Accessible.ignored: true
        }
    }
}
