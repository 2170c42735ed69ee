import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// A page that could not be shown: one sentence, one action.
Item {
    id: root

    required property string text
    required property string secondText

    signal retryRequested

    ColumnLayout {
        anchors.centerIn: parent
        width: Math.min(560, parent.width - 48)
        spacing: 8

        StateMark {
            protection: Protection.Broken
            size: 40
            inside: Theme.window
        }
        Heading {
            objectName: "problem"
            Layout.topMargin: 8
            Layout.fillWidth: true
            text: root.text
            size: Theme.textTitle
            wrapMode: Text.Wrap
        }
        Body {
            Layout.fillWidth: true
            visible: root.secondText !== ""
            text: root.secondText
            color: Theme.ink2
            wrapMode: Text.Wrap
        }
        ActionButton {
            Layout.topMargin: 8
            text: qsTr("Try again")
            onClicked: root.retryRequested()
        }
    }
}
