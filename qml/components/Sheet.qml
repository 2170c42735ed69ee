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

    onLabelChanged: root.tellName()
    Component.onCompleted: root.tellName()

    // The popup's own item is what a screen reader meets; Qt gives it its role, and no name.
    function tellName() {
        const item = root.contentItem.parent as Item;
        if (item) {
            item.Accessible.name = root.label;
        }
    }

    background: Rectangle {
        radius: Theme.radiusCard
        color: Theme.raised
        border.width: Theme.edge
        border.color: Theme.control
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
