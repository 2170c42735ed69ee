import QtQuick
import QtQuick.Layouts
import Tidemark.Ui

// What stands on a button: an icon, words, a key, another icon; in the middle, whatever its width.
Item {
    id: root

    required property string text
    required property font font
    required property color color
    property string iconPath
    property string trailingIconPath
    property string keyHint

    implicitWidth: row.implicitWidth
    implicitHeight: row.implicitHeight

    RowLayout {
        id: row

        anchors.centerIn: parent
        width: Math.min(implicitWidth, parent.width)
        spacing: 8

        Icon {
            visible: root.iconPath !== ""
            path: root.iconPath
            color: root.color
        }
        Text {
            Layout.fillWidth: true
            visible: root.text !== ""
            text: root.text
            font: root.font
            color: root.color
            elide: Text.ElideRight
            textFormat: Text.PlainText
            Accessible.ignored: true
        }
        KeyCap {
            visible: root.keyHint !== ""
            text: root.keyHint
        }
        Icon {
            visible: root.trailingIconPath !== ""
            path: root.trailingIconPath
            color: root.color
        }
    }
}
