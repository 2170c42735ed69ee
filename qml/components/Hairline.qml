import QtQuick
import Tidemark.Ui

// A thin line that divides.
Rectangle {
    implicitHeight: Theme.edge
    implicitWidth: Theme.edge
    color: Theme.line
}
