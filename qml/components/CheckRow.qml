import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Tidemark.Ui

// Something that is agreed to or not. It shows `agreed`; whoever is clicked at changes that.
CheckBox {
    id: root

    property bool agreed: false

    implicitHeight: Math.max(28, contentItem.implicitHeight)
    implicitWidth: contentItem.implicitWidth
    focusPolicy: Qt.StrongFocus
    padding: 0
    indicator: null
    checked: root.agreed
    onToggled: root.checked = Qt.binding(() => root.agreed)

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
            Layout.alignment: Qt.AlignTop
            Layout.topMargin: 2
            implicitWidth: 16
            implicitHeight: 16
            radius: 4
            color: root.agreed ? Theme.accent : Theme.surface
            border.width: root.agreed ? 0 : 1
            border.color: Theme.control

            Icon {
                anchors.fill: parent
                visible: root.agreed
                path: Icons.check
                color: Theme.inkOnAccent
            }
        }
        Body {
            Layout.fillWidth: true
            text: root.text
            wrapMode: Text.Wrap
            Accessible.ignored: true
        }
    }
}
