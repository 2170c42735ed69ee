import QtQuick
import Tidemark.App
import Tidemark.Ui

// The verdict: a full shield with a check. The words stand beside it.
Item {
    id: root

    property real size: 40
    property color color: Theme.ok

    implicitWidth: root.size
    implicitHeight: root.size

    Accessible.ignored: true

    PathItem {
        anchors.fill: parent
        filled: true
        color: root.color
        path: "M8 1 13.75 3v4.5c0 3.6-2.5 6.2-5.75 7.5-3.25-1.3-5.75-3.9-5.75-7.5V3z"
    }
    PathItem {
        anchors.fill: parent
        color: Theme.surface
        path: "M5.25 8l2 2.1 3.6-4"
    }
}
