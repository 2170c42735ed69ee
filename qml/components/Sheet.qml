import QtQuick
import QtQuick.Controls
import Tidemark.Ui

// A popup raised by its edge. Focus stays inside while it is open; Esc closes it, wherever the focus
// is.
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

    Shortcut {
        sequences: ["Escape"]
        enabled: root.opened
        onActivated: root.close()
        // Of two sheets that are open one goes at a time.
        onActivatedAmbiguously: root.close()
    }

    Overlay.modal: Rectangle {
        color: Theme.scrim
    }
    Overlay.modeless: Item {
    }
}
