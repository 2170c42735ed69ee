import QtQuick
import QtQuick.Controls
import Tidemark.Ui

// A popup raised by its edge. Esc closes it; focus stays inside while it is open.
Popup {
    id: root

    required property string label

    modal: true
    focus: true
    padding: 20
    topPadding: 16
    bottomPadding: 16
    closePolicy: Popup.CloseOnEscape | Popup.CloseOnPressOutside

    background: Rectangle {
        radius: Theme.radiusCard
        color: Theme.raised
        border.width: Theme.edge
        border.color: Theme.control

        Accessible.role: Accessible.Dialog
        Accessible.name: root.label
    }

    Overlay.modal: Rectangle {
        color: Theme.scrim
    }
    Overlay.modeless: Item {
    }
}
