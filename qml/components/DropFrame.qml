import QtQuick
import QtQuick.Shapes
import Tidemark.Ui

// The dashed frame that says "drop it here".
Item {
    id: root

    default property alias content: inside.data

    Shape {
        anchors.fill: parent

        ShapePath {
            id: frame

            readonly property real near: 0.5
            readonly property real right: root.width - near
            readonly property real bottom: root.height - near
            readonly property int corner: Theme.radiusCard

            strokeColor: Theme.control
            strokeWidth: 1
            strokeStyle: ShapePath.DashLine
            capStyle: ShapePath.FlatCap
            dashPattern: [4, 3]
            fillColor: Theme.surface
            startX: frame.corner
            startY: frame.near

            PathLine {
                x: frame.right - frame.corner
                y: frame.near
            }
            PathArc {
                x: frame.right
                y: frame.corner
                radiusX: frame.corner
                radiusY: frame.corner
            }
            PathLine {
                x: frame.right
                y: frame.bottom - frame.corner
            }
            PathArc {
                x: frame.right - frame.corner
                y: frame.bottom
                radiusX: frame.corner
                radiusY: frame.corner
            }
            PathLine {
                x: frame.corner
                y: frame.bottom
            }
            PathArc {
                x: frame.near
                y: frame.bottom - frame.corner
                radiusX: frame.corner
                radiusY: frame.corner
            }
            PathLine {
                x: frame.near
                y: frame.corner
            }
            PathArc {
                x: frame.corner
                y: frame.near
                radiusX: frame.corner
                radiusY: frame.corner
            }
        }
    }

    Item {
        id: inside

        anchors.fill: parent
    }
}
