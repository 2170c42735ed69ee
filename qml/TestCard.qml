pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// The steps of the test of a place, as they come.
Card {
    id: root

    required property TestStepModel steps
    required property string summary

    implicitHeight: column.implicitHeight + 16
    clip: true

    ColumnLayout {
        id: column

        x: root.border.width
        y: 12
        width: parent.width - 2 * root.border.width
        spacing: 0

        RowLayout {
            Layout.fillWidth: true
            Layout.leftMargin: 16
            Layout.rightMargin: 16
            Layout.bottomMargin: 4

            Heading {
                Layout.fillWidth: true
                text: qsTr("Test")
            }
            Caption {
                objectName: "summary"
                text: root.summary
            }
        }
        Repeater {
            model: root.steps

            Rectangle {
                id: step

                required property string title
                required property string text
                required property string advice
                required property string took
                required property int protection

                readonly property var said: [step.title, step.text, step.advice, step.took]
                readonly property bool bad: step.protection === Protection.Broken

                Layout.fillWidth: true
                implicitHeight: words.implicitHeight + 16
                color: step.bad ? Theme.badSoft : "transparent"

                Accessible.role: step.bad ? Accessible.AlertMessage : Accessible.StaticText
                Accessible.name: step.said.filter(part => part !== "").join(" · ")

                RowLayout {
                    id: words

                    x: 16
                    y: 8
                    width: parent.width - 32
                    spacing: 12

                    StateMark {
                        Layout.alignment: Qt.AlignTop
                        Layout.topMargin: 2
                        protection: step.protection
                        inside: step.bad ? Theme.badSoft : Theme.surface
                    }
                    ColumnLayout {
                        Layout.fillWidth: true
                        spacing: 0

                        Body {
                            Layout.fillWidth: true
                            text: step.title
                            font.weight: step.bad ? Font.DemiBold : Font.Normal
                            color: step.protection === Protection.NotSetUp ? Theme.ink2 : Theme.ink
                            elide: Text.ElideRight
                            Accessible.ignored: true
                        }
                        Caption {
                            Layout.fillWidth: true
                            visible: step.text !== ""
                            text: step.text
                            wrapMode: Text.Wrap
                            Accessible.ignored: true
                        }
                        Caption {
                            Layout.fillWidth: true
                            visible: step.advice !== ""
                            text: step.advice
                            color: Theme.ink
                            wrapMode: Text.Wrap
                            Accessible.ignored: true
                        }
                    }
                    Caption {
                        Layout.alignment: Qt.AlignTop
                        Layout.topMargin: 2
                        text: step.took
                        Accessible.ignored: true
                    }
                }
            }
        }
    }
}
