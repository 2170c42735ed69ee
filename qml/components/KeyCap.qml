import QtQuick
import Tidemark.Ui

// A key as it is printed on the keyboard.
Rectangle {
    id: root

    property alias text: label.text

    implicitWidth: Math.max(label.implicitWidth + 10, implicitHeight)
    implicitHeight: 18
    radius: 4
    color: Theme.window
    border.width: 1
    border.color: Theme.line

    Caption {
        id: label

        anchors.centerIn: parent
        color: Theme.ink3
        Accessible.ignored: true
    }
}
