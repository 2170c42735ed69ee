import QtQuick
import Tidemark.Ui

// A kind of the timeline's things: its shape, its name, how many are in the window.
Row {
    id: root

    required property string name
    required property int count
    property string iconPath
    property bool filled: false
    property color tone: Theme.ink2
    default property alias shape: own.data

    spacing: 6

    Accessible.role: Accessible.StaticText
    Accessible.name: qsTr("%1: %2").arg(root.name).arg(Number(root.count).toLocaleString(Qt.locale(), "f", 0))

    Icon {
        anchors.verticalCenter: parent.verticalCenter
        visible: root.iconPath !== ""
        size: 14
        path: root.iconPath
        filled: root.filled
        color: root.tone
    }
    Item {
        id: own

        anchors.verticalCenter: parent.verticalCenter
        visible: root.iconPath === ""
        implicitWidth: 12
        implicitHeight: 12
    }
    Caption {
        anchors.verticalCenter: parent.verticalCenter
        text: root.name
        Accessible.ignored: true
    }
    Caption {
        anchors.verticalCenter: parent.verticalCenter
        color: Theme.ink
        font.weight: Font.DemiBold
        text: Number(root.count).toLocaleString(Qt.locale(), "f", 0)
        Accessible.ignored: true
    }
}
