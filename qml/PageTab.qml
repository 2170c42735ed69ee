import QtQuick
import QtQuick.Controls
import Tidemark.Ui

// One of the views of a database. See SidebarRow for its type.
TabButton {
    id: root

    property bool current: false

    implicitHeight: 36
    implicitWidth: implicitContentWidth
    focusPolicy: Qt.StrongFocus
    checkable: false
    horizontalPadding: 0
    verticalPadding: 0

    Accessible.role: Accessible.PageTab
    Accessible.name: root.text
    Accessible.selected: root.current
    Keys.onReturnPressed: root.clicked()

    background: Item {
        FocusRing {
            around: root
            shown: root.visualFocus
            anchors.margins: -2
        }
        Rectangle {
            visible: root.current
            anchors.bottom: parent.bottom
            width: parent.width
            height: 3
            color: Theme.accent
        }
    }

    contentItem: Body {
        text: root.text
        color: root.current || root.hovered ? Theme.ink : Theme.ink2
        font.weight: root.current ? Font.DemiBold : Font.Normal
        Accessible.ignored: true
    }
}
