import QtQuick
import QtQuick.Controls

// Within a text: all of it, shown while it is pointed at, where it was cut short.
Item {
    id: root

    readonly property Text words: parent as Text

    anchors.fill: parent

    Accessible.ignored: true
    ToolTip.visible: hover.hovered && root.words !== null && root.words.truncated
    ToolTip.delay: 600
    ToolTip.text: root.words === null ? "" : root.words.text

    HoverHandler {
        id: hover
    }
}
