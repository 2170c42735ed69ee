pragma ComponentBehavior: Bound
import QtQuick
import Tidemark.Ui

// The keys that work here, as many as there is room for.
Item {
    id: root

    // Pairs of a key and what it does.
    required property var hints

    implicitHeight: 28
    clip: true
    Accessible.ignored: true

    Hairline {
        width: parent.width
    }

    Row {
        x: 24
        anchors.verticalCenter: parent.verticalCenter
        spacing: 16

        Repeater {
            model: root.hints

            Row {
                id: hint

                required property var modelData

                spacing: 6
                // Transparent, not hidden: the places of the others stay.
                opacity: x + width < root.width - 48 ? 1 : 0

                KeyCap {
                    anchors.verticalCenter: parent.verticalCenter
                    text: hint.modelData[0]
                }
                Caption {
                    anchors.verticalCenter: parent.verticalCenter
                    color: Theme.ink3
                    text: hint.modelData[1]
                    Accessible.ignored: true
                }
            }
        }
    }
}
