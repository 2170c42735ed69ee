import QtQuick
import QtQuick.Layouts
import Tidemark.Ui

// One line of a settings card: what it is about on the left, its control on the right.
Item {
    id: root

    required property string iconPath
    required property string title
    property string text
    default property alias control: slot.data

    implicitHeight: Math.max(56, words.implicitHeight + 16)

    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: 16
        anchors.rightMargin: 16
        spacing: 12

        Icon {
            path: root.iconPath
        }
        ColumnLayout {
            id: words

            Layout.fillWidth: true
            spacing: 0

            Body {
                Layout.fillWidth: true
                text: root.title
                wrapMode: Text.Wrap
            }
            Caption {
                Layout.fillWidth: true
                visible: root.text !== ""
                text: root.text
                wrapMode: Text.Wrap
            }
        }
        Row {
            id: slot

            spacing: 8
        }
    }
}
