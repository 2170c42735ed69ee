import QtQuick
import Tidemark.Ui

// A command as a terminal takes it, to be read and copied.
Rectangle {
    id: root

    required property string command

    signal copyRequested

    implicitHeight: Math.max(44, words.implicitHeight + 16)
    radius: Theme.radiusControl
    color: Theme.well
    border.width: Theme.edge
    border.color: Theme.line

    TextEdit {
        id: words

        anchors.left: parent.left
        anchors.right: copy.left
        anchors.leftMargin: 12
        anchors.rightMargin: 12
        anchors.verticalCenter: parent.verticalCenter
        text: root.command
        readOnly: true
        selectByMouse: true
        activeFocusOnTab: true
        wrapMode: TextEdit.WrapAnywhere
        color: Theme.ink
        selectionColor: Theme.accent
        selectedTextColor: Theme.inkOnAccent
        font.family: "monospace"
        font.pixelSize: 12

        Accessible.role: Accessible.EditableText
        Accessible.name: qsTr("Command")
        Accessible.readOnly: true

        KeyNavigation.priority: KeyNavigation.BeforeItem
        KeyNavigation.tab: copy
    }
    ActionButton {
        id: copy

        objectName: "copyCommand"
        anchors.right: parent.right
        anchors.top: parent.top
        anchors.margins: 8
        small: true
        text: qsTr("Copy")
        iconPath: Icons.copy
        Accessible.name: qsTr("Copy the command")
        onClicked: root.copyRequested()
    }
}
