import QtQuick
import Tidemark.Ui

// A line to write into, which may hold a secret: then it is not shown before that is asked for.
Field {
    id: root

    property bool secret: false
    property bool shown: false

    echoMode: root.secret && !root.shown ? TextInput.Password : TextInput.Normal
    inputMethodHints: root.secret ? Qt.ImhSensitiveData | Qt.ImhNoPredictiveText | Qt.ImhNoAutoUppercase : Qt.ImhNone
    rightPadding: root.secret ? 36 : 10

    IconButton {
        visible: root.secret
        anchors.right: parent.right
        anchors.rightMargin: 2
        anchors.verticalCenter: parent.verticalCenter
        small: true
        quiet: true
        flagged: root.shown
        iconPath: Icons.eye
        label: root.shown ? qsTr("Hide: %1").arg(root.label) : qsTr("Show: %1").arg(root.label)
        onClicked: root.shown = !root.shown
    }
}
