import QtQuick
import Tidemark.Ui

// A surface with an edge.
Rectangle {
    color: Theme.surface
    radius: Theme.radiusCard
    border.width: Theme.edge
    border.color: Theme.line
}
