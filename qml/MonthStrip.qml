import QtQuick
import Tidemark.App
import Tidemark.Ui

// Which of the last 30 days are kept, a cell each.
ActivityItem {
    id: root

    property bool small: false

    implicitWidth: 30 * root.cellStep
    implicitHeight: 17
    kind: ActivityItem.Month
    cellStep: root.small ? 5 : 8
    kept: Theme.kept
    axis: Theme.control

    Accessible.role: Accessible.Graphic
    Accessible.name: qsTr("Last 30 days, from %1").arg(root.firstDay)
}
