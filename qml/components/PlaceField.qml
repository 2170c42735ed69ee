import QtQuick
import QtQuick.Layouts
import Tidemark.Ui

// A place that a button beside it changes: shown like a field, but not written into.
Rectangle {
    id: root

    required property string label
    required property string text
    property string iconPath: Icons.folder
    property string trailingText

    implicitHeight: Theme.heightField
    radius: Theme.radiusControl
    color: Theme.surface
    border.width: Theme.edge
    border.color: Theme.control

    Accessible.role: Accessible.StaticText
    Accessible.name: root.trailingText === "" ? qsTr("%1: %2").arg(root.label).arg(root.text) : qsTr("%1: %2, %3").arg(root.label).arg(root.text).arg(root.trailingText)

    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: 10
        anchors.rightMargin: 10
        spacing: 8

        Icon {
            path: root.iconPath
        }
        Body {
            id: place

            Layout.fillWidth: true
            text: root.text
            elide: Text.ElideMiddle
            Accessible.ignored: true

            WholeText {
            }
        }
        Caption {
            text: root.trailingText
            Accessible.ignored: true
        }
    }
}
