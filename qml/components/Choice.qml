pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls
import Tidemark.Ui

// One of several, in a list that opens. It shows `chosenIndex`; whoever is told changes that.
ComboBox {
    id: root

    required property var labels // A list of strings.
    required property string label
    property int chosenIndex: 0

    signal chose(int index)

    model: root.labels
    currentIndex: root.chosenIndex
    onActivated: index => {
        root.chose(index);
        root.currentIndex = Qt.binding(() => root.chosenIndex);
    }

    implicitHeight: Theme.heightField
    leftPadding: 10
    rightPadding: 34
    focusPolicy: Qt.StrongFocus
    font.pixelSize: Theme.textBody

    Accessible.role: Accessible.ComboBox
    Accessible.name: qsTr("%1: %2").arg(root.label).arg(root.displayText)

    background: Rectangle {
        radius: Theme.radiusControl
        color: root.hovered && !root.popup.visible ? Theme.hover : Theme.surface
        border.width: root.activeFocus ? 2 : Theme.edge
        border.color: root.activeFocus ? Theme.accent : Theme.control
    }
    indicator: Icon {
        x: root.width - width - 10
        anchors.verticalCenter: parent.verticalCenter
        path: Icons.down
    }
    contentItem: Body {
        text: root.displayText
        elide: Text.ElideRight
        Accessible.ignored: true
    }
    delegate: ItemDelegate {
        id: row

        required property int index
        required property string modelData

        width: ListView.view?.width ?? 0
        height: 32
        leftPadding: 10
        highlighted: root.highlightedIndex === row.index

        Accessible.name: row.modelData

        background: Rectangle {
            radius: Theme.radiusControl - 1
            color: row.highlighted ? Theme.selected : "transparent"
            border.width: Theme.highContrast && row.highlighted ? 2 : 0
            border.color: Theme.accent
        }
        contentItem: Body {
            text: row.modelData
            font.weight: row.index === root.currentIndex ? Font.DemiBold : Font.Normal
            elide: Text.ElideRight
            Accessible.ignored: true
        }
    }
    popup: Popup {
        y: root.height + 4
        width: root.width
        implicitHeight: Math.min(contentItem.implicitHeight + 8, 280)
        padding: 4

        background: Rectangle {
            radius: Theme.radiusControl
            color: Theme.raised
            border.width: Theme.edge
            border.color: Theme.control
        }
        contentItem: ListView {
            clip: true
            implicitHeight: contentHeight
            model: root.popup.visible ? root.delegateModel : null
            currentIndex: root.highlightedIndex
            boundsBehavior: Flickable.StopAtBounds
        }
    }
}
