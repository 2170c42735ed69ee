import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// A message inside the card it is about: what, what next, and the next step at its right end.
Rectangle {
    id: root

    required property int protection // A Protection.State: it gives the mark and the colours.
    required property string text
    property string secondText
    property bool rounded: true // Alone; else it closes a card.
    default property alias actions: actionRow.data

    readonly property bool bad: root.protection === Protection.Broken
    readonly property bool warns: root.bad || root.protection === Protection.AtRisk

    implicitHeight: row.implicitHeight + 20
    radius: root.rounded ? Theme.radiusCard : Theme.radiusCard - 1
    color: root.bad ? Theme.badSoft : root.warns ? Theme.warnSoft : Theme.well
    border.width: root.rounded ? Theme.edge : 0
    border.color: root.bad ? Theme.badLine : root.warns ? Theme.warnLine : Theme.line

    Accessible.role: Accessible.AlertMessage
    Accessible.name: root.secondText === "" ? root.text : root.text + " " + root.secondText

    Hairline {
        visible: !root.rounded
        width: parent.width
        color: root.bad ? Theme.badLine : root.warns ? Theme.warnLine : Theme.line
    }

    RowLayout {
        id: row

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        anchors.leftMargin: 16
        anchors.rightMargin: 12
        spacing: 12

        StateMark {
            protection: root.protection
            inside: root.color
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 0

            Body {
                Layout.fillWidth: true
                text: root.text
                wrapMode: Text.Wrap
                Accessible.ignored: true
            }
            Caption {
                Layout.fillWidth: true
                visible: root.secondText !== ""
                text: root.secondText
                wrapMode: Text.Wrap
                Accessible.ignored: true
            }
        }
        Row {
            id: actionRow

            spacing: 8
        }
    }
}
