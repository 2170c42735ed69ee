import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// One step on the way to the proof.
RowLayout {
    id: root

    required property int protection // A Protection.State: not begun, under way or done.
    required property string title
    property string text
    property string amount // While it is under way.
    property string percent
    property real share: 0

    readonly property bool begun: root.protection !== Protection.NotSetUp

    spacing: 12

    StateMark {
        Layout.alignment: Qt.AlignTop
        Layout.leftMargin: 16
        Layout.topMargin: 14
        protection: root.protection
        size: 20
    }
    ColumnLayout {
        Layout.fillWidth: true
        Layout.topMargin: 14
        Layout.bottomMargin: 14
        Layout.rightMargin: 16
        spacing: 0

        Body {
            Layout.fillWidth: true
            text: root.title
            font.weight: root.begun ? Font.DemiBold : Font.Normal
            color: root.begun ? Theme.ink : Theme.ink2
            wrapMode: Text.Wrap
        }
        Caption {
            Layout.fillWidth: true
            visible: root.text !== "" && root.amount === ""
            text: root.text
            wrapMode: Text.Wrap
        }
        RowLayout {
            visible: root.amount !== ""
            Layout.topMargin: 6

            Body {
                Layout.fillWidth: true
                text: root.amount
                color: Theme.ink2
                elide: Text.ElideRight
            }
            Body {
                text: root.percent
                font.weight: Font.DemiBold
            }
        }
        ProgressTrack {
            visible: root.amount !== ""
            Layout.topMargin: 6
            Layout.fillWidth: true
            share: root.share
            label: qsTr("%1: %2").arg(root.title).arg(root.percent)
        }
    }
}
