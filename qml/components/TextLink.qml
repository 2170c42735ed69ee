import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Tidemark.Ui

// A quiet way on: small, in the accent's colour.
AbstractButton {
    id: root

    property string iconPath

    implicitHeight: 24
    implicitWidth: contentItem.implicitWidth + 8
    leftPadding: 4
    rightPadding: 4
    focusPolicy: Qt.StrongFocus

    Accessible.role: Accessible.Link
    Accessible.name: root.text
    Keys.onReturnPressed: root.clicked()

    background: Rectangle {
        radius: 4
        color: root.hovered ? Theme.hover : "transparent"

        FocusRing {
            around: root
            shown: root.visualFocus
            anchors.margins: -2
        }
    }

    contentItem: RowLayout {
        spacing: 4

        Icon {
            visible: root.iconPath !== ""
            path: root.iconPath
            size: 14
            color: Theme.accent
        }
        Caption {
            text: root.text
            color: Theme.accent
            Accessible.ignored: true
        }
    }
}
