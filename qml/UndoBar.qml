import QtQuick
import QtQuick.Layouts
import Tidemark.Ui

// What was just ended, while it can be taken back.
Rectangle {
    id: root

    required property string name

    signal undone

    visible: root.name !== ""
    implicitWidth: row.implicitWidth + 28
    implicitHeight: 44
    radius: Theme.radiusCard
    color: Theme.raised
    border.width: Theme.edge
    border.color: Theme.control

    Accessible.role: Accessible.AlertMessage
    Accessible.name: words.text

    RowLayout {
        id: row

        anchors.centerIn: parent
        spacing: 12

        Body {
            id: words

            text: qsTr("%1 is no longer protected. Its replicas stay.").arg(root.name)
            Accessible.ignored: true
        }
        ActionButton {
            objectName: "undo"
            small: true
            text: qsTr("Undo")
            onClicked: root.undone()
        }
    }
}
