import QtQuick
import QtQuick.Controls
import Tidemark.App
import Tidemark.Ui

// The head of a column; pressing it sorts by it.
AbstractButton {
    id: root

    required property MomentListModel moments
    property int sortKey: -1 // A MomentListModel.SortKey; -1: this column has no order of its own.
    property bool alignRight: false
    readonly property bool sorted: root.sortKey >= 0 && root.moments.sortKey === root.sortKey

    implicitHeight: 28
    enabled: root.sortKey >= 0
    onClicked: root.moments.sortBy(root.sortKey)
    Keys.onReturnPressed: root.clicked()

    Accessible.role: root.sortKey >= 0 ? Accessible.Button : Accessible.StaticText
    Accessible.name: root.text
    Accessible.description: !root.sorted ? "" : root.moments.descending ? qsTr("sorted, largest first") : qsTr("sorted, smallest first")

    background: Item {
        FocusRing {
            around: root
            anchors.margins: 0
            shown: root.visualFocus
        }
    }
    contentItem: Item {
        Row {
            anchors.verticalCenter: parent.verticalCenter
            x: root.alignRight ? parent.width - width : 0
            spacing: 4

            Caption {
                anchors.verticalCenter: parent.verticalCenter
                font.weight: Font.DemiBold
                color: root.sorted ? Theme.ink : Theme.ink3
                text: root.text
                Accessible.ignored: true
            }
            Icon {
                anchors.verticalCenter: parent.verticalCenter
                visible: root.sorted
                size: 14
                path: root.moments.descending ? Icons.down : Icons.up
            }
        }
    }
}
