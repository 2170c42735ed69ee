import QtQuick
import QtQuick.Layouts
import Tidemark.Ui

// The one thing to do with a moment, and behind the arrow how.
RowLayout {
    id: root

    property bool small: false

    signal restoreRequested
    signal optionsRequested

    spacing: 1

    ActionButton {
        objectName: "restore"
        Layout.fillWidth: true
        Layout.preferredHeight: root.small ? Theme.heightButton : Theme.heightButtonPrimary
        enabled: root.enabled
        primary: true
        iconPath: Icons.restore
        text: qsTr("Restore to new file")
        onClicked: root.restoreRequested()
    }
    IconButton {
        objectName: "restoreOptions"
        Layout.preferredHeight: root.small ? Theme.heightButton : Theme.heightButtonPrimary
        Layout.preferredWidth: 32
        enabled: root.enabled
        primary: true
        label: qsTr("How and where to restore")
        iconPath: Icons.down
        onClicked: root.optionsRequested()
    }
}
