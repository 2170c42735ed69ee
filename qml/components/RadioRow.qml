import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Tidemark.Ui

// One choice of several, a line each. It shows `chosen`; whoever is clicked at changes that.
RadioButton {
    id: root

    property bool chosen: false
    property string trailingText

    implicitHeight: 28
    implicitWidth: contentItem.implicitWidth
    focusPolicy: Qt.StrongFocus
    padding: 0
    autoExclusive: false
    indicator: null
    checked: root.chosen
    onToggled: root.checked = Qt.binding(() => root.chosen)

    Accessible.name: root.text
    Keys.onReturnPressed: root.clicked()

    background: Rectangle {
        radius: Theme.radiusControl
        color: root.hovered ? Theme.hover : "transparent"

        FocusRing {
            around: root
            shown: root.visualFocus
            anchors.margins: 0
        }
    }

    contentItem: RowLayout {
        spacing: 8

        Rectangle {
            implicitWidth: 16
            implicitHeight: 16
            radius: 8
            color: Theme.surface
            border.width: root.chosen ? 5 : 1
            border.color: root.chosen ? Theme.accent : Theme.control
        }
        Body {
            Layout.fillWidth: true
            text: root.text
            elide: Text.ElideRight
            Accessible.ignored: true
        }
        Caption {
            text: root.trailingText
        }
    }
}
