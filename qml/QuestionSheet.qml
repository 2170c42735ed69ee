import QtQuick
import QtQuick.Layouts
import Tidemark.Ui

// A sentence that must be read before the window goes on, with two ways on. What does harm is
// never the accent button.
Sheet {
    id: root

    required property string text
    required property string harmlessText
    required property string otherText

    signal harmless
    signal other

    anchors.centerIn: parent
    width: Math.min(460, (parent?.width ?? 460) - 32)
    onOpened: first.forceActiveFocus()

    ColumnLayout {
        anchors.fill: parent
        spacing: 8

        Heading {
            Layout.fillWidth: true
            text: root.label
            wrapMode: Text.Wrap
        }
        Body {
            Layout.fillWidth: true
            text: root.text
            color: Theme.ink2
            wrapMode: Text.Wrap
        }
        RowLayout {
            Layout.topMargin: 8
            spacing: 8

            Item {
                Layout.fillWidth: true
            }
            ActionButton {
                objectName: "other"
                text: root.otherText
                onClicked: {
                    root.close();
                    root.other();
                }
            }
            ActionButton {
                id: first

                objectName: "harmless"
                text: root.harmlessText
                primary: true
                onClicked: {
                    root.close();
                    root.harmless();
                }
            }
        }
    }
}
