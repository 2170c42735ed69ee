pragma ComponentBehavior: Bound
import QtQuick
import Tidemark.Ui

// Columns below a water line.
Rectangle {
    id: root

    property real size: 24

    implicitWidth: root.size
    implicitHeight: root.size
    radius: root.size / 4
    color: Theme.accent

    Accessible.ignored: true

    component Bar: Rectangle {
        color: Theme.inkOnAccent
        radius: root.size / 24
    }

    Item {
        width: 24
        height: 24
        scale: root.size / 24
        transformOrigin: Item.TopLeft

        Bar {
            x: 5
            y: 13
            width: 2
            height: 5
        }
        Bar {
            x: 8.5
            y: 10
            width: 2
            height: 8
        }
        Bar {
            x: 12
            y: 12
            width: 2
            height: 6
        }
        Bar {
            x: 15.5
            y: 9
            width: 2
            height: 9
        }
        Bar {
            x: 4
            y: 5.5
            width: 16
            height: 2
        }
    }
}
