import QtQuick
import QtQuick.Controls
import Tidemark.Ui

// A square button with an icon alone. Its name is spoken, and shown while it is pointed at.
ActionButton {
    id: root

    required property string label

    implicitWidth: implicitHeight
    leftPadding: 0
    rightPadding: 0

    Accessible.name: root.label
    ToolTip.visible: root.hovered || root.visualFocus
    ToolTip.delay: 600
    ToolTip.text: root.label
}
