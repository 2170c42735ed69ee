import QtQuick
import Tidemark.Ui

// How far work is. A screen reader hears the share.
Rectangle {
    id: root

    required property real share // 0 to 1.
    required property string label

    implicitHeight: 8
    radius: 4
    color: Theme.well
    border.width: 1
    border.color: Theme.highContrast ? Theme.ink : Theme.line

    Accessible.role: Accessible.ProgressBar
    Accessible.name: root.label

    Rectangle {
        x: 1
        y: 1
        width: Math.max(0, (parent.width - 2) * Math.min(1, root.share))
        height: parent.height - 2
        radius: 3
        color: Theme.accent
    }
}
