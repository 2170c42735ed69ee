import QtQuick
import Tidemark.App
import Tidemark.Ui

// What was written in the last 24 hours, as columns on a water line.
ActivityItem {
    id: root

    implicitWidth: root.columns * 4
    implicitHeight: 45
    kind: ActivityItem.Day
    flow: Theme.flow
    axis: Theme.control
    accent: Theme.accent

    Accessible.role: Accessible.Graphic
    Accessible.name: root.summary === "" ? qsTr("Last 24 hours") : qsTr("Last 24 hours: %1").arg(root.summary)
}
