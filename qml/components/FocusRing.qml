import QtQuick
import Tidemark.Ui

// Two pixels of accent, two pixels outside: where the keyboard is.
Rectangle {
    id: root

    required property Item around

    anchors.fill: parent
    anchors.margins: -4
    visible: root.around.activeFocus && root.shown
    color: "transparent"
    radius: Theme.radiusControl + 4
    border.width: 2
    border.color: Theme.accent

    // Controls pass visualFocus, so that a click leaves no ring.
    property bool shown: true

    Accessible.ignored: true
}
