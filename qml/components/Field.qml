import QtQuick
import QtQuick.Controls
import Tidemark.Ui

// A line to write into. It has a name of its own: a placeholder is none.
TextField {
    id: root

    required property string label
    property string iconPath
    property string trailingText

    implicitHeight: Theme.heightField
    leftPadding: root.iconPath === "" ? 10 : 34
    rightPadding: root.trailingText === "" ? 10 : trailing.implicitWidth + 18
    verticalAlignment: TextInput.AlignVCenter
    color: Theme.ink
    placeholderTextColor: Theme.ink3
    selectionColor: Theme.accent
    selectedTextColor: Theme.inkOnAccent
    font.pixelSize: Theme.textBody
    selectByMouse: true

    Accessible.role: Accessible.EditableText
    Accessible.name: root.label

    background: Rectangle {
        radius: Theme.radiusControl
        color: root.readOnly ? Theme.well : Theme.surface
        border.width: root.activeFocus ? 2 : Theme.edge
        border.color: root.activeFocus ? Theme.accent : Theme.control
    }

    Icon {
        visible: root.iconPath !== ""
        x: 10
        anchors.verticalCenter: parent.verticalCenter
        path: root.iconPath
    }

    Caption {
        id: trailing

        visible: root.trailingText !== ""
        anchors.right: parent.right
        anchors.rightMargin: 10
        anchors.verticalCenter: parent.verticalCenter
        text: root.trailingText
    }
}
